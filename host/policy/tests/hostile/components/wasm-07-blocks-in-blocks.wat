;; WASM-07: a function of five thousand blocks in blocks
;; asked: after-failure
;; repeat OPEN 5000: block
;; repeat CLOSE 5000: end
;; ends: ok give_up
(core module $policy
  (import "env" "memory" (memory 1))
  (func $deep OPEN CLOSE)
  (func (export "answer") (result i32)
    (call $deep)
    (i32.const 16))
  (data (i32.const 16) "\02"))
