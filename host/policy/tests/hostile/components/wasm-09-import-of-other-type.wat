;; WASM-09: takes a function of the host for another
;; asked: after-failure
;; ends: refused type mismatch for export `log`
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16)))
(core module $odd (import "host" "log" (func (param i64))))
(core instance (instantiate $odd (with "host" (instance $host))))
