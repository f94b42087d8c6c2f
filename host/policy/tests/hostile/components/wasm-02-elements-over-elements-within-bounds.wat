;; WASM-02: 20 pieces of two thousand expressions for the same table
;; asked: after-failure
;; repeat PIECES 20: (elem (table $t) (i32.const 0) funcref ENTRIES)
;; repeat ENTRIES 2000: (ref.null func)
;; ends: ok give_up
(core module $policy
  (import "env" "memory" (memory 1))
  (table $t 10000 funcref)
  PIECES
  (func (export "answer") (result i32)
    (i32.const 16))
  (data (i32.const 16) "\02"))
