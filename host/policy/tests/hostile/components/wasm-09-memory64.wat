;; WASM-09: a memory with addresses of 64 bits
;; asked: after-failure
;; ends: refused memory64 must be enabled
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16)))
(core module $odd (memory i64 1))
