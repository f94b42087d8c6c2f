;; WASM-09: exports two things by one name
;; asked: after-failure
;; ends: refused duplicate export name
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16)))
(core module $odd (func (export "x")) (func (export "x")))
