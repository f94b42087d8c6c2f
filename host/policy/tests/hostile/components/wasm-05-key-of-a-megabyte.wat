;; WASM-05: a counter whose name is nearly a megabyte
;; asked: after-failure
;; ends: output
(core module $policy
  (import "env" "memory" (memory 1))
  (import "host" "count" (func $count (param i32 i32 i32) (result i64)))
  (func (export "answer") (result i32)
    (drop (memory.grow (i32.const 40)))
    (drop (call $count (i32.const 4096) (i32.const 1000000) (i32.const 60)))
    (i32.const 16)))
