;; WASM-09: pages of an octet
;; asked: after-failure
;; ends: refused custom page sizes proposal
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16)))
(core module $odd (memory 1 (pagesize 1)))
