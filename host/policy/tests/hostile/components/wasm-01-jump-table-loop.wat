;; WASM-01: a jump table that always jumps back
;; asked: after-failure
;; ends: deadline
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (loop $again (br_table $again $again $again (i32.const 7)))
    unreachable))
