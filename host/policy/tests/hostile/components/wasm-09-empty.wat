;; WASM-09: a component with nothing in it
;; asked: whole
;; ends: refused answers no question
(component)
