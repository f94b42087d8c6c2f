;; WASM-09: reads a local it does not have
;; asked: after-failure
;; ends: refused unknown local
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16)))
(core module $odd (func (drop (local.get 70000))))
