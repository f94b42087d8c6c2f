;; WASM-02: twelve modules with a table each, as large as it may be
;; asked: after-failure
;; repeat TABLES 12: (core module $t{n} (table $t 0 funcref) (func $grow (drop (table.grow $t (ref.null func) (i32.const 10000)))) (start $grow)) (core instance (instantiate $t{n}))
;; ends: ok give_up
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16))
  (data (i32.const 16) "\02"))
TABLES
