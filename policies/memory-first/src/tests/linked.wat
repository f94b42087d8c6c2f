;; As a linker puts a component together: stubs, the policy, what fills the stubs.
(component
  (import "host" (instance $host
    (export "name" (func (result string)))
    (export "write" (func (param "text" string)))))

  (core module $policy
    (type $write (func (param i32 i32)))
    (import "host" "name" (func $name (param i32)))
    (import "host" "write" (func $write (type $write)))
    (memory 1)
    (export "memory" (memory 0))
    (global $stack (mut i32) (i32.const 1024))
    (export "realloc" (func $realloc))
    (export "greet" (func $greet))
    ;; Where free room begins stands in the memory.
    (func $taken (param i32) (result i32)
      (i32.load (i32.const 2048))
      (i32.store (i32.const 2048) (i32.add (i32.load (i32.const 2048)) (local.get 0))))
    (func $greet (result i32)
      (call $name (i32.const 0))
      (call $write (i32.load (i32.const 0)) (i32.load (i32.const 4)))
      (drop (call $taken (i32.const 1)))
      (i32.const 0))
    (func $realloc (param i32 i32 i32 i32) (result i32)
      (call $taken (local.get 3)))
    (data (i32.const 2048) "\00\10\00\00"))

  (core module $stubs
    (type $one (func (param i32)))
    (type $two (func (param i32 i32)))
    (table (export "$imports") 2 2 funcref)
    (func (export "0") (type $one)
      (call_indirect (type $one) (local.get 0) (i32.const 0)))
    (func (export "1") (type $two)
      (call_indirect (type $two) (local.get 0) (local.get 1) (i32.const 1))))

  (core module $filler
    (type $one (func (param i32)))
    (type $two (func (param i32 i32)))
    (import "" "0" (func (type $one)))
    (import "" "1" (func (type $two)))
    (import "" "$imports" (table 2 2 funcref))
    (elem (i32.const 0) func 0 1))

  (core instance $stubs (instantiate $stubs))
  (alias core export $stubs "0" (core func $name_stub))
  (alias core export $stubs "1" (core func $write_stub))
  (core instance $imported
    (export "name" (func $name_stub))
    (export "write" (func $write_stub)))
  (core instance $it (instantiate $policy (with "host" (instance $imported))))
  (alias core export $it "memory" (core memory $memory))
  (alias core export $stubs "$imports" (core table $table))
  (alias export $host "name" (func $name))
  (alias core export $it "realloc" (core func $realloc))
  (core func $name (canon lower (func $name) (memory $memory) (realloc $realloc) string-encoding=utf8))
  (alias export $host "write" (func $write))
  (core func $write (canon lower (func $write) (memory $memory) string-encoding=utf8))
  (core instance $filling
    (export "$imports" (table $table))
    (export "0" (func $name))
    (export "1" (func $write)))
  (core instance (instantiate $filler (with "" (instance $filling))))

  (alias core export $it "greet" (core func $greet))
  (func (export "greet") (result string)
    (canon lift (core func $greet) (memory $memory) (realloc $realloc) string-encoding=utf8)))
