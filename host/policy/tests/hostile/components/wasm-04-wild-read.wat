;; WASM-04: reads behind the end of its memory
;; asked: after-failure
;; ends: trap
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.load (i32.const 0x7fffffff))))
