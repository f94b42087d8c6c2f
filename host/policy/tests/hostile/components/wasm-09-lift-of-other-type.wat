;; WASM-09: an answer of another machine type
;; asked: after-failure
;; ends: refused type mismatch for export `answer`
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i64)
    (i64.const 16)))
