;; WASM-02: has four gigabytes from the beginning
;; asked: after-failure
;; ends: refused memory
(core module $libc
  (memory (export "memory") 65536)
  (func (export "realloc") (param i32 i32 i32 i32) (result i32)
    (i32.const 1024)))
;; ---
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16)))
