;; WASM-03: one field more than there may be
;; asked: inbound
;; ends: output
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (local $at i32)
    (drop (memory.grow (i32.const 40)))
    (local.set $at (i32.const 4096))
    (loop $again
      (i32.store offset=4 (local.get $at) (i32.const 256))
      (i32.store offset=8 (local.get $at) (i32.const 6))
      (i32.store offset=12 (local.get $at) (i32.const 256))
      (i32.store offset=16 (local.get $at) (i32.const 6))
      (local.set $at (i32.add (local.get $at) (i32.const 20)))
      (br_if $again (i32.lt_u (local.get $at) (i32.const 24116))))
    (i32.store (i32.const 68) (i32.const 4096))
    (i32.store (i32.const 72) (i32.const 1001))
    (i32.const 64))
  (data (i32.const 256) "X-Note"))
