;; WASM-09: adds what is not there
;; asked: after-failure
;; ends: refused nothing on stack
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16)))
(core module $odd (func (drop (i32.add (i32.const 1)))))
