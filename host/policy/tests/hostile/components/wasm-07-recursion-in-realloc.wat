;; WASM-07: its allocator calls itself for ever
;; asked: after-failure
;; ends: trap
(core module $libc
  (memory (export "memory") 1)
  (func $realloc (export "realloc") (param i32 i32 i32 i32) (result i32)
    (i32.add (i32.const 8) (call $realloc (local.get 0) (local.get 1) (local.get 2) (local.get 3)))))
;; ---
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16))
  (data (i32.const 16) "\02"))
