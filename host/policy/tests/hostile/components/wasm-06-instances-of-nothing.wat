;; WASM-06: nine hundred instances of a component with nothing in it
;; asked: after-failure
;; repeat INSTANCES 900: (instance (instantiate $c))
;; ends: ok give_up
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16))
  (data (i32.const 16) "\02"))
(component $c)
INSTANCES
