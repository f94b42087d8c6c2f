;; WASM-05: nine hundred and ninety lines with nothing in them
;; asked: after-failure
;; ends: ok give_up
(core module $policy
  (import "env" "memory" (memory 1))
  (import "host" "log" (func $log (param i32 i32 i32)))
  (func (export "answer") (result i32)
    (local $n i32)
    (local.set $n (i32.const 990))
    (loop $again
      (call $log (i32.const 1) (i32.const 0) (i32.const 0))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.const 16))
  (data (i32.const 16) "\02"))
