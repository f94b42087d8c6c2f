;; WASM-05: a line of two megabytes
;; asked: after-failure
;; ends: transfer
(core module $policy
  (import "env" "memory" (memory 1))
  (import "host" "log" (func $log (param i32 i32 i32)))
  (func (export "answer") (result i32)
    (drop (memory.grow (i32.const 40)))
    (call $log (i32.const 0) (i32.const 4096) (i32.const 2097152))
    (i32.const 16)))
