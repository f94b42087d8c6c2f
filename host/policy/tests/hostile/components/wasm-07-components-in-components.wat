;; WASM-07: ninety components, one in another
;; asked: after-failure
;; repeat OPEN 90: (component
;; repeat CLOSE 90: )
;; ends: refused components in components
OPEN CLOSE
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16)))
