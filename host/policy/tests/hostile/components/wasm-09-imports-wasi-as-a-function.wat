;; WASM-09: wants the environment as a function
;; asked: whole
;; ends: refused component imports function `wasi:cli/environment@0.2.0`
(component
  (import "wasi:cli/environment@0.2.0" (func))
  (core module $m (memory (export "memory") 1) (func (export "f") (result i32) (i32.const 0)))
  (core instance $i (instantiate $m))
  (func $f (result u32) (canon lift (core func $i "f")))
  (instance $routes (export "after-failure" (func $f)))
  (export "relaygate:policy/routes@0.1.0" (instance $routes)))
