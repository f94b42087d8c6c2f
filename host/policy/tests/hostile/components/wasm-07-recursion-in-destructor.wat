;; WASM-07: each destructor drops the next handle
;; asked: after-failure
;; give $policy: (with "things" (instance $things))
;; ends: trap
(core module $shared (table (export "t") 2 funcref))
(core instance $shared (instantiate $shared))
(core module $end
  (import "shared" "t" (table 2 funcref))
  (type $new (func (param i32) (result i32)))
  (type $drop (func (param i32)))
  (func (export "end") (param i32)
    (call_indirect (type $drop) (call_indirect (type $new) (i32.const 1) (i32.const 0)) (i32.const 1))))
(core instance $end (instantiate $end (with "shared" (instance $shared))))
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
(core module $fill
  (import "shared" "t" (table 2 funcref))
  (import "things" "new" (func $new (param i32) (result i32)))
  (import "things" "drop" (func $drop (param i32)))
  (elem (i32.const 0) func $new $drop))
(core instance (instantiate $fill (with "shared" (instance $shared)) (with "things" (instance $things))))
