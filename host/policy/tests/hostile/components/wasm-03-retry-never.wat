;; WASM-03: tries again in half a thousand million years
;; asked: after-failure
;; ends: output
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16))
  (data (i32.const 16) "\00\00\00\00\00\00\00\00\ff\ff\ff\ff\ff\ff\ff\ff"))
