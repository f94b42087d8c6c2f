;; WASM-05: a million looks into a list
;; asked: after-failure
;; ends: host_calls
(core module $policy
  (import "env" "memory" (memory 1))
  (import "host" "contains" (func $contains (param i32 i32 i32 i32) (result i32)))
  (func (export "answer") (result i32)
    (loop $again (drop (call $contains (i32.const 4096) (i32.const 8) (i32.const 4096) (i32.const 8))) (br $again))
    unreachable))
