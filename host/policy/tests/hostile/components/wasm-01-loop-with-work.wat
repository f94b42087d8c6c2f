;; WASM-01: a loop that computes, and might end one day
;; asked: after-failure
;; ends: deadline
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (local $sum i64)
    (loop $again
      (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 6364136223846793005)) (i64.const 1)))
      (br_if $again (i64.ne (local.get $sum) (i64.const 0))))
    (i32.const 16))
  (data (i32.const 16) "\02"))
