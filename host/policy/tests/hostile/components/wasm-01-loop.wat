;; WASM-01: a loop without end
;; asked: after-failure
;; ends: deadline
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (loop $again (br $again))
    unreachable))
