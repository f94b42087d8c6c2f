;; WASM-09: objects for a garbage collector
;; asked: after-failure
;; ends: refused gc types are disabled
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16)))
(core module $odd (type $s (struct (field i32))) (func (drop (struct.new_default $s))))
