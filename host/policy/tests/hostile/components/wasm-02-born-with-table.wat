;; WASM-02: has a table of ten million entries from the beginning
;; asked: after-failure
;; ends: refused table
(core module $policy
  (import "env" "memory" (memory 1))
  (table 9000000 funcref)
  (func (export "answer") (result i32)
    (i32.const 16)))
