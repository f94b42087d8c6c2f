;; WASM-03: so many tags that their octets cannot be counted in 32 bits
;; asked: delivery
;; ends: trap
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.store (i32.const 72) (i32.const 128))
    (i32.store (i32.const 76) (i32.const 536870913))
    (i32.const 64)))
