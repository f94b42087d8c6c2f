;; WASM-02: a module of sixty thousand globals, sixty times over
;; asked: after-failure
;; repeat GLOBALS 60000: (global i64 (i64.const 7))
;; repeat INSTANCES 60: (core instance (instantiate $g))
;; ends: refused exceeds
(core module $g GLOBALS)
INSTANCES
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16))
  (data (i32.const 16) "\02"))
