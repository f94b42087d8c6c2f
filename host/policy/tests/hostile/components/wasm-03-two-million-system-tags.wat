;; WASM-03: two million reserved tags of an octet each
;; asked: delivery
;; ends: transfer
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (drop (memory.grow (i32.const 40)))
    (i32.store (i32.const 64) (i32.const 4096))
    (i32.store (i32.const 68) (i32.const 2000000))
    (i32.const 64)))
