;; WASM-03: a refusal whose code would be a second line of the reply
;; asked: inbound
;; ends: output
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.store8 (i32.const 64) (i32.const 2))
    (i32.store (i32.const 72) (i32.const 256))
    (i32.store (i32.const 76) (i32.const 9))
    (i32.const 64))
  (data (i32.const 256) "x\0d\0a250 ok"))
