;; WASM-03: a tag with half a surrogate pair in UTF-8
;; asked: delivery
;; ends: trap
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.store (i32.const 72) (i32.const 128))
    (i32.store (i32.const 76) (i32.const 1))
    (i32.store (i32.const 128) (i32.const 256))
    (i32.store (i32.const 132) (i32.const 3))
    (i32.const 64))
  (data (i32.const 256) "\ed\a0\80"))
