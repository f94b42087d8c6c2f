;; WASM-01: a loop without end before it is asked anything
;; asked: after-failure
;; ends: refused cannot be started: gave no answer within
(core module $policy
  (import "env" "memory" (memory 1))
  (func $start (loop $again (br $again)))
  (start $start)
  (func (export "answer") (result i32)
    (i32.const 16)))
