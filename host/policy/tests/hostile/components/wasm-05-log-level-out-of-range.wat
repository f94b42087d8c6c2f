;; WASM-05: a line of a level there is not
;; asked: after-failure
;; ends: trap
(core module $policy
  (import "env" "memory" (memory 1))
  (import "host" "log" (func $log (param i32 i32 i32)))
  (func (export "answer") (result i32)
    (call $log (i32.const 9) (i32.const 0) (i32.const 0))
    (i32.const 16))
  (data (i32.const 16) "\02"))
