;; WASM-04: calls what is not in its table
;; asked: after-failure
;; ends: trap
(core module $policy
  (import "env" "memory" (memory 1))
  (type $f (func (result i32)))
  (table 1 funcref)
  (func (export "answer") (result i32)
    (call_indirect (type $f) (i32.const 0))))
