;; WASM-03: a tag in Latin-1 that is no word
;; asked: delivery
;; lift: string-encoding=latin1+utf16
;; ends: output
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.store (i32.const 72) (i32.const 128))
    (i32.store (i32.const 76) (i32.const 1))
    (i32.store (i32.const 128) (i32.const 256))
    (i32.store (i32.const 132) (i32.const 3))
    (i32.const 64))
  (data (i32.const 256) "\e4\f6\fc"))
