;; WASM-01: a thousand fills of six megabytes, one after the other
;; asked: after-failure
;; repeat FILLS 1000: (memory.fill (i32.const 4096) (i32.const 1) (i32.const 6500000))
;; ends: deadline
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (drop (memory.grow (i32.const 100)))
    FILLS
    (i32.const 16))
  (data (i32.const 16) "\02"))
