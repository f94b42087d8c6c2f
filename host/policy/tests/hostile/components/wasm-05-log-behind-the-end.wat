;; WASM-05: a line that is not in its memory
;; asked: after-failure
;; ends: trap
(core module $policy
  (import "env" "memory" (memory 1))
  (import "host" "log" (func $log (param i32 i32 i32)))
  (func (export "answer") (result i32)
    (call $log (i32.const 1) (i32.const 0x7ffffff0) (i32.const 64))
    (i32.const 16))
  (data (i32.const 16) "\02"))
