;; WASM-09: wants something with a name of a hundred thousand letters
;; asked: whole
;; repeat NAME 10000: longlonger
;; ends: refused component imports longlonger
(component
  (import "NAME" (func)))
