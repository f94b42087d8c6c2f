;; WASM-05: a line for the log that would be two, in colour
;; asked: after-failure
;; ends: ok give_up
(core module $policy
  (import "env" "memory" (memory 1))
  (import "host" "log" (func $log (param i32 i32 i32)))
  (func (export "answer") (result i32)
    (call $log (i32.const 2) (i32.const 256) (i32.const 20))
    (i32.const 16))
  (data (i32.const 16) "\02")
  (data (i32.const 256) "fine\0d\0a\1b[31m ERROR x"))
