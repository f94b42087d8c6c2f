;; WASM-02: ten thousand tables in one module
;; asked: after-failure
;; repeat TABLES 10000: (table 1 funcref)
;; ends: refused tables
(core module $policy
  (import "env" "memory" (memory 1))
  TABLES
  (func (export "answer") (result i32)
    (i32.const 16)))
