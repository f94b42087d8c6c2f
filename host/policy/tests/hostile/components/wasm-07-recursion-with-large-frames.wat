;; WASM-07: calls itself with a thousand values on each frame
;; asked: after-failure
;; repeat PUSH 1000: (i64.add (local.get $n) (i64.load offset=8{n} (i32.const 0)))
;; repeat POP 1000: i64.add
;; ends: trap
(core module $policy
  (import "env" "memory" (memory 1))
  (func $deeper (param $n i64) (result i64)
    PUSH
    (call $deeper (i64.add (local.get $n) (i64.const 1)))
    POP)
  (func (export "answer") (result i32)
    (drop (call $deeper (i64.const 0)))
    (i32.const 16)))
