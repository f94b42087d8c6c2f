;; WASM-02: 50 pieces of two thousand expressions for the same table
;; asked: after-failure
;; repeat PIECES 50: (elem (table $t) (i32.const 0) funcref ENTRIES)
;; repeat ENTRIES 2000: (ref.null func)
;; ends: refused the file: 100000 table entries, the limit is 50000
(core module $policy
  (import "env" "memory" (memory 1))
  (table $t 10000 funcref)
  PIECES
  (func (export "answer") (result i32)
    (i32.const 16))
  (data (i32.const 16) "\02"))
