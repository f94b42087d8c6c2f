;; WASM-01: the second module of a component loops in its start function
;; asked: after-failure
;; ends: refused cannot be started: gave no answer within
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16)))
(core module $other
  (func $start (loop $again (br $again)))
  (start $start))
(core instance $other (instantiate $other))
