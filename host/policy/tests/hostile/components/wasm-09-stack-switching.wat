;; WASM-09: stacks of its own
;; asked: after-failure
;; ends: refused stack switching is disabled
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16)))
(core module $odd (type $f (func)) (type $c (cont $f)) (func (param (ref null $c)) (resume $c (local.get 0))))
