;; WASM-03: a hundred thousand tags, all the same sixty thousand octets
;; asked: delivery
;; ends: transfer
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (local $at i32)
    (drop (memory.grow (i32.const 40)))
    (local.set $at (i32.const 200000))
    (loop $again
      (i32.store (local.get $at) (i32.const 65536))
      (i32.store offset=4 (local.get $at) (i32.const 60000))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $again (i32.lt_u (local.get $at) (i32.const 1000000))))
    (i32.store (i32.const 72) (i32.const 200000))
    (i32.store (i32.const 76) (i32.const 100000))
    (i32.const 64)))
