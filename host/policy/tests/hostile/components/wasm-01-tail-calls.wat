;; WASM-01: two functions hand the call to each other for ever
;; asked: after-failure
;; ends: deadline
(core module $policy
  (import "env" "memory" (memory 1))
  (func $one (param i64) (result i32) (return_call $two (i64.add (local.get 0) (i64.const 1))))
  (func $two (param i64) (result i32) (return_call $one (i64.add (local.get 0) (i64.const 1))))
  (func (export "answer") (result i32)
    (call $one (i64.const 0))))
