;; WASM-06: one core instance more than there may be
;; asked: after-failure
;; repeat INSTANCES 70: (core instance (instantiate $m))
;; ends: refused instances
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16)))
(core module $m)
INSTANCES
