;; WASM-01: fills all memory it may have, over and over
;; asked: after-failure
;; ends: deadline
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (drop (memory.grow (i32.const 100)))
    (loop $again (memory.fill (i32.const 0) (i32.const 1) (i32.const 6553600)) (br $again))
    unreachable))
