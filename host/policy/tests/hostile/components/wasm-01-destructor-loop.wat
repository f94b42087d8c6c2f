;; WASM-01: a resource whose destructor never ends
;; asked: after-failure
;; give $policy: (with "things" (instance $things))
;; ends: deadline
(core module $end (func (export "end") (param i32) (loop $again (br $again))))
(core instance $end (instantiate $end))
(type $thing (resource (rep i32) (dtor (func $end "end"))))
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
    (call $drop (call $new (i32.const 7)))
    (i32.const 16)))
