;; WASM-09: wants a function of the host by a plain name
;; asked: whole
;; ends: refused exec, which is not provided
(component
  (import "exec" (func (param "command" string))))
