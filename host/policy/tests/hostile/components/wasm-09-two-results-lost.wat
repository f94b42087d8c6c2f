;; WASM-09: leaves more on the stack than it says
;; asked: after-failure
;; ends: refused values remaining on stack
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16)))
(core module $odd (func (result i32) i32.const 1 i32.const 2))
