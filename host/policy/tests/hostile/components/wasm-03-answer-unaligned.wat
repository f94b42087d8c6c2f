;; WASM-03: an answer at an odd address
;; asked: delivery
;; ends: trap
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 65)))
