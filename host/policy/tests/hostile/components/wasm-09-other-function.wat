;; WASM-09: exports the interface without the function
;; asked: whole
;; ends: refused answers no question
(component
  (core module $m (memory (export "memory") 1) (func (export "f") (result i32) (i32.const 0)))
  (core instance $i (instantiate $m))
  (func $f (result u32) (canon lift (core func $i "f")))
  (instance $routes (export "after-success" (func $f)))
  (export "relaygate:policy/routes@0.1.0" (instance $routes)))
