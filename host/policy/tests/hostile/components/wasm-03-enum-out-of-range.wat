;; WASM-03: a reserved tag the contract does not have
;; asked: delivery
;; ends: trap
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.store (i32.const 64) (i32.const 128))
    (i32.store (i32.const 68) (i32.const 1))
    (i32.store8 (i32.const 128) (i32.const 2))
    (i32.const 64)))
