;; WASM-05: a million times one more
;; asked: after-failure
;; ends: host_calls
(core module $policy
  (import "env" "memory" (memory 1))
  (import "host" "count" (func $count (param i32 i32 i32) (result i64)))
  (func (export "answer") (result i32)
    (loop $again (drop (call $count (i32.const 4096) (i32.const 8) (i32.const 60))) (br $again))
    unreachable))
