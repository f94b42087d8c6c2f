;; WASM-02: wants another page for ever
;; asked: after-failure
;; ends: memory
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (loop $again (drop (memory.grow (i32.const 1))) (br $again))
    unreachable))
