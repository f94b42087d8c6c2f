;; WASM-07: calls itself for ever before it is asked anything
;; asked: after-failure
;; ends: refused cannot be started: trapped
(core module $policy
  (import "env" "memory" (memory 1))
  (func $deeper (call $deeper) (call $deeper))
  (start $deeper)
  (func (export "answer") (result i32)
    (i32.const 16)))
