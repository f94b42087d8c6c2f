;; WASM-06: makes ten thousand handles and leaves them behind
;; asked: after-failure
;; give $policy: (with "things" (instance $things))
;; ends: ok give_up
(type $thing (resource (rep i32)))
(core func $new (canon resource.new $thing))
(core func $rep (canon resource.rep $thing))
(core func $drop (canon resource.drop $thing))
(core instance $things
  (export "new" (func $new)) (export "rep" (func $rep)) (export "drop" (func $drop)))
(core module $policy
  (import "env" "memory" (memory 1))
  (import "things" "new" (func $new (param i32) (result i32)))
  (import "things" "rep" (func $rep (param i32) (result i32)))
  (import "things" "drop" (func $drop (param i32)))
  (func (export "answer") (result i32)
    (local $n i32)
    (loop $again
      (drop (call $new (local.get $n)))
      (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 10000))))
    (i32.const 16))
  (data (i32.const 16) "\02"))
