;; WASM-01: fills the whole of its table without end, three hundred times a turn
;; asked: after-failure
;; repeat FILLS 300: (table.fill $t (i32.const 0) (ref.null func) (i32.const 10000))
;; ends: deadline
(core module $policy
  (import "env" "memory" (memory 1))
  (table $t 10000 funcref)
  (func (export "answer") (result i32)
    (loop $again
      FILLS
      (br $again))
    unreachable))
