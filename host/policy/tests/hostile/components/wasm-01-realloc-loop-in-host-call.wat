;; WASM-01: the allocator hangs while the host wants to answer
;; asked: after-failure
;; ends: deadline
(core module $libc
  (memory (export "memory") 1)
  (func (export "realloc") (param i32 i32 i32 i32) (result i32)
    (if (i32.ne (local.get 3) (i32.const 5)) (then (loop $again (br $again)))) (i32.const 1024)))
;; ---
(core module $policy
  (import "env" "memory" (memory 1))
  (import "host" "header-block" (func $header-block (param i32)))
  (func (export "answer") (result i32)
    (call $header-block (i32.const 64))
    (i32.const 16))
  (data (i32.const 16) "\02"))
