;; WASM-01: 2^60 calls of a function without any loop
;; asked: after-failure
;; ends: deadline
(core module $policy
  (import "env" "memory" (memory 1))
  (func $tree (param $depth i32)
    (if (local.get $depth) (then
      (call $tree (i32.sub (local.get $depth) (i32.const 1)))
      (call $tree (i32.sub (local.get $depth) (i32.const 1))))))
  (func (export "answer") (result i32)
    (call $tree (i32.const 60))
    (i32.const 16))
  (data (i32.const 16) "\02"))
