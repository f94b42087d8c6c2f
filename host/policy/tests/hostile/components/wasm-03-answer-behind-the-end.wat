;; WASM-03: an answer at the last octet of memory
;; asked: delivery
;; ends: trap
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 0xfffffff0)))
