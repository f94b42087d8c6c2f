;; WASM-07: a pair of pairs of pairs, thirty times: 2^30 octets
;; asked: after-failure
;; repeat TYPES 30: (type $t{n1} (tuple $t{n} $t{n}))
;; ends: refused effective type size exceeds
(type $t0 (tuple u8 u8))
TYPES
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16)))
