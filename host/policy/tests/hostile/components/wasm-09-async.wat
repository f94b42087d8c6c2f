;; WASM-09: a question that is answered some time
;; asked: after-failure
;; lift: async (callback (func $policy "callback"))
;; ends: refused requires the component model async feature
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16))
  (func (export "callback") (param i32 i32 i32) (result i32) (i32.const 0)))
