;; WASM-09: wants the command line of WASI 0.3
;; asked: whole
;; ends: refused wasi:cli/run@0.3.0, which is not provided
(component
  (import "wasi:cli/run@0.3.0" (instance)))
