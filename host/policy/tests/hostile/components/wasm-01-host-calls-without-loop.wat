;; WASM-01: nine hundred lines of a megabyte for the log, one after the other
;; asked: after-failure
;; repeat LINES 900: (call $log (i32.const 1) (i32.const 4096) (i32.const 1000000))
;; ends: deadline
(core module $policy
  (import "env" "memory" (memory 1))
  (import "host" "log" (func $log (param i32 i32 i32)))
  (func (export "answer") (result i32)
    (drop (memory.grow (i32.const 20)))
    LINES
    (i32.const 16))
  (data (i32.const 16) "\02"))
