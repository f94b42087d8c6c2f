;; WASM-09: wants the log of another version
;; asked: whole
;; ends: refused relaygate:policy/log@0.2.0, which is not provided
(component
  (import "relaygate:policy/log@0.2.0" (instance)))
