;; WASM-06: each of twelve components instantiates the one before twice: 4096 cores
;; asked: after-failure
;; repeat DOUBLED 12: (component $c{n1} (alias outer 1 $c{n} (component $c)) (instance (instantiate $c)) (instance (instantiate $c)))
;; ends: refused core module instances, which exceeds the configured maximum of 64
(component $c0 (core module $m) (core instance (instantiate $m)))
DOUBLED
(instance (instantiate $c12))
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16)))
