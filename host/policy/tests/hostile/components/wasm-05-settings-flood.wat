;; WASM-05: a million looks at its settings
;; asked: after-failure
;; ends: host_calls
(core module $policy
  (import "env" "memory" (memory 1))
  (import "host" "text" (func $text (param i32 i32 i32)))
  (func (export "answer") (result i32)
    (loop $again (call $text (i32.const 4096) (i32.const 8) (i32.const 64)) (br $again))
    unreachable))
