;; WASM-09: wants a component from a registry
;; asked: whole
;; ends: refused component imports are not supported
(component
  (import "locked-dep=<relaygate:policy@0.1.0>" (component)))
