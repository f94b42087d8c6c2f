;; WASM-09: calls a function it does not have
;; asked: after-failure
;; ends: refused unknown function
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16)))
(core module $odd (func (call 4000000)))
