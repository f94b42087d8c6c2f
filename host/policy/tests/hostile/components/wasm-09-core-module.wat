;; WASM-09: a module that was never made a component of
;; asked: whole
;; ends: refused core module
(module (func (export "answer")))
