;; WASM-07: two functions call each other through a table
;; asked: after-failure
;; ends: trap
(core module $policy
  (import "env" "memory" (memory 1))
  (type $f (func (param i64) (result i64)))
  (table 2 funcref)
  (elem (i32.const 0) func $a $b)
  (func $a (type $f) (i64.add (i64.const 1) (call_indirect (type $f) (local.get 0) (i32.const 1))))
  (func $b (type $f) (i64.mul (i64.const 3) (call_indirect (type $f) (local.get 0) (i32.const 0))))
  (func (export "answer") (result i32)
    (drop (call $a (i64.const 0)))
    (i32.const 16)))
