;; WASM-05: the whole header block a million times, kept
;; asked: after-failure
;; ends: memory/deadline
(core module $policy
  (import "env" "memory" (memory 1))
  (import "host" "header-block" (func $header-block (param i32)))
  (func (export "answer") (result i32)
    (loop $again (call $header-block (i32.const 64)) (br $again))
    unreachable))
