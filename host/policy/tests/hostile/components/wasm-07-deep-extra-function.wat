;; WASM-07: answers well, and exports a function of ninety options in options besides
;; asked: after-failure
;; repeat TYPES 60: (type $t{n1} (option $t{n}))
;; ends: ok give_up
(type $t0 (option u8))
TYPES
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16))
  (func (export "deep") (param i32) (result i32) (i32.const 0))
  (data (i32.const 16) "\02"))
(core module $m (func (export "deep") (result i32) (i32.const 0)))
(core instance $deeply (instantiate $m))
(func $deep (result $t60)
  (canon lift (core func $deeply "deep") (memory $env "memory")))
(export "deep" (func $deep))
