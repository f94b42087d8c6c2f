;; WASM-03: a question whose answer has ten thousand members
;; asked: whole
;; repeat MEMBERS 10000: (field "m{n}" u8)
;; ends: refused does not fit the contract: routes.after-failure
(component
  (core module $m (memory (export "memory") 1) (func (export "f") (result i32) (i32.const 0)))
  (core instance $i (instantiate $m))
  (type $r (record MEMBERS))
  (export $named "many" (type $r))
  (func $f (result $named) (canon lift (core func $i "f") (memory $i "memory")))
  (instance $routes (export "after-failure" (func $f)))
  (export "relaygate:policy/routes@0.1.0" (instance $routes)))
