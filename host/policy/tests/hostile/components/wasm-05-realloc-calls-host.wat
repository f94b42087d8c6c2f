;; WASM-05: its allocator asks the host while the host waits for it
;; asked: after-failure
;; give $libc: (with "shared" (instance $shared))
;; ends: trap
(core module $shared (table (export "t") 1 funcref))
(core instance $shared (instantiate $shared))
(core module $libc
  (import "shared" "t" (table 1 funcref))
  (type $log (func (param i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "realloc") (param i32 i32 i32 i32) (result i32)
    (call_indirect (type $log) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0))
    (i32.const 1024)))
;; ---
(core module $fill
  (import "shared" "t" (table 1 funcref))
  (import "host" "log" (func $log (param i32 i32 i32)))
  (elem (i32.const 0) func $log))
(core instance (instantiate $fill (with "shared" (instance $shared)) (with "host" (instance $host))))
(core module $policy
  (import "env" "memory" (memory 1))
  (func (export "answer") (result i32)
    (i32.const 16))
  (data (i32.const 16) "\02"))
