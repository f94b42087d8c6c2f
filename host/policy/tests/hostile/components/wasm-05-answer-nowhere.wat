;; WASM-05: wants the answer of the host behind the end of its memory
;; asked: after-failure
;; ends: trap
(core module $policy
  (import "env" "memory" (memory 1))
  (import "host" "text" (func $text (param i32 i32 i32)))
  (func (export "answer") (result i32)
    (call $text (i32.const 256) (i32.const 1) (i32.const 0x7ffffff0))
    (i32.const 16))
  (data (i32.const 16) "\02"))
