;; WASM-06: looks behind a handle it was never given
;; asked: after-failure
;; give $policy: (with "things" (instance $things))
;; ends: trap
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
    (drop (call $rep (i32.const 4000)))
    (i32.const 16)))
