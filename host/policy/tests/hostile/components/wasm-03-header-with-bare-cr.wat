;; WASM-03: a field whose value has a CR alone
;; asked: inbound
;; ends: output
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.store (i32.const 68) (i32.const 128))
    (i32.store (i32.const 72) (i32.const 1))
    (i32.store8 (i32.const 128) (i32.const 0))
    (i32.store (i32.const 132) (i32.const 256))
    (i32.store (i32.const 136) (i32.const 6))
    (i32.store (i32.const 140) (i32.const 512))
    (i32.store (i32.const 144) (i32.const 9))
    (i32.const 64))
  (data (i32.const 256) "X-Note")
  (data (i32.const 512) "a\0dBcc: x"))
