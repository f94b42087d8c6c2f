;; WASM-03: one tag more than there may be
;; asked: delivery
;; ends: output
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (local $at i32)
    (local.set $at (i32.const 512))
    (loop $again
      (i32.store (local.get $at) (i32.const 256))
      (i32.store offset=4 (local.get $at) (i32.const 3))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $again (i32.lt_u (local.get $at) (i32.const 700))))
    (i32.store (i32.const 72) (i32.const 512))
    (i32.store (i32.const 76) (i32.const 21))
    (i32.const 64))
  (data (i32.const 256) "vip"))
