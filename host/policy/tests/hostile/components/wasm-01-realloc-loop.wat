;; WASM-01: the allocator never gives the place for an argument
;; asked: after-failure
;; ends: deadline
(core module $libc
  (memory (export "memory") 1)
  (func (export "realloc") (param i32 i32 i32 i32) (result i32)
    (loop $again (br $again)) unreachable))
;; ---
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16))
  (data (i32.const 16) "\02"))
