;; WASM-09: wants the log to take numbers
;; asked: whole
;; ends: refused does not fit the contract: component imports instance `relaygate:policy/log@0.1.0`
(component
  (import "relaygate:policy/log@0.1.0" (instance $l (export "write" (func (param "text" u32)))))
  (core module $m (memory (export "memory") 1) (func (export "f") (result i32) (i32.const 0)))
  (core instance $i (instantiate $m))
  (func $f (result u32) (canon lift (core func $i "f")))
  (instance $routes (export "after-failure" (func $f)))
  (export "relaygate:policy/routes@0.1.0" (instance $routes)))
