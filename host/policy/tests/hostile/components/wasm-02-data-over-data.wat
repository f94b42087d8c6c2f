;; WASM-02: sixty thousand pieces of data for the same place of a memory that is another module's
;; asked: after-failure
;; repeat PIECES 60000: (data (i32.const 4096) "xxxxxxxxxxxxxxxx")
;; ends: refused the file: 60001 segments, the limit is 8000
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16))
  PIECES
  (data (i32.const 16) "\02"))
