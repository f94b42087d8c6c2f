;; WASM-06: nearly as many core instances as there may be
;; asked: after-failure
;; repeat INSTANCES 60: (core instance (instantiate $n))
;; ends: ok give_up
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16))
  (data (i32.const 16) "\02"))
(core module $m (memory 0) (func))
(core module $n (func))
INSTANCES
