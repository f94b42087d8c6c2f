;; WASM-09: waits for another thread
;; asked: after-failure
;; ends: refused threads support is not enabled
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16)))
(core module $odd (memory 1) (func (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))))
