;; WASM-03: an author field the contract does not have
;; asked: inbound
;; ends: trap
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.store8 (i32.const 78) (i32.const 255))
    (i32.const 64)))
