;; WASM-09: wants the network
;; asked: whole
;; ends: refused wasi:http/outgoing-handler@0.2.6, which is not provided
(component
  (import "wasi:http/outgoing-handler@0.2.6" (instance)))
