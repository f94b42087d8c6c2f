;; WASM-09: wants the log as a function
;; asked: whole
;; ends: refused expected function found instance
(component
  (import "relaygate:policy/log@0.1.0" (func))
  (core module $m (memory (export "memory") 1) (func (export "f") (result i32) (i32.const 0)))
  (core instance $i (instantiate $m))
  (func $f (result u32) (canon lift (core func $i "f")))
  (instance $routes (export "after-failure" (func $f)))
  (export "relaygate:policy/routes@0.1.0" (instance $routes)))
