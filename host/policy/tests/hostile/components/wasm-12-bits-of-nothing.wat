;; WASM-12: answers with the bits of what no number is
;; asked: after-failure
;; ends: output
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i64.store (i32.const 24) (i64.reinterpret_f64 (f64.neg (f64.div (f64.const 0) (f64.const 0)))))
    (i32.const 16)))
