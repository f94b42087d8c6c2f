;; WASM-05: its allocator gives places that are not its own
;; asked: after-failure
;; ends: trap
(core module $libc
  (memory (export "memory") 1)
  (func (export "realloc") (param i32 i32 i32 i32) (result i32)
    (i32.const -64)))
;; ---
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16))
  (data (i32.const 16) "\02"))
