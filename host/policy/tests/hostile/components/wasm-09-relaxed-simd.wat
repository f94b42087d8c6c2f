;; WASM-09: arithmetic that differs from machine to machine
;; asked: after-failure
;; ends: refused relaxed SIMD support is not enabled
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16)))
(core module $odd (func (drop (f32x4.relaxed_madd (v128.const i64x2 0 0) (v128.const i64x2 0 0) (v128.const i64x2 0 0)))))
