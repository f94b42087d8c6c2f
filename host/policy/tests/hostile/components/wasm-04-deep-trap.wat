;; WASM-04: traps a thousand calls deep
;; asked: after-failure
;; ends: trap
(core module $policy
  (import "env" "memory" (memory 1))
  (func $down (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (i32.add (i32.const 1) (call $down (i32.sub (local.get 0) (i32.const 1)))))
      (else unreachable)))
  (func (export "answer") (result i32)
    (call $down (i32.const 1000))))
