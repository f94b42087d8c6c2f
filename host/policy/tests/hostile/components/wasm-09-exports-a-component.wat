;; WASM-09: exports a component where the interface should be
;; asked: whole
;; ends: refused exporting a component
(component
  (core module $m (memory (export "memory") 1) (func (export "f") (result i32) (i32.const 0)))
  (core instance $i (instantiate $m))
  (component $c)
  (export "relaygate:policy/routes@0.1.0" (component $c)))
