;; WASM-02: two memories that are too large together
;; asked: after-failure
;; ends: memory
(core module $policy
  (import "env" "memory" (memory 1))
  (memory $own 1)
  (func (export "answer") (result i32)
    (drop (memory.grow (i32.const 70)))
    (drop (memory.grow $own (i32.const 70)))
    (i32.const 16))
  (data (i32.const 16) "\02"))
