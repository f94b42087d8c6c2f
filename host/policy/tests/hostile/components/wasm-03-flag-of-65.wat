;; WASM-03: a flag of 65 letters
;; asked: inbound
;; ends: output
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.store (i32.const 80) (i32.const 128))
    (i32.store (i32.const 84) (i32.const 1))
    (i32.store (i32.const 128) (i32.const 256))
    (i32.store (i32.const 132) (i32.const 65))
    (i32.const 64))
  (data (i32.const 256) "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"))
