;; WASM-09: a memory for several threads
;; asked: after-failure
;; ends: refused threads must be enabled
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16)))
(core module $odd (memory 1 1 shared))
