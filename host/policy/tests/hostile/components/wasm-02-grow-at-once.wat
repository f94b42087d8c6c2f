;; WASM-02: wants four gigabytes
;; asked: after-failure
;; ends: memory
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (drop (memory.grow (i32.const 65535)))
    (i32.const 16))
  (data (i32.const 16) "\02"))
