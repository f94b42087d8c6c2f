;; Not one of the suite: it does no harm but to tell. Seven places are looked at, a bit each:
;; a page of memory it has, memory it grows, a global, a table, the size of a table, a passive
;; segment that was dropped, and the number the next handle gets.
;; give $policy: (with "things" (instance $things))
(type $thing (resource (rep i32)))
(core func $new (canon resource.new $thing))
(core instance $things (export "new" (func $new)))
(core module $policy
  (import "env" "memory" (memory 1))
  (import "host" "text" (func $text (param i32 i32 i32)))
  (import "things" "new" (func $new (param i32) (result i32)))
  (data (i32.const 256) "secret")
  (data $dropped "x")
  (global $kept (mut i64) (i64.const 0))
  (table $places 4 1000 funcref)
  (elem declare func $look-and-leave)

  ;; Any of these octets that is not zero.
  (func $find (param $from i32) (param $to i32) (result i32)
    (loop $next
      (if (i64.ne (i64.load (local.get $from)) (i64.const 0)) (then (return (i32.const 1))))
      (local.set $from (i32.add (local.get $from) (i32.const 8)))
      (br_if $next (i32.lt_u (local.get $from) (local.get $to))))
    (i32.const 0))

  (func $look-and-leave (result i32)
    (local $found i32)
    (local $grown i32)
    ;; What was left.
    (local.set $found (call $find (i32.const 8192) (i32.const 16384)))
    (local.set $grown (i32.shl (memory.grow (i32.const 4)) (i32.const 16)))
    (local.set $found (i32.or (local.get $found)
      (i32.shl (call $find (i32.const 65536) (i32.add (local.get $grown) (i32.const 262144))) (i32.const 1))))
    (local.set $found (i32.or (local.get $found)
      (i32.shl (i64.ne (global.get $kept) (i64.const 0)) (i32.const 2))))
    (local.set $found (i32.or (local.get $found)
      (i32.shl (i32.eqz (ref.is_null (table.get $places (i32.const 1)))) (i32.const 3))))
    (local.set $found (i32.or (local.get $found)
      (i32.shl (i32.ne (table.size $places) (i32.const 4)) (i32.const 4))))
    (local.set $found (i32.or (local.get $found)
      (i32.shl (i32.eqz (call $segment-is-there)) (i32.const 5))))
    (local.set $found (i32.or (local.get $found)
      (i32.shl (i32.ne (call $new (i32.const 7)) (i32.const 1)) (i32.const 6))))
    ;; What is left for the next: the secret, in each of them.
    (call $text (i32.const 256) (i32.const 6) (i32.const 1024))
    (memory.copy (i32.const 8192) (i32.load (i32.const 1028)) (i32.load (i32.const 1032)))
    (memory.copy (local.get $grown) (i32.load (i32.const 1028)) (i32.load (i32.const 1032)))
    (global.set $kept (i64.load (i32.const 8192)))
    (table.set $places (i32.const 1) (ref.func $look-and-leave))
    (drop (table.grow $places (ref.null func) (i32.const 3)))
    (data.drop $dropped)
    (local.get $found))

  ;; Cannot be asked without a trap, so a mark beside it says what was done to it.
  (global $was-dropped (mut i32) (i32.const 0))
  (func $segment-is-there (result i32)
    (if (i32.eqz (global.get $was-dropped)) (then
      (memory.init $dropped (i32.const 128) (i32.const 0) (i32.const 1))
      (global.set $was-dropped (i32.const 1))
      (return (i32.eq (i32.load8_u (i32.const 128)) (i32.const 120)))))
    (i32.const 0))

  (func (export "answer") (result i32)
    (i64.store (i32.const 24) (i64.add (i64.const 1) (i64.extend_i32_u (call $look-and-leave))))
    (i32.const 16)))
