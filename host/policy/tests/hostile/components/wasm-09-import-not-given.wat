;; WASM-09: wants what nobody gives it
;; asked: after-failure
;; ends: refused does not export an item named `shell`
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16)))
(core module $odd (import "host" "shell" (func)))
(core instance (instantiate $odd (with "host" (instance $host))))
