;; WASM-05: asks for 4 GiB of the body from the last octet there could be
;; asked: after-failure
;; ends: ok give_up
(core module $policy
  (import "env" "memory" (memory 1))
  (import "host" "body" (func $body (param i64 i32 i32)))
  (func (export "answer") (result i32)
    (call $body (i64.const -1) (i32.const -1) (i32.const 64))
    (i32.const 16))
  (data (i32.const 16) "\02"))
