;; WASM-02: has more from the beginning than any policy of this engine
;; asked: after-failure
;; ends: refused memory
(core module $libc
  (memory (export "memory") 1040)
  (func (export "realloc") (param i32 i32 i32 i32) (result i32)
    (i32.const 1024)))
;; ---
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16)))
