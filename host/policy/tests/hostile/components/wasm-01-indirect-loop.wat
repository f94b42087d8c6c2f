;; WASM-01: a loop of calls through a table
;; asked: after-failure
;; ends: deadline
(core module $policy
  (import "env" "memory" (memory 1))
  (type $f (func))
  (table 2 funcref)
  (elem (i32.const 0) func $a $b)
  (func $a)
  (func $b)
  (func (export "answer") (result i32)
    (local $i i32)
    (loop $again
      (local.set $i (i32.xor (local.get $i) (i32.const 1)))
      (call_indirect (type $f) (local.get $i))
      (br $again))
    unreachable))
