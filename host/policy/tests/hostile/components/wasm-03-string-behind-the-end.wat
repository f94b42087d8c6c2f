;; WASM-03: a tag that begins behind the end of memory
;; asked: delivery
;; ends: trap
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.store (i32.const 72) (i32.const 128))
    (i32.store (i32.const 76) (i32.const 1))
    (i32.store (i32.const 128) (i32.const -16))
    (i32.store (i32.const 132) (i32.const 32))
    (i32.const 64)))
