;; WASM-02: ten thousand memories in one module
;; asked: after-failure
;; repeat MEMORIES 10000: (memory 1)
;; ends: refused memories count exceeds
(core module $policy
  (import "env" "memory" (memory 1))
  MEMORIES
  (func (export "answer") (result i32)
    (i32.const 16)))
