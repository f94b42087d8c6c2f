;; WASM-05: a million lines for the log
;; asked: after-failure
;; ends: host_calls
(core module $policy
  (import "env" "memory" (memory 1))
  (import "host" "log" (func $log (param i32 i32 i32)))
  (func (export "answer") (result i32)
    (loop $again (call $log (i32.const 2) (i32.const 4096) (i32.const 1000)) (br $again))
    unreachable))
