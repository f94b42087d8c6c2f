;; WASM-07: a function with ten thousand values on the stack
;; asked: after-failure
;; repeat PUSH 10000: local.get $p
;; repeat POP 9999: i32.add
;; ends: ok give_up
(core module $policy
  (import "env" "memory" (memory 1))
  (func $deep (param $p i32) (result i32) PUSH POP)
  (func (export "answer") (result i32)
    (drop (call $deep (i32.const 1)))
    (i32.const 16))
  (data (i32.const 16) "\02"))
