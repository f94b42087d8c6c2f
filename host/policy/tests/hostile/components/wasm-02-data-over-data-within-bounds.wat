;; WASM-02: nearly two thousand pieces of data for the same place
;; asked: after-failure
;; repeat PIECES 1900: (data (i32.const 4096) "xxxxxxxxxxxxxxxx")
;; ends: ok give_up
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16))
  PIECES
  (data (i32.const 16) "\02"))
