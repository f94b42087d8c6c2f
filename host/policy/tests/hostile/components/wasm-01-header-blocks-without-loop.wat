;; WASM-01: nine hundred times the whole header block into the same place
;; asked: after-failure
;; repeat BLOCKS 900: (call $header-block (i32.const 64))
;; ends: deadline
(core module $libc
  (memory (export "memory") 10)
  (func (export "realloc") (param i32 i32 i32 i32) (result i32)
    (i32.const 8192)))
;; ---
(core module $policy
  (import "env" "memory" (memory 1))
  (import "host" "header-block" (func $header-block (param i32)))
  (func (export "answer") (result i32)
    BLOCKS
    (i32.const 16))
  (data (i32.const 16) "\02"))
