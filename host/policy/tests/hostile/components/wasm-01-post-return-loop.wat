;; WASM-01: the answer is there, and what cleans up after it never ends
;; asked: after-failure
;; lift: (post-return (func $policy "after"))
;; ends: deadline
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16))
  (func (export "after") (param i32) (loop $again (br $again)))
  (data (i32.const 16) "\02"))
