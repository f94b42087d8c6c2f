;; WASM-07: a function of three thousand conditions in conditions
;; asked: after-failure
;; repeat OPEN 3000: local.get $p if
;; repeat CLOSE 3000: end
;; ends: ok give_up
(core module $policy
  (import "env" "memory" (memory 1))
  (func $deep (param $p i32) OPEN CLOSE)
  (func (export "answer") (result i32)
    (call $deep (i32.const 1))
    (i32.const 16))
  (data (i32.const 16) "\02"))
