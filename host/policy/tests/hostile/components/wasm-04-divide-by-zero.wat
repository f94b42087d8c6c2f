;; WASM-04: divides by zero at every call
;; asked: after-failure
;; ends: trap
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.div_u (i32.const 1) (i32.const 0))))
