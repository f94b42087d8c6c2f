;; WASM-02: wants a table of a million entries
;; asked: after-failure
;; ends: memory
(core module $policy
  (import "env" "memory" (memory 1))
  (table $t 1 funcref)
  (func (export "answer") (result i32)
    (drop (table.grow $t (ref.null func) (i32.const 1000000)))
    (i32.const 16))
  (data (i32.const 16) "\02"))
