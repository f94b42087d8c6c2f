;; WASM-09: wants a component from the net
;; asked: whole
;; ends: refused component imports are not supported
(component
  (import "url=<https://relaygate.example/x.wasm>" (component)))
