;; WASM-09: wants the environment as a list
;; asked: whole
;; ends: refused `value`s is not enabled
(component
  (import "wasi:cli/environment@0.2.0" (value string))
)
