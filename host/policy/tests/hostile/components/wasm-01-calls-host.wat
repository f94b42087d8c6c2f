;; WASM-01: a loop that asks the host
;; asked: after-failure
;; ends: host_calls
(core module $policy
  (import "env" "memory" (memory 1))
  (import "host" "log" (func $log (param i32 i32 i32)))
  (func (export "answer") (result i32)
    (loop $again (call $log (i32.const 1) (i32.const 0) (i32.const 4)) (br $again))
    unreachable))
