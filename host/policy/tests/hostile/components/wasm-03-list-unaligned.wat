;; WASM-03: a list at an odd address
;; asked: delivery
;; ends: trap
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.store (i32.const 72) (i32.const 129))
    (i32.store (i32.const 76) (i32.const 1))
    (i32.const 64)))
