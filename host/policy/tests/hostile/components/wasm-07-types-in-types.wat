;; WASM-07: a type of two hundred lists in lists
;; asked: after-failure
;; repeat TYPES 200: (type $t{n1} (list $t{n}))
;; ends: refused type nesting is too deep
(type $t0 (list u8))
TYPES
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16)))
