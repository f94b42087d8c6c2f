;; WASM-03: 2^28 tags
;; asked: delivery
;; ends: trap
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.store (i32.const 72) (i32.const 128))
    (i32.store (i32.const 76) (i32.const 268435456))
    (i32.const 64)))
