;; WASM-02: twenty modules with a memory each
;; asked: after-failure
;; repeat MODULES 20: (core module $m{n} (memory 1)) (core instance (instantiate $m{n}))
;; ends: refused memories
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16)))
MODULES
