;; WASM-05: a line that is no UTF-8, from a function whose name has a hundred thousand letters
;; asked: after-failure
;; repeat NAME 10000: longlonger
;; ends: trap
(core module $policy
  (import "env" "memory" (memory 1))
  (import "host" "log" (func $log (param i32 i32 i32)))
  (func $named (@name "NAME") (call $log (i32.const 1) (i32.const 256) (i32.const 2)))
  (func (export "answer") (result i32)
    (call $named)
    (i32.const 16))
  (data (i32.const 256) "\ff\ff"))
