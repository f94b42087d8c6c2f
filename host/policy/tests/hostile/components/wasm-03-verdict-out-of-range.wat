;; WASM-03: a fourth kind of verdict
;; asked: inbound
;; ends: trap
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.store8 (i32.const 64) (i32.const 3))
    (i32.const 64)))
