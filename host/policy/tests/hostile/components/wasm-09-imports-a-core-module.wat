;; WASM-09: wants a module
;; asked: whole
;; ends: refused relaygate, which is not provided
(component
  (import "relaygate" (core module)))
