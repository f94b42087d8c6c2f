;; WASM-02: data behind the end of its memory
;; asked: after-failure
;; ends: refused cannot be started: trapped
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16))
  (data (i32.const -4) "xxxxxxxx"))
