;; WASM-09: a component with a start function of its own
;; asked: whole
;; ends: refused support for component model `value`s is not enabled
(component
  (core module $m (memory (export "memory") 1) (func (export "g")) (func (export "f") (result i32) (i32.const 0)))
  (core instance $i (instantiate $m))
  (func $f (canon lift (core func $i "g")))
  (start $f))
