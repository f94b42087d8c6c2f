;; WASM-07: calls itself for ever
;; asked: after-failure
;; ends: trap
(core module $policy
  (import "env" "memory" (memory 1))
  (func $deeper (param i32) (result i32) (i32.add (i32.const 1) (call $deeper (local.get 0))))
  (func (export "answer") (result i32)
    (call $deeper (i32.const 0))))
