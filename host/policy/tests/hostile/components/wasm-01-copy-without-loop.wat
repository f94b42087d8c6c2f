;; WASM-01: a thousand copies of three megabytes, one after the other
;; asked: after-failure
;; repeat COPIES 1000: (memory.copy (i32.const 3200000) (i32.const 4096) (i32.const 3000000))
;; ends: deadline
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (drop (memory.grow (i32.const 100)))
    COPIES
    (i32.const 16))
  (data (i32.const 16) "\02"))
