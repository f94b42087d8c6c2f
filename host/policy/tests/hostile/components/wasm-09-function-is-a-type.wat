;; WASM-09: exports a type under the name of the question
;; asked: whole
;; ends: refused failed to find function export
(component
  (core module $m (memory (export "memory") 1) (func (export "f") (result i32) (i32.const 0)))
  (core instance $i (instantiate $m))
  (type $t u32)
  (instance $routes (export "after-failure" (type $t)))
  (export "relaygate:policy/routes@0.1.0" (instance $routes)))
