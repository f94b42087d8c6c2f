;; WASM-05: a line that is no UTF-8, from a function with a name of two lines
;; asked: after-failure
;; ends: trap
(core module $policy
  (import "env" "memory" (memory 1))
  (import "host" "log" (func $log (param i32 i32 i32)))
  (func $named (@name "first\0a2026-01-01 ERROR second") (call $log (i32.const 1) (i32.const 256) (i32.const 2)))
  (func (export "answer") (result i32)
    (call $named)
    (i32.const 16))
  (data (i32.const 256) "\ff\ff"))
