;; tests/cli/atomics.wast
(assert_invalid
  (module
    (memory 1)
    (func (result i32)
      i32.const 0
      i32.const 0
      i64.const 0
      memory.atomic.wait32 1 offset=0
    )
  )
  "unknown memory 1")

;; tests/cli/bad-nan.wast
(assert_malformed
  (module quote "(func (result f64) (f64.const nan:0x11111111800800080))")
  "constant out of range")
(assert_malformed
  (module quote "(func (result f64) (f64.const nan:0xffffffffffffffff0))")
  "constant out of range")
(assert_malformed
  (module quote "(func (result f32) (f32.const nan:0xffffffff0))")
  "constant out of range")
(assert_malformed
  (module quote "(func (result f64) (f64.const nan:0xffffffffffffff))")
  "constant out of range")
(assert_malformed
  (module quote "(func (result f32) (f32.const nan:0x800000))")
  "constant out of range")
(assert_malformed
  (module quote "(func (result f64) (f64.const nan:0x0))")
  "constant out of range")

;; tests/cli/bad-reftype.wast
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"    ;; module header

    "\01\08\02"                ;; type section, 2 types
    "\60\00\00"                ;; type 0: (func)
    "\60\01"                   ;; type 1: (func (param ...)), 1 param
    "\00"                      ;; param 0: bare type index 0x00 (invalid value type)
    "\00"                      ;; 0 results
  )
  "invalid value type")
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"    ;; module header

    "\01\09\02"                ;; type section, 2 types
    "\60\00\00"                ;; type 0: (func)
    "\60\01"                   ;; type 1: (func (param ...)), 1 param
    "\ff\00"                   ;; param 0: bare index 0x00 with an over-long LEB
    "\00"                      ;; 0 results
  )
  "invalid value type")
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"    ;; module header

    "\04\04\01"                ;; table section, 1 table
    "\00"                      ;; element type: bare index 0x00 (malformed reftype)
    "\00\00"                   ;; limits: no max, minimum 0
  )
  "malformed reference type")

;; tests/cli/code-after-end.wast
(assert_malformed
  (module quote
    "(func end)")
  "operators remaining after end of function")
(assert_malformed
  (module binary
    "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00\0a\05\01\03\00\0b\0b")
  "operators remaining after end of function")
(assert_malformed
  (module quote
    "(func end block)")
  "operators remaining after end of function")
(assert_malformed
  (module binary
    "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00\0a\07\01\05\00\0b\02\40\0b")
  "operators remaining after end of function")
(assert_malformed
  (module quote
    "(func end i32.add)")
  "operators remaining after end of function")
(assert_malformed
  (module binary
    "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00\0a\06\01\04\00\0b\6a\0b")
  "operators remaining after end of function")
(assert_malformed
  (module quote
    "(func end unreachable)")
  "operators remaining after end of function")
(assert_malformed
  (module binary
    "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00\0a\06\01\04\00\0b\00\0b")
  "operators remaining after end of function")
(assert_malformed
  (module quote
    "(func end br 0)")
  "operators remaining after end of function")
(assert_malformed
  (module binary
    "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00\0a\07\01\05\00\0b\0c\00\0b")
  "operators remaining after end of function")
(assert_malformed
  (module quote
    "(func end return)")
  "operators remaining after end of function")
(assert_malformed
  (module binary
    "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00\0a\06\01\04\00\0b\0f\0b")
  "operators remaining after end of function")
(assert_malformed
  (module quote
    "(func end return_call 0)")
  "operators remaining after end of function")
(assert_malformed
  (module binary
    "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00\0a\07\01\05\00\0b\12\00\0b")
  "operators remaining after end of function")

;; tests/cli/custom-descriptors-disabled.wast
(assert_invalid
  (module
    (type $t (struct))
    (func (param (ref (exact $t))))
  )
  "custom descriptors required for exact reference types")
(assert_invalid
  (module
    (rec
      (type (descriptor 1) (struct (field i32)))
      (type (func))
    )
  )
  "custom descriptors proposal must be enabled")
(assert_invalid
  (module
    (rec
      (type (func))
      (type (describes 0) (struct (field (ref 0))))
    )
  )
  "custom descriptors proposal must be enabled")

;; tests/cli/custom-descriptors-ops.wast
(assert_invalid
  (module
    (rec
      (type $t1 (sub (descriptor $t2) (struct (field i32))))
      (type $t2 (sub (describes $t1) (struct (field (ref $f)))))
      (type $t1sub (sub $t1 (descriptor $t2sub) (struct (field i32 f32))))
      (type $t2sub (sub $t2 (describes $t1sub) (struct (field (ref $f) (ref $f)))))
      (type $f (func (result i32)))
    )

    (import "" "rtt1" (global $g1 (ref (exact $t2))))
    (import "" "rtt1sub" (global $g1sub (ref (exact $t2sub))))

    (func $test-struct-new-non-exact-1
      global.get $g1sub
      i32.const 3
      struct.new $t1
      drop
    )
  )
 "type with descriptor requires descriptor allocation"
)
(assert_invalid
  (module
    (rec
      (type $t1 (sub (descriptor $t2) (struct (field i32))))
      (type $t2 (sub (describes $t1) (struct (field (ref $f)))))
      (type $t1sub (sub $t1 (descriptor $t2sub) (struct (field i32 f32))))
      (type $t2sub (sub $t2 (describes $t1sub) (struct (field (ref $f) (ref $f)))))
      (type $f (func (result i32)))
    )

    (import "" "rtt1" (global $g1 (ref (exact $t2))))
    (import "" "rtt1sub" (global $g1sub (ref (exact $t2sub))))

    (func $test-struct-new-non-exact-2 (param (ref $t2))
      local.get 0
      struct.new_default $t1
      drop
    )
  )
  "type with descriptor requires descriptor allocation"
)
(assert_invalid
  (module
    (rec
      (type $t1 (sub (descriptor $t2) (struct (field i32))))
      (type $t2 (sub (describes $t1) (struct (field (ref $f)))))
      (type $t1sub (sub $t1 (descriptor $t2sub) (struct (field i32 f32))))
      (type $t2sub (sub $t2 (describes $t1sub) (struct (field (ref $f) (ref $f)))))
      (type $f (func (result i32)))
    )

    (import "" "rtt1" (global $g1 (ref (exact $t2))))
    (import "" "rtt1sub" (global $g1sub (ref (exact $t2sub))))

    (func $test-struct-new-non-exact-3
      global.get $g1
      i32.const 2
      f32.const 1
      struct.new_desc $t1sub
      drop
    )
  )
  "type mismatch: expected (ref null (exact"
)
(assert_invalid
  (module
    (rec
      (type $t1 (sub (descriptor $t2) (struct (field i32))))
      (type $t2 (sub (describes $t1) (struct (field (ref $f)))))
      (type $t1sub (sub $t1 (descriptor $t2sub) (struct (field i32 f32))))
      (type $t2sub (sub $t2 (describes $t1sub) (struct (field (ref $f) (ref $f)))))
      (type $f (func (result i32)))
    )

    (import "" "rtt1" (global $g1 (ref (exact $t2))))
    (import "" "rtt1sub" (global $g1sub (ref (exact $t2sub))))

    (func $test-br_on_cast_desc-bad-types (param $i (ref null $f)) (param $desc (ref null $t2)) (result (ref null $t1))
      local.get $i
      local.get $desc
      br_on_cast_desc_eq 0 (ref null $f) (ref null $t1)
    )

  )
  "type mismatch:"
)

;; tests/cli/custom-descriptors.wast
(assert_invalid
  (module
    (rec
      (type $f (func (result i32)))
      (type $t2 (describes $t1) (struct (field (ref $f))))
      (type $t1 (descriptor $t2) (struct (field i32)))
    )
  )
  "forward describes reference"
)
(assert_invalid
  (module
    (rec
      (type $t1 (descriptor $t2) (array f32))
      (type $t2 (describes $t1) (struct (field funcref)))
    )
  )
  "descriptor clause on non-struct type"
)
(assert_invalid
  (module
    (rec
      (type $t1 (descriptor $t2) (struct (field i32)))
      (type $t2 (describes $t1) (func))
    )
  )
  "describes clause on non-struct type"
)
(assert_invalid
  (module
    (rec
      (type $t1 (sub (descriptor $t2) (struct (field i32))))
      (type $t2 (sub (describes $t1) (struct (field (ref $f)))))
      (type $t1sub (sub $t1 (descriptor $t2sub) (struct (field i32 f32))))
      (type $t2sub (sub (describes $t1sub) (struct (field (ref $f) (ref $f)))))
      (type $f (func (result i32)))
    )
  )
  "supertype of described type must be described by supertype of descriptor"
)
(assert_invalid
  (module
    (rec
      (type $t1 (sub (descriptor $t2) (struct (field i32))))
      (type $t2 (sub (describes $t1) (struct (field (ref $f)))))
      (type $t1n (sub (descriptor $t2n) (struct (field i64))))
      (type $t2n (sub (describes $t1n) (struct (field (ref $f)))))
      (type $t1sub (sub $t1 (descriptor $t2sub) (struct (field i32 f32))))
      (type $t2sub (sub $t2n (describes $t1sub) (struct (field (ref $f) (ref $f)))))
      (type $f (func (result i32)))
    )
  )
  "supertype of described type must be described by supertype of descriptor"
)
(assert_invalid
  (module
    (rec
      (type $t1 (sub (descriptor $t2) (struct (field i32))))
      (type $t2 (sub (describes $t1) (struct (field (ref $f)))))
      (type $t1sub (sub $t1 (struct (field i32 f32))))
      (type $t2sub (sub $t2 (describes $t1sub) (struct (field (ref $f) (ref $f)))))
      (type $f (func (result i32)))
    )
  )
  "supertype of type without descriptor cannot have descriptor"
)
(assert_invalid
  (module
    (rec
      (type $t1 (sub (descriptor $t2) (struct (field i32))))
      (type $t2 (sub (describes $t1) (struct (field (ref $f)))))
      (type $t1sub (sub $t1 (descriptor $t2sub) (struct (field i32 f32))))
      (type $t2sub (sub $t2 (describes $t1sub) (struct (field (ref $f) (ref $f)))))
      (type $t2sub-n (sub $t2sub (struct (field (ref $f) (ref $f) (ref $f)))))
      (type $f (func (result i32)))
    )
  )
  "supertype of non-descriptor type cannot be a descriptor"
)
(assert_invalid
  (module
    (rec
      (type $t0 (sub (struct (field (ref $f)))))
      (type $t1 (sub (descriptor $t2) (struct (field i32))))
      (type $t2 (sub $t0 (describes $t1) (struct (field (ref $f)))))
      (type $f (func (result i32)))
    )
  )
  "supertype of descriptor must be a descriptor"
)
(assert_invalid
  (module
    (rec
      (type $f (func (result i32)))
      (type $t1 (descriptor $t2) (struct (field i32)))
      (type $t2 (struct (field (ref $f))))
    )
  )
  "descriptor with no matching describes"
)
(assert_invalid
  (module
    (rec
      (type $f (func (result i32)))
      (type $t1 (descriptor $t2) (struct (field i32)))
      (type $t1b (descriptor $t2) (struct (field i32)))
      (type $t2 (describes $t1b) (struct (field (ref $f))))
    )
  )
  "descriptor with no matching describes"
)
(assert_invalid
  (module
    (rec
      (type $f (func (result i32)))
      (type $t1 (struct (field i32)))
      (type $t2 (describes $t1) (struct (field (ref $f))))
    )
  )
  "describes with no matching descriptor"
)
(assert_invalid
  (module
    (rec
      (type $f (func (result i32)))
      (type $t1 (descriptor $t2) (struct (field i32)))
      (type $t2 (describes $t1) (struct (field (ref $f))))
      (type $t2b (describes $t1) (struct (field (ref $f))))
    )
  )
  "describes with no matching descriptor"
)

;; tests/cli/data-count-big.wast
(assert_malformed
  (module binary
    "\00asm\01\00\00\00"

    "\0c\05\ff\ff\ff\ff\01" ;; data section, 5 bytes, huge count
  )
  "data count is non-zero but data section is absent")

;; tests/cli/duplicate.wast
(assert_malformed (module quote
  "(func $foo)"
  "(func $foo)")
  "duplicate func identifier")
(assert_malformed (module quote
  "(import \"\" \"\" (func $foo))"
  "(func $foo)")
  "duplicate func identifier")
(assert_malformed (module quote
  "(import \"\" \"\" (func $foo))"
  "(import \"\" \"\" (func $foo))")
  "duplicate func identifier")
(assert_malformed (module quote
  "(global $foo i32 (i32.const 0))"
  "(global $foo i32 (i32.const 0))")
  "duplicate global identifier")
(assert_malformed (module quote
  "(import \"\" \"\" (global $foo i32))"
  "(global $foo i32 (i32.const 0))")
  "duplicate global identifier")
(assert_malformed (module quote
  "(import \"\" \"\" (global $foo i32))"
  "(import \"\" \"\" (global $foo i32))")
  "duplicate global identifier")
(assert_malformed (module quote
  "(memory $foo 1)"
  "(memory $foo 1)")
  "duplicate memory identifier")
(assert_malformed (module quote
  "(import \"\" \"\" (memory $foo 1))"
  "(memory $foo 1)")
  "duplicate memory identifier")
(assert_malformed (module quote
  "(import \"\" \"\" (memory $foo 1))"
  "(import \"\" \"\" (memory $foo 1))")
  "duplicate memory identifier")
(assert_malformed (module quote
  "(table $foo 1 funcref)"
  "(table $foo 1 funcref)")
  "duplicate table identifier")
(assert_malformed (module quote
  "(import \"\" \"\" (table $foo 1 funcref))"
  "(table $foo 1 funcref)")
  "duplicate table identifier")
(assert_malformed (module quote
  "(import \"\" \"\" (table $foo 1 funcref))"
  "(import \"\" \"\" (table $foo 1 funcref))")
  "duplicate table identifier")
(assert_malformed (module quote "(func (param $foo i32) (param $foo i32))")
  "duplicate local identifier")
(assert_malformed (module quote "(func (param $foo i32) (local $foo i32))")
  "duplicate local identifier")
(assert_malformed (module quote "(func (local $foo i32) (local $foo i32))")
  "duplicate local identifier")

;; tests/cli/elem.wast
(assert_invalid
  (module
    (table 1 funcref)
    (elem (i32.const 0) funcref (ref.null extern))
  )
  "type mismatch"
)
(assert_malformed
  (module
    (table 1 funcref)
    (elem (i32.const 0) funcref (if))
  )
  "control frames remain"
)
(assert_malformed
  (module quote
    "(table 1 funcref)"
    "(elem (i32.const 0 i32.const 0 i32.add) funcref)"
  )
  "folded instruction"
)

;; tests/cli/empty.wast
(assert_malformed (module quote "") "x")
(assert_malformed (module quote "; foo") "x")
(assert_malformed (module quote "(; foo ;)") "x")
(assert_malformed (module quote " ") "x")
(assert_malformed (module quote "\t") "x")

;; tests/cli/externref-elem-segment.wast
(assert_invalid
  (module
    (elem $a externref (ref.func 0))
    (func)
  )
  "type mismatch")
(assert_invalid
  (module binary
    "\00asm\01\00\00\00"

    "\09" ;; element section
    "\07" ;; size of section
    "\01" ;; 1 element

    ;; passive segment, extrenref type, 1 element, (ref.null func)
    "\05\6f\01\d0\70\0b"
  )
  "type mismatch")

;; tests/cli/id.wast
(assert_malformed
  (module quote
    "(func $)")
  "empty identifier")

;; tests/cli/if-else-parsing.wast
(assert_malformed
  (module quote
    "(func (if))"
  )
  "no `then`")
(assert_malformed
  (module quote
    "(func (if (else)))"
  )
  "no `then`")
(assert_malformed
  (module quote
    "(func (if nop (else)))"
  )
  "expected `(`")
(assert_malformed
  (module quote
    "(func (if (nop) (else)))"
  )
  "no `then`")
(assert_malformed
  (module quote
    "(func (if (nop) nop (then)))"
  )
  "expected `(`")

;; tests/cli/invalid-funcref-in-data-segment.wast
(assert_invalid
  (module
    (memory 0)
    (func $f)
    (elem declare func $f)
    (data (ref.func $f) ""))
  "type mismatch")
(assert_invalid
  (module
    (memory 0)
    (func $f)
    (data (ref.func $f) ""))
  "undeclared function reference")

;; tests/cli/invalid-init-expr.wast
(assert_invalid
  (module
    (table funcref (elem (call_indirect)))
  )
  "non-constant operator")
(assert_invalid
  (module
    (table 1 1 funcref (call_indirect))
  )
  "non-constant operator")

;; tests/cli/invalid-unreachable.wast
(assert_invalid
  (module
    (func
      unreachable
      select
      loop
        i32x4.eq
      end
    )
  )
  "expected v128 but nothing on stack")

;; tests/cli/invalid-utf8-id.wast
(assert_malformed
  (module quote
    "(func $\"\\ff\")"
  )
  "malformed UTF-8 encoding of string-based id")

;; tests/cli/invalid.wast
(assert_invalid
  (module
    (table 1 funcref)
    (func table.init 0 100))
  "unknown elem segment")
(assert_malformed
  (module
    (func else))
  "`else` found outside `If` block")

;; tests/cli/issue192.wast
(assert_invalid
    (module
        (func
            (unreachable)
            (block (param i32))
        )
    )
    "type mismatch"
)
(assert_invalid
    (module
        (func
            (block (param i32)
                (drop)
            )
        )
    )
    "type mismatch"
)

;; tests/cli/issue194.wast
(assert_invalid
    (module
    (func (param i32)
        (local i32)
        i32.const -64
        loop (param i32)
            local.set 0
            local.get 0
            br_if 0
        end))
    "type mismatch"
)
(assert_invalid
    (module
    (func (param i32)
        (local i32)
        i32.const -64
        loop (param i32)
            local.set 0
            i64.const 0
            local.get 0
            br_if 0
            drop
        end))
    "type mismatch"
)

;; tests/cli/lime1.wast
(assert_invalid
  (module (data))
  "passive data segments require the bulk-memory proposal")
(assert_invalid
  (module (elem func))
  "bulk memory must be enabled")
(assert_invalid
  (module (func data.drop 0))
  "bulk memory support is not enabled")
(assert_invalid
  (module (func memory.init 0))
  "bulk memory support is not enabled")
(assert_invalid
  (module (func table.init 0))
  "bulk memory support is not enabled")
(assert_invalid
  (module (func elem.drop 0))
  "bulk memory support is not enabled")
(assert_invalid
  (module (func table.copy))
  "bulk memory support is not enabled")
(assert_invalid
  (module (type (func (param v128))))
  "SIMD support is not enabled")
(assert_invalid
  (module (memory 1 1 shared))
  "threads must be enabled for shared memories")
(assert_invalid
  (module (func return_call 0))
  "tail calls support is not enabled")
(assert_invalid
  (module (memory 1) (memory 1))
  "multiple memories")
(assert_invalid
  (module (tag))
  "exceptions proposal not enabled")
(assert_invalid
  (module (memory i64 1))
  "memory64 must be enabled for 64-bit memories")
(assert_invalid
  (module (type (sub (func))))
  "gc proposal must be enabled to use subtypes")
(assert_invalid
  (module (type (func (param externref))))
  "reference types support is not enabled")
(assert_invalid
  (module (type (func (param funcref))))
  "reference types support is not enabled")
(assert_invalid
  (module (table 1 funcref) (table 1 funcref))
  "multiple tables")

;; tests/cli/memory64.wast
(assert_invalid
  (module (memory i64 1) (data (i32.const 0) ".."))
  "type mismatch")
(assert_invalid
  (module (memory 1) (data (i64.const 0) ".."))
  "type mismatch")

;; tests/cli/multi-memory.wast
(assert_invalid
  (module
    (memory 0)
    (func
      i32.const 0
      i32.load 1
      drop
    )
  )
  "unknown memory 1")
(assert_malformed
  (module quote
    "(func i32.load $a)"
  )
  "unknown memory")

;; tests/cli/order.wast
(assert_malformed
  (module quote
    "(func)"
    "(func (import \"\" \"\"))")
  "import after function")
(assert_malformed
  (module quote
    "(func)"
    "(elem func)"
    "(func (import \"\" \"\"))")
  "import after function")

;; tests/cli/producers.wast
(assert_malformed
  (module quote "(@producers (foo))")
  "unexpected token")

;; tests/cli/table-funcref.wast
(assert_invalid
  (module
    (type (func (result i32)))
    (func $main (result i32)
      i32.const 0
      call_indirect (type 0)
    )
    (table (;0;) 1 externref)
  )
  "indirect calls must go through a table with type <= funcref"
)

;; tests/cli/tail-call-after-end.wast
(assert_malformed
  (module
    (func
      end
      return_call 0
    )
  )
  "operators remaining after end of function")

;; tests/cli/threads.wast
(assert_invalid
  (module
    (memory 1)
    (func (param i32) (result i32)
      local.get 0
      i32.atomic.load align=1
    )
  )
  "must always specify maximum alignment")
(assert_invalid
  (module
    (memory 1)
    (func (param i32) (result i32)
      local.get 0
      i32.atomic.load offset=0x1_0000_0000
    )
  )
  "offset out of range")

;; tests/cli/wide-arithmetic.wast
(assert_invalid
  (module
    (func (param i64 i64 i64 i64) (result i64)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      i64.add128)
  )
  "type mismatch")
(assert_invalid
  (module
    (func (param i64 i64 i64) (result i64 i64)
      local.get 0
      local.get 1
      local.get 2
      i64.add128)
  )
  "type mismatch")
(assert_invalid
  (module
    (func (param i64 i64 i64 i64) (result i64)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      i64.sub128)
  )
  "type mismatch")
(assert_invalid
  (module
    (func (param i64 i64 i64) (result i64 i64)
      local.get 0
      local.get 1
      local.get 2
      i64.sub128)
  )
  "type mismatch")
(assert_invalid
  (module
    (func (param i64 i64) (result i64)
      local.get 0
      local.get 1
      i64.mul_wide_s)
  )
  "type mismatch")
(assert_invalid
  (module
    (func (param i64) (result i64 i64)
      local.get 0
      i64.mul_wide_s)
  )
  "type mismatch")
(assert_invalid
  (module
    (func (param i64 i64) (result i64)
      local.get 0
      local.get 1
      i64.mul_wide_u)
  )
  "type mismatch")
(assert_invalid
  (module
    (func (param i64) (result i64 i64)
      local.get 0
      i64.mul_wide_u)
  )
  "type mismatch")

;; tests/cli/branch-hinting/branch-hinting-simple.wast
(assert_malformed
  (module quote "(@metadata.code.branch_hint)")
  "expected valid module field")
(assert_malformed
  (module quote "(func (@metadata.code.branch_hint))")
  "expected a string")
(assert_malformed
  (module quote "(func (@metadata.code.branch_hint \"a\"))")
  "invalid value for branch hint")
(assert_malformed
  (module quote
    "(func"
      "(@metadata.code.branch_hint \"\\00\")"
      "(@metadata.code.branch_hint \"\\01\")"
    ")"
  )
  "duplicate annotation")
(assert_malformed
  (module quote
    "(func"
      "(@metadata.code.branch_hint \"\\00\")"
      "(@metadata.code.branch_hint \"\\00\")"
      "i32.const 0"
    ")"
  )
  "duplicate annotation")
(assert_malformed
  (module quote "(func (@metadata.code.branch_hint \"\\00\"))")
  "must precede an instruction")

;; tests/cli/branch-hinting/folded-inside.wast
(assert_malformed
  (module quote
    "(func (param i32) (result i32)"
      "(if (result i32) (local.get 0)"
        "(@metadata.code.branch_hint \"\\01\")"
        "(then (i32.const 1))"
        "(else (i32.const 0))))"
  )
  "must precede an instruction")
(assert_malformed
  (module quote
    "(func (param i32)"
      "(block"
        "(br_if 0 (local.get 0)"
          "(@metadata.code.branch_hint \"\\00\"))))"
  )
  "must precede an instruction")
(assert_malformed
  (module quote "(func (@metadata.code.branch_hint \"\\00\"))")
  "must precede an instruction")

;; tests/cli/compact-imports/compact-imports-rejected.wast
(assert_malformed
  (module
    (import "test"
      (item "fi32" (func (result i32)))
      (item "fi64" (func (result i64)))
    )
  )
  "invalid leading byte 0x7F with compact imports proposal disabled")
(assert_malformed
  (module
    (import "test"
      (item "g1")
      (item "g20")
      (item "g300")
      (item "g4000")
      (global i32)
    )
  )
  "invalid leading byte 0x7E with compact imports proposal disabled")

;; tests/cli/component-model/adapt.wast
(assert_invalid
  (component
    (import "i" (func $f))
    (core func (canon lower (func $f) string-encoding=utf8 string-encoding=utf16))
  )
  "canonical encoding option `utf8` conflicts with option `utf16`")
(assert_invalid
  (component
    (import "i" (func $f))
    (core func (canon lower (func $f) string-encoding=utf8 string-encoding=latin1+utf16))
  )
  "canonical encoding option `utf8` conflicts with option `latin1-utf16`")
(assert_invalid
  (component
    (import "i" (func $f))
    (core func (canon lower (func $f) string-encoding=utf16 string-encoding=latin1+utf16))
  )
  "canonical encoding option `utf16` conflicts with option `latin1-utf16`")
(assert_invalid
  (component
    (import "i" (func $f))
    (core func (canon lower (func $f) (memory 0)))
  )
  "memory index out of bounds")
(assert_invalid
  (component
    (import "i" (func $f))
    (core module $m (memory (export "memory") 1))
    (core instance $i (instantiate $m))
    (core func (canon lower (func $f) (memory (core memory $i "memory")) (memory (core memory $i "memory"))))
  )
  "`memory` is specified more than once")
(assert_invalid
  (component
    (core module $m
      (func (export "f") (param i32 i32))
    )
    (core instance $i (instantiate $m))
    (func (param "p1" (list u8)) (canon lift (core func $i "f")))
  )
  "canonical option `memory` is required")
(assert_invalid
  (component
    (core module $m
      (memory (export "m") 1)
      (func (export "f") (param i32 i32))
    )
    (core instance $i (instantiate $m))
    (func (param "p1" (list u8))
      (canon lift (core func $i "f")
        (memory (core memory $i "m"))
      )
    )
  )
  "canonical option `realloc` is required")
(assert_invalid
  (component
    (core module $m
      (memory (export "m") 1)
      (func (export "f") (param i32 i32))
      (func (export "r") (param i32 i32 i32 i32) (result i32))
    )
    (core instance $i (instantiate $m))
    (func (param "p1" (list u8))
      (canon lift (core func $i "f")
        (memory (core memory $i "m"))
        (realloc (core func $i "r"))
        (realloc (core func $i "r"))
      )
    )
  )
  "canonical option `realloc` is specified more than once")
(assert_invalid
  (component
    (core module $m
      (memory (export "m") 1)
      (func (export "f") (param i32 i32))
      (func (export "r"))
    )
    (core instance $i (instantiate $m))
    (func (param "p1" (list u8))
      (canon lift (core func $i "f")
        (memory (core memory $i "m"))
        (realloc (core func $i "r"))
      )
    )
  )
  "canonical option `realloc` uses a core function with an incorrect signature")
(assert_invalid
  (component
    (core module $m
      (memory (export "m") 1)
      (func (export "f") (result i32))
      (func (export "r") (param i32 i32 i32 i32) (result i32))
      (func (export "p"))
    )
    (core instance $i (instantiate $m))
    (func (result string)
      (canon lift (core func $i "f")
        (memory (core memory $i "m"))
        (realloc (core func $i "r"))
        (post-return (core func $i "p"))
      )
    )
  )
  "canonical option `post-return` uses a core function with an incorrect signature")
(assert_invalid
  (component
    (core module $m
      (memory (export "m") 1)
      (func (export "f") (result i32))
      (func (export "r") (param i32 i32 i32 i32) (result i32))
      (func (export "p") (param i32))
    )
    (core instance $i (instantiate $m))
    (func (result string)
      (canon lift (core func $i "f")
        (memory (core memory $i "m"))
        (realloc (core func $i "r"))
        (post-return (core func $i "p"))
        (post-return (core func $i "p"))
      )
    )
  )
  "canonical option `post-return` is specified more than once")
(assert_invalid
  (component
    (import "i" (func $f (param "p1" string)))
    (core module $m
      (memory (export "m") 1)
      (func (export "f") (result i32))
      (func (export "r") (param i32 i32 i32 i32) (result i32))
      (func (export "p") (param i32))
    )
    (core instance $i (instantiate $m))
    (core func
      (canon lower (func $f)
        (memory (core memory $i "m"))
        (realloc (core func $i "r"))
        (post-return (core func $i "p"))
      )
    )
  )
  "canonical option `post-return` cannot be specified for lowerings")
(assert_malformed
  (component quote
    "(core module $m (func (export \"\")))"
    "(core instance $i (instantiate $m))"
    "(core func (canon lower (func $i \"\")))"
  )
  "unknown instance: failed to find name `$i`")
(assert_invalid
  (component
    (core module $m (func (export "foo") (param i32)))
    (core instance $i (instantiate $m))
    (func (export "foo") (canon lift (core func $i "foo")))
  )
  "lowered parameter types `[]` do not match parameter types `[I32]`")
(assert_invalid
  (component
    (core module $m (func (export "foo") (result i32)))
    (core instance $i (instantiate $m))
    (func (export "foo") (canon lift (core func $i "foo")))
  )
  "lowered result types `[]` do not match result types `[I32]`")
(assert_invalid
  (component
    (type $f string)
    (core module $m (func (export "foo")))
    (core instance $i (instantiate $m))
    (func (export "foo") (type $f) (canon lift (core func $i "foo")))
  )
  "not a function type")
(assert_malformed
  (component quote
    "(import \"a\" (func $f))"
    "(func (export \"foo\") (canon lift (core func $f)))"
  )
  "unknown core func: failed to find name `$f`")

;; tests/cli/component-model/alias.wast
(assert_invalid
  (component
    (import "a" (instance (export "a" (func))))
    (export "a" (core module 0 "a"))
  )
  "export `a` for instance 0 is not a module")
(assert_invalid
  (component
    (component
      (component (export "a"))
    )
    (instance (instantiate 0))
    (export "a" (core module 0 "a"))
  )
  "export `a` for instance 0 is not a module")
(assert_invalid
  (component
    (import "a" (core module))
    (core instance (instantiate 0))
    (alias core export 0 "a" (core func))
  )
  "core instance 0 has no export named `a`")
(assert_invalid
  (component
    (core module)
    (core instance (instantiate 0))
    (alias core export 0 "a" (core func))
  )
  "core instance 0 has no export named `a`")
(assert_invalid
  (component
    (import "a" (component))
    (instance (instantiate 0))
    (alias export 0 "a" (func))
  )
  "instance 0 has no export named `a`")
(assert_invalid
  (component
    (import "a" (core module $a (export "" (func))))
    (import "b" (core module $b (import "" "" (func (param i32)))))

    (core instance $a (instantiate $a))
    (core instance $b (instantiate $b (with "" (instance $a))))
  )
  "type mismatch")
(assert_invalid
  (component (alias outer 100 0 (core type)))
  "invalid outer alias count of 100")
(assert_invalid
  (component (alias outer 0 0 (core type)))
  "index out of bounds")
(assert_invalid
  (component (alias outer 100 0 (core module)))
  "invalid outer alias count of 100")
(assert_invalid
  (component (alias outer 0 0 (core module)))
  "index out of bounds")
(assert_invalid
  (component (alias outer 100 0 (component)))
  "invalid outer alias count of 100")
(assert_invalid
  (component (alias outer 0 0 (component)))
  "index out of bounds")
(assert_invalid
  (component
    (type (component
      (import "x" (instance $I (export "f" (func))))
      (alias export $I "f" (func))
    ))
  )
  "aliases in a component or instance type may only refer to types or instances")

;; tests/cli/component-model/canon-names.wast
(assert_invalid
  (component (import "a:b/c@1" (versionsuffix "2.3") (instance)))
  "invalid interface version")
(assert_invalid
  (component (import "a:b/c@1" (versionsuffix ".2") (instance)))
  "invalid interface version")
(assert_invalid
  (component (import "a:b/c@1" (versionsuffix ".2.3") (func)))
  "only instances can have")

;; tests/cli/component-model/custom-page-sizes.wast
(assert_invalid
  (component
    (core module $a (memory (export "m") 1 (pagesize 1)))
    (core module $b (import "a" "m" (memory 1 (pagesize 65536))))
    (core instance $a (instantiate $a))
    (core instance $b (instantiate $b (with "a" (instance $a))))
  )
  "mismatch in page size for memories")
(assert_invalid
  (component
    (core module $a (memory (export "m") 1 (pagesize 65536)))
    (core module $b (import "a" "m" (memory 1 (pagesize 1))))
    (core instance $a (instantiate $a))
    (core instance $b (instantiate $b (with "a" (instance $a))))
  )
  "mismatch in page size for memories")
(assert_invalid
  (component
    (core module $a (memory (export "m") 1 (pagesize 1)))
    (core module $b (import "a" "m" (memory 1)))
    (core instance $a (instantiate $a))
    (core instance $b (instantiate $b (with "a" (instance $a))))
  )
  "mismatch in page size for memories")
(assert_invalid
  (component
    (core module $a (memory (export "m") 1))
    (core module $b (import "a" "m" (memory 1 (pagesize 1))))
    (core instance $a (instantiate $a))
    (core instance $b (instantiate $b (with "a" (instance $a))))
  )
  "mismatch in page size for memories")

;; tests/cli/component-model/definedtypes.wast
(assert_malformed
  (component quote
    "(type $t string)"
    "(type $v (variant (case $x \"x\" $t) (case $x \"y\" $t)))"
  )
  "duplicate variant case identifier"
)
(assert_invalid
  (component
    (type $t (func))
    (type (func (param "t" $t)))
  )
  "type index 0 is not a defined type")
(assert_invalid
  (component
    (type $t (instance))
    (type (func (result $t)))
  )
  "type index 0 is not a defined type")
(assert_invalid
  (component
    (type $t (component))
    (type (option $t))
  )
  "type index 0 is not a defined type")
(assert_invalid
  (component (type (option 0)))
  "index out of bounds")
(assert_invalid
  (component (type (list 0)))
  "index out of bounds")
(assert_invalid
  (component (type (record (field "x" 0))))
  "index out of bounds")
(assert_invalid
  (component (type (variant (case "x" 0))))
  "index out of bounds")
(assert_invalid
  (component (type (result 0 (error 1))))
  "index out of bounds")
(assert_invalid
  (component (type (tuple 0)))
  "index out of bounds")
(assert_invalid
  (component (type (record (field "a-B-c-D" string) (field "A-b-C-d" u8))))
  "record field name `A-b-C-d` conflicts with previous field name `a-B-c-D`")
(assert_invalid
  (component (type (variant (case "x" s64) (case "x" s64))))
  "variant case name `x` conflicts with previous case name `x`")
(assert_invalid
  (component (type (flags "x" "y" "X")))
  "flag name `X` conflicts with previous flag name `x`")
(assert_invalid
  (component (type (enum "x" "y" "X")))
  "enum tag name `X` conflicts with previous tag name `x`")
(assert_invalid
  (component (type (record (field "" s32))))
  "name cannot be empty")
(assert_invalid
  (component (type (variant (case "" s32))))
  "name cannot be empty")
(assert_invalid
  (component (type (flags "")))
  "name cannot be empty")
(assert_invalid
  (component (type (enum "")))
  "name cannot be empty")
(assert_invalid
  (component (type (variant)))
  "variant type must have at least one case")

;; tests/cli/component-model/export-ascription.wast
(assert_invalid
  (component
    (import "f" (instance $i))
    (export "f2" (instance $i) (instance (export "f" (func))))
  )
  "ascribed type of export is not compatible")
(assert_invalid
  (component
    (import "f" (func $f))

    (component $c
      (import "f" (instance $i (export "f" (func))))
      (export "f2" (instance $i) (instance))
    )

    (instance $c (instantiate $c (with "f" (instance (export "f" (func $f))))))

    (component $consume
      (import "arg" (instance $i (export "f" (func))))
    )

    (instance (instantiate $consume (with "arg" (instance $c "f2"))))
  )
  "missing expected export `f`")

;; tests/cli/component-model/export-introduces-alias.wast
(assert_malformed
  (component quote
    "(type (instance"
      "(type $t u8)"
      "(export \"t\" (type $t (eq $t)))"
    "))"
  )
  "duplicate type identifier")

;; tests/cli/component-model/export.wast
(assert_invalid
  (component (export "" (instance 0)))
  "index out of bounds")
(assert_invalid
  (component (export "" (component 0)))
  "index out of bounds")
(assert_invalid
  (component (export "" (core module 0)))
  "index out of bounds")
(assert_invalid
  (component (export "" (func 0)))
  "index out of bounds")
(assert_invalid
  (component (type (component (export "integrity=<sha256-a>" (func)))))
  "not a valid export name")
(assert_invalid
  (component (type (component (export "url=<x>" (func)))))
  "not a valid export name")
(assert_invalid
  (component (type (component (export "relative-url=<x>" (func)))))
  "not a valid extern name")
(assert_invalid
  (component (type (component (export "locked-dep=<a:b>" (func)))))
  "not a valid export name")
(assert_invalid
  (component (type (component (export "unlocked-dep=<a:b>" (func)))))
  "not a valid export name")

;; tests/cli/component-model/fixed-length-lists.wast
(assert_invalid
  (component
    (core module $m
      (memory (export "memory") 1)
      (func (export "ret-list") (result i32) unreachable)
    )
    (core instance $i (instantiate $m))

    (func (export "ret-list") (result (list u32 0))
      (canon lift (core func $i "ret-list") (memory (core memory $i "memory")))
    )
  )
  "Fixed-length lists must have more than zero elements (at offset 0x54)"
)
(assert_invalid
  (component
    (core module $m
      (memory (export "memory") 1)
      (func (export "ret-list") (result i32) unreachable)
    )
    (core instance $i (instantiate $m))

    (func (export "ret-list") (result (list u32 4294967295))
      (canon lift (core func $i "ret-list") (memory (core memory $i "memory")))
    )
  )
  "fixed-length list element count exceeds limit of 1073741824 (at offset 0x54)"
)
(assert_malformed
  (component quote
    "(core module $m"
      "(memory (export \"memory\") 1)"
      "(func (export \"ret-list\") (result i32) unreachable)"
    ")"
    "(core instance $i (instantiate $m))"

    "(func (export \"ret-list\") (result (list u32 10000000000))"
      "(canon lift (core func $i \"ret-list\") (memory $i \"memory\"))"
    ")"
  )
  "invalid u32 number: constant out of range"
)
(assert_invalid
  (component
    (import "y" (component $c
      (type $t (list s32 10))
      (import "x" (type (eq $t)))
    ))

    (type $x (list u32 9))
    (instance (instantiate $c (with "x" (type $x))))
  )
  "type mismatch for import `x`")
(assert_invalid
  (component
    (import "y" (component $c
      (type $t (list s32 10))
      (import "x" (type (eq $t)))
    ))

    (type $x (list u32))
    (instance (instantiate $c (with "x" (type $x))))
  )
  "type mismatch for import `x`")

;; tests/cli/component-model/func.wast
(assert_invalid
  (component
    (type (func (param "foo" string) (param "FOO" u32)))
  )
  "function parameter name `FOO` conflicts with previous parameter name `foo`"
)
(assert_invalid
  (component
      (core module $m
          (memory (export "memory") 1)
          (func (export "foo") (result i32) unreachable)
      )
      (core instance $i (instantiate $m))

      (func (export "tuple") (result (tuple s8 u8))
          (canon lift (core func $i "foo"))
      )
  )
  "canonical option `memory` is required"
)
(assert_invalid
  (component
    (core module $m
      (memory (export "memory") 1)
      (func (export "roundtrip") (param i32))
    )
    (core instance $m (instantiate $m))

    (type $roundtrip (func
      (param "p1" u32) (param "p2" u32) (param "p3" u32) (param "p4" u32) (param "p5" u32)
      (param "p6" u32) (param "p7" u32) (param "p8" u32) (param "p9" u32) (param "p10" u32)
      (param "p11" u32) (param "p12" u32) (param "p13" u32) (param "p14" u32) (param "p15" u32)
      (param "p16" u32) (param "p17" u32) (param "p18" u32) (param "p19" u32) (param "p20" u32)
    ))

    (func $roundtrip (type $roundtrip)
      (canon lift (core func $m "roundtrip") (memory (core memory $m "memory")))
    )
    (export "roundtrip" (func $roundtrip))
  )
  "canonical option `realloc` is required"
)
(assert_invalid
  (component
    (import "a" (func $log (result string)))
    (core module $libc
      (memory (export "memory") 1)
    )
    (core instance $libc (instantiate $libc))
    (core func (canon lower (func $log) (memory (core memory $libc "memory"))))
  )
  "canonical option `realloc` is required"
)
(assert_invalid
  (component
    (core module $m
      (memory (export "memory") 1)
      (func (export "param-list") (param i32 i32) unreachable)
    )
    (core instance $i (instantiate $m))

    (func (export "param-list") (param "bytes" (list u8))
      (canon lift (core func $i "param-list") (memory (core memory $i "memory")))
    )
  )
  "canonical option `realloc` is required"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"   ;; component header
    "\07\05"          ;; component type section, 5 bytes
    "\01"             ;; 1 count
    "\40"             ;; component function type
    "\00"             ;; 0 parameters
    "\01\01"          ;; invalid result encoding
  )
  "invalid leading byte (0x1) for number of results")
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"   ;; component header
    "\07\05"          ;; component type section, 5 bytes
    "\01"             ;; 1 count
    "\40"             ;; component function type
    "\00"             ;; 0 parameters
    "\02\00"          ;; invalid result encoding
  )
  "invalid leading byte (0x2) for component function results")

;; tests/cli/component-model/gated-tags.wast
(assert_invalid
  (component
    (core module $m (func (export "")))
    (core instance $i (instantiate $m))
    (alias core export $i "" (core tag $t))
  )
  "exceptions proposal not enabled")
(assert_invalid
  (component
    (core module $m (func (export "")))
    (core instance $i (instantiate $m))
    (core instance
      (export "" (tag 0)))
  )
  "exceptions proposal not enabled")

;; tests/cli/component-model/implements.wast
(assert_invalid
  (component (import "a" (implements "not-valid") (instance)))
  "must be an interface")
(assert_invalid
  (component (import "a" (implements "") (instance)))
  "not a valid name")
(assert_invalid
  (component
    (import "a" (implements "a:b/c") (instance))
    (import "a" (implements "a:b/c") (instance))
  )
  "conflicts with previous name")
(assert_invalid
  (component
    (import "a" (implements "a1:b/c") (instance))
    (import "a" (implements "a2:b/c") (instance))
  )
  "conflicts with previous name")
(assert_invalid
  (component
    (import "a" (implements "a:b/c") (instance))
    (import "a" (implements "a:b/c@1.0.0") (instance))
  )
  "conflicts with previous name")
(assert_invalid
  (component
    (import "a" (instance))
    (import "a" (implements "a:b/c") (instance))
  )
  "conflicts with previous name")
(assert_invalid
  (component
    (import "a" (implements "a:b/c") (func))
  )
  "only instances can have an `implements`")
(assert_invalid
  (component
    (import "a1:b/c" (implements "a2:b/c") (instance))
  )
  "name `a1:b/c` is not valid with `implements`")
(assert_invalid
  (component (type (component (import "a" (implements "not-valid") (instance)))))
  "must be an interface")
(assert_invalid
  (component (type (component (export "a" (implements "") (instance)))))
  "not a valid name")
(assert_invalid
  (component (type (instance (export "a" (implements "a:b/c") (func)))))
  "only instances")
(assert_invalid
  (component
    (instance)
    (instance (export "x" (implements "a") (instance 0)))
  )
  "must be an interface")
(assert_malformed
  (component quote "(import \"a\" (external-id \"\\ff\") (instance))")
  "malformed UTF-8 encoding")

;; tests/cli/component-model/import.wast
(assert_invalid
  (component
    (type $f (func))
    (import "a" (instance (type $f)))
  )
  "type index 0 is not an instance type")
(assert_invalid
  (component
    (core type $f (func))
    (import "a" (core module (type $f)))
  )
  "core type index 0 is not a module type")
(assert_invalid
  (component
    (type $f string)
    (import "a" (func (type $f)))
  )
  "type index 0 is not a function type")
(assert_invalid
  (component
    (core type (module
      (import "" "" (func))
      (import "" "" (func))
    ))
  )
  "duplicate import name `:`")
(assert_invalid
  (component
    (core module
      (import "" "" (func))
      (import "" "" (func))
    )
  )
  "duplicate import name `:`")
(assert_invalid
  (component
    (core type (module
      (import "" "a" (func))
      (import "" "a" (func))
    ))
  )
  "duplicate import name `:a`")
(assert_invalid
  (component
    (core module
      (import "" "a" (func))
      (import "" "a" (func))
    )
  )
  "duplicate import name `:a`")
(assert_invalid
  (component
    (import "a" (func))
    (import "a" (func))
  )
  "import name `a` conflicts with previous name `a`")
(assert_invalid
  (component
    (type (component
      (import "a" (func))
      (import "a" (func))
    ))
  )
  "import name `a` conflicts with previous name `a`")
(assert_invalid
  (component
    (import "a" (func (type 100)))
  )
  "type index out of bounds")
(assert_invalid
  (component
    (core module $m (func (export "")))
    (core instance $i (instantiate $m))
    (func (type 100) (canon lift (core func $i "")))
  )
  "type index out of bounds")
(assert_invalid
  (component
    (import "wasi:http/types" (func))
    (import "wasi:http/types" (func))
  )
  "conflicts with previous name")
(assert_invalid
  (component (import "" (func)))
  "`` is not in kebab case")
(assert_invalid
  (component (import "wasi:" (func)))
  "`` is not in kebab case")
(assert_invalid
  (component (import "wasi:/" (func)))
  "not in kebab case")
(assert_invalid
  (component (import ":/" (func)))
  "not in kebab case")
(assert_invalid
  (component (import "wasi/http" (func)))
  "`wasi/http` is not in kebab case")
(assert_invalid
  (component (import "wasi:http/TyPeS" (func)))
  "`TyPeS` is not in kebab case")
(assert_invalid
  (component (import "WaSi:http/types" (func)))
  "`WaSi` is not in kebab case")
(assert_invalid
  (component (import "wasi:HtTp/types" (func)))
  "`HtTp` is not in kebab case")
(assert_invalid
  (component (import "wasi:http/types@" (func)))
  "empty string")
(assert_invalid
  (component (import "wasi:http/types@." (func)))
  "unexpected character '.'")
(assert_invalid
  (component (import "wasi:http/types@1." (func)))
  "unexpected end of input")
(assert_invalid
  (component (import "wasi:http/types@a.2" (func)))
  "unexpected character 'a'")
(assert_invalid
  (component (import "wasi:http/types@2.b" (func)))
  "unexpected character 'b'")
(assert_invalid
  (component (import "wasi:http/types@2.0x0" (func)))
  "unexpected character 'x'")
(assert_invalid
  (component (import "wasi:http/types@2.0.0+" (func)))
  "empty identifier segment")
(assert_invalid
  (component (import "wasi:http/types@2.0.0-" (func)))
  "empty identifier segment")
(assert_invalid
  (component (import "foo:bar:baz/qux" (func)))
  "expected `/` after package name")
(assert_invalid
  (component (import "foo:bar/baz/qux" (func)))
  "trailing characters found: `/qux`")
(assert_invalid
  (component (import "unlocked-dep=" (func)))
  "expected `<` at ``")
(assert_invalid
  (component (import "unlocked-dep=<" (func)))
  "`` is not in kebab case")
(assert_invalid
  (component (import "unlocked-dep=<>" (func)))
  "`` is not in kebab case")
(assert_invalid
  (component (import "unlocked-dep=<:>" (func)))
  "`` is not in kebab case")
(assert_invalid
  (component (import "unlocked-dep=<a:>" (func)))
  "`` is not in kebab case")
(assert_invalid
  (component (import "unlocked-dep=<:a>" (func)))
  "`` is not in kebab case")
(assert_invalid
  (component (import "unlocked-dep=<a:a@>" (func)))
  "expected `{` at `>`")
(assert_invalid
  (component (import "unlocked-dep=<a:a@{xyz}>" (func)))
  "expected `>=` or `<` at start of version range")
(assert_invalid
  (component (import "unlocked-dep=<a:a@{<xyz}>" (func)))
  "`xyz` is not a valid semver")
(assert_invalid
  (component (import "unlocked-dep=<a:a@{<1.2.3 >=2.3.4}>" (func)))
  "`1.2.3 >=2.3.4` is not a valid semver")
(assert_invalid
  (component (import "locked-dep=" (func)))
  "expected `<` at ``")
(assert_invalid
  (component (import "locked-dep=<" (func)))
  "`` is not in kebab case")
(assert_invalid
  (component (import "locked-dep=<:" (func)))
  "`` is not in kebab case")
(assert_invalid
  (component (import "locked-dep=<:>" (func)))
  "`` is not in kebab case")
(assert_invalid
  (component (import "locked-dep=<a:>" (func)))
  "`` is not in kebab case")
(assert_invalid
  (component (import "locked-dep=<:a>" (func)))
  "`` is not in kebab case")
(assert_invalid
  (component (import "locked-dep=<a:a" (func)))
  "expected `>` at ``")
(assert_invalid
  (component (import "locked-dep=<a:a@>" (func)))
  "is not a valid semver")
(assert_invalid
  (component (import "locked-dep=<a:a@1.2.3" (func)))
  "expected `>` at ``")
(assert_invalid
  (component (import "locked-dep=<a:a@1.2.3>," (func)))
  "expected `integrity=<`")
(assert_invalid
  (component (import "locked-dep=<a:a@1.2.3>x" (func)))
  "trailing characters found: `x`")
(assert_invalid
  (component (import "url=" (func)))
  "expected `<` at ``")
(assert_invalid
  (component (import "url=<" (func)))
  "failed to find `>`")
(assert_invalid
  (component (import "url=<<>" (func)))
  "url cannot contain `<`")
(assert_invalid
  (component
    (import "relative-url=<>" (func))
    (import "relative-url=<a>" (func))
    (import "relative-url=<a>,integrity=<sha256-a>" (func))
  )
  "not a valid extern name")
(assert_invalid
  (component (import "relative-url=" (func)))
  "not a valid extern name")
(assert_invalid
  (component (import "relative-url=<" (func)))
  "not a valid extern name")
(assert_invalid
  (component (import "relative-url=<<>" (func)))
  "not a valid extern name")
(assert_invalid
  (component (import "integrity=<>" (func)))
  "integrity hash cannot be empty")
(assert_invalid
  (component (import "integrity=<sha256>" (func)))
  "expected `-` after hash algorithm")
(assert_invalid
  (component (import "integrity=<sha256->" (func)))
  "not valid base64")
(assert_invalid
  (component (import "integrity=<sha256-^^^^>" (func)))
  "not valid base64")
(assert_invalid
  (component (import "integrity=<sha256-=========>" (func)))
  "not valid base64")
(assert_invalid
  (component (import "integrity=<sha256-=>" (func)))
  "not valid base64")
(assert_invalid
  (component (import "integrity=<sha256-==>" (func)))
  "not valid base64")
(assert_invalid
  (component (import "integrity=<md5-ABC>" (func)))
  "unrecognized hash algorithm")

;; tests/cli/component-model/inline-exports.wast
(assert_malformed
  (component quote "(type (component (type (export \"\") (func))))")
  "unexpected token")

;; tests/cli/component-model/instance-type.wast
(assert_invalid
  (component
    (type (instance
      (export "a" (func))
      (export "a" (func)))))
  "export name `a` conflicts with previous name `a`")
(assert_invalid
  (component
    (type $t (func))
    (type (instance
      (export "a" (instance (type $t)))
    )))
  "type index 0 is not an instance type")
(assert_invalid
  (component
    (core type $t (func))
    (type (instance
      (export "a" (core module (type $t)))
    )))
  "core type index 0 is not a module type")
(assert_malformed
  (component quote
    "(type $t (func))"
    "(type (instance (export \"a\" (core module (type $t)))))"
  )
  "unknown core type")
(assert_invalid
  (component
    (type $t (record (field "a" string)))
    (type (instance
      (export "a" (func (type $t)))
    )))
  "type index 0 is not a function type")
(assert_invalid
  (component
    (type $t (instance))
    (type (instance
      (export "a" (func (type $t)))
    )))
  "type index 0 is not a function type")
(assert_invalid
  (component
    (type $t (instance))
    (type (instance
      (export "a" (instance
        (export "a" (func (type $t)))
      ))
    )))
  "type index 0 is not a function type")

;; tests/cli/component-model/instantiate.wast
(assert_invalid
  (component
    (core instance (instantiate 0))
  )
  "unknown module")
(assert_invalid
  (component
    (instance (instantiate 0))
  )
  "unknown component")
(assert_invalid
  (component
    (import "a" (core module))
    (core instance (instantiate 1))
  )
  "unknown module")
(assert_invalid
  (component
    (import "a" (core module $m (import "" "" (func))))
    (core instance (instantiate $m))
  )
  "missing module instantiation argument")
(assert_invalid
  (component
    (import "a" (component $m (import "a" (func))))
    (instance (instantiate $m))
  )
  "missing import named `a`")
(assert_invalid
  (component
    (import "a" (component $m
      (import "a" (func))
    ))
    (import "b" (component $c))
    (instance $i (instantiate $m (with "a" (component $c))))
  )
  "expected func, found component")
(assert_invalid
  (component
    (import "a" (component $m
      (import "a" (func))
    ))
    (import "b" (func $f (result string)))
    (instance $i (instantiate $m (with "a" (func $f))))
  )
  "expected a result, found none")
(assert_invalid
  (component
    (import "a" (component $m
      (import "a" (func))
    ))
    (import "b" (func (param "i" string)))
    (instance $i (instantiate $m (with "a" (func 0))))
  )
  "expected 0 parameters, found 1")
(assert_invalid
  (component
    (import "a" (component $m
      (import "a" (core module
        (import "" "" (func))
      ))
    ))
    (import "b" (core module $i
      (import "" "" (global i32))
    ))
    (instance $i (instantiate $m (with "a" (core module $i))))
  )
  "type mismatch in import `::`")
(assert_invalid
  (component
    (import "a" (component $m
      (import "a" (core module))
    ))
    (import "b" (core module $i
      (import "" "foobar" (global i32))
    ))
    (instance $i (instantiate $m (with "a" (core module $i))))
  )
  "missing expected import `::foobar`")
(assert_invalid
  (component
    (import "a" (component $m
      (import "a" (core module (export "x" (func))))
    ))
    (import "b" (core module $i))
    (instance $i (instantiate $m (with "a" (core module $i))))
  )
  "missing expected export `x`")
(assert_invalid
  (component
    (import "m1" (core module $m1 (import "" "" (func))))
    (import "m2" (core module $m2 (export "" (func (param i32)))))
    (core instance $i (instantiate $m2))
    (core instance (instantiate $m1 (with "" (instance $i))))
  )
  "expected: (func)")
(assert_invalid
  (component
    (import "m1" (core module $m1 (import "" "" (func))))
    (import "m2" (core module $m2 (export "" (func (result i32)))))
    (core instance $i (instantiate $m2))
    (core instance (instantiate $m1 (with "" (instance $i))))
  )
  "expected: (func)")
(assert_invalid
  (component
    (import "m1" (core module $m1 (import "" "" (global i32))))
    (import "m2" (core module $m2 (export "" (global i64))))
    (core instance $i (instantiate $m2))
    (core instance (instantiate $m1 (with "" (instance $i))))
  )
  "expected global type i32, found i64")
(assert_invalid
  (component
    (import "m1" (core module $m1 (import "" "" (table 1 funcref))))
    (import "m2" (core module $m2 (export "" (table 2 externref))))
    (core instance $i (instantiate $m2))
    (core instance (instantiate $m1 (with "" (instance $i))))
  )
  "expected table element type funcref, found externref")
(assert_invalid
  (component
    (import "m1" (core module $m1 (import "" "" (table 1 2 funcref))))
    (import "m2" (core module $m2 (export "" (table 2 funcref))))
    (core instance $i (instantiate $m2))
    (core instance (instantiate $m1 (with "" (instance $i))))
  )
  "mismatch in table limits")
(assert_invalid
  (component
    (import "m1" (core module $m1 (import "" "" (table 2 2 funcref))))
    (import "m2" (core module $m2 (export "" (table 1 funcref))))
    (core instance $i (instantiate $m2))
    (core instance (instantiate $m1 (with "" (instance $i))))
  )
  "mismatch in table limits")
(assert_invalid
  (component
    (import "m1" (core module $m1 (import "" "" (table 2 2 funcref))))
    (import "m2" (core module $m2 (export "" (table 2 3 funcref))))
    (core instance $i (instantiate $m2))
    (core instance (instantiate $m1 (with "" (instance $i))))
  )
  "mismatch in table limits")
(assert_invalid
  (component
    (import "m1" (core module $m1 (import "" "" (memory 1 2 shared))))
    (import "m2" (core module $m2 (export "" (memory 1))))
    (core instance $i (instantiate $m2))
    (core instance (instantiate $m1 (with "" (instance $i))))
  )
  "mismatch in the shared flag for memories")
(assert_invalid
  (component
    (import "m1" (core module $m1 (import "" "" (memory 1))))
    (import "m2" (core module $m2 (export "" (memory 0))))
    (core instance $i (instantiate $m2))
    (core instance (instantiate $m1 (with "" (instance $i))))
  )
  "mismatch in memory limits")
(assert_invalid
  (component
    (import "m1" (core module $m1 (export "g" (func))))
    (component $c
      (import "m" (core module (export "g" (global i32))))
    )
    (instance (instantiate $c (with "m" (core module $m1))))
  )
  "type mismatch in export `g`")
(assert_invalid
  (component
    (core instance (instantiate 0))
  )
  "unknown module")
(assert_invalid
  (component (instance $i (export "" (func 0))))
  "function index out of bounds")
(assert_invalid
  (component (instance (export "" (instance 0))))
  "index out of bounds")
(assert_invalid
  (component (instance $i (export "" (component 0))))
  "index out of bounds")
(assert_invalid
  (component (instance (export "" (instance 0))))
  "index out of bounds")
(assert_invalid
  (component (instance $i (export "" (core module 0))))
  "index out of bounds")
(assert_invalid
  (component (core instance (export "" (func 0))))
  "index out of bounds")
(assert_invalid
  (component (core instance (export "" (table 0))))
  "index out of bounds")
(assert_invalid
  (component (core instance (export "" (global 0))))
  "index out of bounds")
(assert_invalid
  (component (core instance (export "" (memory 0))))
  "index out of bounds")
(assert_invalid
  (component
    (core module $m)
    (core instance $i (instantiate $m))
    (core instance (instantiate $m
      (with "" (instance $i))
      (with "" (instance $i))
    ))
  )
  "duplicate module instantiation argument named ``"
)
(assert_invalid
  (component
    (core module $m (func (export "")))
    (core instance $i (instantiate $m))
    (core instance (instantiate $m
      (with "" (instance $i))
      (with "" (instance $i))
    ))
  )
  "duplicate module instantiation argument named ``")
(assert_invalid
  (component
    (core module $m1 (func (export "")))
    (core module $m2 (import "" "" (global i32)))
    (core instance $i (instantiate $m1))
    (core instance (instantiate $m2
      (with "" (instance $i))
    ))
  )
  "expected global, found func")
(assert_invalid
  (component
    (component $m)
    (instance $i (instantiate $m))
    (instance (instantiate $m
      (with "a" (instance $i))
      (with "a" (instance $i))
    ))
  )
  "instantiation argument `a` conflicts with previous argument `a`")
(assert_invalid
  (component
    (component $c (import "a" (func)))
    (instance (instantiate $c
      (with "a" (component $c))
    ))
  )
  "expected func, found component")
(assert_invalid
  (component
    (component $c)
    (instance (instantiate $c
      (with "" (core module 0))
    ))
  )
  "index out of bounds")
(assert_invalid
  (component
    (component $c)
    (instance (instantiate $c
      (with "" (instance 0))
    ))
  )
  "index out of bounds")
(assert_invalid
  (component
    (component $c)
    (instance (instantiate $c
      (with "" (func 0))
    ))
  )
  "index out of bounds")
(assert_invalid
  (component
    (component $c)
    (instance (instantiate $c
      (with "" (component 100))
    ))
  )
  "index out of bounds")
(assert_invalid
  (component
    (component $c)
    (instance
      (export "a" (component $c))
      (export "a" (component $c))
    )
  )
  "export name `a` conflicts with previous name `a`")
(assert_invalid
  (component
    (core module $m (func (export "")))
    (core instance $i (instantiate $m))
    (core instance
      (export "" (func $i ""))
      (export "" (func $i ""))
    )
  )
  "export name `` already defined")
(assert_invalid
  (component
    (component $c)
    (instance $i (instantiate $c))
    (export "a" (instance $i "a"))
  )
  "no export named `a`")
(assert_invalid
  (component
    (export "a" (instance 100 "a"))
  )
  "index out of bounds")
(assert_invalid
  (component
    (import "a" (core module $libc
      (export "memory" (memory 1))
      (export "table" (table 0 funcref))
      (export "func" (func))
      (export "global" (global i32))
      (export "global mut" (global (mut i64)))
    ))
    (core instance $libc (instantiate $libc))
    (alias core export $libc "memory" (core memory $mem))
    (alias core export $libc "table" (core table $tbl))
    (alias core export $libc "func" (core func $func))
    (alias core export $libc "global" (core global $global))
    (alias core export $libc "global mut" (core global $global_mut))

    (import "x" (core module $needs_libc
      (import "" "memory" (memory 1))
      (import "" "table" (table 0 funcref))
      (import "" "func" (func))
      (import "" "global" (global i32))
      (import "" "global mut" (global (mut i64)))
    ))

    (core instance
      (instantiate $needs_libc
        (with "" (instance (export "memory" (memory $mem))))
      )
    )
  )
  "module instantiation argument `` does not export an item named `table`")
(assert_invalid
  (component
    (type $t (tuple string string))
    (import "a" (type $a (eq $t)))
    (component $c
      (type $t (tuple u32 u32))
      (import "a" (type (eq $t)))
    )
    (instance (instantiate $c
        (with "a" (type $a))
      )
    )
  )
  "expected primitive `u32` found primitive `string`")
(assert_invalid
  (component
    (import "x" (func $x (param "x" u32)))
    (import "y" (component $c
      (import "x" (func (param "y" u32)))
    ))

    (instance (instantiate $c (with "x" (func $x))))
  )
  "expected parameter named `y`, found `x`")
(assert_invalid
  (component
    (import "x" (func $x (param "x" u32)))
    (import "y" (component $c
      (import "x" (func (param "x" s32)))
    ))

    (instance (instantiate $c (with "x" (func $x))))
  )
  "type mismatch in function parameter `x`")
(assert_invalid
  (component
    (import "x" (func $x (result u32)))
    (import "y" (component $c
      (import "x" (func (result s32)))
    ))

    (instance (instantiate $c (with "x" (func $x))))
  )
  "type mismatch with result type")
(assert_invalid
  (component
    (import "x" (instance $x (export "a" (func))))
    (import "y" (component $c
      (import "x" (instance $x (export "a" (component))))
    ))

    (instance (instantiate $c (with "x" (instance $x))))
  )
  "type mismatch in instance export `a`")
(assert_invalid
  (component
    (import "y" (component $c
      (type $t u32)
      (import "x" (type (eq $t)))
    ))

    (type $x (record (field "f" u32)))
    (instance (instantiate $c (with "x" (type $x))))
  )
  "expected primitive, found record")
(assert_invalid
  (component
    (import "y" (component $c
      (type $t (record (field "f" u32)))
      (import "x" (type (eq $t)))
    ))

    (type $x u32)
    (instance (instantiate $c (with "x" (type $x))))
  )
  "expected record, found u32")
(assert_invalid
  (component
    (import "y" (component $c
      (type $t (record (field "x" u32)))
      (import "x" (type (eq $t)))
    ))

    (type $f (tuple u8))
    (type $x (record (field "x" $f)))
    (instance (instantiate $c (with "x" (type $x))))
  )
  "expected u32, found tuple")
(assert_invalid
  (component
    (import "y" (component $c
      (type $f (option s32))
      (type $t (record (field "x" $f)))
      (import "x" (type (eq $t)))
    ))

    (type $x (record (field "x" u32)))
    (instance (instantiate $c (with "x" (type $x))))
  )
  "type mismatch in record field `x`")
(assert_invalid
  (component
    (import "y" (component $c
      (type $t (record (field "x" u32)))
      (import "x" (type (eq $t)))
    ))

    (type $x (record (field "y" u32) (field "z" u64)))
    (instance (instantiate $c (with "x" (type $x))))
  )
  "expected 1 fields, found 2")
(assert_invalid
  (component
    (import "y" (component $c
      (type $t (record (field "a" u32)))
      (import "x" (type (eq $t)))
    ))

    (type $x (record (field "b" u32)))
    (instance (instantiate $c (with "x" (type $x))))
  )
  "expected field name `a`, found `b`")
(assert_invalid
  (component
    (import "y" (component $c
      (type $t (variant (case "x" u32)))
      (import "x" (type (eq $t)))
    ))

    (type $x (variant (case "x" u32) (case "y" u32)))
    (instance (instantiate $c (with "x" (type $x))))
  )
  "expected 1 cases, found 2")
(assert_invalid
  (component
    (import "y" (component $c
      (type $t (variant (case "x" u32)))
      (import "x" (type (eq $t)))
    ))

    (type $x (variant (case "y" u32)))
    (instance (instantiate $c (with "x" (type $x))))
  )
  "expected case named `x`, found `y`")
(assert_invalid
  (component
    (import "y" (component $c
      (type $t (variant (case "x" u32)))
      (import "x" (type (eq $t)))
    ))

    (type $x (variant (case "x")))
    (instance (instantiate $c (with "x" (type $x))))
  )
  "expected case `x` to have a type, found none")
(assert_invalid
  (component
    (import "y" (component $c
      (type $t (variant (case "x")))
      (import "x" (type (eq $t)))
    ))

    (type $x (variant (case "x" u32)))
    (instance (instantiate $c (with "x" (type $x))))
  )
  "expected case `x` to have no type")
(assert_invalid
  (component
    (import "y" (component $c
      (type $t (variant (case "x" u32)))
      (import "x" (type (eq $t)))
    ))

    (type $x (variant (case "x" s32)))
    (instance (instantiate $c (with "x" (type $x))))
  )
  "type mismatch in variant case `x`")
(assert_invalid
  (component
    (import "y" (component $c
      (type $t (tuple u8))
      (import "x" (type (eq $t)))
    ))

    (type $x (tuple u32 u32))
    (instance (instantiate $c (with "x" (type $x))))
  )
  "expected 1 types, found 2")
(assert_invalid
  (component
    (import "y" (component $c
      (type $t (tuple u8))
      (import "x" (type (eq $t)))
    ))

    (type $x (tuple u16))
    (instance (instantiate $c (with "x" (type $x))))
  )
  "type mismatch in tuple field 0")
(assert_invalid
  (component
    (import "y" (component $c
      (type $t (flags "a"))
      (import "x" (type (eq $t)))
    ))

    (type $x (flags "x"))
    (instance (instantiate $c (with "x" (type $x))))
  )
  "mismatch in flags elements")
(assert_invalid
  (component
    (import "y" (component $c
      (type $t (enum "a"))
      (import "x" (type (eq $t)))
    ))

    (type $x (enum "x"))
    (instance (instantiate $c (with "x" (type $x))))
  )
  "mismatch in enum elements")
(assert_invalid
  (component
    (import "y" (component $c
      (type $t (result s32))
      (import "x" (type (eq $t)))
    ))

    (type $x (result u32))
    (instance (instantiate $c (with "x" (type $x))))
  )
  "type mismatch in ok variant")
(assert_invalid
  (component
    (import "y" (component $c
      (type $t (result (error s32)))
      (import "x" (type (eq $t)))
    ))

    (type $x (result (error u32)))
    (instance (instantiate $c (with "x" (type $x))))
  )
  "type mismatch in err variant")
(assert_invalid
  (component
    (import "y" (component $c
      (type $t (result))
      (import "x" (type (eq $t)))
    ))

    (type $x (result u32))
    (instance (instantiate $c (with "x" (type $x))))
  )
  "expected ok type to not be present")
(assert_invalid
  (component
    (import "y" (component $c
      (type $t (result u32))
      (import "x" (type (eq $t)))
    ))

    (type $x (result))
    (instance (instantiate $c (with "x" (type $x))))
  )
  "expected ok type, but found none")
(assert_invalid
  (component
    (import "y" (component $c
      (type $t (result))
      (import "x" (type (eq $t)))
    ))

    (type $x (result (error u32)))
    (instance (instantiate $c (with "x" (type $x))))
  )
  "expected err type to not be present")
(assert_invalid
  (component
    (import "y" (component $c
      (type $t (result (error u32)))
      (import "x" (type (eq $t)))
    ))

    (type $x (result))
    (instance (instantiate $c (with "x" (type $x))))
  )
  "expected err type, but found none")

;; tests/cli/component-model/invalid.wast
(assert_invalid
  (component
    (core type (module
      (import "" "" (func (type 1)))
    ))
    (type (func))
  )
  "type index out of bounds")
(assert_malformed
  (component quote
    "(export \"\" (func $foo))"
  )
  "unknown func")
(assert_malformed
  (component quote
    "(alias outer 100 $foo (type $foo))"
  )
  "outer count of `100` is too large")
(assert_malformed
  (component quote
    "(alias outer $nonexistent $foo (type $foo))"
  )
  "outer component `nonexistent` not found")
(assert_malformed
  (component quote
    "(import \"x\" (func $x))"
    "(component (export \"x\" (func $x)))")
  "outer item `x` is not a module, type, or component")

;; tests/cli/component-model/lower.wast
(assert_invalid
  (component
    (import "f" (func $f (param "x" (list u8))))
    (core func $f (canon lower (func $f)
    ))
  )
  "canonical option `memory` is required")
(assert_invalid
  (component
    (import "f" (func $f (result (list u8))))
    (core func $f (canon lower (func $f)
    ))
  )
  "canonical option `memory` is required")

;; tests/cli/component-model/map.wast
(assert_invalid
  (component
    (import "y" (component $c
      (type $t (map string u32))
      (import "x" (type (eq $t)))
    ))

    (type $x (map u32 string))
    (instance (instantiate $c (with "x" (type $x))))
  )
  "type mismatch for import `x`")
(assert_invalid
  (component
    (import "y" (component $c
      (type $t (map string u32))
      (import "x" (type (eq $t)))
    ))

    (type $x (list u32))
    (instance (instantiate $c (with "x" (type $x))))
  )
  "type mismatch for import `x`")

;; tests/cli/component-model/memory64.wast
(assert_invalid
  (component
    (core module $A
      (import "" "" (memory 1)))
    (core module $B
      (memory (export "") i64 1))
    (core instance $b (instantiate $B))
    (core instance $a (instantiate $A (with "" (instance $b))))
  )
  "mismatch in index type used for memories")
(assert_invalid
  (component
    (core module $A
      (import "" "" (memory i64 1)))
    (core module $B
      (memory (export "") 1))
    (core instance $b (instantiate $B))
    (core instance $a (instantiate $A (with "" (instance $b))))
  )
  "mismatch in index type used for memories")
(assert_invalid
  (component
    (import "x" (func $x (param "x" string)))
    (core module $A
      (memory (export "m") i64 1))
    (core instance $A (instantiate $A))
    (alias core export $A "m" (core memory $m))
    (core func (canon lower (func $x) (memory $m)))
  )
  "64-bit memories require the `cm64` feature to be enabled")

;; tests/cli/component-model/more-flags.wast
(assert_invalid
  (component
    (type (flags
      "f1"
      "f2"
      "f3"
      "f4"
      "f5"
      "f6"
      "f7"
      "f8"
      "f9"
      "f10"
      "f11"
      "f12"
      "f13"
      "f14"
      "f15"
      "f16"
      "f17"
      "f18"
      "f19"
      "f20"
      "f21"
      "f22"
      "f23"
      "f24"
      "f25"
      "f26"
      "f27"
      "f28"
      "f29"
      "f30"
      "f31"
      "f32"
      "f33"
    ))
  )
  "cannot have more than 32 flags")

;; tests/cli/component-model/naming.wast
(assert_invalid
  (component
    (import "f" (func))
    (instance (export "1" (func 0)))
  )
  "`1` is not in kebab case"
)
(assert_invalid
  (component
    (instance)
    (alias export 0 "Xml" (func))
  )
  "instance 0 has no export named `Xml`"
)
(assert_invalid
  (component
    (type (flags "0-a-1-c"))
  )
  "flag name `0-a-1-c` is not in kebab case"
)
(assert_invalid
  (component
    (type (enum "NevEr"))
  )
  "enum tag name `NevEr` is not in kebab case"
)
(assert_invalid
  (component
    (type (record (field "GoNnA" string)))
  )
  "record field name `GoNnA` is not in kebab case"
)
(assert_invalid
  (component
    (type (variant (case "GIVe" string)))
  )
  "variant case name `GIVe` is not in kebab case"
)
(assert_invalid
  (component
    (type (func (param "yOu" string)))
  )
  "function parameter name `yOu` is not in kebab case"
)
(assert_invalid
  (component
    (type (component (export "NevEr" (func))))
  )
  "`NevEr` is not in kebab case"
)
(assert_invalid
  (component
    (type (component (import "GonnA" (func))))
  )
  "`GonnA` is not in kebab case"
)
(assert_invalid
  (component
    (type (instance (export "lET" (func))))
  )
  "`lET` is not in kebab case"
)
(assert_invalid
  (component
    (instance (export "YoU"))
  )
  "`YoU` is not in kebab case"
)
(assert_invalid
  (component
    (instance (import "DOWn"))
  )
  "`DOWn` is not in kebab case"
)
(assert_invalid
  (component
    (instance (import "A:b/c"))
  )
  "character `A` is not lowercase in package name/namespace"
)
(assert_invalid
  (component
    (instance (import "a:B/c"))
  )
  "character `B` is not lowercase in package name/namespace"
)
(assert_invalid
  (component
    (import "a" (type $a (sub resource)))
    (import "[method]a.a" (func (param "self" (borrow $a))))
  )
  "import name `[method]a.a` conflicts with previous name `a`")
(assert_invalid
  (component
    (import "a" (type $a (sub resource)))
    (import "[static]a.a" (func))
  )
  "import name `[static]a.a` conflicts with previous name `a`")

;; tests/cli/component-model/nested-modules.wast
(assert_invalid
  (component
    (core module
      (func
        i32.add)
    )
  )
  "type mismatch")

;; tests/cli/component-model/options.wast
(assert_invalid
  (component
    (core module $m
      (func (export "r") (param i32 i32 i32 i32) (result i32) unreachable)
      (func (export "f"))
    )
    (core instance $i (instantiate $m))
    (func (canon lift (core func $i "f") (realloc (core func $i "r"))))
  )
  "canonical option `realloc` requires `memory` to also be specified")
(assert_invalid
  (component
    (core module $m
      (func (export "r"))
      (memory (export "m") 0)
      (func (export "f"))
    )
    (core instance $i (instantiate $m))
    (func (canon lift (core func $i "f") (realloc (core func $i "r")) (memory (core memory $i "m"))))
  )
  "canonical option `realloc` uses a core function with an incorrect signature")
(assert_invalid
  (component
    (core module $m
      (memory (export "m") 0 1 shared)
      (func (export "f"))
    )
    (core instance $i (instantiate $m))
    (func (canon lift (core func $i "f") (memory (core memory $i "m"))))
  )
  "mismatch in the shared flag for memories")
(assert_invalid
  (component
    (core module $m
      (memory (export "m") i64 0)
      (func (export "f"))
    )
    (core instance $i (instantiate $m))
    (func (canon lift (core func $i "f") (memory (core memory $i "m"))))
  )
  "64-bit memories require the `cm64` feature to be enabled")

;; tests/cli/component-model/resources.wast
(assert_invalid
  (component
    (type $x (resource (rep i64)))
  )
  "resources with `i64` require the `cm64` feature to be enabled")
(assert_invalid
  (component
    (type $x (own 100))
  )
  "type index out of bounds")
(assert_invalid
  (component
    (type $x (borrow 100))
  )
  "type index out of bounds")
(assert_invalid
  (component
    (type $t u8)
    (type $x (borrow $t))
  )
  "not a resource type")
(assert_invalid
  (component
    (type $t u8)
    (type $x (own $t))
  )
  "not a resource type")
(assert_invalid
  (component
    (import "x" (type $x (sub resource)))
    (core func (canon resource.new $x))
  )
  "not a local resource")
(assert_invalid
  (component
    (import "x" (type $x (sub resource)))
    (core func (canon resource.rep $x))
  )
  "not a local resource")
(assert_invalid
  (component
    (type $t (tuple u32))
    (core func (canon resource.drop $t))
  )
  "not a resource type")
(assert_invalid
  (component
    (core func (canon resource.drop 100))
  )
  "type index out of bounds")
(assert_invalid
  (component
    (type (component))
    (core func (canon resource.drop 0))
  )
  "not a resource type")
(assert_invalid
  (component
    (type (component))
    (core func (canon resource.new 0))
  )
  "not a resource type")
(assert_invalid
  (component
    (core module $m
      (func (export "dtor"))
    )
    (core instance $m (instantiate $m))
    (type $x (resource (rep i32) (dtor (core func $m "dtor"))))
    (core func (canon resource.new $x))
  )
  "wrong signature for a destructor")
(assert_invalid
  (component
    (type (resource (rep i32) (dtor (core func 100))))
  )
  "function index out of bounds")
(assert_invalid
  (component
    (import "x" (type $x (sub resource)))
    (import "y" (type $y (sub resource)))
    (import "z" (func $z (param "x" (own $x)) (param "y" (own $y))))

    (component $c
      (import "x" (type $x (sub resource)))
      (import "z" (func (param "x" (own $x)) (param "y" (own $x))))
    )

    (instance (instantiate $c (with "x" (type $x)) (with "z" (func $z))))
  )
  "resource types are not the same")
(assert_invalid
  (component
    (type (component
      (type $x (resource (rep i32)))
    ))
  )
  "resources can only be defined within a concrete component")
(assert_invalid
  (component
    (type (instance
      (type $x (resource (rep i32)))
    ))
  )
  "resources can only be defined within a concrete component")
(assert_invalid
  (component
    (component $C
      (type $R (resource (rep i32)))
      (export "R" (type $R))
    )
    (instance $c (instantiate $C))
    (alias export $c "R" (type $R))
    (core func (canon resource.rep $R))
  )
  "not a local resource")
(assert_invalid
  (component
    (component $C1
      (type $X' (resource (rep i32)))
      (export $X "X" (type $X'))

      (core func $f (canon resource.drop $X))
      (func (export "f") (param "X" (own $X)) (canon lift (core func $f)))
    )
    (instance $c1 (instantiate $C1))
    (instance $c2 (instantiate $C1))

    (component $C2
      (import "X" (type $X (sub resource)))
      (import "f" (func (param "X" (own $X))))
    )
    (instance $c3 (instantiate $C2
      (with "X" (type $c1 "X"))
      (with "f" (func $c2 "f"))
    ))
  )
  "resource types are not the same")
(assert_invalid
  (component
    (component $c
      (import "x" (type (sub resource)))
    )
    (type $x u32)
    (instance (instantiate $c (with "x" (type $x))))
  )
  "expected resource, found defined type")
(assert_invalid
  (component
    (component $c
      (type $t u32)
      (import "x" (type (eq $t)))
    )
    (type $x (resource (rep i32)))
    (instance (instantiate $c (with "x" (type $x))))
  )
  "expected defined type, found resource")
(assert_invalid
  (component
    (component $c
      (import "x1" (type $x1 (sub resource)))
      (import "x2" (type $x2 (eq $x1)))
    )
    (type $x1 (resource (rep i32)))
    (type $x2 (resource (rep i32)))
    (instance (instantiate $c
      (with "x1" (type $x1))
      (with "x2" (type $x2))
    ))
  )
  "resource types are not the same")
(assert_invalid
  (component
    (type $r (resource (rep i32)))
    (import "x" (func (result (own $r))))
  )
  "func not valid to be used as import")
(assert_invalid
  (component
    (type (component
      (export "x" (type $x (sub resource)))
      (import "f" (func (result (own $x))))
    ))
  )
  "func not valid to be used as import")
(assert_invalid
  (component
    (type $r (resource (rep i32)))

    (core func $f (canon resource.drop $r))
    (func (export "f") (param "x" (own $r))
      (canon lift (core func $f)))
  )
  "func not valid to be used as export")
(assert_invalid
  (component
    (type $i (instance
      (export "r" (type $r (sub resource)))
      (export "f" (func (result (own $r))))
    ))
    (import "i1" (instance $i1 (type $i)))
    (import "i2" (instance $i2 (type $i)))

    (component $c
      (import "r" (type $t (sub resource)))
      (import "f" (func (result (own $t))))
    )
    (instance (instantiate $c
      (with "r" (type $i1 "r"))
      (with "f" (func $i2 "f"))
    ))
  )
  "resource types are not the same")
(assert_invalid
  (component
    (component $c
      (import "x" (type (sub resource)))
    )
    (instance (instantiate $c))
  )
  "missing import named `x`")
(assert_invalid
  (component
    (type $x (resource (rep i32)))
    (component $c
      (import "x" (type (sub resource)))
      (import "y" (type (sub resource)))
    )
    (instance (instantiate $c (with "x" (type $x))))
  )
  "missing import named `y`")
(assert_invalid
  (component
    (type $x (resource (rep i32)))
    (type $y (resource (rep i32)))
    (component $c
      (import "x" (type $t (sub resource)))
      (import "y" (type (eq $t)))
    )
    (instance (instantiate $c
      (with "x" (type $x))
      (with "y" (type $y))
    ))
  )
  "resource types are not the same")
(assert_invalid
  (component $A
    (type $t (resource (rep i32)))
    (component (alias outer $A $t (type $foo)))
  )
  "refers to resources not defined in the current component")
(assert_invalid
  (component $A
    (type $t (resource (rep i32)))
    (type $u (record (field "x" (own $t))))
    (component (alias outer $A $u (type $foo)))
  )
  "refers to resources not defined in the current component")
(assert_invalid
  (component $A
    (type $t (resource (rep i32)))
    (type $u (borrow $t))
    (component (alias outer $A $u (type $foo)))
  )
  "refers to resources not defined in the current component")
(assert_invalid
  (component $A
    (type $t (resource (rep i32)))
    (type $u (component (export "a" (type (eq $t)))))
    (component (alias outer $A $u (type $foo)))
  )
  "refers to resources not defined in the current component")
(assert_invalid
  (component $A
    (type $t (resource (rep i32)))
    (type $u (component (import "a" (type (eq $t)))))
    (component (alias outer $A $u (type $foo)))
  )
  "refers to resources not defined in the current component")
(assert_invalid
  (component
    (component $X
      (type $t (resource (rep i32)))
      (export "t" (type $t))
    )
    (component $F
      (import "x" (component (export "t" (type $t (sub resource)))))
    )
    (instance $x1 (instantiate $X))
    (instance $f1 (instantiate $F (with "x" (instance $x1))))
  )
  "expected component, found instance")
(assert_invalid
  (component
    (component $F
      (type $t1 (resource (rep i32)))
      (export "t1" (type $t1))
    )
    (instance $f1 (instantiate $F))
    (instance $f2 (instantiate $F))
    (alias export $f1 "t1" (type $t1))
    (alias export $f2 "t1" (type $t2))
    (component $T
      (import "x" (type $x (sub resource)))
      (import "y" (type (eq $x)))
    )
    (instance $test
      (instantiate $T (with "x" (type $t1)) (with "y" (type $t2))))
  )
  "type mismatch for import `y`")
(assert_invalid
  (component (import "[static]" (func)))
  "failed to find `.` character")
(assert_invalid
  (component (import "[constructor]" (func)))
  "not in kebab case")
(assert_invalid
  (component (import "[constructor]a" (func)))
  "should return one value")
(assert_invalid
  (component (import "[constructor]a" (func (result u32))))
  "should return `(own $T)`")
(assert_invalid
  (component
    (import "b" (type $a (sub resource)))
    (import "[constructor]a" (func (result (own $a)))))
  "import name `[constructor]a` is not valid")
(assert_invalid
  (component
    (import "b" (type $a (sub resource)))
    (import "[constructor]a" (func (result (own $a)))))
  "function does not match expected resource name `b`")
(assert_invalid
  (component
    (import "b" (type $a (sub resource)))
    (import "[constructor]a" (func (result (result(own $a))))))
  "function does not match expected resource name `b`")
(assert_invalid
  (component
    (import "a" (type $a (sub resource)))
    (import "[constructor]a" (func (result string))))
  "function should return `(own $T)` or `(result (own $T))`")
(assert_invalid
  (component
    (import "a" (type $a (sub resource)))
    (import "[constructor]a" (func (result (result string)))))
  "function should return `(own $T)` or `(result (own $T))`")
(assert_invalid
  (component (import "[method]" (func)))
  "failed to find `.` character")
(assert_invalid
  (component (import "[method]a" (func)))
  "failed to find `.` character")
(assert_invalid
  (component (import "[method]a." (func)))
  "not in kebab case")
(assert_invalid
  (component (import "[method].a" (func)))
  "not in kebab case")
(assert_invalid
  (component (import "[method]a.b.c" (func)))
  "not in kebab case")
(assert_invalid
  (component (import "[method]a.b" (instance)))
  "is not a func")
(assert_invalid
  (component (import "[method]a.b" (func)))
  "should have at least one argument")
(assert_invalid
  (component (import "[method]a.b" (func (param "x" u32))))
  "should have a first argument called `self`")
(assert_invalid
  (component (import "[method]a.b" (func (param "self" u32))))
  "should take a first argument of `(borrow $T)`")
(assert_invalid
  (component
    (import "b" (type $T (sub resource)))
    (import "[method]a.b" (func (param "self" (borrow $T)))))
  "does not match expected resource name")
(assert_invalid
  (component (import "[static]" (func)))
  "failed to find `.` character")
(assert_invalid
  (component (import "[static]a" (func)))
  "failed to find `.` character")
(assert_invalid
  (component (import "[static]a." (func)))
  "not in kebab case")
(assert_invalid
  (component (import "[static].a" (func)))
  "not in kebab case")
(assert_invalid
  (component (import "[static]a.b.c" (func)))
  "not in kebab case")
(assert_invalid
  (component (import "[static]a.b" (instance)))
  "is not a func")
(assert_invalid
  (component (import "[static]a.b" (func)))
  "static resource name is not known in this context")
(assert_invalid
  (component
    (import "b" (type $T (sub resource)))
    (import "f" (func $f (param "self" (borrow $T))))
    (export "[method]b.foo" (func $f))
  )
  "resource used in function does not have a name in this context")
(assert_invalid
  (component
    (import "i" (instance $i
      (export "t" (type (sub resource)))
    ))
    (alias export $i "t" (type $t))
    (import "[method]t.foo" (func (param "self" (borrow $t))))
  )
  "resource used in function does not have a name in this context")
(assert_invalid
  (component
    (type (component
      (import "b" (type $T (sub resource)))
      (import "[constructor]a" (func (result (own $T))))
    ))
  )
  "function does not match expected resource name `b`")
(assert_invalid
  (component
    (type $T (resource (rep i32)))
    (core module $m (func (export "a") (result i32) unreachable))
    (core instance $i (instantiate $m))
    (func $f (result (own $T)) (canon lift (core func $i "a")))
    (instance
      (export "a" (type $T))
      (export "[constructor]a" (func $f))
    )
  )
  "resource used in function does not have a name in this context")
(assert_invalid
  (component
    (import "x" (instance $i
      (type $i (instance
        (export "r" (type (sub resource)))
      ))
      (export "a" (instance (type $i)))
      (export "b" (instance (type $i)))
    ))

    (component $C
      (import "x" (type $x (sub resource)))
      (import "y" (type (eq $x)))
    )
    (instance (instantiate $C
      (with "x" (type $i "a" "r"))
      (with "y" (type $i "b" "r"))
    ))
  )
  "resource types are not the same")
(assert_invalid
  (component
    (type $r (resource (rep i32)))
    (type (func (result (borrow $r))))
  )
  "function result cannot contain a `borrow` type")
(assert_invalid
  (component
    (type $r (resource (rep i32)))
    (type (func (result (list (borrow $r)))))
  )
  "function result cannot contain a `borrow` type")
(assert_invalid
  (component
    (type $r (resource (rep i32)))
    (type (func (result (option (borrow $r)))))
  )
  "function result cannot contain a `borrow` type")
(assert_invalid
  (component
    (type $r (resource (rep i32)))
    (type $t (record (field "f" (borrow $r))))
    (type (func (result (option (list $t)))))
  )
  "function result cannot contain a `borrow` type")

;; tests/cli/component-model/tags.wast
(assert_invalid
  (component
    (core module $m (func (export "")))
    (core instance $i (instantiate $m))
    (alias core export $i "" (core tag $t))
  )
  "export `` for core instance 0 is not a tag")
(assert_invalid
  (component
    (core module $m (func (export "")))
    (core instance $i (instantiate $m))
    (core instance
      (export "" (tag 0)))
  )
  "unknown tag 0")

;; tests/cli/component-model/type-export-restrictions.wast
(assert_invalid
  (component
    (type $t (record (field "f" u32)))
    (type $f (record (field "f" $t)))
    (export "f" (type $f))
  )
  "type not valid to be used as export")
(assert_invalid
  (component
    (type $t (record (field "f" u32)))
    (type $f (list $t))
    (export "f" (type $f))
  )
  "type not valid to be used as export")
(assert_invalid
  (component
    (type $t (record (field "f" u32)))
    (type $f (tuple $t))
    (export "f" (type $f))
  )
  "type not valid to be used as export")
(assert_invalid
  (component
    (type $t (record (field "f" u32)))
    (type $f (variant (case "c" $t)))
    (export "f" (type $f))
  )
  "type not valid to be used as export")
(assert_invalid
  (component
    (type $t (record (field "f" u32)))
    (type $f (option $t))
    (export "f" (type $f))
  )
  "type not valid to be used as export")
(assert_invalid
  (component
    (type $t (record (field "f" u32)))
    (type $f (result $t))
    (export "f" (type $f))
  )
  "type not valid to be used as export")
(assert_invalid
  (component
    (type $t (record (field "f" u32)))
    (type $f (list $t))
    (export "f" (type $f))
  )
  "type not valid to be used as export")
(assert_invalid
  (component
    (type $t (enum "a"))
    (type $f (list $t))
    (export "f" (type $f))
  )
  "type not valid to be used as export")
(assert_invalid
  (component
    (type $t (flags "a"))
    (type $f (list $t))
    (export "f" (type $f))
  )
  "type not valid to be used as export")
(assert_invalid
  (component
    (type $t (variant (case "a")))
    (type $f (list $t))
    (export "f" (type $f))
  )
  "type not valid to be used as export")
(assert_invalid
  (component
    (type $t (resource (rep i32)))
    (type $f (list (own $t)))
    (export "f" (type $f))
  )
  "type not valid to be used as export")
(assert_invalid
  (component
    (type $t (record (field "f" u32)))
    (type $t2 (record (field "f" $t)))
    (import "x" (type (eq $t2)))
  )
  "type not valid to be used as import")
(assert_invalid
  (component
    (type $t (record (field "f" u32)))
    (type $t2 (record (field "f" $t)))
    (import "x" (func (param "x" $t2)))
  )
  "func not valid to be used as import")
(assert_invalid
  (component
    (type $t (resource (rep i32)))
    (export "t" (type $t))
    (type $f (list (own $t)))
    (export "f" (type $f))
  )
  "type not valid to be used as export")
(assert_invalid
  (component
    (type (component
      (type $t (record (field "f" u32)))
      (export "f" (func (param "x" $t)))
    ))
  )
  "func not valid to be used as export")
(assert_invalid
  (component
    (type (component
      (type $t (record (field "f" u32)))
      (type $f (record (field "t" $t)))
      (export "f" (type (eq $f)))
    ))
  )
  "type not valid to be used as export")
(assert_invalid
  (component
    (type $t (record (field "f" u32)))
    (type $f (record (field "t" $t)))
    (instance $i
      (export "f" (type $f))
    )
    (export "i" (instance $i))
  )
  "instance not valid to be used as export")
(assert_invalid
  (component
    (type $t (record (field "f" u32)))
    (type $f (record (field "t" $t)))

    (core module $m (func $f (export "f") (param i32)))
    (core instance $i (instantiate $m))
    (func $f (param "f" $f) (canon lift (core func $i "f")))
    (export "f" (func $f))
  )
  "func not valid to be used as export")
(assert_invalid
  (component
    (type $t' (record (field "f" u32)))
    (instance $i
      (export "t" (type $t'))
    )
    (alias export $i "t" (type $t))

    (core module $m (func $f (export "f") (param i32)))
    (core instance $i (instantiate $m))
    (func $f (param "f" $t) (canon lift (core func $i "f")))
    (export "f" (func $f))
  )
  "func not valid to be used as export")
(assert_invalid
  (component
    (component $C
      (type $t (record (field "f" u32)))
      (export "t" (type $t))
    )
    (instance $i (instantiate $C))
    (alias export $i "t" (type $t))

    (core module $m (func $f (export "f") (param i32)))
    (core instance $i (instantiate $m))
    (func $f (param "f" $t) (canon lift (core func $i "f")))
    (export "f" (func $f))
  )
  "func not valid to be used as export")
(assert_invalid
  (component
    (type $t1 (record (field "f" u32)))
    (export $t2 "t1" (type $t1))
    (import "i" (func (result $t2)))
  )
  "func not valid to be used as import")
(assert_invalid
  (component
    (type $t1 (record (field "f" u32)))
    (import "t1" (type $t2 (eq $t1)))
    (component
      (import "i" (func $f (result $t2)))
    )
  )
  "func not valid to be used as import")
(assert_invalid
  (component
    (type $t1 (record (field "f" u32)))
    (export $t2 "t1" (type $t1))
    (component
      (core module $m (func (export "f") (result i32) unreachable))
      (core instance $i (instantiate $m))
      (func $f (export "i") (result $t2) (canon lift (core func $i "f")))
    )
  )
  "func not valid to be used as export")
(assert_invalid
  (component
    (component $A
      (type $t (record (field "f" u32)))
      (export $t2 "t" (type $t))
      (core module $m (func (export "f") (result i32) unreachable))
      (core instance $i (instantiate $m))
      (func $f (result $t2) (canon lift (core func $i "f")))

      (instance (export "i")
        (export "f" (func $f))
      )
    )

    (instance $a (instantiate $A))
    ;; this component only exports `f`, not the record type that is the result
    ;; of `f`, so it should be invalid.
    (export "a" (instance $a "i"))
  )
  "instance not valid to be used as export")
(assert_invalid
  (component
    (type $i (instance
      (type $t (record (field "f" u32)))
      (type $f (record (field "t" $t)))
      (export "f" (type (eq $f)))
    ))
    (import "f" (instance (type $i)))
  )
  "instance not valid to be used as import")
(assert_invalid
  (component
    (type $i (instance
      (type $t (record (field "f" u32)))
      (type $f (record (field "t" $t)))
      (export "f" (type (eq $f)))
    ))
    (import "f" (type (eq $i)))
  )
  "type not valid to be used as import")
(assert_invalid
  (component
    (type $i (instance
      (type $t (record (field "f" u32)))
      (type $f (record (field "t" $t)))
      (export "f" (type (eq $f)))
    ))
    (export "f" (type $i))
  )
  "type not valid to be used as export")
(assert_invalid
  (component
    (type $t (record (field "f" u32)))
    (type $f (func (result $t)))
    (import "f" (type (eq $f)))
  )
  "type not valid to be used as import")
(assert_invalid
  (component
    (type $t (record (field "f" u32)))
    (type $f (func (result $t)))
    (export "f" (type $f))
  )
  "type not valid to be used as export")

;; tests/cli/component-model/types.wast
(assert_invalid
  (component
    (type $t (instance))
    (import "a" (func (type $t)))
  )
  "type index 0 is not a function type")
(assert_invalid
  (component
    (core type $t (func))
    (import "a" (core module (type $t)))
  )
  "core type index 0 is not a module type")
(assert_invalid
  (component
    (type $t (func))
    (import "a" (instance (type $t)))
  )
  "type index 0 is not an instance type")
(assert_invalid
  (component
    (type $t (func))
    (type (component
      (import "a" (instance (type $t)))
    ))
  )
  "type index 0 is not an instance type")
(assert_invalid
  (component
    (core type $t (func))
    (type (component
      (import "a" (core module (type $t)))
    ))
  )
  "core type index 0 is not a module type")
(assert_invalid
  (component
    (type $t (instance))
    (type (component
      (import "a" (func (type $t)))
    ))
  )
  "type index 0 is not a function type")
(assert_invalid
  (component
    (export "a" (core module 0))
  )
  "module index out of bounds")
(assert_invalid
  (component
    (export "a" (instance 0))
  )
  "instance index out of bounds")
(assert_invalid
  (component
    (core type (module
      (export "a" (func (type 0)))
    ))
  )
  "type index out of bounds")
(assert_invalid
  (component
    (core type (module
      (export "a" (func))
      (export "a" (func))
    ))
  )
  "export name `a` already defined")
(assert_invalid
  (component
    (core type (module
      (import "" "" (func))
      (import "" "" (func))
    ))
  )
  "duplicate import name")
(assert_invalid
  (component
    (core type (module
      (import "" "" (memory 70000))
    ))
  )
  "memory size must be at most")
(assert_invalid
  (component
    (type (component
      (export "a" (func (type 0)))
    ))
  )
  "type index out of bounds")
(assert_invalid
  (component
    (type (component
      (export "a" (func))
      (export "A" (func))
    ))
  )
  "export name `A` conflicts with previous name `a`")
(assert_invalid
  (component
    (type (component
      (import "A" (func))
      (import "a" (func))
    ))
  )
  "import name `a` conflicts with previous name `A`")
(assert_malformed
  (component quote
    "(component $c (core type $t (module (alias outer $c $t (type)))))"
  )
  "unknown core type")
(assert_invalid
  (component
    (core type (module
      (alias outer 1 0 (type))
    ))
  )
  "type index out of bounds")
(assert_malformed
  (component quote
    "(component $c (type $t (component (alias outer $c $t (type)))))"
  )
  "unknown type")
(assert_invalid
  (component
    (type (component
      (alias outer 1 0 (type))
    ))
  )
  "type index out of bounds")
(assert_invalid
  (component $c
    (type $f (func))
    (type $t (component
      (alias outer 100 0 (type))
    ))
  )
  "invalid outer alias count of 100")
(assert_invalid
  (component $c
    (type $f (func))
    (type $t (component
      (core type (module
        (export "" (func))
        (export "" (func))
      ))
    ))
  )
  "name `` already defined")
(assert_invalid
  (component
    (type (instance
      (export "" (func (type 0)))
    ))
  )
  "type index out of bounds")
(assert_invalid
  (component
    (type (instance
      (export "foo-BAR-baz" (func))
      (export "FOO-bar-BAZ" (func))
    ))
  )
  "export name `FOO-bar-BAZ` conflicts with previous name `foo-BAR-baz`")
(assert_malformed
  (component quote
    "(component $c (type $t (instance (alias outer $c $t (type)))))"
  )
  "unknown type")
(assert_invalid
  (component
    (type (instance
      (alias outer 1 0 (type))
    ))
  )
  "type index out of bounds")
(assert_invalid
  (component $c
    (type $f (func))
    (type $t (instance
      (alias outer 100 0 (type))
    ))
  )
  "invalid outer alias count of 100")
(assert_invalid
  (component $c
    (type $f (func))
    (type $t (instance
      (core type (module
        (export "" (func))
        (export "" (func))
      ))
    ))
  )
  "name `` already defined")
(assert_invalid
  (component $c
    (type $f (func (param "" string)))
  )
  "function parameter name cannot be empty")
(assert_invalid
  (component
    (type (variant))
  )
  "variant type must have at least one case")
(assert_invalid
  (component
    (type (enum))
  )
  "enum type must have at least one variant")
(assert_invalid
  (component
    (type (record))
  )
  "record type must have at least one field")
(assert_invalid
  (component
    (type (flags))
  )
  "flags must have at least one entry")
(assert_invalid
  (component
    (type (tuple))
  )
  "tuple type must have at least one type")
(assert_invalid
  (component
    (type (flags
      "f1"
      "f2"
      "f3"
      "f4"
      "f5"
      "f6"
      "f7"
      "f8"
      "f9"
      "f10"
      "f11"
      "f12"
      "f13"
      "f14"
      "f15"
      "f16"
      "f17"
      "f18"
      "f19"
      "f20"
      "f21"
      "f22"
      "f23"
      "f24"
      "f25"
      "f26"
      "f27"
      "f28"
      "f29"
      "f30"
      "f31"
      "f32"
      "f33"
    ))
  )
  "cannot have more than 32 flags")
(assert_invalid
  (component
    (core type $t (module))
    (core type (func (param (ref $t))))
  )
  "type index 0 is a module type")
(assert_invalid
  (component
    (core type (func (param (ref 100))))
  )
  "type index out of bounds")

;; tests/cli/component-model/very-nested.wast
(assert_invalid
  (component $$esl
    (component
      (export "c t.*************")
      (export "00AG")
      (component
        (export "c 3@EGG*****+*****e $$qq")
      )
      (component
        (export "q**")
        (export "00AGG554M******+*****e 4$qq")
      )
      (component
        (export "q**")
        (export "dojgn-ejs9-nd188")
      )
      (component
        (export "q")
      )
      (component
        (export "c 3@E*******************")
        (import "sdg-q12")
      )
      (component
        (export "c t.*************")
        (export "00AG")
        (component
          (export "c 3@EGG*****+*****e $$qq")
        )
        (component
          (export "q**")
          (export "dojgn-ejs9-nd188")
        )
        (component
          (export "q")
        )
        (component
          (export "c 3@E*******************")
          (import "bsdew2-sdbsdb")
        )
        (component
          (export "c=t.*************")
          (export "00AG")
          (component
            (export "alskgn-mbnaj4-a33i5nf")
            (export "dojgn-ejs9-nd188")
          )
          (component
            (export "q")
          )
          (component
            (export "c 3@E*******************")
            (import "jsjsjs")
          )
          (component
            (export "q")
          )
          (component
            (export "c 3@E*******************")
            (import "anonmm-x23foinas-ASDOJASD")
          )
          (component
            (export "c t.****0*********")
            (export "00AG")
            (component
              (export "c 3@EGG*****+*****e $$qq")
            )
            (component
              (export "q**")
              (export "dojgn-ejs9-nd188")
            )
            (component
              (export "q")
            )
            (component
              (export "c 3@E*******************")
              (import "bsdew2-sdbsdb")
            )
            (component
              (export "c=t.*************")
              (export "00AG")
              (component
                (export "alskgn-mbnaj4-a33i5nf")
                (export "dojgn-ejs9-nd188")
              )
              (component
                (export "q")
              )
              (component
                (export "afhinds-T39OIDN-f1jsj11")
                (import "sf-gqo3ngin23ogin13g-bvcad")
              )
              (component
                (export "EGG-y-GG-qq")
                (export "agds-ASF-TT-yy")
              )
              (component
                (export "q")
              )
              (component
                (export "b 3@E*******************")
                (import "bsdew2-sdbsdb")
              )
              (component
                (export "c 0.*************")
                (export "00AGGWGle A*$$qq")
              )
              (component)
            )
            (component
              (export "q")
            )
            (component
              (export "c 3@E*********GG$qq**")
              (export "dojgn-ejs9-nd188")
            )
            (component
              (export "q")
            )
            (component
              (export "c 3@E************[******")
              (import "bsdew2-sdbsdb")
            )
            (component
              (export "c t.*************")
              (export "00AGGGGle *$$qq")
            )
            (component)
          )
          (component
            (export "q")
          )
          (component
            (export "c 3@E$*************7777777777777777777777777777777777777777777MM~MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM777777777777777777777777777777777777777777*****")
            (import "00e*$$qq")
          )
          (component
            (export "EGG-y-GG-qq")
            (export "0+AGGG.Gle $$qq")
          )
          (component
            (export "q")
          )
          (component
            (export "c 3@E*******************")
            (import "00A$qq")
          )
          (component
            (export "c t.*************")
            (export "GGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGG00AGGGGle *$$qq")
          )
          (component)
        )
        (component
          (export "q")
        )
        (component
          (export "c 3@E*******************")
          (import "15AG:GG!le*$$qq")
        )
        (component
          (export "c t.*")
          (component
            (export "c 3@EGGGG$qq**")
            (export "bsdew2-sdbsdb")
          )
          (component
            (export "c t.********)*eleo &m Nx2GGGGle*$$qq")
          )
          (component
            (export "c 1.*************")
            (export "00AGGGGle A*$$qq")
          )
          (component)
        )
        (component
          (export "q")
        )
        (component
          (export "c Gle $$qq")
        )
        (component
          (export "q")
        )
        (component
          (export "c 3@E*******************")
          (import "sdg-q12")
        )
        (component
          (export "c t.*************")
          (export "00AG")
          (component
            (export "c 3@EGG*****+*****e $$qq")
          )
          (component
            (export "q**")
            (export "dojgn-ejs9-nd188")
          )
          (component
            (export "q")
          )
          (component
            (export "c 3@E*******************")
            (import "bsdew2-sdbsdb")
          )
          (component
            (export "c=t.*************")
            (export "00AG")
            (component
              (export "alskgn-mbnaj4-a33i5nf")
              (export "dojgn-ejs9-nd188")
            )
            (component
              (export "q")
            )
            (component
              (export "c 3@E*******************")
              (import "jsjsjs")
            )
            (component
              (export "q")
            )
            (component
              (export "c 3@E*******************")
              (import "bsdew2-sdbsdb")
            )
            (component
              (export "c t.*************")
              (export "0*************")
              (import "bsdew2-sdbsdb")
            )
            (component
              (export "c t.*************")
              (export "00AG")
              (component
                (export "c 3@EGG*****+*****e $$qq")
              )
              (component
                (export "q**")
                (export "00AGG554M******+*****e 4$qq")
              )
              (component
                (export "q**")
                (export "dojgn-ejs9-nd188")
              )
              (component
                (export "q")
              )
              (component
                (export "c 3@E*******************")
                (import "sdg-q12")
              )
              (component
                (export "c t.*************")
                (export "00AG")
                (component
                  (export "c 3@EGG*****+*****e $$qq")
                )
                (component
                  (export "q**")
                  (export "dojgn-ejs9-nd188")
                )
                (component
                  (export "q")
                )
                (component
                  (export "c 3@E*******************")
                  (import "bsdew2-sdbsdb")
                )
                (component
                  (export "c=t.*************")
                  (export "00AG")
                  (component
                    (export "alskgn-mbnaj4-a33i5nf")
                    (export "dojgn-ejs9-nd188")
                  )
                  (component
                    (export "q")
                  )
                  (component
                    (export "c 3@E*******************")
                    (import "jsjsjs")
                  )
                  (component
                    (export "q")
                  )
                  (component
                    (export "c 3@E*******************")
                    (import "anonmm-x23foinas-ASDOJASD")
                  )
                  (component
                    (export "c t.****0*********")
                    (export "00AG")
                    (component
                      (export "c 3@EGG*****+*****e $$qq")
                    )
                    (component
                      (export "q**")
                      (export "dojgn-ejs9-nd188")
                    )
                    (component
                      (export "q")
                    )
                    (component
                      (export "c 3@E*******************")
                      (import "bsdew2-sdbsdb")
                    )
                    (component
                      (export "c=t.*************")
                      (export "00AG")
                      (component
                        (export "alskgn-mbnaj4-a33i5nf")
                        (export "dojgn-ejs9-nd188")
                      )
                      (component
                        (export "q")
                      )
                      (component
                        (export "afhinds-T39OIDN-f1jsj11")
                        (import "sf-gqo3ngin23ogin13g-bvcad")
                      )
                      (component
                        (export "EGG-y-GG-qq")
                        (export "agds-ASF-TT-yy")
                      )
                      (component
                        (export "q")
                      )
                      (component
                        (export "b 3@E*******************")
                        (import "bsdew2-sdbsdb")
                      )
                      (component
                        (export "c 0.*************")
                        (export "00AGGWGle A*$$qq")
                      )
                      (component)
                    )
                    (component
                      (export "q")
                    )
                    (component
                      (export "c 3@E*********GG$qq**")
                      (export "dojgn-ejs9-nd188")
                    )
                    (component
                      (export "q")
                    )
                    (component
                      (export "c 3@E************[******")
                      (import "bsdew2-sdbsdb")
                    )
                    (component
                      (export "c t.*************")
                      (export "00AGGGGle *$$qq")
                    )
                    (component)
                  )
                  (component
                    (export "q")
                  )
                  (component
                    (export "c 3@E$*************7777777777777777777777777777777777777777777MM~MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM777777777777777777777777777777777777777777*****")
                    (import "00e*$$qq")
                  )
                  (component
                    (export "EGG-y-GG-qq")
                    (export "0+AGGG.Gle $$qq")
                  )
                  (component
                    (export "q")
                  )
                  (component
                    (export "c 3@E*******************")
                    (import "00A$qq")
                  )
                  (component
                    (export "c t.*************")
                    (export "GGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGG00AGGGGle *$$qq")
                  )
                  (component)
                )
                (component
                  (export "q")
                )
                (component
                  (export "c 3@E*******************")
                  (import "15AG:GG!le*$$qq")
                )
                (component
                  (export "c .t*")
                  (component
                    (export "c 3@EGGGG$qq**")
                    (export "bsdew2-sdbsdb")
                  )
                  (component
                    (export "c t.********)*eleo &m Nx2GGGGle*$$qq")
                  )
                  (component
                    (export "c 1.*************")
                    (export "00AGGGGle A*$$qq")
                  )
                  (component)
                )
                (component
                  (export "q")
                )
                (component
                  (export "c Gle $$qq")
                )
                (component
                  (export "q")
                )
                (component
                  (export "c 3@E*******************")
                  (import "sdg-q12")
                )
                (component
                  (export "c t.*************")
                  (export "00AG")
                  (component
                    (export "c 3@EGG*****+*****e $$qq")
                  )
                  (component
                    (export "q**")
                    (export "dojgn-ejs9-nd188")
                  )
                  (component
                    (export "q")
                  )
                  (component
                    (export "c 3@E*******************")
                    (import "bsdew2-sdbsdb")
                  )
                  (component
                    (export "c=t.*************")
                    (export "00AG")
                    (component
                      (export "alskgn-mbnaj4-a33i5nf")
                      (export "dojgn-ejs9-nd188")
                    )
                    (component
                      (export "q")
                    )
                    (component
                      (export "c 3@E*******************")
                      (import "jsjsjs")
                    )
                    (component
                      (export "q")
                    )
                    (component
                      (export "c 3@E*******************")
                      (import "bsdew2-sdbsdb")
                    )
                    (component
                      (export "c t.*************")
                      (export "00AG")
                      (component
                        (export "c 3@EGG*****+*****e $$qq")
                      )
                      (component
                        (export "q**")
                        (export "dojgn-ejs9-nd188")
                      )
                      (component
                        (export "q")
                      )
                      (component
                        (export "c 3@E*******************")
                        (import "bsdew2-sdbsdb")
                      )
                      (component
                        (export "c=t.*************")
                        (export "00AG")
                        (component
                          (export "alskgn-mbnaj4-a33i5nf")
                          (export "dojgn-ejs9-nd188")
                        )
                        (component
                          (export "q")
                        )
                        (component
                          (export "afhinds-T39OIDN-f1jsj11")
                          (import "sf-gqo3ngin23ogin13g-bvcad")
                        )
                        (component
                          (export "EGG-y-GG-qq")
                          (export "00AGGG.Gle '$$qq")
                        )
                        (component
                          (export "q")
                        )
                        (component
                          (export "b 3@E*******************")
                          (import "bsdew2-sdbsdb")
                        )
                        (component
                          (export "c 0.*************")
                          (export "00AGGWGle A*$$qq")
                        )
                        (component)
                      )
                      (component
                        (export "q")
                      )
                      (component
                        (export "c 3@E*********GG$qq**")
                        (export "dojgn-ejs9-nd188")
                      )
                      (component
                        (export "q")
                      )
                      (component
                        (export "c 3@E************[******")
                        (import "bsdew2-sdbsdb")
                      )
                      (component
                        (export "c t.*************")
                        (export "00AGGGGle *$$qq")
                      )
                      (component)
                    )
                    (component
                      (export "q")
                    )
                    (component
                      (export "c 6@E$*************7777777777777777777777777777777777777777777MM~MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM777777777777777777777777777777777777777777*****")
                      (import "00e*$$qq")
                    )
                    (component
                      (export "EGG-y-GG-qq")
                      (export "00AGGG.Gle $$qq")
                    )
                    (component
                      (export "q")
                    )
                    (component
                      (export "c 3@E*******************")
                      (import "bsdew2-sdbsdb")
                    )
                    (component
                      (export "c *****")
                      (export "00AG")
                      (component
                        (export "c 3@EGG*****+*****e $$qq")
                      )
                      (component
                        (export "q**")
                        (export "00AGG554M******+*****e 4$qq")
                      )
                      (component
                        (export "q**")
                        (export "dojgn-ejs9-nd188")
                      )
                      (component
                        (export "q")
                      )
                      (component
                        (export "c 3@E*******************")
                        (import "sdg-q12")
                      )
                      (component
                        (export "c t.*************")
                        (export "00AG")
                        (component
                          (export "c 3@EGG*****+*****e $$qq")
                        )
                        (component
                          (export "q**")
                          (export "dojgn-ejs9-nd188")
                        )
                        (component
                          (export "q")
                        )
                        (component
                          (export "c 3@E*******************")
                          (import "bsdew2-sdbsdb")
                        )
                        (component
                          (export "c=t.*************")
                          (export "00AG")
                          (component
                            (export "alskgn-mbnaj4-a33i5nf")
                            (export "dojgn-ejs9-nd188")
                          )
                          (component
                            (export "q")
                          )
                          (component
                            (export "c 3@E*******************")
                            (import "jsjsjs")
                          )
                          (component
                            (export "q")
                          )
                          (component
                            (export "c 3@E*******************")
                            (import "anonmm-x23foinas-ASDOJASD")
                          )
                          (component
                            (export "c t.****0*********")
                            (export "00AG")
                            (component
                              (export "c 3@EGG*****+*****e $$qq")
                            )
                            (component
                              (export "q**")
                              (export "dojgn-ejs9-nd188")
                            )
                            (component
                              (export "q")
                            )
                            (component
                              (export "c 3@E*******************")
                              (import "bsdew2-sdbsdb")
                            )
                            (component
                              (export "c=t.*************")
                              (export "00AG")
                              (component
                                (export "alskgn-mbnaj4-a33i5nf")
                                (export "dojgn-ejs9-nd188")
                              )
                              (component
                                (export "q")
                              )
                              (component
                                (export "afhinds-T39OIDN-f1jsj11")
                                (import "sf-gqo3ngin23ogin13g-bvcad")
                              )
                              (component
                                (export "EGG-y-GG-qq")
                                (export "agds-ASF-TT-yy")
                              )
                              (component
                                (export "q")
                              )
                              (component
                                (export "b 3@E*******************")
                                (import "bsdew2-sdbsdb")
                              )
                              (component
                                (export "c 0.*************")
                                (export "00AGGWGle A*$$qq")
                              )
                              (component)
                            )
                            (component
                              (export "q")
                            )
                            (component
                              (export "c 3@E*********GG$qq**")
                              (export "dojgn-ejs9-nd188")
                            )
                            (component
                              (export "q")
                            )
                            (component
                              (export "c 3@E************[******")
                              (import "bsdew2-sdbsdb")
                            )
                            (component
                              (export "c t.*************")
                              (export "00AGGGGle *$$qq")
                            )
                            (component)
                          )
                          (component
                            (export "q")
                          )
                          (component
                            (export "c 3@E$*************7777777777777777777777777777777777777777777MM~MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM777777777777777777777777777777777777777777*****")
                            (import "00e*$$qq")
                          )
                          (component
                            (export "EGG-y-GG-qq")
                            (export "0+AGGG.Gle $$qq")
                          )
                          (component
                            (export "q")
                          )
                          (component
                            (export "c 3@E*******************")
                            (import "00A$qq")
                          )
                          (component
                            (export "c t.*************")
                            (export "GGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGG00AGGGGle *$$qq")
                          )
                          (component)
                        )
                        (component
                          (export "q")
                        )
                        (component
                          (export "c 3@E*******************")
                          (import "15AG:GG!le*$$qq")
                        )
                        (component
                          (export "c t.*")
                          (component
                            (export "c 3@EGGGG$qq**")
                            (export "bsdew2-sdbsdb")
                          )
                          (component
                            (export "c t.********)*eleo &m Nx2GGGGle*$$qq")
                          )
                          (component
                            (export "c 1.*************")
                            (export "00AGGGGle A*$$qq")
                          )
                          (component)
                        )
                        (component
                          (export "q")
                        )
                        (component
                          (export "c Gle $$qq")
                        )
                        (component
                          (export "q")
                        )
                        (component
                          (export "c 3@E*******************")
                          (import "sdg-q12")
                        )
                        (component
                          (export "c t.*************")
                          (export "00AG")
                          (component
                            (export "c 3@EGG*****+*****e $$qq")
                          )
                          (component
                            (export "q**")
                            (export "dojgn-ejs9-nd188")
                          )
                          (component
                            (export "q")
                          )
                          (component
                            (export "c 3@E*******************")
                            (import "bsdew2-sdbsdb")
                          )
                          (component
                            (export "c=t.*************")
                            (export "00AG")
                            (component
                              (export "alskgn-mbnaj4-a33i5nf")
                              (export "dojgn-ejs9-nd188")
                            )
                            (component
                              (export "q")
                            )
                            (component
                              (export "c 3@E*******************")
                              (import "jsjsjs")
                            )
                            (component
                              (export "q")
                            )
                            (component
                              (export "c 3@E*******************")
                              (import "bsdew2-sdbsdb")
                            )
                            (component
                              (export "c t.*************")
                              (export "0*************")
                              (import "bsdew2-sdbsdb")
                            )
                            (component
                              (export "c t.*************")
                              (export "00AG")
                              (component
                                (export "c 3@EGG*****+*****e $$qq")
                              )
                              (component
                                (export "q**")
                                (export "00AGG554M******+*****e 4$qq")
                              )
                              (component
                                (export "q**")
                                (export "dojgn-ejs9-nd188")
                              )
                              (component
                                (export "q")
                              )
                              (component
                                (export "c 3@E*******************")
                                (import "sdg-q12")
                              )
                              (component
                                (export "c t.*************")
                                (export "00AG")
                                (component
                                  (export "c 3@EGG*****+*****e $$qq")
                                )
                                (component
                                  (export "q**")
                                  (export "dojgn-ejs9-nd188")
                                )
                                (component
                                  (export "q")
                                )
                                (component
                                  (export "c 3@E*******************")
                                  (import "bsdew2-sdbsdb")
                                )
                                (component
                                  (export "c=t.*************")
                                  (export "00AG")
                                  (component
                                    (export "alskgn-mbnaj4-a33i5nf")
                                    (export "dojgn-ejs9-nd188")
                                  )
                                  (component
                                    (export "q")
                                  )
                                  (component
                                    (export "c 3@E*******************")
                                    (import "jsjsjs")
                                  )
                                  (component
                                    (export "q")
                                  )
                                  (component
                                    (export "c 3@E*******************")
                                    (import "anonmm-x23foinas-ASDOJASD")
                                  )
                                  (component
                                    (export "c t.****0*********")
                                    (export "00AG")
                                    (component
                                      (export "c 3@EGG*****+*****e $$qq")
                                    )
                                    (component
                                      (export "q**")
                                      (export "dojgn-ejs9-nd188")
                                    )
                                    (component
                                      (export "q")
                                    )
                                    (component
                                      (export "c 3@E*******************")
                                      (import "bsdew2-sdbsdb")
                                    )
                                    (component
                                      (export "c=t.*************")
                                      (export "00AG")
                                      (component
                                        (export "alskgn-mbnaj4-a33i5nf")
                                        (export "dojgn-ejs9-nd188")
                                      )
                                      (component
                                        (export "q")
                                      )
                                      (component
                                        (export "afhinds-T39OIDN-f1jsj11")
                                        (import "sf-gqo3ngin23ogin13g-bvcad")
                                      )
                                      (component
                                        (export "EGG-y-GG-qq")
                                        (export "agds-ASF-TT-yy")
                                      )
                                      (component
                                        (export "q")
                                      )
                                      (component
                                        (export "b 3@E*******************")
                                        (import "bsdew2-sdbsdb")
                                      )
                                      (component
                                        (export "c 0.*************")
                                        (export "00AGGWGle A*$$qq")
                                      )
                                      (component)
                                    )
                                    (component
                                      (export "q")
                                    )
                                    (component
                                      (export "c 3@E*********GG$qq**")
                                      (export "dojgn-ejs9-nd188")
                                    )
                                    (component
                                      (export "q")
                                    )
                                    (component
                                      (export "c 3@E************[******")
                                      (import "bsdew2-sdbsdb")
                                    )
                                    (component
                                      (export "c t.*************")
                                      (export "00AGGGGle *$$qq")
                                    )
                                    (component)
                                  )
                                  (component
                                    (export "q")
                                  )
                                  (component
                                    (export "c 3@E$*************7777777777777777777777777777777777777777777MM~MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM777777777777777777777777777777777777777777*****")
                                    (import "00e*$$qq")
                                  )
                                  (component
                                    (export "EGG-y-GG-qq")
                                    (export "0+AGGG.Gle $$qq")
                                  )
                                  (component
                                    (export "q")
                                  )
                                  (component
                                    (export "c 3@E*******************")
                                    (import "00A$qq")
                                  )
                                  (component
                                    (export "c t.*************")
                                    (export "GGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGG00AGGGGle *$$qq")
                                  )
                                  (component)
                                )
                                (component
                                  (export "q")
                                )
                                (component
                                  (export "c 3@E*******************")
                                  (import "15AG:GG!le*$$qq")
                                )
                                (component
                                  (export "c .t*")
                                  (component
                                    (export "c 3@EGGGG$qq**")
                                    (export "bsdew2-sdbsdb")
                                  )
                                  (component
                                    (export "c t.********)*eleo &m Nx2GGGGle*$$qq")
                                  )
                                  (component
                                    (export "c 1.*************")
                                    (export "00AGGGGle A*$$qq")
                                  )
                                  (component)
                                )
                                (component
                                  (export "q")
                                )
                                (component
                                  (export "c Gle $$qq")
                                )
                                (component
                                  (export "q")
                                )
                                (component
                                  (export "c 3@E*******************")
                                  (import "sdg-q12")
                                )
                                (component
                                  (export "c t.*************")
                                  (export "00AG")
                                  (component
                                    (export "c 3@EGG*****+*****e $$qq")
                                  )
                                  (component
                                    (export "q**")
                                    (export "dojgn-ejs9-nd188")
                                  )
                                  (component
                                    (export "q")
                                  )
                                  (component
                                    (export "c 3@E*******************")
                                    (import "bsdew2-sdbsdb")
                                  )
                                  (component
                                    (export "c=t.*************")
                                    (export "00AG")
                                    (component
                                      (export "alskgn-mbnaj4-a33i5nf")
                                      (export "dojgn-ejs9-nd188")
                                    )
                                    (component
                                      (export "q")
                                    )
                                    (component
                                      (export "c 3@E*******************")
                                      (import "jsjsjs")
                                    )
                                    (component
                                      (export "q")
                                    )
                                    (component
                                      (export "c 3@E*******************")
                                      (import "bsdew2-sdbsdb")
                                    )
                                    (component
                                      (export "c t.*************")
                                      (export "00AG")
                                      (component
                                        (export "c 3@EGG*****+*****e $$qq")
                                      )
                                      (component
                                        (export "q**")
                                        (export "dojgn-ejs9-nd188")
                                      )
                                      (component
                                        (export "q")
                                      )
                                      (component
                                        (export "c 3@E*******************")
                                        (import "bsdew2-sdbsdb")
                                      )
                                      (component
                                        (export "c=t.*************")
                                        (export "00AG")
                                        (component
                                          (export "alskgn-mbnaj4-a33i5nf")
                                          (export "dojgn-ejs9-nd188")
                                        )
                                        (component
                                          (export "q")
                                        )
                                        (component
                                          (export "afhinds-T39OIDN-f1jsj11")
                                          (import "sf-gqo3ngin23ogin13g-bvcad")
                                        )
                                        (component
                                          (export "EGG-y-GG-qq")
                                          (export "00AGGG.Gle '$$qq")
                                        )
                                        (component
                                          (export "q")
                                        )
                                        (component
                                          (export "b 3@E*******************")
                                          (import "bsdew2-sdbsdb")
                                        )
                                        (component
                                          (export "c 0.*************")
                                          (export "00AGGWGle A*$$qq")
                                        )
                                        (component)
                                      )
                                      (component
                                        (export "q")
                                      )
                                      (component
                                        (export "c 3@E*********GG$qq**")
                                        (export "dojgn-ejs9-nd188")
                                      )
                                      (component
                                        (export "q")
                                      )
                                      (component
                                        (export "c 3@E************[******")
                                        (import "bsdew2-sdbsdb")
                                      )
                                      (component
                                        (export "c t.*************")
                                        (export "00AGGGGle *$$qq")
                                      )
                                      (component)
                                    )
                                    (component
                                      (export "q")
                                    )
                                    (component
                                      (export "c 6@E$*************7777777777777777777777777777777777777777777MM~MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM777777777777777777777777777777777777777777*****")
                                      (import "00e*$$qq")
                                    )
                                    (component
                                      (export "EGG-y-GG-qq")
                                      (export "00AGGG.Gle $$qq")
                                    )
                                    (component
                                      (export "q")
                                    )
                                    (component
                                      (export "c 3@E*******************")
                                      (import "bsdew2-sdbsdb")
                                    )
                                    (component
                                      (export "c 1.*************")
                                      (export "00AGGGGle A*$$qq")
                                    )
                                    (component)
                                  )
                                  (component
                                    (export "q")
                                  )
                                  (component
                                    (export "c 4@E****\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\*****GG$qq**")
                                    (export "dojgn-ejs9-nd188")
                                  )
                                  (component
                                    (export "q")
                                  )
                                  (component
                                    (export "c 3@E*******************")
                                    (import "00CGGGGle*$$qq")
                                  )
                                  (component
                                    (export "c t.*************")
                                    (export "00AGGGGle *$$qq")
                                  )
                                  (component)
                                )
                                (component
                                  (export "q")
                                )
                                (component
                                  (export "c 3@E*******77777777777777777777777777777777GG)le 0AGGGGle $$qq")
                                )
                                (component
                                  (export "q")
                                )
                                (component
                                  (export "c 3@E*******************")
                                  (import "00CGGGGle*$$qq")
                                )
                                (component
                                  (export "c t.*************")
                                  (export "00AGGGGl4@E****\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\*****GG$qq**")
                                  (export "dojgn-ejs9-nd188")
                                )
                                (component
                                  (export "q")
                                )
                                (component
                                  (export "c 3@E*******************")
                                  (import "00CGGGGle*$$qq")
                                )
                                (component
                                  (export "c t.*************")
                                  (export "00AGGGGle *$$qq")
                                )
                                (component)
                              )
                              (component
                                (export "q")
                              )
                              (component
                                (export "c 3@E*******77777777777777777777777777777777GG)le 0AGGGGle $$qq")
                              )
                              (component
                                (export "q")
                              )
                              (component
                                (export "c 3@E*******************")
                                (import "00CGGGGle*$$qq")
                              )
                              (component
                                (export "c t.*************")
                                (export "00AGGGGle *$$qq")
                              )
                              (component)
                            )
                            (component
                              (export "q")
                            )
                            (component
                              (export "c 3@E***0AG")
                              (component
                                (export "c 3@EGG*****+*****e $$qq")
                              )
                              (component
                                (export "q**")
                                (export "dojgn-ejs9-nd188")
                              )
                              (component
                                (export "q")
                              )
                              (component
                                (export "c 3@E*******************")
                                (import "bsdew2-sdbsdb")
                              )
                              (component
                                (export "c=t.*************")
                                (export "00AG")
                                (component
                                  (export "alskgn-mbnaj4-a33i5nf")
                                  (export "dojgn-ejs9-nd188")
                                )
                                (component
                                  (export "q")
                                )
                                (component
                                  (export "afhinds-T39OIDN-f1jsj11")
                                  (import "sf-gqo3ngin23ogin13g-bvcad")
                                )
                                (component
                                  (export "EGG-y-GG-qq")
                                  (export "00AGGG.Gle '$$qq")
                                )
                                (component
                                  (export "q")
                                )
                                (component
                                  (export "b 3@E*******************")
                                  (import "bsdew2-sdbsdb")
                                )
                                (component
                                  (export "c 0.*************")
                                  (export "00AGGWGle A*$$qq")
                                )
                                (component)
                              )
                              (component
                                (export "q")
                              )
                              (component
                                (export "c 3@E*********GG$qq**")
                                (export "dojgn-ejs9-nd188")
                              )
                              (component
                                (export "q")
                              )
                              (component
                                (export "c 3@E************[******")
                                (import "bsdew2-sdbsdb")
                              )
                              (component
                                (export "c t.*************")
                                (export "00AGGGGle *$$qq")
                              )
                              (component)
                            )
                            (component
                              (export "q")
                            )
                            (component
                              (export "c 6@E$*************7777777777777777777777777777777777777777777MM~MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM777777777777777777777777777777777777777777*****")
                              (import "00e*$$qq")
                            )
                            (component
                              (export "EGG-y-GG-qq")
                              (export "00AGGG.Gle $$qq")
                            )
                            (component
                              (export "q")
                            )
                            (component
                              (export "c 3@E*******************")
                              (import "bsdew2-sdbsdb")
                            )
                            (component
                              (export "c 1.*************")
                              (export "00AGGGGle A*$$qq")
                            )
                            (component)
                          )
                          (component
                            (export "q")
                          )
                          (component
                            (export "c 4@E****\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\*****GG$qq**")
                            (export "dojgn-ejs9-nd188")
                          )
                          (component
                            (export "q")
                          )
                          (component
                            (export "c 3@E*******************")
                            (import "00CGGGGle*$$qq")
                          )
                          (component
                            (export "c t.*************")
                            (export "00AGGGGle *$$qq")
                          )
                          (component)
                        )
                        (component
                          (export "q")
                        )
                        (component
                          (export "c 3@E*******77777777777777777777777777777777GG)le 0AGGGGle $$qq")
                        )
                        (component
                          (export "q")
                        )
                        (component
                          (export "c 3@E*******************")
                          (import "00CGGGGle*$$qq")
                        )
                        (component
                          (export "c t.*************")
                          (export "00AGGGGl4@E****\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\*****GG$qq**")
                          (export "dojgn-ejs9-nd188")
                        )
                        (component
                          (export "q")
                        )
                        (component
                          (export "c 3@E*******************")
                          (import "00CGGGGle*$$qq")
                        )
                        (component
                          (export "c t.*************")
                          (export "00AGGGGle *$$qq")
                        )
                        (component)
                      )
                      (component
                        (export "q")
                      )
                      (component
                        (export "c 3@E*******77777777777777777777777777777777GG)le 0AGGGGle $$qq")
                      )
                      (component
                        (export "q")
                      )
                      (component
                        (export "c 3@E*******************")
                        (import "00CGGGGle*$$qq")
                      )
                      (component
                        (export "c t.*************")
                        (export "00AGGGGle *$$qq")
                      )
                      (component)
                    )
                    (component
                      (export "q")
                    )
                    (component
                      (export "c 3@E**************777777777777777777777777777777777777777777777777777777777777771.*************")
                      (export "00AGGGGle A*$$qq")
                    )
                    (component)
                  )
                  (component
                    (export "q")
                  )
                  (component
                    (export "c 4@E****\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\*****GG$qq**")
                    (export "dojgn-ejs9-nd188")
                  )
                  (component
                    (export "q")
                  )
                  (component
                    (export "c 3@E*******************")
                    (import "00CGGGGle*$$qq")
                  )
                  (component
                    (export "c t.*************")
                    (export "00AGGGGle *$$qq")
                  )
                  (component)
                )
                (component
                  (export "q")
                )
                (component
                  (export "c 3@E*******77777777777777777777777777777777GG)le 0AGGGGle $$qq")
                )
                (component
                  (export "q")
                )
                (component
                  (export "c 3@E*******************")
                  (import "00CGGGGle*$$qq")
                )
                (component
                  (export "c t.*************")
                  (export "00AGGGGl4@E****\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\*****GG$qq**")
                  (export "dojgn-ejs9-nd188")
                )
                (component
                  (export "q")
                )
                (component
                  (export "c 3@E*******************")
                  (import "00CGGGGle*$$qq")
                )
                (component
                  (export "c t.*************")
                  (export "00AGGGGle *$$qq")
                )
                (component)
              )
              (component
                (export "q")
              )
              (component
                (export "c 3@E*******77777777777777777777777777777777GG)le 0AGGGGle $$qq")
              )
              (component
                (export "q")
              )
              (component
                (export "c 3@E*******************")
                (import "00CGGGGle*$$qq")
              )
              (component
                (export "c t.*************")
                (export "00AGGGGle *$$qq")
              )
              (component)
            )
            (component
              (export "q")
            )
            (component
              (export "c 3@E***0AG")
              (component
                (export "c 3@EGG*****+*****e $$qq")
              )
              (component
                (export "q**")
                (export "dojgn-ejs9-nd188")
              )
              (component
                (export "q")
              )
              (component
                (export "c 3@E*******************")
                (import "bsdew2-sdbsdb")
              )
              (component
                (export "c=t.*************")
                (export "00AG")
                (component
                  (export "alskgn-mbnaj4-a33i5nf")
                  (export "dojgn-ejs9-nd188")
                )
                (component
                  (export "q")
                )
                (component
                  (export "afhinds-T39OIDN-f1jsj11")
                  (import "sf-gqo3ngin23ogin13g-bvcad")
                )
                (component
                  (export "EGG-y-GG-qq")
                  (export "00AGGG.Gle '$$qq")
                )
                (component
                  (export "q")
                )
                (component
                  (export "b 3@E*******************")
                  (import "bsdew2-sdbsdb")
                )
                (component
                  (export "c 0.*************")
                  (export "00AGGWGle A*$$qq")
                )
                (component)
              )
              (component
                (export "q")
              )
              (component
                (export "c 3@E*********GG$qq**")
                (export "dojgn-ejs9-nd188")
              )
              (component
                (export "q")
              )
              (component
                (export "c 3@E************[******")
                (import "bsdew2-sdbsdb")
              )
              (component
                (export "c t.*************")
                (export "00AGGGGle *$$qq")
              )
              (component)
            )
            (component
              (export "q")
            )
            (component
              (export "c 6@E$*************7777777777777777777777777777777777777777777MM~MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM777777777777777777777777777777777777777777*****")
              (import "00e*$$qq")
            )
            (component
              (export "EGG-y-GG-qq")
              (export "00AGGG.Gle $$qq")
            )
            (component
              (export "q")
            )
            (component
              (export "c 3@E*******************")
              (import "bsdew2-sdbsdb")
            )
            (component
              (export "c 1.*************")
              (export "00AGGGGle A*$$qq")
            )
            (component)
          )
          (component
            (export "q")
          )
          (component
            (export "c 4@E****\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\*****GG$qq**")
            (export "dojgn-ejs9-nd188")
          )
          (component
            (export "q")
          )
          (component
            (export "c 3@E*******************")
            (import "00CGGGGle*$$qq")
          )
          (component
            (export "c t.*************")
            (export "00AGGGGle *$$qq")
          )
          (component)
        )
        (component
          (export "q")
        )
        (component
          (export "c 3@E*******77777777777777777777777777777777GG)le 0AGGGGle $$qq")
        )
        (component
          (export "q")
        )
        (component
          (export "c 3@E*******************")
          (import "00CGGGGle*$$qq")
        )
        (component
          (export "c t.*************")
          (export "00AGGGGl4@E****\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\*****GG$qq**")
          (export "dojgn-ejs9-nd188")
        )
        (component
          (export "q")
        )
        (component
          (export "c 3@E*******************")
          (import "00CGGGGle*$$qq")
        )
        (component
          (export "c t.*************")
          (export "00AGGGGle *$$qq")
        )
        (component)
      )
      (component
        (export "q")
      )
      (component
        (export "c 3@E*******77777777777777777777777777777777GG)le 0AGGGGle $$qq")
      )
      (component
        (export "q")
      )
      (component
        (export "c 3@E*******************")
        (import "00CGGGGle*$$qq")
      )
      (component
        (export "c t.*************")
        (export "00AGGGGle *$$qq")
      )
      (component)
    )
  )
  "conflicts with previous name")
(assert_invalid
  (component
    (type $m0 (component))
    (type $m1 (component
      (import "i1" (component (type $m0)))
      (import "i2" (component (type $m0)))
      (import "i3" (component (type $m0)))
      (import "i4" (component (type $m0)))
      (import "i5" (component (type $m0)))
      (import "i6" (component (type $m0)))
      (import "i7" (component (type $m0)))
      (import "i8" (component (type $m0)))
      (import "i9" (component (type $m0)))
      (import "i10" (component (type $m0)))
    ))
    (type $m2 (component
      (import "i1" (component (type $m1)))
      (import "i2" (component (type $m1)))
      (import "i3" (component (type $m1)))
      (import "i4" (component (type $m1)))
      (import "i5" (component (type $m1)))
      (import "i6" (component (type $m1)))
      (import "i7" (component (type $m1)))
      (import "i8" (component (type $m1)))
      (import "i9" (component (type $m1)))
      (import "i10" (component (type $m1)))
    ))
    (type $m3 (component
      (import "i1" (component (type $m2)))
      (import "i2" (component (type $m2)))
      (import "i3" (component (type $m2)))
      (import "i4" (component (type $m2)))
      (import "i5" (component (type $m2)))
      (import "i6" (component (type $m2)))
      (import "i7" (component (type $m2)))
      (import "i8" (component (type $m2)))
      (import "i9" (component (type $m2)))
      (import "i10" (component (type $m2)))
    ))
    (type $m4 (component
      (import "i1" (component (type $m3)))
      (import "i2" (component (type $m3)))
      (import "i3" (component (type $m3)))
      (import "i4" (component (type $m3)))
      (import "i5" (component (type $m3)))
      (import "i6" (component (type $m3)))
      (import "i7" (component (type $m3)))
      (import "i8" (component (type $m3)))
      (import "i9" (component (type $m3)))
      (import "i10" (component (type $m3)))
    ))
    (type $m5 (component
      (import "i1" (component (type $m4)))
      (import "i2" (component (type $m4)))
      (import "i3" (component (type $m4)))
      (import "i4" (component (type $m4)))
      (import "i5" (component (type $m4)))
      (import "i6" (component (type $m4)))
      (import "i7" (component (type $m4)))
      (import "i8" (component (type $m4)))
      (import "i9" (component (type $m4)))
      (import "i10" (component (type $m4)))
    ))
    (type $m6 (component
      (import "i1" (component (type $m5)))
      (import "i2" (component (type $m5)))
      (import "i3" (component (type $m5)))
      (import "i4" (component (type $m5)))
      (import "i5" (component (type $m5)))
      (import "i6" (component (type $m5)))
      (import "i7" (component (type $m5)))
      (import "i8" (component (type $m5)))
      (import "i9" (component (type $m5)))
      (import "i10" (component (type $m5)))
    ))
    (type $m7 (component
      (import "i1" (component (type $m6)))
      (import "i2" (component (type $m6)))
      (import "i3" (component (type $m6)))
      (import "i4" (component (type $m6)))
      (import "i5" (component (type $m6)))
      (import "i6" (component (type $m6)))
      (import "i7" (component (type $m6)))
      (import "i8" (component (type $m6)))
      (import "i9" (component (type $m6)))
      (import "i10" (component (type $m6)))
    ))
    (type $m8 (component
      (import "i1" (component (type $m7)))
      (import "i2" (component (type $m7)))
      (import "i3" (component (type $m7)))
      (import "i4" (component (type $m7)))
      (import "i5" (component (type $m7)))
      (import "i6" (component (type $m7)))
      (import "i7" (component (type $m7)))
      (import "i8" (component (type $m7)))
      (import "i9" (component (type $m7)))
      (import "i10" (component (type $m7)))
    ))
    (type $m9 (component
      (import "i1" (component (type $m8)))
      (import "i2" (component (type $m8)))
      (import "i3" (component (type $m8)))
      (import "i4" (component (type $m8)))
      (import "i5" (component (type $m8)))
      (import "i6" (component (type $m8)))
      (import "i7" (component (type $m8)))
      (import "i8" (component (type $m8)))
      (import "i9" (component (type $m8)))
      (import "i10" (component (type $m8)))
    ))

    (type $m (component
      (import "a" (component (type $m9)))
    ))
    (import "a" (component $a (type $m9)))
    (import "b" (component $b (type $m)))
    (instance (instantiate $b (with "a" (component $a))))
  )
  "effective type size exceeds the limit")
(assert_invalid
  (component
    (component $m0)
    (component $m1
      (instance (export "e0") (instantiate $m0))
      (instance (export "e1") (instantiate $m0))
      (instance (export "e2") (instantiate $m0))
      (instance (export "e3") (instantiate $m0))
      (instance (export "e4") (instantiate $m0))
      (instance (export "e5") (instantiate $m0))
      (instance (export "e6") (instantiate $m0))
      (instance (export "e7") (instantiate $m0))
      (instance (export "e8") (instantiate $m0))
      (instance (export "e9") (instantiate $m0))
    )
    (component $m2
      (instance (export "e0") (instantiate $m1))
      (instance (export "e1") (instantiate $m1))
      (instance (export "e2") (instantiate $m1))
      (instance (export "e3") (instantiate $m1))
      (instance (export "e4") (instantiate $m1))
      (instance (export "e5") (instantiate $m1))
      (instance (export "e6") (instantiate $m1))
      (instance (export "e7") (instantiate $m1))
      (instance (export "e8") (instantiate $m1))
      (instance (export "e9") (instantiate $m1))
    )
    (component $m3
      (instance (export "e0") (instantiate $m2))
      (instance (export "e1") (instantiate $m2))
      (instance (export "e2") (instantiate $m2))
      (instance (export "e3") (instantiate $m2))
      (instance (export "e4") (instantiate $m2))
      (instance (export "e5") (instantiate $m2))
      (instance (export "e6") (instantiate $m2))
      (instance (export "e7") (instantiate $m2))
      (instance (export "e8") (instantiate $m2))
      (instance (export "e9") (instantiate $m2))
    )
    (component $m4
      (instance (export "e0") (instantiate $m3))
      (instance (export "e1") (instantiate $m3))
      (instance (export "e2") (instantiate $m3))
      (instance (export "e3") (instantiate $m3))
      (instance (export "e4") (instantiate $m3))
      (instance (export "e5") (instantiate $m3))
      (instance (export "e6") (instantiate $m3))
      (instance (export "e7") (instantiate $m3))
      (instance (export "e8") (instantiate $m3))
      (instance (export "e9") (instantiate $m3))
    )
    (component $m5
      (instance (export "e0") (instantiate $m4))
      (instance (export "e1") (instantiate $m4))
      (instance (export "e2") (instantiate $m4))
      (instance (export "e3") (instantiate $m4))
      (instance (export "e4") (instantiate $m4))
      (instance (export "e5") (instantiate $m4))
      (instance (export "e6") (instantiate $m4))
      (instance (export "e7") (instantiate $m4))
      (instance (export "e8") (instantiate $m4))
      (instance (export "e9") (instantiate $m4))
    )
    (component $m6
      (instance (export "e0") (instantiate $m5))
      (instance (export "e1") (instantiate $m5))
      (instance (export "e2") (instantiate $m5))
      (instance (export "e3") (instantiate $m5))
      (instance (export "e4") (instantiate $m5))
      (instance (export "e5") (instantiate $m5))
      (instance (export "e6") (instantiate $m5))
      (instance (export "e7") (instantiate $m5))
      (instance (export "e8") (instantiate $m5))
      (instance (export "e9") (instantiate $m5))
    )
    (component $m7
      (instance (export "e0") (instantiate $m6))
      (instance (export "e1") (instantiate $m6))
      (instance (export "e2") (instantiate $m6))
      (instance (export "e3") (instantiate $m6))
      (instance (export "e4") (instantiate $m6))
      (instance (export "e5") (instantiate $m6))
      (instance (export "e6") (instantiate $m6))
      (instance (export "e7") (instantiate $m6))
      (instance (export "e8") (instantiate $m6))
      (instance (export "e9") (instantiate $m6))
    )
  )
  "effective type size exceeds the limit")
(assert_invalid
  (component
    ;; size(t0) == 1
    (type $t0 (flags "x"))

    ;; size(t1) == 10
    (type $t1 (record
      (field "f0" $t0)
      (field "f1" $t0)
      (field "f2" $t0)
      (field "f3" $t0)
      (field "f4" $t0)
      (field "f5" $t0)
      (field "f6" $t0)
      (field "f7" $t0)
      (field "f8" $t0)
      (field "f9" $t0)
    ))

    ;; size(t2) == 100
    (type $t2 (record
      (field "f0" $t1)
      (field "f1" $t1)
      (field "f2" $t1)
      (field "f3" $t1)
      (field "f4" $t1)
      (field "f5" $t1)
      (field "f6" $t1)
      (field "f7" $t1)
      (field "f8" $t1)
      (field "f9" $t1)
    ))

    ;; size(t3) == 1000
    (type $t3 (record
      (field "f0" $t2)
      (field "f1" $t2)
      (field "f2" $t2)
      (field "f3" $t2)
      (field "f4" $t2)
      (field "f5" $t2)
      (field "f6" $t2)
      (field "f7" $t2)
      (field "f8" $t2)
      (field "f9" $t2)
    ))

    ;; size(t4) == 10000
    (type $t4 (record
      (field "f0" $t3)
      (field "f1" $t3)
      (field "f2" $t3)
      (field "f3" $t3)
      (field "f4" $t3)
      (field "f5" $t3)
      (field "f6" $t3)
      (field "f7" $t3)
      (field "f8" $t3)
      (field "f9" $t3)
    ))

    ;; size(t5) == 100000
    (type $t5 (record
      (field "f0" $t4)
      (field "f1" $t4)
      (field "f2" $t4)
      (field "f3" $t4)
      (field "f4" $t4)
      (field "f5" $t4)
      (field "f6" $t4)
      (field "f7" $t4)
      (field "f8" $t4)
      (field "f9" $t4)
    ))

    (type $f (func
      (param "a" $t5)
      (param "b" $t5)
      (param "c" $t5)
      (param "d" $t5)
      (param "e" $t5)
      (param "f" $t5)
      (param "g" $t5)
      (param "h" $t5)
      (param "i" $t5)
      (param "j" $t5)
    ))
  )
  "effective type size exceeds the limit")
(assert_malformed
  (component quote
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
    "(component(component(component(component(component(component(component"
  )
  "nesting too deep")

;; tests/cli/component-model/wrong-order.wast
(assert_malformed
  (module binary
    "\00asm\01\00\00\00"

    "\01\01\00" ;; type section, 1 byte, 0 entries
    "\0b\01\00" ;; data section, 1 byte, 0 entries
    "\01\01\00" ;; type section, 1 byte, 0 entries
  )
  "section out of order")

;; tests/cli/component-model/async/async-builtins.wast
(assert_invalid
  (component
    (core module $m
      (import "" "stream.cancel-read" (func $stream-cancel-read (param i32 i32) (result i32)))
    )
    (type $stream-type (stream u8))
    (core func $stream-cancel-read (canon stream.cancel-read $stream-type async))
    (core instance $i (instantiate $m (with "" (instance (export "stream.cancel-read" (func $stream-cancel-read))))))
  )
  "type mismatch for export `stream.cancel-read` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $m
      (import "" "stream.cancel-write" (func $stream-cancel-write (param i32 i32) (result i32)))
    )
    (type $stream-type (stream u8))
    (core func $stream-cancel-write (canon stream.cancel-write $stream-type async))
    (core instance $i (instantiate $m (with "" (instance (export "stream.cancel-write" (func $stream-cancel-write))))))
  )
  "type mismatch for export `stream.cancel-write` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $m
      (import "" "future.cancel-read" (func $future-cancel-read (param i32 i32) (result i32)))
    )
    (type $future-type (future u8))
    (core func $future-cancel-read (canon future.cancel-read $future-type async))
    (core instance $i (instantiate $m (with "" (instance (export "future.cancel-read" (func $future-cancel-read))))))
  )
  "type mismatch for export `future.cancel-read` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $m
      (import "" "future.cancel-write" (func $future-cancel-write (param i32 i32) (result i32)))
    )
    (type $future-type (future u8))
    (core func $future-cancel-write (canon future.cancel-write $future-type async))
    (core instance $i (instantiate $m (with "" (instance (export "future.cancel-write" (func $future-cancel-write))))))
  )
  "type mismatch for export `future.cancel-write` of module instantiation argument ``"
)

;; tests/cli/component-model/async/futures.wast
(assert_invalid
  (component
    (core module $m
      (import "" "future.new" (func $future-new (param i32) (result i32)))
    )
    (type $future-type (future u8))
    (core func $future-new (canon future.new $future-type))
    (core instance $i (instantiate $m (with "" (instance (export "future.new" (func $future-new))))))
  )
  "type mismatch for export `future.new` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core module $m
      (import "" "future.read" (func $future-read (param i32) (result i32)))
    )
    (type $future-type (future u8))
    (core func $future-read (canon future.read $future-type async (memory (core memory $libc "memory"))))
    (core instance $i (instantiate $m (with "" (instance (export "future.read" (func $future-read))))))
  )
  "type mismatch for export `future.read` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core module $m
      (import "" "future.read" (func $future-read (param i32 i32) (result i32)))
    )
    (type $string-type string)
    (core func $future-read (canon future.read $string-type async (memory (core memory $libc "memory"))))
    (core instance $i (instantiate $m (with "" (instance (export "future.read" (func $future-read))))))
  )
  "`future.read` requires a future type"
)
(assert_invalid
  (component
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core module $m
      (import "" "future.read" (func $future-read (param i32 i32) (result i32)))
    )
    (type $future-type (future string))
    (core func $future-read (canon future.read $future-type async (memory (core memory $libc "memory"))))
    (core instance $i (instantiate $m (with "" (instance (export "future.read" (func $future-read))))))
  )
  "canonical option `realloc` is required"
)
(assert_invalid
  (component
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core module $m
      (import "" "future.write" (func $future-write (param i32) (result i32)))
    )
    (type $future-type (future u8))
    (core func $future-write (canon future.write $future-type async (memory (core memory $libc "memory"))))
    (core instance $i (instantiate $m (with "" (instance (export "future.write" (func $future-write))))))
  )
  "type mismatch for export `future.write` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $m
      (import "" "future.cancel-read" (func $future-cancel-read (param i32) (result i32)))
    )
    (type $future-type (future u8))
    (core func $future-cancel-read (canon future.cancel-read $future-type async))
    (core instance $i (instantiate $m (with "" (instance (export "future.cancel-read" (func $future-cancel-read))))))
  )
  "requires the component model more async builtins feature")
(assert_invalid
  (component
    (core module $m
      (import "" "future.cancel-read" (func $future-cancel-read (param i32 i32) (result i32)))
    )
    (type $future-type (future u8))
    (core func $future-cancel-read (canon future.cancel-read $future-type))
    (core instance $i (instantiate $m (with "" (instance (export "future.cancel-read" (func $future-cancel-read))))))
  )
  "type mismatch for export `future.cancel-read` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $m
      (import "" "future.cancel-write" (func $future-cancel-write (param i32) (result i32)))
    )
    (type $future-type (future u8))
    (core func $future-cancel-write (canon future.cancel-write $future-type async))
    (core instance $i (instantiate $m (with "" (instance (export "future.cancel-write" (func $future-cancel-write))))))
  )
  "requires the component model more async builtins feature"
)
(assert_invalid
  (component
    (core module $m
      (import "" "future.cancel-write" (func $future-cancel-write (param i32 i32) (result i32)))
    )
    (type $future-type (future u8))
    (core func $future-cancel-write (canon future.cancel-write $future-type))
    (core instance $i (instantiate $m (with "" (instance (export "future.cancel-write" (func $future-cancel-write))))))
  )
  "type mismatch for export `future.cancel-write` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $m
      (import "" "future.drop-readable" (func $future-drop-readable (param i32) (result i32)))
    )
    (type $future-type (future u8))
    (core func $future-drop-readable (canon future.drop-readable $future-type))
    (core instance $i (instantiate $m (with "" (instance (export "future.drop-readable" (func $future-drop-readable))))))
  )
  "type mismatch for export `future.drop-readable` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $m
      (import "" "future.drop-writable" (func $future-drop-writable (param i32 i32) (result i32)))
    )
    (type $future-type (future u8))
    (core func $future-drop-writable (canon future.drop-writable $future-type))
    (core instance $i (instantiate $m (with "" (instance (export "future.drop-writable" (func $future-drop-writable))))))
  )
  "type mismatch for export `future.drop-writable` of module instantiation argument ``"
)

;; tests/cli/component-model/async/lift.wast
(assert_invalid
  (component
    (core module $m
      (func (export "foo") (param i32) unreachable)
      (func (export "post-return-foo") unreachable)
    )
    (core instance $i (instantiate $m))

    (func (export "foo") (param "p1" u32) (result u32)
      (canon lift (core func $i "foo") async (post-return (core func $i "post-return-foo")))
    )
  )
  "cannot specify post-return function in async"
)
(assert_invalid
  (component
    (core module $m
      (func (export "callback") (param i32 f32 i32) (result i32) unreachable)
      (func (export "foo") (param i32) (result i32) unreachable)
    )
    (core instance $i (instantiate $m))

    (func (export "foo") (param "p1" u32) (result u32)
      (canon lift (core func $i "foo") async (callback (core func $i "callback")))
    )
  )
  "canonical option `callback` uses a core function with an incorrect signature"
)
(assert_invalid
  (component
    (core module $m
      (func (export "callback") (param i32 i32 i32) (result i32) unreachable)
      (func (export "foo") (param i32) (result i32) unreachable)
      (func (export "post-return-foo") (param i32) unreachable)
    )
    (core instance $i (instantiate $m))

    (func (export "foo") (param "p1" u32) (result u32)
      (canon lift (core func $i "foo") async (callback (core func $i "callback")) (post-return (core func $i "post-return-foo")))
    )
  )
  "cannot specify post-return function in async"
)
(assert_invalid
  (component
    (core module $m
      (func (export "callback") (param i32 i32 i32) (result i32) unreachable)
      (func (export "foo") (param i32 i32) (result i32) unreachable)
    )
    (core instance $i (instantiate $m))

    (func (export "foo") async (param "p1" u32) (result u32)
      (canon lift (core func $i "foo") async (callback (core func $i "callback")))
    )
  )
  "lowered parameter types `[I32]` do not match parameter types `[I32, I32]` of core function 0"
)
(assert_invalid
  (component
    (core module $m
      (func (export "foo") (param i32) (result i32) unreachable)
    )
    (core instance $i (instantiate $m))

    (func (export "foo") (param "p1" u32) (result u32)
      (canon lift (core func $i "foo") async (callback (core func $i "callback")))
    )
  )
  "core instance 0 has no export named `callback`"
)
(assert_invalid
  (component
    (core module $m
      (func (export "callback") (param i32 i32 i32) (result i32) unreachable)
      (func (export "foo") (param i32) (result i32) unreachable)
    )
    (core instance $i (instantiate $m))

    (func (export "foo") (param "p1" u32) (result u32)
      (canon lift (core func $i "foo") (callback (core func $i "callback")))
    )
  )
  "cannot specify callback without async"
)
(assert_invalid
  (component
    (core module $m
      (func (export "callback") (param i32 i32 i32) (result i32) unreachable)
      (func (export "foo") (result i32) unreachable)
    )
    (core instance $i (instantiate $m))

    (func (export "foo") async (result string)
      (canon lift (core func $i "foo") async (callback (core func $i "callback")))
    )
  )
  "canonical option `memory` is required"
)
(assert_invalid
  (component
    (core module $m
      (func (export "callback") (param i32 i32 i32) (result i32) unreachable)
      (func (export "foo") (result i32) unreachable)
    )
    (core instance $i (instantiate $m))

    (func (export "foo") async (result (tuple u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32))
      (canon lift (core func $i "foo") async (callback (core func $i "callback")))
    )
  )
  "canonical option `memory` is required"
)
(assert_invalid
  (component
    (core module $m
      (func (export "callback") (param i32 i32 i32) (result i32) unreachable)
      (func (export "foo") (result i32) unreachable)
    )
    (core instance $i (instantiate $m))

    (func (canon lift (core func $i "foo") async (callback (core func $i "callback"))))
  )
  "the `async` canonical option requires an async function type"
)

;; tests/cli/component-model/async/lower.wast
(assert_invalid
  (component
    (import "foo" (func $foo async (param "p1" u32) (result u32)))
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core func $foo (canon lower (func $foo) async (memory (core memory $libc "memory"))))
    (core module $m
      (func (import "" "foo") (param i32) (result i32))
    )
    (core instance $i (instantiate $m (with "" (instance (export "foo" (func $foo))))))
  )
  "type mismatch for export `foo` of module instantiation argument ``"
)
(assert_invalid
  (component
    (import "foo" (func $foo async (param "p1" u32) (result u32)))
    (core func $foo (canon lower (func $foo) async))
    (core module $m
      (func (import "" "foo") (param i32) (result i32))
    )
    (core instance $i (instantiate $m (with "" (instance (export "foo" (func $foo))))))
  )
  "canonical option `memory` is required"
)
(assert_invalid
  (component
    (import "foo" (func $foo))
    (core func $foo (canon lower (func $foo) async))
  )
  "the `async` canonical option requires an async function type"
)
(assert_invalid
  (component
    (import "foo" (func $foo async (result string)))
    (core func $foo (canon lower (func $foo) async))
  )
  "canonical option `memory` is required"
)
(assert_invalid
  (component
    (import "foo" (func $foo async (result string)))
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core func $foo (canon lower (func $foo) async (memory (core memory $libc "memory"))))
  )
  "canonical option `realloc` is required"
)

;; tests/cli/component-model/async/names.wast
(assert_invalid
  (component
    (import "[async]f" (func))
  )
  "not in kebab case")
(assert_invalid
  (component
    (import "[async method]f" (func))
  )
  "not in kebab case")
(assert_invalid
  (component
    (import "[async static]f" (func))
  )
  "not in kebab case")
(assert_invalid
  (component
    (import "a" (type $a (sub resource)))
    (import "[constructor]a" (func async (result (own $a)))))
  "constructor function cannot be async")

;; tests/cli/component-model/async/stackful.wast
(assert_invalid
  (component
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core module $m
      (import "" "waitable-set.wait" (func $waitable-set-wait (param i32) (result i32)))
    )
    (core func $waitable-set-wait (canon waitable-set.wait cancellable (memory (core memory $libc "memory"))))
    (core instance $i (instantiate $m (with "" (instance (export "waitable-set.wait" (func $waitable-set-wait))))))
  )
  "type mismatch for export `waitable-set.wait` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core module $m
      (import "" "waitable-set.poll" (func $waitable-set-poll (param i32) (result i32)))
    )
    (core func $waitable-set-poll (canon waitable-set.poll cancellable (memory (core memory $libc "memory"))))
    (core instance $i (instantiate $m (with "" (instance (export "waitable-set.poll" (func $waitable-set-poll))))))
  )
  "type mismatch for export `waitable-set.poll` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $m
      (import "" "thread.yield" (func $thread.yield (param i32) (result i32)))
    )
    (core func $thread.yield (canon thread.yield cancellable))
    (core instance $i (instantiate $m (with "" (instance (export "thread.yield" (func $thread.yield))))))
  )
  "type mismatch for export `thread.yield` of module instantiation argument ``"
)

;; tests/cli/component-model/async/streams.wast
(assert_invalid
  (component
    (core module $m
      (import "" "stream.new" (func $stream-new (param i32) (result i32)))
    )
    (type $stream-type (stream u8))
    (core func $stream-new (canon stream.new $stream-type))
    (core instance $i (instantiate $m (with "" (instance (export "stream.new" (func $stream-new))))))
  )
  "type mismatch for export `stream.new` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core module $m
      (import "" "stream.read" (func $stream-read (param i32) (result i32)))
    )
    (type $stream-type (stream u8))
    (core func $stream-read (canon stream.read $stream-type async (memory (core memory $libc "memory"))))
    (core instance $i (instantiate $m (with "" (instance (export "stream.read" (func $stream-read))))))
  )
  "type mismatch for export `stream.read` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core module $m
      (import "" "stream.read" (func $stream-read (param i32 i32 i32) (result i32)))
    )
    (type $string-type string)
    (core func $stream-read (canon stream.read $string-type async (memory (core memory $libc "memory"))))
    (core instance $i (instantiate $m (with "" (instance (export "stream.read" (func $stream-read))))))
  )
  "`stream.read` requires a stream type"
)
(assert_invalid
  (component
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core module $m
      (import "" "stream.read" (func $stream-read (param i32 i32 i32) (result i32)))
    )
    (type $stream-type (stream string))
    (core func $stream-read (canon stream.read $stream-type async (memory (core memory $libc "memory"))))
    (core instance $i (instantiate $m (with "" (instance (export "stream.read" (func $stream-read))))))
  )
  "canonical option `realloc` is required"
)
(assert_invalid
  (component
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core module $m
      (import "" "stream.write" (func $stream-write (param i32) (result i32)))
    )
    (type $stream-type (stream u8))
    (core func $stream-write (canon stream.write $stream-type async (memory (core memory $libc "memory"))))
    (core instance $i (instantiate $m (with "" (instance (export "stream.write" (func $stream-write))))))
  )
  "type mismatch for export `stream.write` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $m
      (import "" "stream.cancel-read" (func $stream-cancel-read (param i32) (result i32)))
    )
    (type $stream-type (stream u8))
    (core func $stream-cancel-read (canon stream.cancel-read $stream-type async))
    (core instance $i (instantiate $m (with "" (instance (export "stream.cancel-read" (func $stream-cancel-read))))))
  )
  "requires the component model more async builtins feature")
(assert_invalid
  (component
    (core module $m
      (import "" "stream.drop-readable" (func $stream-drop-readable (param i32) (result i32)))
    )
    (type $stream-type (stream u8))
    (core func $stream-drop-readable (canon stream.drop-readable $stream-type))
    (core instance $i (instantiate $m (with "" (instance (export "stream.drop-readable" (func $stream-drop-readable))))))
  )
  "type mismatch for export `stream.drop-readable` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $m
      (import "" "stream.cancel-write" (func $stream-cancel-write (param i32) (result i32)))
    )
    (type $stream-type (stream u8))
    (core func $stream-cancel-write (canon stream.cancel-write $stream-type async))
    (core instance $i (instantiate $m (with "" (instance (export "stream.cancel-write" (func $stream-cancel-write))))))
  )
  "requires the component model more async builtins feature")
(assert_invalid
  (component
    (core module $m
      (import "" "stream.drop-writable" (func $stream-drop-writable (param i32 i32) (result i32)))
    )
    (type $stream-type (stream u8))
    (core func $stream-drop-writable (canon stream.drop-writable $stream-type))
    (core instance $i (instantiate $m (with "" (instance (export "stream.drop-writable" (func $stream-drop-writable))))))
  )
  "type mismatch for export `stream.drop-writable` of module instantiation argument ``"
)
(assert_invalid
  (component (type (stream char)))
  "`stream<char>` is not valid at this time, use `stream<u8>` with a defined by encoding instead for now"
)
(assert_invalid
  (component (type $t char) (type (stream $t)))
  "`stream<char>` is not valid at this time, use `stream<u8>` with a defined by encoding instead for now"
)
(assert_invalid
  (component (type (func (param "x" (stream char)))))
  "`stream<char>` is not valid at this time, use `stream<u8>` with a defined by encoding instead for now"
)

;; tests/cli/component-model/async/task-builtins.wast
(assert_malformed
  (component quote
    "(core func (canon backpressure.set))"
  )
  "unexpected token")
(assert_invalid
  (component
    (core module $m
      (import "" "backpressure.inc" (func $backpressure.inc (param i32)))
    )
    (core func $backpressure.inc (canon backpressure.inc))
    (core instance $i (instantiate $m (with "" (instance (export "backpressure.inc" (func $backpressure.inc))))))
  )
  "type mismatch for export `backpressure.inc` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $m
      (import "" "backpressure.dec" (func $backpressure.dec (param i32)))
    )
    (core func $backpressure.dec (canon backpressure.dec))
    (core instance $i (instantiate $m (with "" (instance (export "backpressure.dec" (func $backpressure.dec))))))
  )
  "type mismatch for export `backpressure.dec` of module instantiation argument ``"
)
(assert_invalid
  (component (core func $task-return (canon task.return (result u32) async)))
  "cannot specify `async` option on `task.return`")
(assert_invalid
  (component
    (core func $f (canon backpressure.inc))
    (core func $task-return (canon task.return (result u32) (callback $f)))
  )
  "cannot specify callback without async")
(assert_invalid
  (component
    (core func $f (canon backpressure.inc))
    (core func $task-return (canon task.return (result u32) (post-return $f)))
  )
  "cannot specify `post-return` option on `task.return`")
(assert_invalid
  (component
    (core module $m
      (func (export "r") (param i32 i32 i32 i32) (result i32) unreachable)
      (memory (export "m") 0)
    )
    (core instance $m (instantiate $m))
    (core func $task-return (canon task.return (result u32) (realloc (core func $m "r")) (memory (core memory $m "m"))))
  )
  "cannot specify `realloc` option on `task.return`")
(assert_invalid
  (component
    (core module $m (import "" "waitable-set.new" (func (result i64))))
    (core func $waitable-set-new (canon waitable-set.new))
    (core instance $i (instantiate $m (with "" (instance (export "waitable-set.new" (func $waitable-set-new))))))
  )
  "type mismatch for export `waitable-set.new` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core module $m
      (import "" "waitable-set.wait" (func $waitable-set-wait (param i32) (result i32)))
    )
    (core func $waitable-set-wait (canon waitable-set.wait (memory (core memory $libc "memory"))))
    (core instance $i (instantiate $m (with "" (instance (export "waitable-set.wait" (func $waitable-set-wait))))))
  )
  "type mismatch for export `waitable-set.wait` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core module $m
      (import "" "waitable-set.poll" (func $waitable-set-poll (param i32) (result i32)))
    )
    (core func $waitable-set-poll (canon waitable-set.poll (memory (core memory $libc "memory"))))
    (core instance $i (instantiate $m (with "" (instance (export "waitable-set.poll" (func $waitable-set-poll))))))
  )
  "type mismatch for export `waitable-set.poll` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $m (import "" "waitable-set.drop" (func (param i64))))
    (core func $waitable-set-drop (canon waitable-set.drop))
    (core instance $i (instantiate $m (with "" (instance (export "waitable-set.drop" (func $waitable-set-drop))))))
  )
  "type mismatch for export `waitable-set.drop` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $m (import "" "waitable.join" (func (param i64))))
    (core func $waitable.join (canon waitable.join))
    (core instance $i (instantiate $m (with "" (instance (export "waitable.join" (func $waitable.join))))))
  )
  "type mismatch for export `waitable.join` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $m
      (import "" "subtask.drop" (func $subtask-drop (param i32) (result i32)))
    )
    (core func $subtask-drop (canon subtask.drop))
    (core instance $i (instantiate $m (with "" (instance (export "subtask.drop" (func $subtask-drop))))))
  )
  "type mismatch for export `subtask.drop` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $m
      (import "" "subtask.cancel" (func $subtask-cancel (param i32 i32) (result i32)))
    )
    (core func $subtask-cancel (canon subtask.cancel))
    (core instance $i (instantiate $m (with "" (instance (export "subtask.cancel" (func $subtask-cancel))))))
  )
  "type mismatch for export `subtask.cancel` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $m
      (import "" "thread.yield" (func $thread.yield (param i32) (result i32)))
    )
    (core func $thread.yield (canon thread.yield))
    (core instance $i (instantiate $m (with "" (instance (export "thread.yield" (func $thread.yield))))))
  )
  "type mismatch for export `thread.yield` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $m (import "" "" (func (param i32) (result i32))))
    (core func $f (canon context.get i32 0))
    (core instance $i (instantiate $m (with "" (instance (export "" (func $f))))))
  )
  "found:    (func (result i32))")
(assert_invalid
  (component
    (core module $m (import "" "" (func (param i32) (result i32))))
    (core func $f (canon context.set i32 0))
    (core instance $i (instantiate $m (with "" (instance (export "" (func $f))))))
  )
  "found:    (func (param i32))")
(assert_invalid
  (component
    (core func (canon context.get i32 1)))
  "immediate must be zero: 1")
(assert_invalid
  (component
    (core func (canon context.set i32 1)))
  "immediate must be zero: 1")
(assert_invalid
  (component
    (core func (canon context.get i32 100)))
  "immediate must be zero: 100")
(assert_invalid
  (component
    (core func (canon context.set i32 100)))
  "immediate must be zero: 100")
(assert_invalid
  (component
    (core func (canon context.get i64 0)))
  "64-bit `context.get` requires the component model 64-bit feature")
(assert_invalid
  (component
    (core func (canon context.set i64 0)))
  "64-bit `context.set` requires the component model 64-bit feature")
(assert_invalid
  (component binary
    "\00asm" "\0d\00\01\00" ;; component header
    "\08\04"                ;; canonicals section, 4 bytes
    "\01"                   ;; 1 count
    "\0a\7e\00")            ;; context.get i64 0
  "64-bit `context.get` requires the component model 64-bit feature")
(assert_invalid
  (component binary
    "\00asm" "\0d\00\01\00" ;; component header
    "\08\04"                ;; canonicals section, 4 bytes
    "\01"                   ;; 1 count
    "\0b\7e\00")            ;; context.set i64 0
  "64-bit `context.set` requires the component model 64-bit feature")
(assert_invalid
  (component
    (core func (canon context.get f32 0)))
  "`context.get` only supports `i32` or `i64`")
(assert_invalid
  (component
    (core func (canon context.set f32 0)))
  "`context.set` only supports `i32` or `i64`")

;; tests/cli/component-model/async/threading-and-memory64.wast
(assert_invalid
  (component
    (core func (canon context.set i32 0))
    (core func (canon context.get i64 1))
  )
  "type must match previous context type")
(assert_invalid
  (component
    (core func (canon context.get i64 0))
    (core func (canon context.set i32 1))
  )
  "type must match previous context type")

;; tests/cli/component-model/async/threading.wast
(assert_invalid
  (component
    (core func (canon context.get i32 2)))
  "immediate must be zero or one: 2")
(assert_invalid
  (component
    (core func (canon context.set i32 2)))
  "immediate must be zero or one: 2")
(assert_invalid
  (component
    (core func (canon context.get i32 100)))
  "immediate must be zero or one: 100")
(assert_invalid
  (component
    (core func (canon context.set i32 100)))
  "immediate must be zero or one: 100")
(assert_invalid
  (component
    (core module $m (import "" "" (func (param i32) (result i32))))
    (core func $f (canon context.get i32 1))
    (core instance $i (instantiate $m (with "" (instance (export "" (func $f))))))
  )
  "found:    (func (result i32))")
(assert_invalid
  (component
    (core module $m (import "" "" (func (param i32) (result i32))))
    (core func $f (canon context.set i32 1))
    (core instance $i (instantiate $m (with "" (instance (export "" (func $f))))))
  )
  "found:    (func (param i32))")
(assert_invalid
  (component
    (core type $start (func (param i32)))
    ;; Refer to a non-existent table type (i.e., 0); validation
    ;; for `thread.new-indirect` happens first.
    (core func $new-indirect (canon thread.new-indirect $start (core table 0)))
  )
  "unknown table 0: table index out of bounds"
)
(assert_invalid
  (component
    (core type $start (func))
    (core module $libc (table (export "start-table") 1 (ref null func)))
    (core instance $libc (instantiate $libc))
    (core func $new-indirect (canon thread.new-indirect $start (core table $libc "start-table")))
  )
  "start function must take a single `i32` argument"
)
(assert_invalid
  (component
    (core module $m
      (import "" "thread.index" (func $thread.index (param i32) (result i32)))
    )
    (core func $thread.index (canon thread.index))
    (core instance $i (instantiate $m (with "" (instance (export "thread.index" (func $thread.index))))))
  )
  "type mismatch for export `thread.index` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $m
      (import "" "thread.resume-later" (func $thread.resume-later (param i32) (result i32)))
    )
    (core func $thread.resume-later (canon thread.resume-later))
    (core instance $i (instantiate $m (with "" (instance (export "thread.resume-later" (func $thread.resume-later))))))
  )
  "type mismatch for export `thread.resume-later` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $m
      (import "" "thread.suspend" (func $thread.suspend (param i32) (result i32)))
    )
    (core func $thread.suspend (canon thread.suspend))
    (core instance $i (instantiate $m (with "" (instance (export "thread.suspend" (func $thread.suspend))))))
  )
  "type mismatch for export `thread.suspend` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $m (import "" "" (func (param i32))))
    (core func $f (canon thread.suspend))
    (core instance (instantiate $m (with "" (instance (export "" (func $f))))))
  )
  "type mismatch for export `` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $m (import "" "" (func (param i32))))
    (core func $f (canon thread.yield))
    (core instance (instantiate $m (with "" (instance (export "" (func $f))))))
  )
  "type mismatch for export `` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $m (import "" "" (func (param i32))))
    (core func $f (canon thread.suspend))
    (core instance (instantiate $m (with "" (instance (export "" (func $f))))))
  )
  "type mismatch for export `` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $m (import "" "" (func (param i32))))
    (core func $f (canon thread.yield))
    (core instance (instantiate $m (with "" (instance (export "" (func $f))))))
  )
  "type mismatch for export `` of module instantiation argument ``"
)

;; tests/cli/component-model/error-context/error-context.wast
(assert_invalid
  (component
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core module $m
      (import "" "error-context.new" (func $error-context-new (param i32) (result i32)))
    )
    (core func $error-context-new (canon error-context.new (memory (core memory $libc "memory"))))
    (core instance $i (instantiate $m (with "" (instance (export "error-context.new" (func $error-context-new))))))
  )
  "type mismatch for export `error-context.new` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $libc
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
      (memory (export "memory") 1)
    )
    (core instance $libc (instantiate $libc))
    (core module $m
      (import "" "error-context.debug-message" (func $error-context-debug-message (param i32) (result i32)))
    )
    (core func $error-context-debug-message (canon error-context.debug-message (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
    (core instance $i (instantiate $m (with "" (instance (export "error-context.debug-message" (func $error-context-debug-message))))))
  )
  "type mismatch for export `error-context.debug-message` of module instantiation argument ``"
)
(assert_invalid
  (component
    (core module $m
      (import "" "error-context.drop" (func $error-context-drop (param i32) (result i32)))
    )
    (core func $error-context-drop (canon error-context.drop))
    (core instance $i (instantiate $m (with "" (instance (export "error-context.drop" (func $error-context-drop))))))
  )
  "type mismatch for export `error-context.drop` of module instantiation argument ``"
)

;; tests/cli/component-model/gc/enum-types.wast
(assert_invalid
  (component
    (type $enum (enum "a" "b" "c"))

    (core type $ty (func (param anyref)))

    (import "i" (instance $i
                  (export "ty" (type $enum' (eq $enum)))
                  (export "f" (func (param "x" $enum')))))
    (core func (canon lower (func $i "f") gc string-encoding=utf8 (core-type $ty)))
  )
  "expected to lower component `enum` type into core `i32` type, but found `anyref`"
)

;; tests/cli/component-model/gc/error-context.wast
(assert_invalid
  (component
    (core type $ty (func (param anyref)))

    (import "i" (instance $i
                          (export "f" (func (param "x" error-context)))))
    (core func (canon lower (func $i "f") gc string-encoding=utf8 (core-type $ty)))
  )
  "expected to lower component `error-context` type into core `(ref null? extern)` type, but found `anyref`"
)

;; tests/cli/component-model/gc/flag-types.wast
(assert_invalid
  (component
    (type $flags (flags "a" "b" "c"))

    (core type $ty (func (param anyref)))

    (import "i" (instance $i
                  (export "ty" (type $flags' (eq $flags)))
                  (export "f" (func (param "x" $flags')))))
    (core func (canon lower (func $i "f") gc string-encoding=utf8 (core-type $ty)))
  )
  "expected to lower component `flags` type into core `i32` type, but found `anyref`"
)

;; tests/cli/component-model/gc/futures.wast
(assert_invalid
  (component
    (type $future (future bool))

    (core type $ty (func (param anyref)))

    (import "i" (instance $i
                          (export "f" (func (param "x" $future)))))
    (core func (canon lower (func $i "f") gc string-encoding=utf8 (core-type $ty)))
  )
  "expected to lower component `future` type into core `(ref null? extern)` type, but found `anyref`"
)

;; tests/cli/component-model/gc/gc.wast
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"   ;; component header
    "\03\06"          ;; core type section, 6 bytes large
    "\01"             ;; 1 count
    "\50"             ;; attempted sub type, but actually a module type
    "\00"             ;; attempted zero super types, but actually empty
    "\60"             ;; function type
    "\00\00"          ;; no parameters, no results
  )
"unexpected data at the end of the section")
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"   ;; component header
    "\03\05"          ;; core type section, 5 bytes large
    "\01"             ;; 1 count
    "\00\60"          ;; attempted function type with invalid prefix
    "\00\00"          ;; no parameters, no results
  )
"invalid leading byte (0x60) for non-final sub type")
(assert_malformed
  (component quote
    "(core type $t1 (struct))"
    "(core type (module (type (sub $t1 (struct)))))"
  )
  "unknown core type: failed to find name `$t1`")
(assert_invalid
  (component $C
    (core type $t1 (struct))
    (core type (sub $t1 (struct)))
  )
  "sub type cannot have a final super type")
(assert_invalid
  (component $C
    (core type (module
      (type $t1 (struct))
      (type (sub $t1 (struct)))
    ))
  )
  "sub type cannot have a final super type")

;; tests/cli/component-model/gc/list-types.wast
(assert_invalid
  (component
    (type $list (list string))

    (core type $ty (func (param i32)))

    (import "i" (instance $i
                          (export "ty" (type $list' (eq $list)))
                          (export "f" (func (param "x" $list')))))
    (core func (canon lower (func $i "f") gc string-encoding=utf8 (core-type $ty)))
  )
  "expected to lower component `list` type into `(ref null? (array ...))`, but found `i32`"
)

;; tests/cli/component-model/gc/option-types.wast
(assert_invalid
  (component
    (type $opt (option u32))

    (core type $opt (struct (field i32)))
    (core type $ty (func (param (ref $opt))))

    (import "i" (instance $i
                          (export "ty" (type $opt' (eq $opt)))
                          (export "f" (func (param "x" $opt')))))
    (core func (canon lower (func $i "f") gc (core-type $ty)))
  )
  "expected to lower component `option` type to core `(ref null? (struct))`"
)
(assert_invalid
  (component
    (type $opt (option u32))

    (core type $ty (func (param externref)))

    (import "i" (instance $i
                          (export "ty" (type $opt' (eq $opt)))
                          (export "f" (func (param "x" $opt')))))
    (core func (canon lower (func $i "f") gc (core-type $ty)))
  )
  "expected to lower component `option` type to core `(ref null? (struct))`"
)

;; tests/cli/component-model/gc/primitive-types.wast
(assert_invalid
  (component
    (import "f" (func $f (param "x" bool)))
    (core type $ty (func (param anyref)))
    (core func (canon lower (func $f) gc (core-type $ty)))
  )
  "expected to lower component `bool` type to core `i32` type, found `anyref`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" (list bool))))
    (core type $list (array i32))
    (core type $ty (func (param (ref $list))))
    (core func (canon lower (func $f) gc (core-type $ty)))
  )
  "expected to lower component `bool` type to core `i8` type, found `i32`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" u8)))
    (core type $ty (func (param anyref)))
    (core func (canon lower (func $f) gc (core-type $ty)))
  )
  "expected to lower component `u8` type to core `i32` type, found `anyref`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" (list u8))))
    (core type $list (array i32))
    (core type $ty (func (param (ref $list))))
    (core func (canon lower (func $f) gc (core-type $ty)))
  )
  "expected to lower component `u8` type to core `i8` type, found `i32`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" s8)))
    (core type $ty (func (param anyref)))
    (core func (canon lower (func $f) gc (core-type $ty)))
  )
  "expected to lower component `s8` type to core `i32` type, found `anyref`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" (list s8))))
    (core type $list (array i32))
    (core type $ty (func (param (ref $list))))
    (core func (canon lower (func $f) gc (core-type $ty)))
  )
  "expected to lower component `s8` type to core `i8` type, found `i32`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" u16)))
    (core type $ty (func (param anyref)))
    (core func (canon lower (func $f) gc (core-type $ty)))
  )
  "expected to lower component `u16` type to core `i32` type, found `anyref`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" (list u16))))
    (core type $list (array i32))
    (core type $ty (func (param (ref $list))))
    (core func (canon lower (func $f) gc (core-type $ty)))
  )
  "expected to lower component `u16` type to core `i16` type, found `i32`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" s16)))
    (core type $ty (func (param anyref)))
    (core func (canon lower (func $f) gc (core-type $ty)))
  )
  "expected to lower component `s16` type to core `i32` type, found `anyref`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" (list s16))))
    (core type $list (array i32))
    (core type $ty (func (param (ref $list))))
    (core func (canon lower (func $f) gc (core-type $ty)))
  )
  "expected to lower component `s16` type to core `i16` type, found `i32`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" u32)))
    (core type $ty (func (param anyref)))
    (core func (canon lower (func $f) gc (core-type $ty)))
  )
  "expected to lower component `u32` type to core `i32` type, found `anyref`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" (list u32))))
    (core type $list (array anyref))
    (core type $ty (func (param (ref $list))))
    (core func (canon lower (func $f) gc (core-type $ty)))
  )
  "expected to lower component `u32` type to core `i32` type, found `anyref`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" s32)))
    (core type $ty (func (param anyref)))
    (core func (canon lower (func $f) gc (core-type $ty)))
  )
  "expected to lower component `s32` type to core `i32` type, found `anyref`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" (list s32))))
    (core type $list (array anyref))
    (core type $ty (func (param (ref $list))))
    (core func (canon lower (func $f) gc (core-type $ty)))
  )
  "expected to lower component `s32` type to core `i32` type, found `anyref`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" u64)))
    (core type $ty (func (param anyref)))
    (core func (canon lower (func $f) gc (core-type $ty)))
  )
  "expected to lower component `u64` type to core `i64` type, found `anyref`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" (list u64))))
    (core type $list (array anyref))
    (core type $ty (func (param (ref $list))))
    (core func (canon lower (func $f) gc (core-type $ty)))
  )
  "expected to lower component `u64` type to core `i64` type, found `anyref`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" s64)))
    (core type $ty (func (param anyref)))
    (core func (canon lower (func $f) gc (core-type $ty)))
  )
  "expected to lower component `s64` type to core `i64` type, found `anyref`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" (list s64))))
    (core type $list (array anyref))
    (core type $ty (func (param (ref $list))))
    (core func (canon lower (func $f) gc (core-type $ty)))
  )
  "expected to lower component `s64` type to core `i64` type, found `anyref`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" f32)))
    (core type $ty (func (param anyref)))
    (core func (canon lower (func $f) gc (core-type $ty)))
  )
  "expected to lower component `f32` type to core `f32` type, found `anyref`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" (list f32))))
    (core type $list (array anyref))
    (core type $ty (func (param (ref $list))))
    (core func (canon lower (func $f) gc (core-type $ty)))
  )
  "expected to lower component `f32` type to core `f32` type, found `anyref`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" f64)))
    (core type $ty (func (param anyref)))
    (core func (canon lower (func $f) gc (core-type $ty)))
  )
  "expected to lower component `f64` type to core `f64` type, found `anyref`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" (list f64))))
    (core type $list (array anyref))
    (core type $ty (func (param (ref $list))))
    (core func (canon lower (func $f) gc (core-type $ty)))
  )
  "expected to lower component `f64` type to core `f64` type, found `anyref`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" char)))
    (core type $ty (func (param anyref)))
    (core func (canon lower (func $f) gc (core-type $ty)))
  )
  "expected to lower component `char` type to core `i32` type, found `anyref`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" (list char))))
    (core type $list (array anyref))
    (core type $ty (func (param (ref $list))))
    (core func (canon lower (func $f) gc (core-type $ty)))
  )
  "expected to lower component `char` type to core `i32` type, found `anyref`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" string)))
    (core type $ty (func (param anyref)))
    (core func (canon lower (func $f) gc string-encoding=utf8 (core-type $ty)))
  )
  "expected to lower component `string` type to core `(ref null? (array (mut? i8)))` type, found `anyref`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" (list string))))
    (core type $list (array anyref))
    (core type $ty (func (param (ref $list))))
    (core func (canon lower (func $f) gc string-encoding=utf8 (core-type $ty)))
  )
  "expected to lower component `string` type to core `(ref null? (array (mut? i8)))` type, found `anyref`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" string)))
    (core type $ty (func (param anyref)))
    (core func (canon lower (func $f) gc string-encoding=utf16 (core-type $ty)))
  )
  "expected to lower component `string` type to core `(ref null? (array (mut? i16)))` type, found `anyref`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" (list string))))
    (core type $list (array anyref))
    (core type $ty (func (param (ref $list))))
    (core func (canon lower (func $f) gc string-encoding=utf16 (core-type $ty)))
  )
  "expected to lower component `string` type to core `(ref null? (array (mut? i16)))` type, found `anyref`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" string)))
    (core type $ty (func (param anyref)))
    (core func (canon lower (func $f) gc string-encoding=latin1+utf16 (core-type $ty)))
  )
  "expected to lower component `string` type to core `(ref null? (array (mut? i8)))` type, found `anyref`"
)
(assert_invalid
  (component
    (import "f" (func $f (param "x" (list string))))
    (core type $list (array anyref))
    (core type $ty (func (param (ref $list))))
    (core func (canon lower (func $f) gc string-encoding=latin1+utf16 (core-type $ty)))
  )
  "expected to lower component `string` type to core `(ref null? (array (mut? i8)))` type, found `anyref`"
)

;; tests/cli/component-model/gc/record-types.wast
(assert_invalid
  (component
    (type $record (record (field "a" bool)))

    (core type $record (struct (field i8)
                               (field i8)))
    (core type $ty (func (param (ref $record))))

    (import "i" (instance $i
                  (export "ty" (type  $record' (eq $record)))
                  (export "f" (func (param "x" $record')))))
    (core func (canon lower (func $i "f") gc string-encoding=utf8 (core-type $ty)))
  )
  "core `struct` has 2 fields, but component `record` has 1 fields"
)
(assert_invalid
  (component
    (type $record (record (field "a" bool)
                          (field "b" bool)))

    (core type $record (struct (field i8)))
    (core type $ty (func (param (ref $record))))

    (import "i" (instance $i
                  (export "ty" (type $record' (eq $record)))
                  (export "f" (func (param "x" $record')))))
    (core func (canon lower (func $i "f") gc string-encoding=utf8 (core-type $ty)))
  )
  "core `struct` has 1 fields, but component `record` has 2 fields"
)
(assert_invalid
  (component
    (type $record (record (field "a" bool)
                          (field "b" bool)))

    (core type $ty (func (param i32)))

    (import "i" (instance $i
                  (export "ty" (type $record' (eq $record)))
                  (export "f" (func (param "x" $record')))))
    (core func (canon lower (func $i "f") gc string-encoding=utf8 (core-type $ty)))
  )
  "expected to lower component `record` type to core `(ref null? (struct ...))`, but found `i32`"
)

;; tests/cli/component-model/gc/resource-types.wast
(assert_invalid
  (component
     (core type $ty (func (param anyref)))

     (import "i" (instance $i
                           (export "r" (type $resource (sub resource)))
                           (export "f" (func (param "x" (own $resource))))))
     (core func (canon lower (func $i "f") gc string-encoding=utf8 (core-type $ty)))
  )
  "expected to lower component `own` type into core `(ref null? extern)` type, but found `anyref`"
)
(assert_invalid
  (component
     (core type $ty (func (param anyref)))

     (import "i" (instance $i
                           (export "r" (type $resource (sub resource)))
                           (export "f" (func (param "x" (borrow $resource))))))
     (core func (canon lower (func $i "f") gc string-encoding=utf8 (core-type $ty)))
  )
  "expected to lower component `borrow` type into core `(ref null? extern)` type, but found `anyref`"
)

;; tests/cli/component-model/gc/result-types.wast
(assert_invalid
  (component
    (type $result (result u32 (error u8)))

    (core type $result (struct (field i8) (field i8)))
    (core type $ty (func (param (ref $result))))

    (import "i" (instance $i
                          (export "ty" (type $result' (eq $result)))
                          (export "f" (func (param "x" $result')))))
    (core func (canon lower (func $i "f") gc (core-type $ty)))
  )
  "expected to lower component `result` type to core `(ref null? (struct))`"
)
(assert_invalid
  (component
    (type $result (result u32 (error u8)))

    (core type $ty (func (param externref)))

    (import "i" (instance $i
                          (export "ty" (type $result' (eq $result)))
                          (export "f" (func (param "x" $result')))))
    (core func (canon lower (func $i "f") gc (core-type $ty)))
  )
  "expected to lower component `result` type to core `(ref null? (struct))`"
)

;; tests/cli/component-model/gc/tuple-types.wast
(assert_invalid
  (component
    (type $tup (tuple string bool))

    (core type $string (array i8))
    (core type $tup (struct (field (ref $string))))
    (core type $ty (func (param (ref $tup))))

    (import "i" (instance $i
                          (export "ty" (type $tup' (eq $tup)))
                          (export "f" (func (param "x" $tup')))))
    (core func (canon lower (func $i "f") gc string-encoding=utf8 (core-type $ty)))
  )
  "core `struct` has 1 fields, but component `tuple` has 2 fields"
)
(assert_invalid
  (component
    (type $tup (tuple string bool))

    (core type $string (array i8))
    (core type $tup (struct (field (ref $string))
                            (field i8)
                            (field i8)))
    (core type $ty (func (param (ref $tup))))

    (import "i" (instance $i
                          (export "ty" (type $tup' (eq $tup)))
                          (export "f" (func (param "x" $tup')))))
    (core func (canon lower (func $i "f") gc string-encoding=utf8 (core-type $ty)))
  )
  "core `struct` has 3 fields, but component `tuple` has 2 fields"
)
(assert_invalid
  (component
    (type $tup (tuple string bool))

    (core type $ty (func (param i32)))

    (import "i" (instance $i
                          (export "ty" (type $tup' (eq $tup)))
                          (export "f" (func (param "x" $tup')))))
    (core func (canon lower (func $i "f") gc string-encoding=utf8 (core-type $ty)))
  )
  "expected to lower component `tuple` type to core `(ref null? (struct ...))`, but found `i32`"
)

;; tests/cli/component-model/gc/variant-types.wast
(assert_invalid
  (component
    (type $variant (variant (case "a" bool)
                            (case "b" bool)
                            (case "c" u8)))

    (core type $variant (struct (field i8)))
    (core type $ty (func (param (ref $variant))))

    (import "i" (instance $i
                          (export "ty" (type $variant' (eq $variant)))
                          (export "f" (func (param "x" $variant')))))
    (core func (canon lower (func $i "f") gc (core-type $ty)))
  )
  "expected to lower component `variant` type to core `(ref null? (struct))`"
)
(assert_invalid
  (component
    (type $variant (variant (case "a" bool)
                            (case "b" bool)
                            (case "c" u8)))

    (core type $ty (func (param externref)))

    (import "i" (instance $i
                          (export "ty" (type $variant' (eq $variant)))
                          (export "f" (func (param "x" $variant')))))
    (core func (canon lower (func $i "f") gc (core-type $ty)))
  )
  "expected to lower component `variant` type to core `(ref null? (struct))`"
)

;; tests/cli/component-model/memory64/context.wast
(assert_invalid
  (component
    (core func (canon context.get i32 0))
    (core func (canon context.set i64 0))
  )
  "type must match previous context type")
(assert_invalid
  (component
    (core func (canon context.set i64 0))
    (core func (canon context.get i32 0))
  )
  "type must match previous context type")
(assert_invalid
  (component
    (core module $m (import "" "" (func (result i32))))
    (core func $f (canon context.get i64 0))
    (core instance (instantiate $m (with "" (instance (export "" (func $f))))))
  )
  "found:    (func (result i64))")
(assert_invalid
  (component
    (core module $m (import "" "" (func (param i32))))
    (core func $f (canon context.set i64 0))
    (core instance (instantiate $m (with "" (instance (export "" (func $f))))))
  )
  "found:    (func (param i64))")
(assert_invalid
  (component
    (core module $m (import "" "" (func (result i64))))
    (core func $f (canon context.get i32 0))
    (core instance (instantiate $m (with "" (instance (export "" (func $f))))))
  )
  "found:    (func (result i32))")
(assert_invalid
  (component
    (core module $m (import "" "" (func (param i64))))
    (core func $f (canon context.set i32 0))
    (core instance (instantiate $m (with "" (instance (export "" (func $f))))))
  )
  "found:    (func (param i32))")

;; tests/cli/component-model/memory64/realloc.wast
(assert_invalid
  (component
    (core module $m
      (memory (export "m") i64 1)
      (func (export "f") (param i32 i32))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
    )
    (core instance $i (instantiate $m))
    (func (param "p1" (list u8))
      (canon lift (core func $i "f")
        (memory (core memory $i "m"))
        (realloc (core func $i "realloc"))
      )
    )
  )
  "canonical option `realloc` uses a core function with an incorrect signature")
(assert_invalid
  (component
    (core module $m
      (memory (export "m") i32 1)
      (func (export "f") (param i32 i32))
      (func (export "realloc") (param i64 i64 i64 i64) (result i64) unreachable)
    )
    (core instance $i (instantiate $m))
    (func (param "p1" (list u8))
      (canon lift (core func $i "f")
        (memory (core memory $i "m"))
        (realloc (core func $i "realloc"))
      )
    )
  )
  "canonical option `realloc` uses a core function with an incorrect signature")

;; tests/cli/component-model/memory64/resources.wast
(assert_invalid
  (component
  (core module $m
    (func (export "dtor") (param i32))
  )
  (core instance $m (instantiate $m))
  (type $x (resource (rep i64) (dtor (core func $m "dtor"))))
  (core func (canon resource.new $x))
)
  "wrong signature for a destructor")
(assert_invalid
  (component
  (core module $m
    (func (export "dtor") (param i64))
  )
  (core instance $m (instantiate $m))
  (type $x (resource (rep i32) (dtor (core func $m "dtor"))))
  (core func (canon resource.new $x))
)
  "wrong signature for a destructor")
(assert_invalid
  (component
    (type $x (resource (rep v128)))
  )
  "resources can only be represented by `i32` or `i64`")

;; tests/cli/component-model/memory64/waitable-set.wast
(assert_invalid
    (component
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core module $m
        (import "" "waitable-set.wait" (func $waitable-set-wait (param i32 i64) (result i32)))
    )
    (core func $waitable-set-wait (canon waitable-set.wait cancellable (memory (core memory $libc "memory"))))
    (core instance $i (instantiate $m (with "" (instance (export "waitable-set.wait" (func $waitable-set-wait))))))
    )
    "type mismatch for export `waitable-set.wait`"
)
(assert_invalid
    (component
    (core module $libc (memory (export "memory") i64 1))
    (core instance $libc (instantiate $libc))
    (core module $m
        (import "" "waitable-set.wait" (func $waitable-set-wait (param i32 i32) (result i32)))
    )
    (core func $waitable-set-wait (canon waitable-set.wait cancellable (memory (core memory $libc "memory"))))
    (core instance $i (instantiate $m (with "" (instance (export "waitable-set.wait" (func $waitable-set-wait))))))
    )
    "type mismatch for export `waitable-set.wait`"
)
(assert_invalid
    (component
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core module $m
        (import "" "waitable-set.poll" (func $waitable-set-poll (param i32 i64) (result i32)))
    )
    (core func $waitable-set-poll (canon waitable-set.poll cancellable (memory (core memory $libc "memory"))))
    (core instance $i (instantiate $m (with "" (instance (export "waitable-set.poll" (func $waitable-set-poll))))))
    )
    "type mismatch for export `waitable-set.poll`"
)
(assert_invalid
    (component
    (core module $libc (memory (export "memory") i64 1))
    (core instance $libc (instantiate $libc))
    (core module $m
        (import "" "waitable-set.poll" (func $waitable-set-poll (param i32 i32) (result i32)))
    )
    (core func $waitable-set-poll (canon waitable-set.poll cancellable (memory (core memory $libc "memory"))))
    (core instance $i (instantiate $m (with "" (instance (export "waitable-set.poll" (func $waitable-set-poll))))))
    )
    "type mismatch for export `waitable-set.poll`"
)

;; tests/cli/component-model/shared-everything-threads/not-accepted.wast
(assert_invalid
  (component
    (import "x" (func $x (param "x" string)))

    (core module $A
      (memory (export "m") 1 2 shared))
    (core instance $A (instantiate $A))
    (alias core export $A "m" (core memory $m))
    (core func (canon lower (func $x) (memory $m)))
  )
  "mismatch in the shared flag for memories")

;; tests/cli/component-model/values/start.wast
(assert_invalid
  (component
    (import "a" (func $f (param "p1" string)))
    (start $f)
  )
  "start function requires 1 arguments")
(assert_invalid
  (component
    (import "a" (func $f (param "p" string)))
    (import "b" (value $v string))
    (start $f (value $v) (value $v))
  )
  "start function requires 1 arguments")
(assert_invalid
  (component
    (import "a" (func $f (param "p1" string) (param "p2" string)))
    (import "b" (value $v string))
    (start $f (value $v) (value $v))
  )
  "cannot be used more than once")
(assert_invalid
  (component
    (import "a" (func $f (param "x" string) (param "y" string)))
    (import "b" (value $v string))
    (import "c" (value $v2 u32))
    (start $f (value $v) (value $v2))
  )
  "type mismatch for component start function argument 1")
(assert_malformed
  (component quote
    "(import \"a\" (func $f)) "
    "(start $f) "
    "(start $f) "
  )
  "component cannot have more than one start function")
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"   ;; component header

    "\07\05"          ;; type section, 5 bytes large
    "\01"             ;; 1 count
    "\40"             ;; function
    "\00"             ;; parameters, 0 count
    "\01\00"          ;; results, named, 0 count

    "\0a\06"          ;; import section, 6 bytes large
    "\01"             ;; 1 count
    "\00\01a"         ;; name = "a"
    "\01\00"          ;; type = func ($type 0)

    "\09\06"          ;; start section, 6 bytes large
    "\00"             ;; function 0
    "\00"             ;; no arguments
    "\ff\ff\ff\00"    ;; tons of results
  )
  "start function results size is out of bounds")
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"   ;; component header

    "\07\05"          ;; type section, 5 bytes large
    "\01"             ;; 1 count
    "\40"             ;; function
    "\00"             ;; parameters, 0 count
    "\01\00"          ;; results, named, 0 count

    "\0a\06"          ;; import section, 6 bytes large
    "\01"             ;; 1 count
    "\00\01a"         ;; name = "a"
    "\01\00"          ;; type = func ($type 0)

    "\09\04"          ;; start section, 4 bytes large
    "\00"             ;; function 0
    "\00"             ;; no arguments
    "\00"             ;; no results
    "\ff"             ;; trailing garbage byte
  )
  "unexpected content in the component start section")

;; tests/cli/component-model/values/values.wast
(assert_invalid
  (component (export "" (value 0)))
  "index out of bounds")
(assert_invalid
  (component
    (import "a" (value $v string))
    (export "b" (value $v))
    (export "c" (value $v))
  )
  "cannot be used more than once")
(assert_invalid
  (component
    (import "a" (value string))
  )
  "value index 0 was not used as part of an instantiation, start function, or export")
(assert_invalid
  (component (instance $i (export "" (value 0))))
  "index out of bounds")
(assert_invalid
  (component
    (component $c)
    (instance (instantiate $c
      (with "" (value 0))
    ))
  )
  "index out of bounds")

;; tests/cli/custom-page-sizes/custom-page-sizes-invalid.wast
(assert_malformed
  (module quote "(memory 0 (pagesize 3))")
  "invalid custom page size"
)
(assert_invalid
  (module (memory 0 (pagesize 2)))
  "invalid custom page size"
)
(assert_invalid
  (module (memory 0 (pagesize 4)))
  "invalid custom page size"
)
(assert_invalid
  (module (memory 0 (pagesize 8)))
  "invalid custom page size"
)
(assert_invalid
  (module (memory 0 (pagesize 16)))
  "invalid custom page size"
)
(assert_invalid
  (module (memory 0 (pagesize 32)))
  "invalid custom page size"
)
(assert_invalid
  (module (memory 0 (pagesize 64)))
  "invalid custom page size"
)
(assert_invalid
  (module (memory 0 (pagesize 128)))
  "invalid custom page size"
)
(assert_invalid
  (module (memory 0 (pagesize 256)))
  "invalid custom page size"
)
(assert_invalid
  (module (memory 0 (pagesize 512)))
  "invalid custom page size"
)
(assert_invalid
  (module (memory 0 (pagesize 1024)))
  "invalid custom page size"
)
(assert_invalid
  (module (memory 0 (pagesize 2048)))
  "invalid custom page size"
)
(assert_invalid
  (module (memory 0 (pagesize 4096)))
  "invalid custom page size"
)
(assert_invalid
  (module (memory 0 (pagesize 8192)))
  "invalid custom page size"
)
(assert_invalid
  (module (memory 0 (pagesize 16384)))
  "invalid custom page size"
)
(assert_invalid
  (module (memory 0 (pagesize 32768)))
  "invalid custom page size"
)
(assert_invalid
  (module (memory 0 (pagesize 0x20000)))
  "invalid custom page size"
)
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00"
    "\05\04\01"                ;; Memory section

    ;; memory 0
    "\08"                      ;; flags w/ custom page size
    "\00"                      ;; minimum = 0
    "\41"                      ;; pagesize = 2**65
  )
  "invalid custom page size"
)

;; tests/cli/exnref/try-table.wast
(assert_invalid
  (module
    (func
      block $l (result anyref)
        try_table (catch_all_ref $l)
        end
      end
    )
  )
  "type mismatch: catch_all_ref label must a subtype of (ref exn)")

;; tests/cli/folding/array.wast
(assert_invalid
  (module
    (type (array (mut (ref null 10))))
  )
  "unknown type"
)
(assert_invalid
  (module (type (array (ref 1))))
  "unknown type"
)
(assert_invalid
  (module (type (array (mut (ref 1)))))
  "unknown type"
)
(assert_invalid
  (module
    (type $a (array i64))
    (func (export "array.set-immutable") (param $a (ref $a))
      (array.set $a (local.get $a) (i32.const 0) (i64.const 1))
    )
  )
  "array is immutable"
)
(assert_invalid
  (module
    (type $bvec (array i8))

    (data $d "\00\01\02\03\04")

    (global (ref $bvec)
      (array.new_data $bvec $d (i32.const 1) (i32.const 3))
    )
  )
  "constant expression required"
)
(assert_invalid
  (module
    (type $bvec (array i8))
    (type $vvec (array (ref $bvec)))

    (elem $e (ref $bvec) (ref.null $bvec))

    (global (ref $vvec)
      (array.new_elem $vvec $e (i32.const 0) (i32.const 1))
    )
  )
  "constant expression required"
)

;; tests/cli/folding/array_copy.wast
(assert_invalid
  (module
    (type $a (array i8))
    (type $b (array (mut i8)))

    (func (export "array.copy-immutable") (param $1 (ref $a)) (param $2 (ref $b))
      (array.copy $a $b (local.get $1) (i32.const 0) (local.get $2) (i32.const 0) (i32.const 0))
    )
  )
  "array is immutable"
)
(assert_invalid
  (module
    (type $a (array (mut i8)))
    (type $b (array i16))

    (func (export "array.copy-packed-invalid") (param $1 (ref $a)) (param $2 (ref $b))
      (array.copy $a $b (local.get $1) (i32.const 0) (local.get $2) (i32.const 0) (i32.const 0))
    )
  )
  "array types do not match"
)
(assert_invalid
  (module
    (type $a (array (mut i8)))
    (type $b (array (mut (ref $a))))

    (func (export "array.copy-ref-invalid-1") (param $1 (ref $a)) (param $2 (ref $b))
      (array.copy $a $b (local.get $1) (i32.const 0) (local.get $2) (i32.const 0) (i32.const 0))
    )
  )
  "array types do not match"
)
(assert_invalid
  (module
    (type $a (array (mut i8)))
    (type $b (array (mut (ref $a))))
    (type $c (array (mut (ref $b))))

    (func (export "array.copy-ref-invalid-1") (param $1 (ref $b)) (param $2 (ref $c))
      (array.copy $b $c (local.get $1) (i32.const 0) (local.get $2) (i32.const 0) (i32.const 0))
    )
  )
  "array types do not match"
)

;; tests/cli/folding/array_fill.wast
(assert_invalid
  (module
    (type $a (array i8))

    (func (export "array.fill-immutable") (param $1 (ref $a)) (param $2 i32)
      (array.fill $a (local.get $1) (i32.const 0) (local.get $2) (i32.const 0))
    )
  )
  "array is immutable"
)
(assert_invalid
  (module
    (type $a (array (mut i8)))

    (func (export "array.fill-invalid-1") (param $1 (ref $a)) (param $2 funcref)
      (array.fill $a (local.get $1) (i32.const 0) (local.get $2) (i32.const 0))
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $b (array (mut funcref)))

    (func (export "array.fill-invalid-1") (param $1 (ref $b)) (param $2 i32)
      (array.fill $b (local.get $1) (i32.const 0) (local.get $2) (i32.const 0))
    )
  )
  "type mismatch"
)

;; tests/cli/folding/array_init_data.wast
(assert_invalid
  (module
    (type $a (array i8))

    (data $d1 "a")

    (func (export "array.init_data-immutable") (param $1 (ref $a))
      (array.init_data $a $d1 (local.get $1) (i32.const 0) (i32.const 0) (i32.const 0))
    )
  )
  "array is immutable"
)
(assert_invalid
  (module
    (type $a (array (mut funcref)))

    (data $d1 "a")

    (func (export "array.init_data-invalid-1") (param $1 (ref $a))
      (array.init_data $a $d1 (local.get $1) (i32.const 0) (i32.const 0) (i32.const 0))
    )
  )
  "array type is not numeric or vector"
)

;; tests/cli/folding/array_init_elem.wast
(assert_invalid
  (module
    (type $a (array funcref))

    (elem $e1 funcref)

    (func (export "array.init_elem-immutable") (param $1 (ref $a))
      (array.init_elem $a $e1 (local.get $1) (i32.const 0) (i32.const 0) (i32.const 0))
    )
  )
  "array is immutable"
)
(assert_invalid
  (module
    (type $a (array (mut i8)))

    (elem $e1 funcref)

    (func (export "array.init_elem-invalid-1") (param $1 (ref $a))
      (array.init_elem $a $e1 (local.get $1) (i32.const 0) (i32.const 0) (i32.const 0))
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $a (array (mut funcref)))

    (elem $e1 externref)

    (func (export "array.init_elem-invalid-2") (param $1 (ref $a))
      (array.init_elem $a $e1 (local.get $1) (i32.const 0) (i32.const 0) (i32.const 0))
    )
  )
  "type mismatch"
)

;; tests/cli/folding/branch-hinting-simple.wast
(assert_malformed
  (module quote "(@metadata.code.branch_hint)")
  "expected valid module field")
(assert_malformed
  (module quote "(func (@metadata.code.branch_hint))")
  "expected a string")
(assert_malformed
  (module quote "(func (@metadata.code.branch_hint \"a\"))")
  "invalid value for branch hint")
(assert_malformed
  (module quote "(func (@metadata.code.branch_hint \"\\00\"))")
  "must precede an instruction")

;; tests/cli/folding/fold-stack-switching-gc.wast
(assert_invalid
  (module
    (type $f (func))

    (type $ft1 (sub (func (param (ref $f)) (result (ref func)))))
    (type $ct1 (sub (cont $ft1)))

    (type $ft2 (func (param (ref func)) (result (ref $f))))

    ;; Error: $ft2 and ft1 have compatible types, but have not declared $ft2 <: ft1
    (type $error (sub $ct1 (cont $ft2)))

  )
  "sub type must match super type"
)
(assert_invalid
  (module
    (type $f (func))

    (type $ft1 (sub (func (param (ref $f)) (result (ref func)))))
    (type $ct1 (sub (cont $ft1)))

    (type $ft2 (func (param (ref func)) (result (ref $f))))
    (type $ct2 (cont $ft2))

   (func $test
    (param $p1 (ref $ct1))
    (param $p2 (ref $ct2))

    ;; Error $ct2 and $ct1 have generally compatible types,
    ;; but have not declared $ft2 <: ft1 or $ct2 <: $ct1
    ;; Thus, $ct2 </: $ct1.
    (local.set $p1 (local.get $p2))

  )

  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $f (func))

    (type $ft1 (sub (func (param (ref $f)) (result (ref func)))))
    (type $ct1 (sub (cont $ft1)))
    (type $ft3 (sub $ft1 (func (param (ref func)) (result (ref $f)))))
    (type $ct3 (cont $ft3))

   (func $error
    (param $p1 (ref $ct1))
    ;;(param $p2 (ref $ct2))
    (param $p3 (ref $ct3))

    ;; Error $ct3 and $ct1 have generally compatible types,
    ;; (in particular: declared $ft3 <: ft1,
    ;; but have not declared $ct3 <: $ct1
    ;; $ct3 </: $ct1
    (local.set $p1 (local.get $p3))

  )

  )
  "type mismatch"
)
(assert_invalid
  (module

    (func $error
      (param $p_any (ref any))
      (param $p_cont (ref cont))

      ;; Error: cont </: any
      (local.set $p_any (local.get $p_cont))
    )
  )

  "type mismatch"
)
(assert_invalid
  (module

    (type $ft0 (func))
    (type $ct0 (cont $ft0))

    (type $ft_sup (sub (func (param (ref $ft0)))))
    (type $ct_sup (sub (cont $ft_sup)))

    (type $ft_sub (sub $ft_sup (func (param (ref func)))))
    (type $ct_sub (cont $ft_sub))

    (tag $t (param (ref $ct_sub)))

    (func $test0
      (param $p (ref $ct0))

      ;; This is similar to $subtyping1, but this time we use a continuation as payload.
      ;; But we did not actually declare $ct_sub <: $ct_sub.
      ;;
      ;; This is mostly just to check the following:
      ;; For the continuation received by every handler, we see through the
      ;; continuation type and do structural subtyping on the underlying
      ;; function type.
      ;; However, for continuations that are just payloads ($ct_sup here), we do
      ;; ordinary nominal subtyping.
      (block $handler (result (ref $ct_sup) (ref $ct0))
        (local.get $p)
        (resume $ct0 (on $t $handler))
        (return)
      )
      (unreachable)
    )
  )
  "type mismatch"
)

;; tests/cli/folding/fold-stack-switching.wast
(assert_invalid
  (module
    (type $ft1 (func))
    (type $ct1 (cont $ft1))

    (type $ft2 (func (param i32) (result i32)))
    (type $ct2 (cont $ft2))

    (func $test
      (param $p1 (ref cont))
      (param $p2 (ref nocont))
      (param $p3 (ref $ct1))

      (local $x1 (ref cont))
      (local $x2 (ref nocont))
      (local $x3 (ref $ct1))
      (local $x4 (ref $ct2))
      (local $x5 (ref null $ct1))

      ;; cont </: nocont
      (local.set $p2 (local.get $p1))
     )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft1 (func))
    (type $ct1 (cont $ft1))

    (type $ft2 (func (param i32) (result i32)))
    (type $ct2 (cont $ft2))

    (func $test
      (param $p1 (ref cont))
      (param $p2 (ref nocont))
      (param $p3 (ref $ct1))

      (local $x1 (ref cont))
      (local $x2 (ref nocont))
      (local $x3 (ref $ct1))
      (local $x4 (ref $ct2))
      (local $x5 (ref null $ct1))

      ;; $ct1 </: nocont
      (local.set $p2 (local.get $p3))
     )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft1 (func))
    (type $ct1 (cont $ft1))

    (type $ft2 (func (param i32) (result i32)))
    (type $ct2 (cont $ft2))

    (func $test
      (param $p1 (ref cont))
      (param $p2 (ref nocont))
      (param $p3 (ref $ct1))

      (local $x1 (ref cont))
      (local $x2 (ref nocont))
      (local $x3 (ref $ct1))
      (local $x4 (ref $ct2))
      (local $x5 (ref null $ct1))

      ;; $cont </: $ct1
      (local.set $p3 (local.get $p1))
     )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft1 (func))
    (type $ct1 (cont $ft1))

    (type $ft2 (func (param i32) (result i32)))
    (type $ct2 (cont $ft2))

    (func $test
      (param $p1 (ref cont))
      (param $p2 (ref nocont))
      (param $p3 (ref $ct1))
      (param $p4 (ref $ct2))
      (param $p5 (ref null $ct1))


      (local $x1 (ref cont))
      (local $x2 (ref nocont))
      (local $x3 (ref $ct1))
      (local $x4 (ref $ct2))
      (local $x5 (ref null $ct1))

      ;; (ref null $ct1) </: (ref $cont)
      (local.set $x3 (local.get $p5))
     )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft1 (func))
    (type $ct1 (cont $ft1))

    (type $ft2 (func (param i32) (result i32)))
    (type $ct2 (cont $ft2))

    (func $test
      (param $p1 (ref cont))
      (param $p2 (ref nocont))
      (param $p3 (ref $ct1))
      (param $p4 (ref $ct2))
      (param $p5 (ref null $ct1))


      (local $x1 (ref cont))
      (local $x2 (ref nocont))
      (local $x3 (ref $ct1))
      (local $x4 (ref $ct2))
      (local $x5 (ref null $ct1))

      ;; (ref $ct1) </: (ref $ct2)
      (local.set $p4 (local.get $p3))
     )
  )
  "type mismatch"
)
(assert_invalid

  (module
    (type $ft0 (func (result i32)))
    (type $ct0 (cont $ft0))

    (func $error
      (param $p_ft0 (ref $ft0))
      ;; error: non-continuation type on cont.bind
      (local.get $p_ft0)
      (cont.bind $ft0 $ft0)
      (drop)
    )
  )
  "non-continuation type"
)
(assert_invalid

  (module
    (type $ft0 (func (result i32)))
    (type $ct0 (cont $ft0))

    (type $ft1 (func (param i32) (result i32)))
    (type $ct1 (cont $ft1))

    (func $error
      (param $p_ct1 (ref $ct1))
      ;; cont.bind type mismatch: passing wrong kind of continuation.
      ;; This is actually just checking type-matching, not cont.bind specific.
      (local.get $p_ct1)
      (cont.bind $ct0 $ct0)
      (drop)
    )
  )
  "type mismatch"
)
(assert_invalid

  (module
    (type $ft0 (func (result i32)))
    (type $ct0 (cont $ft0))

    (type $ft1 (func (param i32) (result i32)))
    (type $ct1 (cont $ft1))

    (type $ft2 (func (param i64 i32) (result i32)))
    (type $ct2 (cont $ft2))


    (type $ft1_alt (func (param i64) (result i32)))
    (type $ct1_alt (cont $ft1_alt))

    (func $error
      (param $p_ct2 (ref $ct2))
      ;; error: two continuation types not agreeing on arg types
      (i64.const 123)
      (local.get $p_ct2)
      (cont.bind $ct2 $ct1_alt)
      (drop)
    )
  )
  "type mismatch"
)
(assert_invalid

  (module
    (type $ft0 (func (result i32)))
    (type $ct0 (cont $ft0))

    (type $ft1 (func (param i32) (result i32)))
    (type $ct1 (cont $ft1))

    (type $ft2 (func (param i64 i32) (result i32)))
    (type $ct2 (cont $ft2))


    (type $ft1_alt (func (param i32) (result i64)))
    (type $ct1_alt (cont $ft1_alt))

    (func $error
      (param $p_ct2 (ref $ct2))
      ;; error: two continuation types not agreeing on return types
      (i64.const 123)
      (local.get $p_ct2)
      (cont.bind $ct2 $ct1_alt)
      (drop)
    )
  )
  "type mismatch"
)
(assert_invalid

  (module
    (type $ft0 (func (result i32)))
    (type $ct0 (cont $ft0))

    (type $ft1 (func (result i32 i32)))
    (type $ct1 (cont $ft1))

    (func $error
      (param $p (ref $ct0))
      ;; error: two continuation types not agreeing on return types
      (local.get $p)
      (cont.bind $ct0 $ct1)
      (drop)
    )
  )
  "type mismatch"
)
(assert_invalid

  (module
    (type $ft0 (func (result i32)))
    (type $ct0 (cont $ft0))

    (type $ft1 (func (param i32) (result i32)))
    (type $ct1 (cont $ft1))

    (func $error
      (param $p_ct0 (ref $ct0))
      ;; error: trying to go from 0 to 1 args
      (local.get $p_ct0)
      (cont.bind $ct0 $ct1)
      (drop)
    )
  )
  "type mismatch"
)
(assert_invalid

  (module
    (type $ft0 (func (result i32)))
    (type $ct0 (cont $ft0))

    (type $ft1 (func (param i32) (result i32)))
    (type $ct1 (cont $ft1))


    (func $error
      (param $p_ct1 (ref $ct1))
      ;; error: Insufficient arguments::
      ;; This is really testing the general application of arguments to instructions,
      ;; but trying to trick parsers of the folded form
      (cont.bind $ct1 $ct0 (local.get $p_ct1))
      (drop)
    )
  )
  "type mismatch"
)
(assert_invalid

  (module
    (type $ft0 (func (result i32)))
    (type $ct0 (cont $ft0))

    (type $ft1 (func (param i32) (result i32)))
    (type $ct1 (cont $ft1))

    (func $error
      (param $p_ct1 (ref $ct1))
      ;; error: Too many arguments::
      ;; This is really testing the general application of arguments to instructions,
      ;; but trying to trick parsers of the folded form
      (cont.bind $ct1 $ct0 (i32.const 123) (i32.const 123) (local.get $p_ct1))
      (drop)
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft1 (func (param i32) (result i32)))
    (type $ct1 (cont $ft1))

    (func $bad (param $x (ref null $ct1)) (result (ref $ct1))
      (local.get $x)
      (cont.new $ct1)
    )
  )
  ;; cont.new type mismatch: passing a continuation reference to cont.new instead of function reference
  ;; This is actually just checking type-matching, not cont.new specific:
  ;; (ref null $ct1) is not a subtype of (ref null $ft1)
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft1 (func (param i32) (result i32)))
    (type $ct1 (cont $ft1))

    (type $ft2 (func (param i32 i32) (result i32)))
    (type $ct2 (cont $ft2))

    (func $drop_ct1 (param $c (ref $ct1)))

    (func $bad (param $x (ref null $ft2)) (result (ref $ct1))
      (local.get $x)
      (cont.new $ct1)
    )
  )
  ;; cont.new type mismatch: passing function of wrong type to cont.new
  ;; This is actually just checking type-matching, not cont.new specific:
  ;; (ref null $ft2) is not a subtype of (ref null $ft1)
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft1 (func (param i32) (result i32)))
    (type $ct1 (cont $ft1))

    (func $bad (param $x (ref null $ct1))
      (local.get $x)
      (cont.new $ft1)
      (drop)
    )
  )
  ;; non-continuation type on cont.new
  "non-continuation type 0"
)
(assert_invalid
  (module
    (type $ft0 (func))
    (type $ct0 (cont $ft0))
    ;;(tag $t0)
    (func $error (param $x (ref $ct0))
      (block $handler (result (ref null $ct0))
        (local.get $x)
        (resume $ct0 (on 0 $handler))
        (return)
      )
      (unreachable)
    )

  )
  "unknown tag"
)
(assert_invalid
  (module
    (type $ft0 (func))
    (type $ct0 (cont $ft0))
    (func $error (param $x (ref $ct0))
      (local.get $x)
      (resume $ft0)
    )

  )
  "non-continuation type"
)
(assert_invalid
  (module
    (type $ft0 (func))
    (type $ct0 (cont $ft0))
    (tag $t0)
    (func $test1 (param $x (ref $ct0))
      (block $handler (result (ref $ft0))
        (local.get $x)
        (resume $ct0 (on $t0 $handler))
        (return)
      )
      (unreachable)
    )

  )
  "non-continuation type"
)
(assert_invalid
  (module
    (type $ft (func (param i32)))
    (type $ct (cont $ft))

    (func $error
      (param $p (ref $ct))
      ;; error: Too many arguments::
      ;; This is really testing the general application of arguments to instructions,
      ;; but trying to trick parsers of the folded form
      (resume $ct (i32.const 123) (i32.const 123) (local.get $p))
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft (func (param i32)))
    (type $ct (cont $ft))

    (func $error
      (param $p (ref $ct))
      ;; error: Too few arguments::
      ;; This is really testing the general application of arguments to instructions,
      ;; but trying to trick parsers of the folded form
      (resume $ct (local.get $p))
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft0 (func (param i32)))
    (type $ct0 (cont $ft0))

    (type $ft1 (func (param i64)))
    (type $ct1 (cont $ft1))

    (func $error
      (param $p (ref $ct1))
      ;; error: Mismatch between annotation on resume and actual argument
      ;; This is really testing the general application of arguments to instructions.
      (resume $ct0 (i32.const 123) (local.get $p))
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft0 (func))
    (type $ct0 (cont $ft0))

    (tag $t (param i32))

    (func $error
      (param $p (ref $ct0))
      (block $handler (result (ref $ct0))
        ;; error: handler block has insufficient number of results
        (local.get $p)
        (resume $ct0 (on $t $handler))
        (return)
      )
      (unreachable)
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft0 (func))
    (type $ct0 (cont $ft0))

    (tag $t (param i32))

    (func $error
      (param $p (ref $ct0))
      (block $handler (result i32 i32 (ref $ct0))
        ;; error: handler block has too many results
        (local.get $p)
        (resume $ct0 (on $t $handler))
        (return)
      )
      (unreachable)
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft0 (func))
    (type $ct0 (cont $ft0))

    (tag $t (param i32))

    (func $error
      (param $p (ref $ct0))
      (block $handler (result i64 (ref $ct0))
        ;; error: type mismatch in non-continuation handler result type
        (local.get $p)
        (resume $ct0 (on $t $handler))
        (return)
      )
      (unreachable)
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft0 (func))
    (type $ct0 (cont $ft0))

    (type $ft1 (func (param i32)))
    (type $ct1 (cont $ft1))

    (tag $t (param i32))

    (func $error
      (param $p (ref $ct0))
      (block $handler (result i32 (ref $ct1))
        ;; error: type mismatch in continuation handler result type
        (local.get $p)
        (resume $ct0 (on $t $handler))
        (return)
      )
      (unreachable)
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft0 (func))
    (type $ct0 (cont $ft0))

    (type $ft1 (func (result i32)))
    (type $ct1 (cont $ft1))

    (tag $t (param i32))

    (func $error
      (param $p (ref $ct0))
      (block $handler (result i32 (ref $ct1))
        ;; error: type mismatch in continuation types; result types don't agree.
        (local.get $p)
        (resume $ct0 (on $t $handler))
        (return)
      )
      (unreachable)
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft0 (func (result i32)))
    (type $ct0 (cont $ft0))

    (type $ft1 (func (result i64)))
    (type $ct1 (cont $ft1))

    (tag $t (param i32))

    (func $error
      (param $p (ref $ct0))
      (result i32)
      (block $handler (result i32 (ref $ct1))
        ;; error: type mismatch in continuation types; result types don't agree.
        (local.get $p)
        (resume $ct0 (on $t $handler))
        (return)
      )
      (unreachable)
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (tag $t (param i64 i32) (result i32 i64))

    (func $test (result i32 i64)
      ;; error: Insufficient arguments::
      ;; This is really testing the general application of arguments to instructions,
      ;; but trying to trick parsers of the folded form

      (suspend $t (i64.const 123))
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (tag $t (param i32) (result i32 i64))

    (func $test (result i32 i64)
      ;; error: Too many arguments:
      ;; This is really testing the general application of arguments to instructions,
      ;; but trying to trick parsers of the folded form

      (suspend $t (i64.const 123) (i32.const 123))
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (func $test
      ;; error: Tag does not exist
      (suspend 0)
    )
  )
  "unknown tag"
)
(assert_invalid

  (module
    (type $ft0 (func (result i32)))
    (type $ct0 (cont $ft0))

    (type $ft1 (func (param (ref null $ct0)) (result i32)))
    (type $ct1 (cont $ft1))

    (tag $swap (result i32 i32))

    (func $error
      (param $p (ref null $ct1))
      ;; error: $ft1 results don't agree with $swap results.
      (local.get $p)
      (switch $ct1 $swap)
      (drop)
    )
  )
   "type mismatch"
)
(assert_invalid

  (module
    (type $ft0 (func (result i32)))
    (type $ct0 (cont $ft0))

    (type $ft1 (func (param (ref null $ct0)) (result i32 i32)))
    (type $ct1 (cont $ft1))

    (tag $swap (result i32 i32))

    (func $error
      (param $p (ref null $ct1))
      ;; error: $ft0 results don't agree with $swap results.
      (local.get $p)
      (switch $ct1 $swap)
      (drop)
    )
  )
   "type mismatch"
)
(assert_invalid

  (module
    (type $ft0 (func (result i32)))
    (type $ct0 (cont $ft0))

    (type $ft1 (func (param (ref null $ct0)) (result i64)))
    (type $ct1 (cont $ft1))

    (tag $swap (result i32))

    (func $error
      (param $p (ref null $ct1))
      ;; error: $ft1 results don't agree with $swap results.
      (local.get $p)
      (switch $ct1 $swap)
      (drop)
    )
  )
   "type mismatch"
)
(assert_invalid

  (module
    (type $ft0 (func (result f32)))
    (type $ct0 (cont $ft0))

    (type $ft1 (func (param (ref null $ct0)) (result i32)))
    (type $ct1 (cont $ft1))

    (tag $swap (result i32))

    (func $error
      (param $p (ref null $ct1))
      ;; error: $ft0 results don't agree with $swap results.
      (local.get $p)
      (switch $ct1 $swap)
      (drop)
    )
  )
   "type mismatch"
)
(assert_invalid

  (module
    (type $ft0 (func (result i32)))
    (type $ct0 (cont $ft0))

    (type $ft1 (func (param (ref null $ct0)) (result i64)))
    (type $ct1 (cont $ft1))

    (tag $swap (result i64))

    (func $error
      (param $p (ref null $ct1))
      ;; error: $ft0 results don't agree with $swap results.
      (local.get $p)
      (switch $ct1 $swap)
      (drop)
    )
  )
   "type mismatch"
)

;; tests/cli/folding/return_call_indirect.wast
(assert_malformed
  (module quote
    "(type $sig (func (param i32) (result i32)))"
    "(table 0 funcref)"
    "(func (result i32)"
    "  (return_call_indirect (type $sig) (result i32) (param i32)"
    "    (i32.const 0) (i32.const 0)"
    "  )"
    ")"
  )
  "unexpected token"
)
(assert_malformed
  (module quote
    "(type $sig (func (param i32) (result i32)))"
    "(table 0 funcref)"
    "(func (result i32)"
    "  (return_call_indirect (param i32) (type $sig) (result i32)"
    "    (i32.const 0) (i32.const 0)"
    "  )"
    ")"
  )
  "unexpected token"
)
(assert_malformed
  (module quote
    "(type $sig (func (param i32) (result i32)))"
    "(table 0 funcref)"
    "(func (result i32)"
    "  (return_call_indirect (param i32) (result i32) (type $sig)"
    "    (i32.const 0) (i32.const 0)"
    "  )"
    ")"
  )
  "unexpected token"
)
(assert_malformed
  (module quote
    "(type $sig (func (param i32) (result i32)))"
    "(table 0 funcref)"
    "(func (result i32)"
    "  (return_call_indirect (result i32) (type $sig) (param i32)"
    "    (i32.const 0) (i32.const 0)"
    "  )"
    ")"
  )
  "unexpected token"
)
(assert_malformed
  (module quote
    "(type $sig (func (param i32) (result i32)))"
    "(table 0 funcref)"
    "(func (result i32)"
    "  (return_call_indirect (result i32) (param i32) (type $sig)"
    "    (i32.const 0) (i32.const 0)"
    "  )"
    ")"
  )
  "unexpected token"
)
(assert_malformed
  (module quote
    "(table 0 funcref)"
    "(func (result i32)"
    "  (return_call_indirect (result i32) (param i32)"
    "    (i32.const 0) (i32.const 0)"
    "  )"
    ")"
  )
  "unexpected token"
)
(assert_malformed
  (module quote
    "(table 0 funcref)"
    "(func (return_call_indirect (param $x i32) (i32.const 0) (i32.const 0)))"
  )
  "unexpected token"
)
(assert_malformed
  (module quote
    "(type $sig (func))"
    "(table 0 funcref)"
    "(func (result i32)"
    "  (return_call_indirect (type $sig) (result i32) (i32.const 0))"
    ")"
  )
  "inline function type"
)
(assert_malformed
  (module quote
    "(type $sig (func (param i32) (result i32)))"
    "(table 0 funcref)"
    "(func (result i32)"
    "  (return_call_indirect (type $sig) (result i32) (i32.const 0))"
    ")"
  )
  "inline function type"
)
(assert_malformed
  (module quote
    "(type $sig (func (param i32) (result i32)))"
    "(table 0 funcref)"
    "(func"
    "  (return_call_indirect (type $sig) (param i32)"
    "    (i32.const 0) (i32.const 0)"
    "  )"
    ")"
  )
  "inline function type"
)
(assert_malformed
  (module quote
    "(type $sig (func (param i32 i32) (result i32)))"
    "(table 0 funcref)"
    "(func (result i32)"
    "  (return_call_indirect (type $sig) (param i32) (result i32)"
    "    (i32.const 0) (i32.const 0)"
    "  )"
    ")"
  )
  "inline function type"
)
(assert_invalid
  (module
    (type (func))
    (func $no-table (return_call_indirect (type 0) (i32.const 0)))
  )
  "unknown table"
)
(assert_invalid
  (module
    (type (func))
    (table 0 funcref)
    (func $type-void-vs-num (i32.eqz (return_call_indirect (type 0) (i32.const 0))))
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type (func (result i64)))
    (table 0 funcref)
    (func $type-num-vs-num (i32.eqz (return_call_indirect (type 0) (i32.const 0))))
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type (func (param i32)))
    (table 0 funcref)
    (func $arity-0-vs-1 (return_call_indirect (type 0) (i32.const 0)))
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type (func (param f64 i32)))
    (table 0 funcref)
    (func $arity-0-vs-2 (return_call_indirect (type 0) (i32.const 0)))
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type (func (param i32)))
    (table 0 funcref)
    (func $type-func-void-vs-i32 (return_call_indirect (type 0) (i32.const 1) (nop)))
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type (func (param i32)))
    (table 0 funcref)
    (func $type-func-num-vs-i32 (return_call_indirect (type 0) (i32.const 0) (i64.const 1)))
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type (func (param i32 i32)))
    (table 0 funcref)
    (func $type-first-void-vs-num
      (return_call_indirect (type 0) (nop) (i32.const 1) (i32.const 0))
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type (func (param i32 i32)))
    (table 0 funcref)
    (func $type-second-void-vs-num
      (return_call_indirect (type 0) (i32.const 1) (nop) (i32.const 0))
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type (func (param i32 f64)))
    (table 0 funcref)
    (func $type-first-num-vs-num
      (return_call_indirect (type 0) (f64.const 1) (i32.const 1) (i32.const 0))
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type (func (param f64 i32)))
    (table 0 funcref)
    (func $type-second-num-vs-num
      (return_call_indirect (type 0) (i32.const 1) (f64.const 1) (i32.const 0))
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $ty (func (result i32 i32)))
    (import "env" "table" (table $table 0 funcref))
    (func (param i32) (result i32)
      local.get 0
      return_call_indirect $table (type $ty)
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (table 0 funcref)
    (func $unbound-type (return_call_indirect (type 1) (i32.const 0)))
  )
  "unknown type"
)
(assert_invalid
  (module
    (table 0 funcref)
    (func $large-type (return_call_indirect (type 1012321300) (i32.const 0)))
  )
  "unknown type"
)
(assert_invalid
  (module (table funcref (elem 0 0)))
  "unknown function 0"
)

;; tests/cli/folding/struct.wast
(assert_malformed
  (module quote
    "(type (struct (field $x i32) (field $x i32)))"
  )
  "duplicate field"
)
(assert_invalid
  (module (type (struct (field (ref 1)))))
  "unknown type"
)
(assert_invalid
  (module (type (struct (field (mut (ref 1))))))
  "unknown type"
)
(assert_invalid
  (module
    (type (struct (field $x i64)))
    (type $t (struct (field $x i32)))
    (func (param (ref 0)) (result i32) (struct.get 0 $x (local.get 0)))
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $s (struct (field i64)))
    (func (export "struct.set-immutable") (param $s (ref $s))
      (struct.set $s 0 (local.get $s) (i64.const 1))
    )
  )
  "field is immutable"
)

;; tests/cli/function-references/bad-call-ref-ty.wast
(assert_invalid
  (module
    (type $t (func (param i32)))
    (func (param $f funcref)
      (call_ref $t (local.get $f))
    )
  )
  "expected (ref null $type), found funcref")
(assert_invalid
  (module
    (type $t (func (param i32)))
    (func (param $f (ref $t))
      (call_ref $t (local.get $f))
    )
  )
  "expected i32 but nothing on stack")
(assert_invalid
  (module
    (type $t (func ))
    (func (param $f (ref $t))
      (call_ref 5 (local.get $f))
    )
  )
  "type index out of bounds")
(assert_invalid
  (module
    (type $t (func ))
    (func (param $f (ref $t))
      (call_ref 100 (local.get $f))
    )
  )
  "type index out of bounds")

;; tests/cli/function-references/return-call.wast
(assert_invalid
  (module
    (func $f (result i32 i32) unreachable)
    (func (result i32)
      return_call $f
    )
  )
  "type mismatch: current function requires result type [i32] but callee returns [i32 i32]"
)
(assert_invalid
  (module
    (type $ty (func (result i32 i32)))
    (import "env" "table" (table $table 0 funcref))
    (func (param i32) (result i32)
      local.get 0
      return_call_indirect $table (type $ty)
    )
  )
  "type mismatch: current function requires result type [i32] but callee returns [i32 i32]"
)
(assert_invalid
  (module
    (type $ty (func (result i32 i32)))
    (func (param funcref) (result i32)
      local.get 0
      return_call_ref $ty
    )
  )
  "type mismatch: expected (ref null $type), found funcref"
)

;; tests/cli/function-references/call_ref/call_ref.wast
(assert_invalid
  (module
    (elem declare func $f)
    (type $t (func (param i32) (result i32)))
    (func $f (param i32) (result i32) (local.get 0))

    (func (export "unreachable") (result i32)
      (unreachable)
      (i64.const 0)
      (ref.func $f)
      (call_ref $t)
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (elem declare func $f)
    (type $t (func (param i32) (result i32)))
    (func $f (param i32) (result i32) (local.get 0))

    (func (export "unreachable") (result i32)
      (unreachable)
      (ref.func $f)
      (call_ref $t)
      (drop)
      (i64.const 0)
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $t (func))
    (func $f (param $r externref)
      (call_ref $t (local.get $r))
    )
  )
  "type mismatch"
)

;; tests/cli/function-references/call_ref/ref_as_non_null.wast
(assert_invalid
  (module
    (type $t (func (result i32)))
    (func $g (param $r (ref $t)) (drop (ref.as_non_null (local.get $r))))
    (func (call $g (ref.null $t)))
  )
  "type mismatch"
)

;; tests/cli/function-references/call_ref/return_call_ref.wast
(assert_invalid
  (module
    (type $t (func))
    (type $t2 (func (result (ref null $t))))
    (elem declare func $f22)
    (func $f12 (result (ref $t)) (return_call_ref $t2 (ref.func $f22)))
    (func $f22 (result (ref null $t)) (return_call_ref $t2 (ref.func $f22)))
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $t (func))
    (type $t3 (func (result (ref func))))
    (elem declare func $f33)
    (func $f13 (result (ref $t)) (return_call_ref $t3 (ref.func $f33)))
    (func $f33 (result (ref func)) (return_call_ref $t3 (ref.func $f33)))
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $t (func))
    (type $t4 (func (result (ref null func))))
    (elem declare func $f44)
    (func $f14 (result (ref $t)) (return_call_ref $t4 (ref.func $f44)))
    (func $f44 (result (ref null func)) (return_call_ref $t4 (ref.func $f44)))
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $t (func))
    (type $t3 (func (result (ref func))))
    (elem declare func $f33)
    (func $f23 (result (ref null $t)) (return_call_ref $t3 (ref.func $f33)))
    (func $f33 (result (ref func)) (return_call_ref $t3 (ref.func $f33)))
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $t (func))
    (type $t4 (func (result (ref null func))))
    (elem declare func $f44)
    (func $f24 (result (ref null $t)) (return_call_ref $t4 (ref.func $f44)))
    (func $f44 (result (ref null func)) (return_call_ref $t4 (ref.func $f44)))
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $t4 (func (result (ref null func))))
    (elem declare func $f44)
    (func $f34 (result (ref func)) (return_call_ref $t4 (ref.func $f44)))
    (func $f44 (result (ref null func)) (return_call_ref $t4 (ref.func $f44)))
  )
  "type mismatch"
)
(assert_invalid
  (module
    (elem declare func $f)
    (type $t (func (param i32) (result i32)))
    (func $f (param i32) (result i32) (local.get 0))

    (func (export "unreachable") (result i32)
      (unreachable)
      (i64.const 0)
      (ref.func $f)
      (return_call_ref $t)
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (elem declare func $f)
    (type $t (func (param i32) (result i32)))
    (func $f (param i32) (result i32) (local.get 0))

    (func (export "unreachable") (result i32)
      (unreachable)
      (ref.func $f)
      (return_call_ref $t)
      (i64.const 0)
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $t (func))
    (func $f (param $r externref)
      (return_call_ref $t (local.get $r))
    )
  )
  "type mismatch"
)

;; tests/cli/gc/br-on-non-null.wast
(assert_invalid
  (module
    (func
      block $l (result anyref)
        ref.null func
        br_on_non_null $l
        unreachable
      end
      drop
    )
  )
  "expected anyref, found funcref")

;; tests/cli/gc/gc-array-types-invalid.wast
(assert_invalid
  (module
    (type $a (array (mut (ref null 1000))))
  )
  "unknown type"
)

;; tests/cli/gc/gc-rec-groups-invalid.wast
(assert_invalid
  (module
    (rec
      (type $t1 (struct (field (ref $t2))))
      (type $t2 (struct (field (ref $t3)))) ;; <--- unknown type
    )

    (rec
      (type $t3 (struct (field (ref $t4))))
      (type $t4 (sub $t2 (struct (field (ref $t3)))))
    )
  )
  "unknown type"
)
(assert_invalid
  (module
    (rec
      (type $t1 (struct (field (ref $t2))))
      (type $t2 (sub (struct (field (ref $t1)))))
    )

    (rec
      (type $t3 (struct (field (ref $t4))))
      (type $t4 (sub $t2 (struct (field (ref $t3)))))
    )
  )
  "sub type must match super type")

;; tests/cli/gc/gc-struct-types-invalid.wast
(assert_malformed
  (module quote
    "(type (struct (field $id)))"
  )
  "unexpected token"
)
(assert_malformed
  (module quote
    "(type (struct (field $id i32 i32)))"
  )
  "expected `)`"
)
(assert_malformed
  (module quote
    "(type (struct (field i32 $id i32)))"
  )
  "unexpected token"
)

;; tests/cli/gc/gc-subtypes-invalid.wast
(assert_invalid
  (module
    (type $a (func))
    (type $b (sub $a (func))) ;; invalid
  )
  "sub type cannot have a final super type"
)
(assert_invalid
  (module
    (type $a (sub (func)))
    (type $b (sub final $a (func)))
    (type $c (sub $b (func))) ;; invalid
  )
  "sub type cannot have a final super type"
)
(assert_invalid
  (module
    (type $a (sub (func)))
    (type $b (sub $a (struct))) ;; invalid
  )
  "sub type must match super type"
)
(assert_invalid
  (module
    (type $a (sub (func)))
    (type $b (sub $a (func (param i32)))) ;; invalid
  )
  "sub type must match super type"
)
(assert_invalid
  (module
    (type $a (sub (struct (field i32))))
    (type $b (sub $a (struct (field i64)))) ;; invalid
  )
  "sub type must match super type"
)
(assert_invalid
  (module
    (type $d (sub (struct)))
    (type $e (sub $d (struct (field (ref null $d)))))
    (type $f (sub $e (struct (field (ref $e)))))

    (type $g (sub (func (param (ref $e)) (result (ref $e)))))
    (type $i (sub $g (func (param (ref $f)) (result (ref $d))))) ;; invalid
  )
  "sub type must match super type"
)
(assert_invalid
  (module
    (type $o (sub (array i32)))
    (type (sub $o (array (mut i32)))) ;; invalid
  )
  "sub type must match super type"
)
(assert_invalid
  (module
    (type $o (sub (array i32)))
    (type (sub $o (array i64))) ;; invalid
  )
  "sub type must match super type"
)
(assert_invalid
  (module
    (type $q (sub (array (mut anyref))))
    (type $r (sub $q (array i31ref)))
    (type $s (sub $r (array (ref i31))))
    (type (sub $s (array (ref null i31)))) ;; invalid
  )
  "sub type must match super type"
)
(assert_invalid
  (module
    (type $q (sub (array (mut anyref))))
    (type $rr (sub $q (array arrayref)))
    (type $ss (sub $rr (array (ref array))))
    (type (sub $ss (array (ref null array)))) ;; invalid
  )
  "sub type must match super type"
)
(assert_invalid
  (module
    (type $q (sub (array (mut anyref))))
    (type $rrr (sub $q (array structref)))
    (type $sss (sub $rrr (array (ref struct))))
    (type (sub $sss (array (ref null struct)))) ;; invalid
  )
  "sub type must match super type"
)
(assert_invalid
  (module
    (type $t (sub (array (mut funcref))))
    (type $u (sub $t (array (ref null func))))
    (type (sub $u (array (mut (ref func))))) ;; invalid
  )
  "sub type must match super type"
)
(assert_invalid
  (module
    (type $t (sub (array (mut funcref))))
    (type $u (sub $t (array (ref null func))))
    (type (sub $u (array (ref null extern)))) ;; invalid
  )
  "sub type must match super type"
)
(assert_invalid
  (module
    (type $t0 (sub (array (mut externref))))
    (type $u0 (sub $t0 (array (ref null extern))))
    (type (sub $u0 (array (mut (ref extern))))) ;; invalid
  )
  "sub type must match super type"
)
(assert_invalid
  (module
    (type $t0 (sub (array (mut externref))))
    (type $u0 (sub $t0 (array (ref null extern))))
    (type $v0 (sub $u0 (array (ref extern))))
    (type (sub $v0 (array nullexternref))) ;; invalid
  )
  "sub type must match super type"
)
(assert_invalid
  (module
    (type $t (sub (array (mut funcref))))
    (type (sub $t (array nullexternref))) ;; invalid
  )
  "sub type must match super type"
)
(assert_invalid
  (module
    (type $d (sub (struct)))
    (type $e (sub $d (struct (field (ref null $d)))))
    (type (sub $e (struct (field (ref 1000)))))
  )
  "type index out of bounds"
)
(assert_malformed
  (module quote
    "(type (struct (field $vt (mut i32)) (field $vt (mut i64))))"
  )
  "duplicate identifier"
)
(assert_invalid
  (module
    (type $a (func)) ;; types without `(sub )` are considered final
    (type (sub $a (func)))
  )
  "sub type cannot have a final super type"
)

;; tests/cli/gc/gc-subtyping-too-deep.wast
(assert_invalid
  (module
    (type (;0;) (sub (struct)))
    (type (;1;) (sub 0 (struct)))
    (type (;2;) (sub 1 (struct)))
    (type (;3;) (sub 2 (struct)))
    (type (;4;) (sub 3 (struct)))
    (type (;5;) (sub 4 (struct)))
    (type (;6;) (sub 5 (struct)))
    (type (;7;) (sub 6 (struct)))
    (type (;8;) (sub 7 (struct)))
    (type (;9;) (sub 8 (struct)))
    (type (;10;) (sub 9 (struct)))
    (type (;11;) (sub 10 (struct)))
    (type (;12;) (sub 11 (struct)))
    (type (;13;) (sub 12 (struct)))
    (type (;14;) (sub 13 (struct)))
    (type (;15;) (sub 14 (struct)))
    (type (;16;) (sub 15 (struct)))
    (type (;17;) (sub 16 (struct)))
    (type (;18;) (sub 17 (struct)))
    (type (;19;) (sub 18 (struct)))
    (type (;20;) (sub 19 (struct)))
    (type (;21;) (sub 20 (struct)))
    (type (;22;) (sub 21 (struct)))
    (type (;23;) (sub 22 (struct)))
    (type (;24;) (sub 23 (struct)))
    (type (;25;) (sub 24 (struct)))
    (type (;26;) (sub 25 (struct)))
    (type (;27;) (sub 26 (struct)))
    (type (;28;) (sub 27 (struct)))
    (type (;29;) (sub 28 (struct)))
    (type (;30;) (sub 29 (struct)))
    (type (;31;) (sub 30 (struct)))
    (type (;32;) (sub 31 (struct)))
    (type (;33;) (sub 32 (struct)))
    (type (;34;) (sub 33 (struct)))
    (type (;35;) (sub 34 (struct)))
    (type (;36;) (sub 35 (struct)))
    (type (;37;) (sub 36 (struct)))
    (type (;38;) (sub 37 (struct)))
    (type (;39;) (sub 38 (struct)))
    (type (;40;) (sub 39 (struct)))
    (type (;41;) (sub 40 (struct)))
    (type (;42;) (sub 41 (struct)))
    (type (;43;) (sub 42 (struct)))
    (type (;44;) (sub 43 (struct)))
    (type (;45;) (sub 44 (struct)))
    (type (;46;) (sub 45 (struct)))
    (type (;47;) (sub 46 (struct)))
    (type (;48;) (sub 47 (struct)))
    (type (;49;) (sub 48 (struct)))
    (type (;50;) (sub 49 (struct)))
    (type (;51;) (sub 50 (struct)))
    (type (;52;) (sub 51 (struct)))
    (type (;53;) (sub 52 (struct)))
    (type (;54;) (sub 53 (struct)))
    (type (;55;) (sub 54 (struct)))
    (type (;56;) (sub 55 (struct)))
    (type (;57;) (sub 56 (struct)))
    (type (;58;) (sub 57 (struct)))
    (type (;59;) (sub 58 (struct)))
    (type (;60;) (sub 59 (struct)))
    (type (;61;) (sub 60 (struct)))
    (type (;62;) (sub 61 (struct)))
    (type (;63;) (sub 62 (struct)))
    (type (;64;) (sub 63 (struct)))
  )
  "sub type hierarchy too deep: found depth 64, cannot exceed depth 63"
)

;; tests/cli/gc/invalid.wast
(assert_invalid
  (module
    (func (param anyref) (result anyref)
      ref.null struct
      local.get 0
      ;; The label pushes an anyref, even though we really have a structref.
      br_on_null 0
      drop
      br_on_cast_fail 0  structref structref
    )
  )
  "type mismatch: expected structref, found anyref"
)
(assert_invalid
  (module
    (func (param anyref) (result anyref)
      ref.null struct
      ;; Adding an `unreachable` shouldn't change the fact that the `br_on_null`
      ;; pushes an `anyref` and the `br_on_cast_fail` expects a `structref`.
      unreachable
      local.get 0
      br_on_null 0
      drop
      br_on_cast_fail 0  structref structref
    )
  )
 "type mismatch: expected structref, found anyref"
 )
(assert_invalid
  (module
    (type $t (func))
    (func struct.new $t drop))
  "expected struct type at index 0, found (func)")
(assert_invalid
  (module
    (type $t (struct))
    (func struct.get $t 100))
  "unknown field: field index out of bounds")
(assert_invalid
  (module
    (func struct.get 200 100))
  "unknown type: type index out of bounds")
(assert_invalid
  (module
    (type $t (struct))
    (func array.new $t drop))
  "expected array type at index 0, found (struct)")
(assert_invalid
  (module
    (func array.new 100))
  "unknown type: type index out of bounds")
(assert_invalid
  (module
    (type $t (struct))
    (func (type $t)))
  "type index 0 is not a function type")
(assert_invalid
  (module
    (type $t (struct))
    (func block (type $t) end))
  "expected func type at index 0, found (struct)")
(assert_invalid
  (module
    (func
      block $l
        unreachable
        br_on_non_null $l
      end
    )
  )
  "type mismatch: br_on_non_null target has no label types")
(assert_invalid
  (module
    (func
      block $l (result i32)
        unreachable
        br_on_non_null $l
      end
    )
  )
  "type mismatch: br_on_non_null target does not end with heap type")
(assert_invalid
  (module
    (type $t (struct (field (ref func))))
    (func
      struct.new_default $t
    )
  )
  "invalid `struct.new_default`: (ref func) field is not defaultable")
(assert_invalid
  (module
    (type $t (struct (field $f i32)))
    (func
      unreachable
      struct.get_u $t $f
    )
  )
  "cannot use struct.get_u with non-packed storage types")
(assert_invalid
  (module
    (type $t (array (ref func)))
    (func
      array.new_default $t
    )
  )
  "invalid `array.new_default`: (ref func) field is not defaultable")
(assert_invalid
  (module
    (type $t (array (ref func)))
    (func
      i32.const 0
      i32.const 0
      array.new_data $t $d
      drop
    )
    (data $d "xxx")
  )
  "array.new_data can only create arrays with numeric and vector elements")
(assert_invalid
  (module binary
    "\00asm" "\01\00\00\00"     ;; module header

    "\01\07"                    ;; type section, 7 bytes
    "\02"                       ;; 2 types
    "\5e\7f\00"                 ;; (type (array i32))
    "\60\00\00"                 ;; (type (func))

    "\03\02"                    ;; func section, 2 bytes
    "\01"                       ;; 1 func
    "\01"                       ;; type 1

    "\0a\0d"                    ;; code section, 13 bytes
    "\01"                       ;; 1 count
    "\0b"                       ;; 11-byte function
    "\00"                       ;; no locals
    "\41\00"                    ;; i32.const 0
    "\41\00"                    ;; i32.const 0
    "\fb\09\00\00"              ;; array.new_data 0 0
    "\1a"                       ;; drop
    "\0b"                       ;; end

    "\0b\06"                    ;; data section, 6 bytes
    "\01"                       ;; 1 count
    "\01"                       ;; passive
    "\03xxx"                    ;; 3 bytes of data "xxx"
  )
  "data count section required")
(assert_invalid
  (module
    (type $t (array i8))
    (func
      i32.const 0
      i32.const 0
      array.new_data $t 100
      drop
    )
  )
  "unknown data segment 100")
(assert_invalid
  (module
    (type $t (array i8))
    (func
      i32.const 0
      i32.const 0
      array.new_elem $t $e
      drop
    )
    (elem $e funcref)
  )
  "type mismatch: array.new_elem can only create arrays with reference elements")
(assert_invalid
  (module
    (type $t (array (ref any)))
    (func
      i32.const 0
      i32.const 0
      array.new_elem $t $e
      drop
    )
    (elem $e funcref)
  )
  "invalid array.new_elem instruction: element segment 0 type mismatch: expected (ref any), found funcref")
(assert_invalid
  (module
    (type $t1 (array (mut i8)))
    (type $t2 (array (mut i16)))
    (func
      unreachable
      array.copy $t1 $t2
    )
  )
  "array types do not match: expected i8, found i16")
(assert_invalid
  (module
    (type $t1 (array (mut i16)))
    (type $t2 (array (mut i8)))
    (func
      unreachable
      array.copy $t1 $t2
    )
  )
  "array types do not match: expected i16, found i8")
(assert_invalid
  (module
    (type $t1 (array (mut i32)))
    (type $t2 (array (mut i64)))
    (func
      unreachable
      array.copy $t1 $t2
    )
  )
  "array types do not match: expected i32, found i64")
(assert_invalid
  (module
    (type $t1 (array (mut i32)))
    (type $t2 (array (mut i8)))
    (func
      unreachable
      array.copy $t1 $t2
    )
  )
  "array types do not match: expected i32, found i8")
(assert_invalid
  (module
    (type $t1 (array (mut i8)))
    (type $t2 (array (mut i32)))
    (func
      unreachable
      array.copy $t1 $t2
    )
  )
  "array types do not match: expected i8, found i32")
(assert_invalid
  (module
    (type $t1 (array (mut i8)))
    (type $t2 (array (mut i32)))
    (func
      block
        unreachable
        br_on_cast_fail 0 anyref anyref
      end
    )
  )
  "type mismatch: expected a reference type, found nothing")
(assert_invalid
  (module
    (table 1 externref)
    (func
      i32.const 0
      call_indirect
      ))
  "indirect calls must go through a table with type <= funcref")

;; tests/cli/gc/type-equivalence.wast
(assert_invalid
  (module
    (type $t1 (func (param (ref $t2))))
    (type $t2 (func (param (ref $t1))))
  )
  "unknown type"
)

;; tests/cli/gc/type-subtyping.wast
(assert_invalid
  (module
    (rec (type $f1 (sub (func))) (type (struct (field (ref $f1)))))
    (rec (type $f2 (sub (func))) (type (struct (field (ref $f1)))))
    (rec (type $g1 (sub $f1 (func))) (type (struct)))
    (rec (type $g2 (sub $f2 (func))) (type (struct)))
    (func $g (type $g2))
    (global (ref $g1) (ref.func $g))
  )
  "type mismatch"
)
(assert_invalid
  (module
    (rec (type $f11 (sub (func))) (type $f12 (sub $f11 (func))))
    (rec (type $f21 (sub (func))) (type $f22 (sub $f11 (func))))
    (func $f (type $f21))
    (global (ref $f11) (ref.func $f))
  )
  "type mismatch"
)
(assert_invalid
  (module
    (rec (type $f01 (sub (func))) (type $f02 (sub $f01 (func))))
    (rec (type $f11 (sub (func))) (type $f12 (sub $f01 (func))))
    (rec (type $f21 (sub (func))) (type $f22 (sub $f11 (func))))
    (func $f (type $f21))
    (global (ref $f11) (ref.func $f))
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $t (func))
    (type $s (sub $t (func)))
  )
  "sub type"
)
(assert_invalid
  (module
    (type $t (struct))
    (type $s (sub $t (struct)))
  )
  "sub type"
)
(assert_invalid
  (module
    (type $t (sub final (func)))
    (type $s (sub $t (func)))
  )
  "sub type"
)
(assert_invalid
  (module
    (type $t (sub (func)))
    (type $s (sub final $t (func)))
    (type $u (sub $s (func)))
  )
  "sub type"
)
(assert_invalid
  (module
    (type $a0 (sub (array i32)))
    (type $s0 (sub $a0 (struct)))
  )
  "sub type"
)
(assert_invalid
  (module
    (type $f0 (sub (func (param i32) (result i32))))
    (type $s0 (sub $f0 (struct)))
  )
  "sub type"
)
(assert_invalid
  (module
    (type $s0 (sub (struct)))
    (type $a0 (sub $s0 (array i32)))
  )
  "sub type"
)
(assert_invalid
  (module
    (type $f0 (sub (func (param i32) (result i32))))
    (type $a0 (sub $f0 (array i32)))
  )
  "sub type"
)
(assert_invalid
  (module
    (type $s0 (sub (struct)))
    (type $f0 (sub $s0 (func (param i32) (result i32))))
  )
  "sub type"
)
(assert_invalid
  (module
    (type $a0 (sub (array i32)))
    (type $f0 (sub $a0 (func (param i32) (result i32))))
  )
  "sub type"
)
(assert_invalid
  (module
    (type $a0 (sub (array i32)))
    (type $a1 (sub $a0 (array i64)))
  )
  "sub type"
)
(assert_invalid
  (module
    (type $s0 (sub (struct (field i32))))
    (type $s1 (sub $s0 (struct (field i64))))
  )
  "sub type"
)
(assert_invalid
  (module
    (type $f0 (sub (func)))
    (type $f1 (sub $f0 (func (param i32))))
  )
  "sub type"
)

;; tests/cli/invalid/bad_br_table.wast
(assert_malformed
  (module binary
    "\00\61\73\6d" ;; header
    "\01\00\00\00" ;; version
    "\01\04\01\60\00\00" ;; type section, 1 type, (func)
    "\03\02\01\00" ;; func section, 1 function, type 0

    "\0a\12\01"        ;; code section
    "\10"              ;; function size
    "\00"              ;; no locals
    "\02\40"           ;; block
    "\41\01"           ;; i32.const 1

    "\0e"              ;; br_table
    "\02"              ;; 2 count
    "\00\00"           ;; 2 entries
    "\81\80\80\80\21"  ;; default (overlong integer)

    "\0b"              ;; end
    "\0b"              ;; end
  )
  "integer too large")

;; tests/cli/invalid/concat.wast
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00" ;; magic header
    "\01\04"    ;; type section
    "\01"       ;; 1 count
    "\60\00\00" ;; no params or results
    "\00asm" "\01\00\00\00" ;; magic header
  )
  "expected section, got wasm magic number")

;; tests/cli/invalid/crash-0000.wast
(assert_malformed
  (module binary
    "\00\61\73\6d" ;; header
    "\01\00\00\00" ;; version
    "\05\05"       ;; memory section
    "\01"          ;; 1 count
    "\00"          ;; no flags
    "\01"          ;; minimum

    ;; trailing bytes
    "\00\00"
  )
  "unexpected data at the end of the section")

;; tests/cli/invalid/crash-1eefc5597ae263919265239b0dba6a033eb80384.wast
(assert_malformed
  (module binary
    "\00\61\73\6d" ;; header
    "\01\00\00\00" ;; version
    "\02\06"       ;; memory section
    "\01"          ;; 1 count
    "\00\00\00\00" ;; (import "" "" (func))

    ;; trailing bytes
    "\00"
  )
  "section size mismatch: unexpected data at the end of the section")

;; tests/cli/invalid/crash-9001106adb60c9b427167d0606700fd16d5b3a82.wast
(assert_malformed
  (module binary

    "\00\61\73\6d" ;; header
    "\01\00\00\00" ;; version
    "\01\02"       ;; type section
    "\00"          ;; 0 count

    ;; trailing bytes
    "\00"
  )
  "unexpected data at the end of the section")

;; tests/cli/invalid/empty-br-table.wast
(assert_malformed
  (module binary
    "\00\61\73\6d" ;; header
    "\01\00\00\00" ;; version
    "\01\04\01\60\00\00" ;; type section, 1 type, (func)
    "\03\02\01\00" ;; func section, 1 function, type 0

    "\0a\0e\01"        ;; code section
    "\0c"              ;; function size
    "\00"              ;; no locals
    "\02\40"           ;; block
    "\41\01"           ;; i32.const 1

    "\0e"              ;; br_table
    "\01"              ;; 1 count
    ;; overlong integer
    "\f9\f7\f8\f4\20"
  )
  "integer too large")

;; tests/cli/invalid/float1.wast
(assert_invalid
  (module
    (func (f32.const 0x1.0000000000000p-298)))
  "values remaining on stack")

;; tests/cli/invalid/func.wast
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00" ;; magic header

    "\01\04"    ;; type section
    "\01"       ;; 1 count
    "\60\00\00" ;; no params or results

    "\03\02"    ;; func section
    "\01"       ;; 1 count
    "\00"       ;; type 0

    "\0a\05"    ;; code section
    "\01"       ;; 1 count
    "\03"       ;; size of function
    "\00"       ;; no locals
    "\0b"       ;; end
    "\01"       ;; nop
  )
  "operators remaining after end of function")
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00" ;; magic header

    "\01\04"    ;; type section
    "\01"       ;; 1 count
    "\60\00\00" ;; no params or results

    "\03\02"    ;; func section
    "\01"       ;; 1 count
    "\00"       ;; type 0

    "\0a\05"    ;; code section
    "\01"       ;; 1 count
    "\03"       ;; size of function
    "\00"       ;; no locals
    "\0b"       ;; end
    "\9d"       ;; f64.trunc
  )
  "operators remaining after end of function")
(assert_malformed
  (module binary
    "\00asm" "\01\00\00\00" ;; magic header

    "\01\04"    ;; type section
    "\01"       ;; 1 count
    "\60\00\00" ;; no params or results

    "\03\02"    ;; func section
    "\01"       ;; 1 count
    "\00"       ;; type 0

    "\0a\05"    ;; code section
    "\01"       ;; 1 count
    "\03"       ;; size of function
    "\00"       ;; no locals
    "\0b"       ;; end
    "\0b"       ;; end
  )
  "operators remaining after end of function")
(assert_malformed
  (module quote
    "(func end unreachable)")
  "operators remaining after end of function")
(assert_malformed
  (module binary
    "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00\0a\06\01\04\00\0b\00\0b")
  "operators remaining after end of function")
(assert_malformed
  (module quote
    "(func end return)")
  "operators remaining after end of function")
(assert_malformed
  (module binary
    "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00\0a\06\01\04\00\0b\0f\0b")
  "operators remaining after end of function")
(assert_malformed
  (module quote
    "(func end br 0)")
  "operators remaining after end of function")
(assert_malformed
  (module binary
    "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00\0a\07\01\05\00\0b\0c\00\0b")
  "operators remaining after end of function")
(assert_malformed
  (module quote
    "(func end br 100000)")
  "operators remaining after end of function")
(assert_malformed
  (module binary
    "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00\0a\09\01\07\00\0b\0c\a0\8d\06\0b")
  "operators remaining after end of function")
(assert_malformed
  (module quote
    "(func end br_table 0)")
  "operators remaining after end of function")
(assert_malformed
  (module binary
    "\00asm\01\00\00\00\01\04\01\60\00\00\03\02\01\00\0a\08\01\06\00\0b\0e\00\00\0b")
  "operators remaining after end of function")

;; tests/cli/invalid/gc-field-subtyping.wast
(assert_invalid
  (module
    ;; When fields are mutable, a subtype's reference fields cannot be subtypes of
    ;; the supertype's fields, they must match exactly.
    (type $a (sub    (struct (field (mut (ref null any))))))
    (type $b (sub $a (struct (field (mut (ref null none))))))
  )
  "sub type must match super type"
)
(assert_invalid
  (module
    ;; When fields are const, a subtype's reference fields cannot be supertypes of
    ;; the supertype's fields, they must be subtypes.
    (type $a (sub    (struct (field (mut (ref null none))))))
    (type $b (sub $a (struct (field (mut (ref null any))))))
  )
  "sub type must match super type"
 )
(assert_invalid
 (module
   ;; The mutability of fields must be the same.
   (type $c (sub    (struct (field (mut (ref null any))))))
   (type $d (sub $c (struct (field      (ref null none)))))
  )
  "sub type must match super type"
)
(assert_invalid
 (module
   ;; The mutability of fields must be the same.
   (type $c (sub    (struct (field      (ref null any)))))
   (type $d (sub $c (struct (field (mut (ref null none))))))
  )
  "sub type must match super type"
)

;; tests/cli/invalid/invalid-ty.wast
(assert_invalid
  (module
;;; TOOLle
  (func
(;0;) (type 0)
  )
  )
  "type index out of bounds")

;; tests/cli/invalid/invalid-ty2.wast
(assert_malformed
  (module quote
    "(func block (type 2))"
  )
  "control frames remain at end of function body or expression")
(assert_invalid
  (module
    (func block (type 2) end)
  )
  "type index out of bounds")

;; tests/cli/invalid/issue139.wast
(assert_malformed
  (module binary
    "\00\61\73\6d" ;; header
    "\01\00\00\00" ;; version
    "\01\04\01\60\00\00" ;; type section, 1 type, (func)
    "\03\02\01\00" ;; func section, 1 function, type 0

    ;; code section, 9 functions
    "\0a\01\09"
  )
  "function and code section have inconsistent lengths")

;; tests/cli/invalid/issue192.wast
(assert_malformed
  (module quote
"    (type (;0;) (func (param i32)))"
"    (type (;1;) (func (param i32) (result i32)))"
"    (type (;2;) (func (param i32 i32)))"
"    (type (;3;) (func))"
"    (func (;0;) (type 3))"
"    (func (;1;) (type 0) (param i32))"
"    (func (;2;) (type 1) (param i32) (result i32)"
"      i32.const 1"
"    )"
"    (func (;3;) (type 1) (param i32) (result i32)"
"      i32.const 2"
"    )"
"    (func (;4;) (type 2) (param i32 i32)"
"      local.get 0"
"      unreachable"
"      unreachable"
"      unreachable"
"      unreachable"
"      unreachable"
"      unreachable"
"      unreachable"
"      block (param i32)"
"        unreachable"
"        drop"
""
"    )"
"    (func (;5;) (type 3)"
"      (local i32)"
"      unreachable"
"      unreachable"
"      i32.mul"
"      i32.popcnt"
"      i32.div_u"
"      i32.sub"
"      i32.popcnt"
"      i32.div_u"
"      i32.sub"
"      local.tee 0"
"      global.set 0"
"      local.get 0"
"      i32.const 8"
"      i32.add"
"      i32.const 1024"
"      call 4"
"      local.get 0"
"      i32.const 8"
"      i32.add"
"      i32.const 25166864"
"      unreachable"
"      call 2097156"
"      call_indirect (type 0)"
"      i32.const 16"
"      i32.add"
"      global.set 0"
"    )"
"    (func (;6;) (type 3)"
"      i64.clz"
"    )"
  )
  "control frames remain at end of function")

;; tests/cli/invalid/oom-5f99d8174393cb86cc06b5d04dd7a92c208e0056.wast
(assert_malformed
  (module binary
    "\00\61\73\6d" ;; header
    "\01\00\00\00" ;; version

    "\01\04\01"       ;; type section, 1 count
    "\60\00\00"       ;; (type (func))

    "\03\02\01\00"    ;; func section, 1 count, type 0

    "\0a\12"          ;; code section
    "\01"             ;; 1 count
    "\10"             ;; function size
    "\ff\ff\ff\ff\28" ;; tons of locals, too big
    ;; not enough data for locals
    "\00\00\00\00\00"
    "\00\00\00\00\00"
    "\00"
  )
  "integer too large")

;; tests/cli/invalid/oom-84d4e20fc7fecc07ba0a1e3e2426d1f4e72ca8cb.wast
(assert_malformed
  (module binary
    "\00\61\73\6d"    ;; header
    "\01\00\00\00"    ;; version
    "\04\05\01"       ;; table section, 1 count,
    "\70\01\02\02"    ;; (table 2 2 funcref)

    "\09\08"          ;; element section
    "\01"             ;; 1 count
    "\00"             ;; no flags
    "\41\00"          ;; (init) i32.const 0
    "\0b"             ;; (init) end
    "\ff\ff\ff"       ;; cut-off-leb of number-of-items
  )
  "unexpected end-of-file")

;; tests/cli/invalid/table-init.wast
(assert_invalid
  (module
    (table $t1 1 1 funcref)
    (func table.init $t1 $e)
    (elem $e func 0))
  "nothing on stack")

;; tests/cli/legacy-exceptions/rethrow.wast
(assert_invalid (module (func (rethrow 0))) "invalid rethrow label")
(assert_invalid (module (func (block (rethrow 0)))) "invalid rethrow label")
(assert_invalid (module (func
                           try
			     rethrow 0
			   delegate 0))
                "invalid rethrow label")

;; tests/cli/legacy-exceptions/throw.wast
(assert_invalid (module (func (throw 0))) "unknown tag 0")
(assert_invalid (module (tag (param i32)) (func (throw 0)))
                "type mismatch")
(assert_invalid (module (tag (param i32)) (func (i64.const 5) (throw 0)))
                "type mismatch")

;; tests/cli/legacy-exceptions/try_catch.wast
(assert_invalid (module (func (result i32) try (result i32) end))
                "type mismatch")
(assert_invalid (module (func (result i32) try (result i32) i64.const 42 end))
                "type mismatch")
(assert_invalid (module (tag) (func try catch 0 i32.const 42 end))
                "type mismatch")
(assert_invalid (module
                  (tag (param i64))
                  (func (result i32)
                    try (result i32) i32.const 42 catch 0 end))
                "type mismatch")
(assert_invalid (module (func try catch_all i32.const 32 end))
                "type mismatch")

;; tests/cli/legacy-exceptions/try_delegate.wast
(assert_invalid
  (module (func try delegate 1))
  "unknown label"
)

;; tests/cli/missing-features/bulk-memory.wast
(assert_invalid
  (module
    (memory 1)
    (func (param i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      memory.copy))
  "bulk memory support is not enabled")
(assert_invalid
  (module
    (memory 1)
    (func (param i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      memory.fill))
  "bulk memory support is not enabled")

;; tests/cli/missing-features/component-not-enabled.wast
(assert_invalid
  (module binary
    "\00asm"
    "\0d\00\01\00"
    )
  "unknown binary version and encoding combination: 0xd and 0x1, note: encoded as a component but the WebAssembly component model feature is not enabled - enable the feature to allow component validation")

;; tests/cli/missing-features/custom-page-sizes.wast
(assert_invalid
  (module
    (memory 0 (pagesize 1))
  )
  "the custom page sizes proposal must be enabled to customize a memory's page size")
(assert_invalid
  (module (memory 0 (pagesize 65536)))
  "the custom page sizes proposal must be enabled to customize a memory's page size")

;; tests/cli/missing-features/floats-disabled.wast
(assert_invalid
  (module
    (func (param f32))
  )
  "floating-point support is disabled")
(assert_invalid
  (module
    (func (local f32))
  )
  "floating-point support is disabled")

;; tests/cli/missing-features/globals.wast
(assert_invalid
  (module
    (global i32 (i32.const 0))
    (global i32 (global.get 0))
  )
  "global.get of locally defined global")
(assert_invalid
  (module
    (global i32 (i32.const 0))
    (table 1 funcref)
    (elem (offset global.get 0))
  )
  "global.get of locally defined global")
(assert_invalid
  (module
    (global i32 (i32.const 0))
    (memory 1)
    (data (offset global.get 0))
  )
  "global.get of locally defined global")

;; tests/cli/missing-features/missing-exceptions.wast
(assert_invalid
  (module binary
    "\00asm" "\01\00\00\00"
    "\0d\01\00"
    )
  "exceptions proposal not enabled")
(assert_invalid
  (module
    (import "" "" (tag))
    )
  "exceptions proposal not enabled")

;; tests/cli/missing-features/multi-value-function-block-type.wast
(assert_invalid
  (module binary
    "\00\61\73\6d"
    "\01\00\00\00"
    "\01\05"
    "\01"
    "\60\00\01\7f"
    "\03\02"
    "\01"
    "\00"
    "\0a\09"
    "\01"
    "\07"
    "\00"
    "\02\00"
    "\41\00"
    "\0b"
    "\0b"
  )
  "blocks, loops, and ifs may only produce a resulttype when multi-value is not enabled")

;; tests/cli/missing-features/mutable-global-disabled.wast
(assert_invalid
  (module
    (import "m0" "g0" (global (mut i32)))
  )
  "mutable global support is not enabled"
)
(assert_invalid
  (module
    (global $g0 (mut i32) (i32.const 0))
    (export "g0" (global $g0))
  )
  "mutable global support is not enabled"
)

;; tests/cli/missing-features/passive-and-declare-elems.wast
(assert_invalid
  (module (elem func))
  "bulk memory must be enabled"
)
(assert_invalid
  (module (elem declare func))
  "bulk memory must be enabled"
)

;; tests/cli/missing-features/rec-group.wast
(assert_invalid
  (module (rec))
  "requires `gc` proposal to be enabled")
(assert_invalid
  (module (rec (type (func))))
  "requires `gc` proposal to be enabled")
(assert_invalid
  (module (rec (type (func)) (type (func))))
  "requires `gc` proposal to be enabled")
(assert_invalid
  (module (type $t (func (param (ref $t)))))
  "reference types support is not enabled")
(assert_invalid
  (module (type $t (sub (func))))
  "gc proposal must be enabled")
(assert_invalid
  (module (type $t (func)) (type (sub $t (func))))
  "gc proposal must be enabled")

;; tests/cli/missing-features/saturating-float-to-int-disabled.wast
(assert_invalid
  (module
    (func (param f32) (result i32)
      local.get 0
      i32.trunc_sat_f32_s
    )
  )
  "saturating float to int conversions support is not enabled"
)
(assert_invalid
  (module
    (func (param f32) (result i32)
      local.get 0
      i32.trunc_sat_f32_u
    )
  )
  "saturating float to int conversions support is not enabled"
)
(assert_invalid
  (module
    (func (param f64) (result i32)
      local.get 0
      i32.trunc_sat_f64_s
    )
  )
  "saturating float to int conversions support is not enabled"
)
(assert_invalid
  (module
    (func (param f64) (result i32)
      local.get 0
      i32.trunc_sat_f64_u
    )
  )
  "saturating float to int conversions support is not enabled"
)
(assert_invalid
  (module
    (func (param f32) (result i64)
      local.get 0
      i64.trunc_sat_f32_s
    )
  )
  "saturating float to int conversions support is not enabled"
)
(assert_invalid
  (module
    (func (param f32) (result i64)
      local.get 0
      i64.trunc_sat_f32_u
    )
  )
  "saturating float to int conversions support is not enabled"
)
(assert_invalid
  (module
    (func (param f64) (result i64)
      local.get 0
      i64.trunc_sat_f64_s
    )
  )
  "saturating float to int conversions support is not enabled"
)
(assert_invalid
  (module
    (func (param f64) (result i64)
      local.get 0
      i64.trunc_sat_f64_u
    )
  )
  "saturating float to int conversions support is not enabled"
)

;; tests/cli/missing-features/shared-everything-threads-arrays.wast
(assert_invalid
  (module
    (type (shared (array i8)))
  )
  "shared composite types require the shared-everything-threads proposal")

;; tests/cli/missing-features/shared-everything-threads-globals.wast
(assert_invalid
  (module quote
    "(global (shared i32) (i32.const 0))"
  )
  "shared globals require the shared-everything-threads proposal")
(assert_invalid
  (module quote
    "(global (import \"spectest\" \"global_i64\") (shared mut i64))"
  )
  "shared globals require the shared-everything-threads proposal")
(assert_invalid
  (module
    (global $a (import "spectest" "global_i32") i32)
    (func (result i32) (global.atomic.get seq_cst $a))
  )
  "shared-everything-threads support is not enabled")

;; tests/cli/missing-features/shared-everything-threads-structs.wast
(assert_invalid
  (module
    (type (shared (struct)))
  )
  "shared composite types require the shared-everything-threads proposal")

;; tests/cli/missing-features/shared-everything-threads-tables.wast
(assert_invalid
  (module quote
    "(table shared 1 funcref)"
  )
  "shared tables require the shared-everything-threads proposal")

;; tests/cli/missing-features/shared-everything-threads-types.wast
(assert_invalid
  (module
    (type (shared (func)))
  )
  "shared composite types require the shared-everything-threads proposal")

;; tests/cli/missing-features/sign-extension-disabled.wast
(assert_invalid
  (module
    (func (param i32) (result i32)
      local.get 0
      i32.extend8_s
    )
  )
  "sign extension operations support is not enabled"
)
(assert_invalid
  (module
    (func (param i32) (result i32)
      local.get 0
      i32.extend16_s
    )
  )
  "sign extension operations support is not enabled"
)
(assert_invalid
  (module
    (func (param i64) (result i64)
      local.get 0
      i64.extend8_s
    )
  )
  "sign extension operations support is not enabled"
)
(assert_invalid
  (module
    (func (param i64) (result i64)
      local.get 0
      i64.extend16_s
    )
  )
  "sign extension operations support is not enabled"
)
(assert_invalid
  (module
    (func (param i64) (result i64)
      local.get 0
      i64.extend32_s
    )
  )
  "sign extension operations support is not enabled"
)

;; tests/cli/missing-features/v128-without-simd-feature.wast
(assert_invalid
  (module (func (param v128)))
  "SIMD support is not enabled")
(assert_invalid
  (module (type (func (param v128))))
  "SIMD support is not enabled")
(assert_invalid
  (module (type (func (result v128))))
  "SIMD support is not enabled")
(assert_invalid
  (module (import "" "" (global v128)))
  "SIMD support is not enabled")
(assert_invalid
  (module (import "" "" (global (mut v128))))
  "SIMD support is not enabled")
(assert_invalid
  (module (global v128 v128.const i64x2 0 0))
  "SIMD support is not enabled")
(assert_invalid
  (module (func block (result v128) end))
  "SIMD support is not enabled")

;; tests/cli/missing-features/wasmtime905.wast
(assert_invalid
    (module (func (local externref)))
    "reference types support is not enabled"
)

;; tests/cli/missing-features/wide-arithmetic.wast
(assert_invalid
  (module
    (func (param i64 i64 i64 i64)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      i64.add128
      drop
      drop)
  )
  "wide arithmetic support is not enabled")
(assert_invalid
  (module
    (func (param i64 i64 i64 i64)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      i64.sub128
      drop
      drop)
  )
  "wide arithmetic support is not enabled")
(assert_invalid
  (module
    (func (param i64 i64)
      local.get 0
      local.get 1
      i64.mul_wide_s
      drop
      drop)
  )
  "wide arithmetic support is not enabled")
(assert_invalid
  (module
    (func (param i64 i64)
      local.get 0
      local.get 1
      i64.mul_wide_u
      drop
      drop)
  )
  "wide arithmetic support is not enabled")

;; tests/cli/missing-features/component-model/async-builtins.wast
(assert_invalid
  (component
    (type $t (future))
    (core func (canon future.cancel-read $t async)))
  "requires the component model more async builtins feature")
(assert_invalid
  (component
    (type $t (future))
    (core func (canon future.cancel-write $t async)))
  "requires the component model more async builtins feature")
(assert_invalid
  (component
    (type $t (stream))
    (core func (canon stream.cancel-read $t async)))
  "requires the component model more async builtins feature")
(assert_invalid
  (component
    (type $t (stream))
    (core func (canon stream.cancel-write $t async)))
  "requires the component model more async builtins feature")
(assert_invalid
  (component
    (type $t (stream))
    (core func (canon stream.write $t)))
  "requires the component model more async builtins feature")
(assert_invalid
  (component
    (type $t (stream))
    (core func (canon stream.read $t)))
  "requires the component model more async builtins feature")
(assert_invalid
  (component
    (type $t (future))
    (core func (canon future.write $t)))
  "requires the component model more async builtins feature")
(assert_invalid
  (component
    (type $t (future))
    (core func (canon future.read $t)))
  "requires the component model more async builtins feature")

;; tests/cli/missing-features/component-model/async-stackful.wast
(assert_invalid
  (component
    (core module $m (func (export "foo") (param i32)))
    (core instance $i (instantiate $m))

    (func (export "foo") (param "p1" u32) (result u32)
      (canon lift (core func $i "foo") async)
    )
  )
  "requires the component model async stackful feature")

;; tests/cli/missing-features/component-model/async.wast
(assert_invalid
  (component
    (core module $m
      (func (export "foo") (param i32) (result i32) unreachable)
    )
    (core instance $i (instantiate $m))

    (func (export "foo") (param "p1" u32) (result u32)
      (canon lift (core func $i "foo") async)
    )
  )
  "canonical option `async` requires the component model async feature"
)
(assert_invalid
  (component
    (import "foo" (func $foo (param "p1" u32) (result u32)))
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core func $foo (canon lower (func $foo) async (memory (core memory $libc "memory"))))
    (core module $m
      (func (import "" "foo") (param i32 i32) (result i32))
    )
    (core instance $i (instantiate $m (with "" (instance (export "foo" (func $foo))))))
  )
  "canonical option `async` requires the component model async feature"
)
(assert_invalid
  (component
    (core module $m
      (import "" "backpressure.inc" (func $backpressure-inc (param i32)))
    )
    (core func $backpressure.inc (canon backpressure.inc))
    (core instance $i (instantiate $m (with "" (instance (export "backpressure.inc" (func $backpressure.inc))))))
  )
  "`backpressure.inc` requires the component model async feature"
)
(assert_invalid
  (component
    (core module $m
      (import "" "backpressure.dec" (func $backpressure-dec (param i32)))
    )
    (core func $backpressure.dec (canon backpressure.dec))
    (core instance $i (instantiate $m (with "" (instance (export "backpressure.dec" (func $backpressure.dec))))))
  )
  "`backpressure.dec` requires the component model async feature"
)
(assert_invalid
  (component
    (core module $m
      (import "" "task.return" (func $task-return (param i32)))
    )
    (core func $task-return (canon task.return (result u32)))
    (core instance $i (instantiate $m (with "" (instance (export "task.return" (func $task-return))))))
  )
  "`task.return` requires the component model async feature"
)
(assert_invalid
  (component
    (core module $m
      (import "" "task.cancel" (func $task-cancel))
    )
    (core func $task-cancel (canon task.cancel))
    (core instance $i (instantiate $m (with "" (instance (export "task.cancel" (func $task-cancel))))))
  )
  "`task.cancel` requires the component model async feature"
)
(assert_invalid
  (component (core func (canon waitable-set.new)))
  "`waitable-set.new` requires the component model async feature"
)
(assert_invalid
  (component
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core module $m
      (import "" "waitable-set.wait" (func $waitable-set-wait (param i32) (result i32)))
    )
    (core func $waitable-set-wait (canon waitable-set.wait (memory (core memory $libc "memory"))))
    (core instance $i (instantiate $m (with "" (instance (export "waitable-set.wait" (func $waitable-set-wait))))))
  )
  "`waitable-set.wait` requires the component model async feature"
)
(assert_invalid
  (component
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core module $m
      (import "" "waitable-set.poll" (func $waitable-set-poll (param i32) (result i32)))
    )
    (core func $waitable-set-poll (canon waitable-set.poll (memory (core memory $libc "memory"))))
    (core instance $i (instantiate $m (with "" (instance (export "waitable-set.poll" (func $waitable-set-poll))))))
  )
  "`waitable-set.poll` requires the component model async feature"
)
(assert_invalid
  (component (core func (canon waitable-set.drop)))
  "`waitable-set.drop` requires the component model async feature"
)
(assert_invalid
  (component (core func (canon waitable.join)))
  "`waitable.join` requires the component model async feature"
)
(assert_invalid
  (component
    (core module $m
      (import "" "subtask.drop" (func $subtask-drop (param i32)))
    )
    (core func $subtask-drop (canon subtask.drop))
    (core instance $i (instantiate $m (with "" (instance (export "subtask.drop" (func $subtask-drop))))))
  )
  "`subtask.drop` requires the component model async feature"
)
(assert_invalid
  (component
    (core module $m
      (import "" "subtask.cancel" (func $subtask-cancel (param i32)))
    )
    (core func $subtask-cancel (canon subtask.cancel))
    (core instance $i (instantiate $m (with "" (instance (export "subtask.cancel" (func $subtask-cancel))))))
  )
  "`subtask.cancel` requires the component model async feature"
)
(assert_invalid
  (component
    (core module $m
      (import "" "stream.new" (func $stream-new (result i32)))
    )
    (type $stream-type (stream u8))
    (core func $stream-new (canon stream.new $stream-type))
    (core instance $i (instantiate $m (with "" (instance (export "stream.new" (func $stream-new))))))
  )
  "requires the component model async feature"
)
(assert_invalid
  (component
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core module $m
      (import "" "stream.read" (func $stream-read (param i32 i32 i32) (result i32)))
    )
    (type $stream-type (stream u8))
    (core func $stream-read (canon stream.read $stream-type async (memory (core memory $libc "memory"))))
    (core instance $i (instantiate $m (with "" (instance (export "stream.read" (func $stream-read))))))
  )
  "requires the component model async feature"
)
(assert_invalid
  (component
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core module $m
      (import "" "stream.write" (func $stream-write (param i32 i32 i32) (result i32)))
    )
    (type $stream-type (stream u8))
    (core func $stream-write (canon stream.write $stream-type async (memory (core memory $libc "memory"))))
    (core instance $i (instantiate $m (with "" (instance (export "stream.write" (func $stream-write))))))
  )
  "requires the component model async feature"
)
(assert_invalid
  (component
    (core module $m
      (import "" "stream.cancel-read" (func $stream-cancel-read (param i32) (result i32)))
    )
    (type $stream-type (stream u8))
    (core func $stream-cancel-read (canon stream.cancel-read $stream-type async))
    (core instance $i (instantiate $m (with "" (instance (export "stream.cancel-read" (func $stream-cancel-read))))))
  )
  "requires the component model async feature"
)
(assert_invalid
  (component
    (core module $m
      (import "" "stream.cancel-write" (func $stream-cancel-write (param i32) (result i32)))
    )
    (type $stream-type (stream u8))
    (core func $stream-cancel-write (canon stream.cancel-write $stream-type async))
    (core instance $i (instantiate $m (with "" (instance (export "stream.cancel-write" (func $stream-cancel-write))))))
  )
  "requires the component model async feature"
)
(assert_invalid
  (component
    (core module $m
      (import "" "stream.drop-readable" (func $stream-drop-readable (param i32)))
    )
    (type $stream-type (stream u8))
    (core func $stream-drop-readable (canon stream.drop-readable $stream-type))
    (core instance $i (instantiate $m (with "" (instance (export "stream.drop-readable" (func $stream-drop-readable))))))
  )
  "requires the component model async feature"
)
(assert_invalid
  (component
    (core module $m
      (import "" "stream.drop-writable" (func $stream-drop-writable (param i32 i32)))
    )
    (type $stream-type (stream u8))
    (core func $stream-drop-writable (canon stream.drop-writable $stream-type))
    (core instance $i (instantiate $m (with "" (instance (export "stream.drop-writable" (func $stream-drop-writable))))))
  )
  "requires the component model async feature"
)
(assert_invalid
  (component
    (core module $m
      (import "" "future.new" (func $future-new (result i32)))
    )
    (type $future-type (future u8))
    (core func $future-new (canon future.new $future-type))
    (core instance $i (instantiate $m (with "" (instance (export "future.new" (func $future-new))))))
  )
  "requires the component model async feature"
)
(assert_invalid
  (component
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core module $m
      (import "" "future.read" (func $future-read (param i32 i32) (result i32)))
    )
    (type $future-type (future u8))
    (core func $future-read (canon future.read $future-type async (memory (core memory $libc "memory"))))
    (core instance $i (instantiate $m (with "" (instance (export "future.read" (func $future-read))))))
  )
  "requires the component model async feature"
)
(assert_invalid
  (component
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core module $m
      (import "" "future.write" (func $future-write (param i32 i32) (result i32)))
    )
    (type $future-type (future u8))
    (core func $future-write (canon future.write $future-type async (memory (core memory $libc "memory"))))
    (core instance $i (instantiate $m (with "" (instance (export "future.write" (func $future-write))))))
  )
  "requires the component model async feature"
)
(assert_invalid
  (component
    (core module $m
      (import "" "future.cancel-read" (func $future-cancel-read (param i32) (result i32)))
    )
    (type $future-type (future u8))
    (core func $future-cancel-read (canon future.cancel-read $future-type async))
    (core instance $i (instantiate $m (with "" (instance (export "future.cancel-read" (func $future-cancel-read))))))
  )
  "requires the component model async feature"
)
(assert_invalid
  (component
    (core module $m
      (import "" "future.cancel-write" (func $future-cancel-write (param i32) (result i32)))
    )
    (type $future-type (future u8))
    (core func $future-cancel-write (canon future.cancel-write $future-type async))
    (core instance $i (instantiate $m (with "" (instance (export "future.cancel-write" (func $future-cancel-write))))))
  )
  "requires the component model async feature"
)
(assert_invalid
  (component
    (core module $m
      (import "" "future.drop-readable" (func $future-drop-readable (param i32)))
    )
    (type $future-type (future u8))
    (core func $future-drop-readable (canon future.drop-readable $future-type))
    (core instance $i (instantiate $m (with "" (instance (export "future.drop-readable" (func $future-drop-readable))))))
  )
  "requires the component model async feature"
)
(assert_invalid
  (component
    (core module $m
      (import "" "future.drop-writable" (func $future-drop-writable (param i32 i32)))
    )
    (type $future-type (future u8))
    (core func $future-drop-writable (canon future.drop-writable $future-type))
    (core instance $i (instantiate $m (with "" (instance (export "future.drop-writable" (func $future-drop-writable))))))
  )
  "requires the component model async feature"
)
(assert_invalid
  (component (type (future)))
  "requires the component model async feature"
)
(assert_invalid
  (component (type (stream)))
  "requires the component model async feature"
)
(assert_invalid
  (component (import "x" (func async)))
  "async component functions require the component model async feature"
)

;; tests/cli/missing-features/component-model/error-context.wast
(assert_invalid
  (component
    (import "x" (func (param "x" error-context)))
  )
  "requires the component model error-context feature"
)
(assert_invalid
  (component
    (core module $libc (memory (export "memory") 1))
    (core instance $libc (instantiate $libc))
    (core module $m
      (import "" "error-context.new" (func $error-context-new (param i32 i32) (result i32)))
    )
    (core func $error-context-new (canon error-context.new (memory (core memory $libc "memory"))))
    (core instance $i (instantiate $m (with "" (instance (export "error-context.new" (func $error-context-new))))))
  )
  "`error-context.new` requires the component model error-context feature"
)
(assert_invalid
  (component
    (core module $libc
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
      (memory (export "memory") 1)
    )
    (core instance $libc (instantiate $libc))
    (core module $m
      (import "" "error-context.debug-message" (func $error-context-debug-message (param i32 i32)))
    )
    (core func $error-context-debug-message (canon error-context.debug-message (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
    (core instance $i (instantiate $m (with "" (instance (export "error-context.debug-message" (func $error-context-debug-message))))))
  )
  "`error-context.debug-message` requires the component model error-context feature"
)
(assert_invalid
  (component
    (core module $m
      (import "" "error-context.drop" (func $error-context-drop (param i32)))
    )
    (core func $error-context-drop (canon error-context.drop))
    (core instance $i (instantiate $m (with "" (instance (export "error-context.drop" (func $error-context-drop))))))
  )
  "`error-context.drop` requires the component model error-context feature"
)
(assert_invalid
  (component (type error-context))
  "requires the component model error-context feature"
)

;; tests/cli/missing-features/component-model/fixed-length-lists.wast
(assert_invalid
  (component
    (core module $m
      (memory (export "memory") 1)
      (func (export "ret-list") (result i32) unreachable)
    )
    (core instance $i (instantiate $m))

    (func (export "ret-list") (result (list u32 4))
      (canon lift (core func $i "ret-list") (memory (core memory $i "memory")))
    )
  )
  "Fixed-length lists require the component model fixed-length lists feature (at offset 0x54)"
)
(assert_invalid
  (component
    (core module $m
      (func (export "param-list") (param i32 i32 i32 i32) unreachable)
    )
    (core instance $i (instantiate $m))

    (func (export "param-list") (param "l" (list u32 4))
      (canon lift (core func $i "param-list"))
    )
  )
  "Fixed-length lists require the component model fixed-length lists feature"
)

;; tests/cli/missing-features/component-model/implements.wast
(assert_malformed
  (component
    (import "a" (implements "a:b/x") (instance))
  )
  "the `cm-implements` feature is not active")
(assert_malformed
  (component
    (import "a" (external-id "") (instance))
  )
  "the `cm-implements` feature is not active")
(assert_malformed
  (component binary
    "\00asm"        ;; header
    "\0d\00\01\00"  ;; version
    "\0a\05"        ;; import section, 14 bytes
    "\01"           ;; 1 import
    "\02"           ;; "import with flags"
    "\01a"          ;; name = "a"
    "\00"           ;; 0 options
  )
  "the `cm-implements` feature is not active")

;; tests/cli/missing-features/component-model/map.wast
(assert_invalid
  (component
    (core module $m
      (memory (export "memory") 1)
      (func (export "ret-map") (result i32 i32) unreachable)
    )
    (core instance $i (instantiate $m))

    (func (export "ret-map") (result (map string u32))
      (canon lift (core func $i "ret-map") (memory (core memory $i "memory")))
    )
  )
  "Maps require the component model map feature (at offset 0x54)"
)
(assert_invalid
  (component
    (core module $m
      (func (export "param-map") (param i32 i32) unreachable)
    )
    (core instance $i (instantiate $m))

    (func (export "param-map") (param "m" (map string u32))
      (canon lift (core func $i "param-map"))
    )
  )
  "Maps require the component model map feature"
)
(assert_invalid
  (component
    (type $map-type (map u32 string))
    (import "f" (func (param "x" $map-type)))
  )
  "Maps require the component model map feature"
)

;; tests/cli/missing-features/component-model/shared-everything-threads-builtins.wast
(assert_invalid
  (component
    ;; Refer to a non-existent function type (i.e., 0); validation for
    ;; `thread.spawn-ref` happens first.
    (core func $spawn (canon thread.spawn-ref 0))
  )
  "`thread.spawn-ref` requires the shared-everything-threads proposal")
(assert_invalid
  (component
    ;; Refer to a non-existent function and table types (i.e., 0); validation
    ;; for `thread.spawn-indirect` happens first.
    (core func $spawn-indirect (canon thread.spawn-indirect 0 (core table 0)))
  )
  "`thread.spawn-indirect` requires the shared-everything-threads proposal")
(assert_invalid
  (component
    (core func $parallelism (canon thread.available_parallelism))
  )
  "`thread.available_parallelism` requires the shared-everything-threads proposal")

;; tests/cli/missing-features/component-model/threading.wast
(assert_invalid
  (component (core func (canon thread.index)))
  "requires the component model threading feature")
(assert_invalid
  (component (core func (canon thread.new-indirect 0 (core table 0))))
  "requires the component model threading feature")
(assert_invalid
  (component (core func (canon thread.resume-later)))
  "requires the component model threading feature")
(assert_invalid
  (component (core func (canon thread.suspend)))
  "requires the component model threading feature")
(assert_invalid
  (component (core func (canon thread.suspend-then-resume)))
  "requires the component model threading feature")
(assert_invalid
  (component (core func (canon thread.yield-then-resume)))
  "requires the component model threading feature")
(assert_invalid
  (component (core func (canon thread.suspend-then-promote)))
  "requires the component model threading feature")
(assert_invalid
  (component (core func (canon thread.yield-then-promote)))
  "requires the component model threading feature")

;; tests/cli/missing-features/component-model/types.wast
(assert_invalid
  (component
    (core type (func (param v128)))
  )
  "SIMD support is not enabled")
(assert_invalid
  (component
    (core type (func (param (ref 0))))
  )
  "unknown type 0: type index out of bounds")
(assert_invalid
  (component
    (core type (func))
    (core type (func (param (ref 0))))
  )
  "reference types support is not enabled")

;; tests/cli/missing-features/component-model/value-not-enabled.wast
(assert_invalid
  (component
    (import "f" (func $f))
    (start $f)
  )
  "support for component model `value`s is not enabled")
(assert_invalid
  (component
    (import "f" (value string))
  )
  "support for component model `value`s is not enabled")
(assert_invalid
  (component
    (export "f" (value 0))
  )
  "support for component model `value`s is not enabled")
(assert_invalid
  (component
    (alias export 0 "f" (value))
  )
  "support for component model `value`s is not enabled")
(assert_invalid
  (component
    (import "f1" (func))
    (export "f" (func 0) (value string))
  )
  "support for component model `value`s is not enabled")
(assert_invalid
  (component
    (component)
    (instance (instantiate 0 (with "" (value 0))))
  )
  "support for component model `value`s is not enabled")
(assert_invalid
  (component
    (instance (export "i" (value 0)))
  )
  "support for component model `value`s is not enabled")

;; tests/cli/missing-features/function-references/hint.wast
(assert_invalid
  (module
    (type $ty (func (param (ref null $ty))))
  )
  "unknown type 0: type index out of bounds because the GC proposal is disabled")

;; tests/cli/missing-features/gc/gc-types-disabled.wast
(assert_invalid
  (module
    (type (func (result externref)))
  )
  "gc types are disallowed")
(assert_invalid
  (module
    (type (func (result (ref any))))
  )
  "gc types are disallowed")
(assert_invalid
  (module
    (type (array i8))
  )
  "cannot define array types")
(assert_invalid
  (module
    (type (struct))
  )
  "cannot define struct types")

;; tests/cli/missing-features/gc/shared-any.wast
(assert_invalid
  (module
    (func
      ref.null (shared any)
      drop
    )
  )
  "shared reference types require the shared-everything-threads proposal")

;; tests/cli/missing-features/gc/shared-everything-threads-arrays.wast
(assert_invalid
  (module
    (type $a (array i32))
    (func (param $x (ref null $a)) (param $y i32) (result i32)
      local.get $x
      local.get $y
      array.atomic.get seq_cst $a)
  )
  "shared-everything-threads support is not enabled")

;; tests/cli/missing-features/gc/shared-everything-threads-structs.wast
(assert_invalid
  (module
    (type $s (struct (field i32)))
    (func (param $x (ref null $s)) (result i32)
      local.get $x
      struct.atomic.get seq_cst $s 0)
  )
  "shared-everything-threads support is not enabled")

;; tests/cli/missing-features/reference-types/function-references.wast
(assert_invalid
  (module (type (func (param (ref func)))))
  "function references required")
(assert_invalid
  (module (type (func (param (ref extern)))))
  "function references required")
(assert_invalid
  (module
    (type $f (func))
    (type (func (param (ref $f))))
  )
  "function references required")

;; tests/cli/missing-features/reference-types/gc-indexed-types.wast
(assert_invalid
  (module (type (array i32)))
  "array indexed types not supported without the gc feature")
(assert_invalid
  (module (type (array i8)))
  "array indexed types not supported without the gc feature")
(assert_invalid
  (module (type (struct)))
  "struct indexed types not supported without the gc feature")

;; tests/cli/missing-features/reference-types/gc.wast
(assert_invalid
  (module (type (func (param i31ref))))
  "heap types not supported without the gc feature")
(assert_invalid
  (module (type (func (param anyref))))
  "heap types not supported without the gc feature")
(assert_invalid
  (module (type (func (param (ref none)))))
  "heap types not supported without the gc feature")
(assert_invalid
  (module (type (func (param (ref array)))))
  "heap types not supported without the gc feature")
(assert_invalid
  (module (type (func (param (ref struct)))))
  "heap types not supported without the gc feature")
(assert_invalid
  (module (type (func (param (ref eq)))))
  "heap types not supported without the gc feature")
(assert_invalid
  (module (type (func (param (ref noextern)))))
  "heap types not supported without the gc feature")
(assert_invalid
  (module (type (func (param (ref nofunc)))))
  "heap types not supported without the gc feature")
(assert_invalid
  (module (func (local i31ref)))
  "heap types not supported without the gc feature")
(assert_invalid
  (module (func (block (result i31ref) unreachable)))
  "heap types not supported without the gc feature")
(assert_invalid
  (module (func ref.null array drop))
  "heap types not supported without the gc feature")
(assert_invalid
  (module (type $t (func (param (ref $t)))))
  "function references required for index")
(assert_invalid
  (module (type $t (sub (func))))
  "gc proposal must be enabled")
(assert_invalid
  (module (type $t (func)) (type (sub $t (func))))
  "gc proposal must be enabled")

;; tests/cli/missing-features/reference-types/shared-everything-threads-types.wast
(assert_invalid
  (module
    (func (param $f (ref null (shared func)))
      drop)
  )
  "shared reference types require the shared-everything-threads proposal")

;; tests/cli/missing-features/reference-types/v128-without-simd-feature.wast
(assert_invalid
  (module (func select (result v128)))
  "SIMD support is not enabled")

;; tests/cli/shared-everything-threads/arrays.wast
(assert_invalid
  (module
    (type (shared (array i8)))
    (type (array i8))

    (global (ref 0) (array.new_default 1 (i32.const 1)))
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type (shared (array i8)))
    (type (array i8))

    (global (ref 1) (array.new 0))
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type (sub (array i8)))
    (type (sub 0 (shared (array i8))))
  )
  "sub type must match super type"
)
(assert_invalid
  (module
    (type (sub (shared (array i8))))
    (type (sub 0 (array i8)))
  )
  "sub type must match super type"
)
(assert_invalid
  (module
    (type (shared (array anyref)))
  )
  "must contain shared type"
)
(assert_invalid
  (module
    (type $a (shared (array (ref (shared any)))))
    (func (param $a (ref $a)) (param $ar (ref (shared any))) (result (ref (shared any)))
      (array.atomic.set seq_cst $a (local.get $a) (i32.const 0) (local.get $ar))
    )
  )
  "array is immutable"
)
(assert_invalid
  (module
    (type $a (shared (array i32)))
    (func (param $a (ref $a)) (result i32)
      (array.atomic.rmw.add seq_cst $a (local.get $a) (i32.const 0) (i32.const 1))
    )
  )
  "array is immutable"
)
(assert_invalid
  (module
    (type $a (shared (array i64)))
    (func (param $a (ref $a)) (result i64)
      (array.atomic.rmw.sub seq_cst $a (local.get $a) (i32.const 0) (i64.const 1))
    )
  )
  "array is immutable"
)
(assert_invalid
  (module
    (type $a (shared (array i32)))
    (func (param $a (ref $a)) (result i32)
      (array.atomic.rmw.and acq_rel $a (local.get $a) (i32.const 0) (i32.const 1))
    )
  )
  "array is immutable"
)
(assert_invalid
  (module
    (type $a (shared (array i64)))
    (func (param $a (ref $a)) (result i64)
      (array.atomic.rmw.or acq_rel $a (local.get $a) (i32.const 0) (i64.const 1))
    )
  )
  "array is immutable"
)
(assert_invalid
  (module
    (type $a (shared (array i32)))
    (func (param $a (ref $a)) (result i32)
      (array.atomic.rmw.xor seq_cst $a (local.get $a) (i32.const 0) (i32.const 1))
    )
  )
  "array is immutable"
)
(assert_invalid
  (module
    (type $a (shared (array (ref (shared any)))))
    (func (param $a (ref $a)) (param $ar (ref (shared any))) (result (ref (shared any)))
      (array.atomic.rmw.xchg seq_cst $a (local.get $a) (i32.const 0) (local.get $ar))
    )
  )
  "array is immutable"
)
(assert_invalid
  (module
    (type $a (shared (array (ref (shared eq)))))
    (func (param $a (ref $a)) (param $e1 (ref (shared eq))) (param $e2 (ref (shared eq))) (result)
      (array.atomic.rmw.cmpxchg acq_rel $a (local.get $a) (i32.const 0) (local.get $e1) (local.get $e2))
    )
  )
  "array is immutable"
)
(assert_invalid (; get, i8 ;)
  (module
    (type $a (shared (array (mut i8))))
  (func (param $x (ref null $a)) (param $y i32) (result i32)
    local.get $x
    local.get $y
    array.atomic.get seq_cst $a)
  )
  "packed storage type"
)
(assert_invalid (; get_s, i32 ;)
  (module
    (type $a (shared (array (mut i32))))
  (func (param $x (ref null $a)) (param $y i32) (result i32)
    local.get $x
    local.get $y
    array.atomic.get_s seq_cst $a)
  )
  "non-packed storage type"
)
(assert_invalid (; get_s, anyref ;)
  (module
    (type $a (shared (array (mut (ref null (shared any))))))
  (func (param $x (ref null $a)) (param $y i32) (result (ref null (shared any)))
    local.get $x
    local.get $y
    array.atomic.get_s seq_cst $a)
  )
  "non-packed storage type"
)
(assert_invalid (; get_u, i32 ;)
  (module
    (type $a (shared (array (mut i32))))
  (func (param $x (ref null $a)) (param $y i32) (result i32)
    local.get $x
    local.get $y
    array.atomic.get_u seq_cst $a)
  )
  "non-packed storage type"
)
(assert_invalid (; get_u, anyref ;)
  (module
    (type $a (shared (array (mut (ref null (shared any))))))
  (func (param $x (ref null $a)) (param $y i32) (result (ref null (shared any)))
    local.get $x
    local.get $y
    array.atomic.get_u seq_cst $a)
  )
  "non-packed storage type"
)
(assert_invalid (; rmw.add, anyref ;)
  (module
    (type $a (shared (array (mut (ref null (shared any))))))
  (func (param $x (ref null $a)) (param $y i32) (param $z (ref null (shared any))) (result (ref null (shared any)))
    local.get $x
    local.get $y
    local.get $z
    array.atomic.rmw.add seq_cst $a)
  )
  "invalid type"
)
(assert_invalid (; rmw.sub, anyref ;)
  (module
    (type $a (shared (array (mut (ref null (shared any))))))
  (func (param $x (ref null $a)) (param $y i32) (param $z (ref null (shared any))) (result (ref null (shared any)))
    local.get $x
    local.get $y
    local.get $z
    array.atomic.rmw.sub seq_cst $a)
  )
  "invalid type"
)
(assert_invalid (; rmw.and, anyref ;)
  (module
    (type $a (shared (array (mut (ref null (shared any))))))
  (func (param $x (ref null $a)) (param $y i32) (param $z (ref null (shared any))) (result (ref null (shared any)))
    local.get $x
    local.get $y
    local.get $z
    array.atomic.rmw.and seq_cst $a)
  )
  "invalid type"
)
(assert_invalid (; rmw.or, anyref ;)
  (module
    (type $a (shared (array (mut (ref null (shared any))))))
  (func (param $x (ref null $a)) (param $y i32) (param $z (ref null (shared any))) (result (ref null (shared any)))
    local.get $x
    local.get $y
    local.get $z
    array.atomic.rmw.or seq_cst $a)
  )
  "invalid type"
)
(assert_invalid (; rmw.xor, anyref ;)
  (module
    (type $a (shared (array (mut (ref null (shared any))))))
  (func (param $x (ref null $a)) (param $y i32) (param $z (ref null (shared any))) (result (ref null (shared any)))
    local.get $x
    local.get $y
    local.get $z
    array.atomic.rmw.xor seq_cst $a)
  )
  "invalid type"
)
(assert_invalid (; rmw.xchg, i8 ;)
  (module
    (type $a (shared (array (mut i8))))
  (func (param $x (ref null $a)) (param $y i32) (param $z i32) (result i32)
    local.get $x
    local.get $y
    local.get $z
    array.atomic.rmw.xchg seq_cst $a)
  )
  "invalid type"
)
(assert_invalid (; rmw.cmpxchg, i8 ;)
  (module
    (type $a (shared (array (mut i8))))
  (func (param $x (ref null $a)) (param $y i32) (param $z i32) (param $A i32) (result i32)
    local.get $x
    local.get $y
    local.get $z
    local.get $A
    array.atomic.rmw.cmpxchg seq_cst $a)
  )
  "invalid type"
)
(assert_invalid (; rmw.cmpxchg, anyref ;)
  (module
    (type $a (shared (array (mut (ref null (shared any))))))
  (func (param $x (ref null $a)) (param $y i32) (param $z (ref null (shared any))) (param $A (ref null (shared any))) (result (ref null (shared any)))
    local.get $x
    local.get $y
    local.get $z
    local.get $A
    array.atomic.rmw.cmpxchg seq_cst $a)
  )
  "invalid type"
)
(assert_invalid
  (module
    (type $s (shared (array f32)))
    (func
      unreachable
      array.atomic.get seq_cst $s
      drop
    ))
  "invalid type: `array.atomic.get` only allows `i32`, `i64` and subtypes of `anyref`"
)
(assert_invalid
  (module
    (type $s (shared (array (ref (shared func)))))
    (func
      unreachable
      array.atomic.get seq_cst $s
      drop
    ))
  "invalid type: `array.atomic.get` only allows `i32`, `i64` and subtypes of `anyref`"
)
(assert_invalid
  (module
    (type $s (shared (array i8)))
    (func
      unreachable
      array.atomic.get seq_cst $s
      drop
    ))
  "cannot use array.get with packed storage types"
)
(assert_invalid
  (module
    (type $s (shared (array (mut (ref (shared extern))))))
    (func
      unreachable
      array.atomic.set seq_cst $s
    ))
  "invalid type: `array.atomic.set` only allows `i8`, `i16`, `i32`, `i64` and subtypes of `anyref`"
)

;; tests/cli/shared-everything-threads/builtins.wast
(assert_invalid
  (component
    (core type $start (func))
    (core func $spawn-ref (canon thread.spawn-ref $start))
  )
  "spawn type must be shared"
)
(assert_invalid
  (component
    (core type $start (shared (func (param i32))))
    ;; Refer to a non-existent table type (i.e., 0); validation
    ;; for `thread.spawn-indirect` happens first.
    (core func $spawn-indirect (canon thread.spawn-indirect $start (core table 0)))
  )
  "unknown table 0: table index out of bounds"
)
(assert_invalid
  (component
    (core type $start (shared (func)))
    (core func $spawn-ref (canon thread.spawn-ref $start))
  )
  "spawn function must take a single `i32` argument (currently)"
)
(assert_invalid
  (component
    (core type $start (shared (func)))
    (core module $libc (table (export "start-table") shared 1 (ref null (shared func))))
    (core instance $libc (instantiate $libc))
    (core func $spawn-indirect (canon thread.spawn-indirect $start (core table $libc "start-table")))
  )
  "spawn function must take a single `i32` argument (currently)"
)
(assert_invalid
  (component
    (core type $start (shared (func (param i32))))
    (core module $libc (table (export "start-table") 1 (ref null (shared func))))
    (core instance $libc (instantiate $libc))
    (core func $spawn-indirect (canon thread.spawn-indirect $start (core table $libc "start-table")))
  )
  "mismatch in the shared flag for tables"
)

;; tests/cli/shared-everything-threads/funcs.wast
(assert_invalid
  (module
    (type $shared (shared (func)))
    (type $unshared (func))
    (func (type $shared)
      call $unshared)
    (func $unshared (type $unshared))
  )
  "shared functions cannot access unshared functions")
(assert_invalid
  (module
    (global $unshared_global i32 (i32.const 0))
    (type $shared_func (shared (func)))
    (func (type $shared_func)
      global.get $unshared_global
      drop)
    )
  "shared functions cannot access unshared globals")
(assert_invalid
  (module
    (table $unshared_table 1 anyref)
    (type $shared_func (shared (func)))
    (func (type $shared_func)
      i32.const 0
      table.get $unshared_table
      drop)
    )
  "shared functions cannot access unshared tables")
(assert_invalid
  (module
    (type $unshared_array (array anyref))
    (type $shared_func (shared (func)))
    (func (type $shared_func)
      (array.new $unshared_array (ref.null any) (i32.const 0))
      (array.get $unshared_array (i32.const 0))
      drop)
    )
  "shared functions cannot access unshared arrays")
(assert_invalid
  (module
    (type $unshared_struct (struct (field i32)))
    (type $shared_func (shared (func)))
    (func (type $shared_func)
      (struct.new $unshared_struct (i32.const 0))
      (struct.get $unshared_struct 0)
      drop)
    )
  "shared functions cannot access unshared structs")

;; tests/cli/shared-everything-threads/gc-unreachable.wast
(assert_invalid
  (module
    (func
      unreachable
      any.convert_extern
      ref.null eq
      ref.eq
      drop
    )
  )
  "expected subtype of eq, found any")
(assert_invalid
  (module
    (func
      unreachable
      extern.convert_any
      ref.cast (ref (shared i31))
      drop
    )
  )
  "expected (shared anyref), found (ref (shared extern))")
(assert_invalid
  (module
    (func
      unreachable
      any.convert_extern
      ref.cast (ref extern)
      drop
    )
  )
  "expected externref, found (ref any)")
(assert_invalid
  (module
    (func
      unreachable
      any.convert_extern
      array.len
      drop
    )
  )
  "expected subtype of array, found any")
(assert_invalid
  (module
    (func
      unreachable
      ref.as_non_null
      i32.eq
      drop
    )
  )
  "expected i32, found heap type")
(assert_invalid
  (module
    (func
      block $l
        unreachable
        br_on_cast $l (ref any) (ref any)
      end
    )
  )
  "br_on_cast to label with empty types")

;; tests/cli/shared-everything-threads/globals.wast
(assert_malformed
  (module quote "(global (mut shared i64) (i64.const -1))")
  "unexpected token")
(assert_invalid
  (module (global $a (import "spectest" "global_ref") (shared funcref)))
  "shared value type")
(assert_invalid
  (module
    (global $a (shared i32) (i32.const 0))
    (func (export "set-shared") (global.atomic.set seq_cst $a (i32.const 1)))
  )
  "global is immutable")
(assert_invalid
  (module
    (global $a (shared mut f32) (f32.const 0))
    (func (result f32) (global.atomic.get seq_cst $a))
  )
  "invalid type")
(assert_invalid
  (module
    (global $a (shared mut f32) (f32.const 0))
    (func (global.atomic.set seq_cst $a (f32.const 0)))
  )
  "invalid type")
(assert_invalid
  (module
    (global $a (shared mut f32) (f32.const 0))
    (func (result f32) (global.atomic.get acq_rel $a))
  )
  "invalid type")
(assert_invalid
  (module
    (global $a (shared mut f32) (f32.const 0))
    (func (global.atomic.set acq_rel $a (f32.const 0)))
  )
  "invalid type")
(assert_invalid
  (module
    (global $a (shared f32) (f32.const 0))
    (func (result f32) (global.atomic.get seq_cst $a))
  )
  "invalid type")
(assert_invalid
  (module
    (global $a (shared f32) (f32.const 0))
    (func (result f32) (global.atomic.get acq_rel $a))
  )
  "invalid type")
(assert_invalid
  (module
    (global $a (shared mut f64) (f64.const 0))
    (func (result f64) (global.atomic.get seq_cst $a))
  )
  "invalid type")
(assert_invalid
  (module
    (global $a (shared mut f64) (f64.const 0))
    (func (global.atomic.set seq_cst $a (f64.const 0)))
  )
  "invalid type")
(assert_invalid
  (module
    (global $a (shared mut f64) (f64.const 0))
    (func (result f64) (global.atomic.get acq_rel $a))
  )
  "invalid type")
(assert_invalid
  (module
    (global $a (shared mut f64) (f64.const 0))
    (func (global.atomic.set acq_rel $a (f64.const 0)))
  )
  "invalid type")
(assert_invalid
  (module
    (global $a (shared f64) (f64.const 0))
    (func (result f64) (global.atomic.get seq_cst $a))
  )
  "invalid type")
(assert_invalid
  (module
    (global $a (shared f64) (f64.const 0))
    (func (result f64) (global.atomic.get acq_rel $a))
  )
  "invalid type")
(assert_invalid
  (module
    (global $a (shared mut v128) (v128.const i64x2 0 0))
    (func (result v128) (global.atomic.get seq_cst $a))
  )
  "invalid type")
(assert_invalid
  (module
    (global $a (shared mut v128) (v128.const i64x2 0 0))
    (func (global.atomic.set seq_cst $a (v128.const i64x2 0 0)))
  )
  "invalid type")
(assert_invalid
  (module
    (global $a (shared mut v128) (v128.const i64x2 0 0))
    (func (result v128) (global.atomic.get acq_rel $a))
  )
  "invalid type")
(assert_invalid
  (module
    (global $a (shared mut v128) (v128.const i64x2 0 0))
    (func (global.atomic.set acq_rel $a (v128.const i64x2 0 0)))
  )
  "invalid type")
(assert_invalid
  (module
    (global $a (shared v128) (v128.const i64x2 0 0))
    (func (result v128) (global.atomic.get seq_cst $a))
  )
  "invalid type")
(assert_invalid
  (module
    (global $a (shared v128) (v128.const i64x2 0 0))
    (func (result v128) (global.atomic.get acq_rel $a))
  )
  "invalid type")
(assert_invalid
  (module
    (global $g (mut funcref) (ref.null func))
    (func
      ref.null func
      global.atomic.rmw.xor acq_rel $g
      drop
    )
  )
  "invalid type: `global.atomic.rmw.*` only allows `i32` and `i64`")
(assert_invalid
  (module
    (global $g (shared i32) (i32.const 0))
    (func (result i32)
      i32.const 1
      global.atomic.rmw.add seq_cst $g
    )
  )
  "global is immutable")
(assert_invalid
  (module
    (global $g (shared i32) (i32.const 0))
    (func (result i32)
      i32.const 1
      global.atomic.rmw.sub seq_cst $g
    )
  )
  "global is immutable")
(assert_invalid
  (module
    (global $g (shared i32) (i32.const 0))
    (func (result i32)
      i32.const 1
      global.atomic.rmw.and seq_cst $g
    )
  )
  "global is immutable")
(assert_invalid
  (module
    (global $g (shared i32) (i32.const 0))
    (func (result i32)
      i32.const 1
      global.atomic.rmw.or seq_cst $g
    )
  )
  "global is immutable")
(assert_invalid
  (module
    (global $g (shared i32) (i32.const 0))
    (func (result i32)
      i32.const 1
      global.atomic.rmw.xor seq_cst $g
    )
  )
  "global is immutable")
(assert_invalid
  (module
    (global $g (shared i32) (i32.const 0))
    (func (result i32)
      i32.const 1
      global.atomic.rmw.xchg seq_cst $g
    )
  )
  "global is immutable")
(assert_invalid
  (module
    (global $g (shared i32) (i32.const 0))
    (func (result i32)
      i32.const 1
      i32.const 2
      global.atomic.rmw.cmpxchg seq_cst $g
    )
  )
  "global is immutable")
(assert_invalid
  (module
    (func
      global.atomic.rmw.xor acq_rel 200
    )
  )
  "global index out of bounds")
(assert_invalid
  (module
    (global $g (mut funcref) (ref.null func))
    (func
      ref.null func
      global.atomic.rmw.xchg acq_rel $g
      drop
    )
  )
  "invalid type: `global.atomic.rmw.xchg` only allows `i32`, `i64` and subtypes of `anyref`")
(assert_invalid
  (module
    (global $g (mut anyref) (ref.null any))
    (func
      ref.null any
      ref.null any
      global.atomic.rmw.cmpxchg acq_rel $g
      drop
    )
  )
  "invalid type: `global.atomic.rmw.cmpxchg` only allows `i32`, `i64` and subtypes of `eqref`")

;; tests/cli/shared-everything-threads/rec-groups.wast
(assert_invalid
  (module
    (rec
      (type (; super ;) (sub (func (result (ref null (shared func))))))
      (type (; sub ;) (sub 0 (func (result (ref null func)))))
    )
  )
  "sub type must match super type"
)
(assert_invalid
  (module
    (rec
      (type (; super ;) (sub (func (param (ref null (shared func))))))
      (type (; sub ;) (sub 0 (func (param (ref null 0)))))
    )
  )
  "sub type must match super type"
)

;; tests/cli/shared-everything-threads/ref-equivalence.wast
(assert_invalid
  (module
    (func (export "eq") (param $r (ref (shared any))) (result i32)
      (ref.eq (local.get $r) (local.get $r))
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (func (export "eq") (param $r (ref null (shared any))) (result i32)
      (ref.eq (local.get $r) (local.get $r))
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (func (export "eq") (param $r (ref null (shared func))) (result i32)
      (ref.eq (local.get $r) (local.get $r))
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (func (export "eq") (param $r (ref null (shared func))) (result i32)
      (ref.eq (local.get $r) (local.get $r))
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (func (export "eq") (param $r (ref (shared extern))) (result i32)
      (ref.eq (local.get $r) (local.get $r))
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (func (export "eq") (param $r (ref null (shared extern))) (result i32)
      (ref.eq (local.get $r) (local.get $r))
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (func (export "eq") (param $r1 (ref eq)) (param $r2 (ref (shared eq))) (result i32)
      (ref.eq (local.get $r1) (local.get $r2))
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (func (export "eq") (param $r1 (ref (shared eq))) (param $r2 (ref eq)) (result i32)
      (ref.eq (local.get $r1) (local.get $r2))
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (func (export "eq") (param $r1 eqref) (param $r2 (ref null (shared eq))) (result i32)
      (ref.eq (local.get $r1) (local.get $r2))
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (func (export "eq") (param $r1 (ref null (shared eq))) (param $r2 eqref) (result i32)
      (ref.eq (local.get $r1) (local.get $r2))
    )
  )
  "type mismatch"
)

;; tests/cli/shared-everything-threads/structs.wast
(assert_invalid
  (module
    (type (shared (struct)))
    (type (struct))

    (global (ref 0) (struct.new 1))
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type (shared (struct)))
    (type (struct))

    (global (ref 1) (struct.new 0))
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type (sub (struct)))
    (type (sub 0 (shared (struct))))
  )
  "must match super type"
)
(assert_invalid
  (module
    (type (sub (shared (struct))))
    (type (sub 0 (struct)))
  )
  "must match super type"
)
(assert_invalid
  (module
    (type (shared (struct (field anyref))))
  )
  "must contain shared type"
)
(assert_invalid
  (module
    (type $s (shared (struct (field (ref (shared any))))))
    (func (param $s (ref $s)) (param $a (ref (shared any))) (result (ref (shared any)))
      (struct.atomic.set seq_cst $s 0 (local.get $s) (local.get $a))
    )
  )
  "field is immutable"
)
(assert_invalid
  (module
    (type $s (shared (struct (field i32))))
    (func (param $s (ref $s)) (result i32)
      (struct.atomic.rmw.add seq_cst $s 0 (local.get $s) (i32.const 1))
    )
  )
  "field is immutable"
)
(assert_invalid
  (module
    (type $s (shared (struct (field i64))))
    (func (param $s (ref $s)) (result i64)
      (struct.atomic.rmw.sub seq_cst $s 0 (local.get $s) (i64.const 1))
    )
  )
  "field is immutable"
)
(assert_invalid
  (module
    (type $s (shared (struct (field i32))))
    (func (param $s (ref $s)) (result i32)
      (struct.atomic.rmw.and acq_rel $s 0 (local.get $s) (i32.const 1))
    )
  )
  "field is immutable"
)
(assert_invalid
  (module
    (type $s (shared (struct (field i64))))
    (func (param $s (ref $s)) (result i64)
      (struct.atomic.rmw.or acq_rel $s 0 (local.get $s) (i64.const 1))
    )
  )
  "field is immutable"
)
(assert_invalid
  (module
    (type $s (shared (struct (field i32))))
    (func (param $s (ref $s)) (result i32)
      (struct.atomic.rmw.xor seq_cst $s 0 (local.get $s) (i32.const 1))
    )
  )
  "field is immutable"
)
(assert_invalid
  (module
    (type $s (shared (struct (field (ref (shared any))))))
    (func (param $s (ref $s)) (param $a (ref (shared any))) (result (ref (shared any)))
      (struct.atomic.rmw.xchg seq_cst $s 0 (local.get $s) (local.get $a))
    )
  )
  "field is immutable"
)
(assert_invalid
  (module
    (type $s (shared (struct (field (ref (shared eq))))))
    (func (param $s (ref $s)) (param $e1 (ref (shared eq))) (param $e2 (ref (shared eq))) (result (ref (shared eq)))
      (struct.atomic.rmw.cmpxchg acq_rel $s 0 (local.get $s) (local.get $e1) (local.get $e2))
    )
  )
  "field is immutable"
)
(assert_invalid (; get, i8 ;)
  (module
    (type $s (shared (struct (field $i8 (mut i8)))))
  (func (param $x (ref null $s)) (result i32)
    local.get $x
    struct.atomic.get seq_cst $s $i8)
  )
  "non-packed storage type"
)
(assert_invalid (; get_s, i32 ;)
  (module
    (type $s (shared (struct (field $i32 (mut i32)))))
  (func (param $x (ref null $s)) (result i32)
    local.get $x
    struct.atomic.get_s seq_cst $s $i32)
  )
  "non-packed storage types"
)
(assert_invalid (; get_s, anyref ;)
  (module
    (type $s (shared (struct (field $anyref (mut (ref null (shared any)))))))
  (func (param $x (ref null $s)) (result (ref null (shared any)))
    local.get $x
    struct.atomic.get_s seq_cst $s $anyref)
  )
  "non-packed storage types"
)
(assert_invalid (; get_u, i32 ;)
  (module
    (type $s (shared (struct (field $i32 (mut i32)))))
  (func (param $x (ref null $s)) (result i32)
    local.get $x
    struct.atomic.get_u seq_cst $s $i32)
  )
  "non-packed storage types"
)
(assert_invalid (; get_u, anyref ;)
  (module
    (type $s (shared (struct (field $anyref (mut (ref null (shared any)))))))
  (func (param $x (ref null $s)) (result (ref null (shared any)))
    local.get $x
    struct.atomic.get_u seq_cst $s $anyref)
  )
  "non-packed storage types"
)
(assert_invalid (; rmw.add, anyref ;)
  (module
    (type $s (shared (struct (field $anyref (mut (ref null (shared any)))))))
  (func (param $x (ref null $s)) (param $y (ref null (shared any))) (result (ref null (shared any)))
    local.get $x
    local.get $y
    struct.atomic.rmw.add seq_cst $s $anyref)
  )
  "invalid type"
)
(assert_invalid (; rmw.sub, anyref ;)
  (module
    (type $s (shared (struct (field $anyref (mut (ref null (shared any)))))))
  (func (param $x (ref null $s)) (param $y (ref null (shared any))) (result (ref null (shared any)))
    local.get $x
    local.get $y
    struct.atomic.rmw.sub seq_cst $s $anyref)
  )
  "invalid type"
)
(assert_invalid (; rmw.and, anyref ;)
  (module
    (type $s (shared (struct (field $anyref (mut (ref null (shared any)))))))
  (func (param $x (ref null $s)) (param $y (ref null (shared any))) (result (ref null (shared any)))
    local.get $x
    local.get $y
    struct.atomic.rmw.and seq_cst $s $anyref)
  )
  "invalid type"
)
(assert_invalid (; rmw.or, anyref ;)
  (module
    (type $s (shared (struct (field $anyref (mut (ref null (shared any)))))))
  (func (param $x (ref null $s)) (param $y (ref null (shared any))) (result (ref null (shared any)))
    local.get $x
    local.get $y
    struct.atomic.rmw.or seq_cst $s $anyref)
  )
  "invalid type"
)
(assert_invalid (; rmw.xor, anyref ;)
  (module
    (type $s (shared (struct (field $anyref (mut (ref null (shared any)))))))
  (func (param $x (ref null $s)) (param $y (ref null (shared any))) (result (ref null (shared any)))
    local.get $x
    local.get $y
    struct.atomic.rmw.xor seq_cst $s $anyref)
  )
  "invalid type"
)
(assert_invalid (; rmw.xchg, i8 ;)
  (module
    (type $s (shared (struct (field $i8 (mut i8)))))
  (func (param $x (ref null $s)) (param $y i32) (result i32)
    local.get $x
    local.get $y
    struct.atomic.rmw.xchg seq_cst $s $i8)
  )
  "invalid type"
)
(assert_invalid (; rmw.cmpxchg, i8 ;)
  (module
    (type $s (shared (struct (field $i8 (mut i8)))))
  (func (param $x (ref null $s)) (param $y i32) (param $z i32) (result i32)
    local.get $x
    local.get $y
    local.get $z
    struct.atomic.rmw.cmpxchg seq_cst $s $i8)
  )
  "invalid type"
)
(assert_invalid (; rmw.cmpxchg, anyref ;)
  (module
    (type $s (shared (struct (field $anyref (mut (ref null (shared any)))))))
  (func (param $x (ref null $s)) (param $y (ref null (shared any))) (param $z (ref null (shared any))) (result (ref null (shared any)))
    local.get $x
    local.get $y
    local.get $z
    struct.atomic.rmw.cmpxchg seq_cst $s $anyref)
  )
  "invalid type"
)
(assert_invalid
  (module
    (type $s (shared (struct (field $f f32))))
    (func
      unreachable
      struct.atomic.get seq_cst $s $f
      drop
    ))
  "invalid type: `struct.atomic.get` only allows `i32`, `i64` and subtypes of `anyref`"
)
(assert_invalid
  (module
    (type $s (shared (struct (field $f (ref (shared func))))))
    (func
      unreachable
      struct.atomic.get seq_cst $s $f
      drop
    ))
  "invalid type: `struct.atomic.get` only allows `i32`, `i64` and subtypes of `anyref`"
)
(assert_invalid
  (module
    (type $s (shared (struct (field $f i8))))
    (func
      unreachable
      struct.atomic.get seq_cst $s $f
      drop
    ))
  "can only use struct `get` with non-packed storage types"
)
(assert_invalid
  (module
    (type $s (shared (struct (field $f (mut (ref (shared extern)))))))
    (func
      unreachable
      struct.atomic.set seq_cst $s $f
    ))
  "invalid type: `struct.atomic.set` only allows `i8`, `i16`, `i32`, `i64` and subtypes of `anyref`"
)

;; tests/cli/shared-everything-threads/tables.wast
(assert_malformed
  (module quote "(table 1 shared funcref)")
  "unexpected token")
(assert_malformed
  (module quote "(table 1 funcref shared)")
  "unexpected token")
(assert_malformed
  (module quote "(table shared i64 (ref null (shared func)) (elem (ref.null (shared func))))")
  "expected a u64")
(assert_invalid
  (module (table (import "spectest" "table_ref") shared 0 funcref))
  "shared tables must have a shared element type")
(assert_invalid
  (module
    (type $t (func))
    (table shared 0 (ref $t)))
  "shared tables must have a shared element type")
(assert_invalid
  (module
    (table $a shared 0 (ref null (shared any)))
    (func (param $x i32) (param $y (ref null (shared any))) (param $z (ref null (shared any))) (result (ref null (shared any)))
      local.get $x
      local.get $y
      local.get $z
      table.atomic.rmw.cmpxchg seq_cst $a))
  "invalid type")
(assert_invalid
  (module
    (table 1 funcref)
    (func
      i32.const 0
      table.atomic.get seq_cst 0
    )
  )
  "invalid type: `table.atomic.get` only allows subtypes of `anyref`")
(assert_invalid
  (module
    (table 1 funcref)
    (func
      i32.const 0
      ref.null func
      table.atomic.set seq_cst 0
    )
  )
  "invalid type: `table.atomic.set` only allows subtypes of `anyref`")
(assert_invalid
  (module
    (table 1 funcref)
    (func
      i32.const 0
      ref.null func
      table.atomic.rmw.xchg seq_cst 0
    )
  )
  "invalid type: `table.atomic.rmw.xchg` only allows subtypes of `anyref`")

;; tests/cli/shared-everything-threads/types.wast
(assert_invalid
  (module (global (shared funcref)))
  "shared globals must have a shared value type")
(assert_invalid
  (module (global (shared (ref null func))))
  "shared globals must have a shared value type")
(assert_invalid
  (module (global (ref (shared func))))
  "type mismatch")
(assert_invalid
  (module (global (shared externref)))
  "shared globals must have a shared value type")
(assert_invalid
  (module (global (shared (ref null extern))))
  "shared globals must have a shared value type")
(assert_invalid
  (module (global (ref (shared extern))))
  "type mismatch")
(assert_invalid
  (module (global (shared exnref)))
  "shared globals must have a shared value type")
(assert_invalid
  (module (global (shared (ref null exn))))
  "shared globals must have a shared value type")
(assert_invalid
  (module (global (ref (shared exn))))
  "type mismatch")
(assert_invalid
  (module (global (shared anyref)))
  "shared globals must have a shared value type")
(assert_invalid
  (module (global (shared (ref null any))))
  "shared globals must have a shared value type")
(assert_invalid
  (module (global (ref (shared any))))
  "type mismatch")
(assert_invalid
  (module (global (shared eqref)))
  "shared globals must have a shared value type")
(assert_invalid
  (module (global (shared (ref null eq))))
  "shared globals must have a shared value type")
(assert_invalid
  (module (global (ref (shared eq))))
  "type mismatch")
(assert_invalid
  (module (global (shared structref)))
  "shared globals must have a shared value type")
(assert_invalid
  (module (global (shared (ref null struct))))
  "shared globals must have a shared value type")
(assert_invalid
  (module (global (ref (shared struct))))
  "type mismatch")
(assert_invalid
  (module (global (shared arrayref)))
  "shared globals must have a shared value type")
(assert_invalid
  (module (global (shared (ref null array))))
  "shared globals must have a shared value type")
(assert_invalid
  (module (global (ref (shared array))))
  "type mismatch")
(assert_invalid
  (module (global (shared i31ref)))
  "shared globals must have a shared value type")
(assert_invalid
  (module (global (shared (ref null i31))))
  "shared globals must have a shared value type")
(assert_invalid
  (module (global (ref (shared i31))))
  "type mismatch")
(assert_invalid
  (module (global (shared nullfuncref)))
  "shared globals must have a shared value type")
(assert_invalid
  (module (global (shared (ref null nofunc))))
  "shared globals must have a shared value type")
(assert_invalid
  (module (global (ref (shared nofunc))))
  "type mismatch")
(assert_invalid
  (module (global (shared nullexternref)))
  "shared globals must have a shared value type")
(assert_invalid
  (module (global (shared (ref null noextern))))
  "shared globals must have a shared value type")
(assert_invalid
  (module (global (ref (shared noextern))))
  "type mismatch")
(assert_invalid
  (module (global (shared nullexnref)))
  "shared globals must have a shared value type")
(assert_invalid
  (module (global (shared (ref null noexn))))
  "shared globals must have a shared value type")
(assert_invalid
  (module (global (ref (shared noexn))))
  "type mismatch")
(assert_invalid
  (module (global (shared nullref)))
  "shared globals must have a shared value type")
(assert_invalid
  (module (global (shared (ref null none))))
  "shared globals must have a shared value type")
(assert_invalid
  (module (global (ref (shared none))))
  "type mismatch")
(assert_invalid
  (module
    (type $t (func))
    (global (shared (ref $t))))
  "shared globals must have a shared value type")
(assert_invalid
  (module
    (type $t (shared (func)))
    (global (ref $t)))
  "type mismatch")
(assert_invalid
  (module (type $t (shared (func (param funcref)))))
  "shared composite type must contain shared types")
(assert_invalid
  (module
    (type $t (array i32))
    (global (shared (ref $t))))
  "shared globals must have a shared value type")
(assert_invalid
  (module
    (type $t (shared (array i32)))
    (global (ref $t)))
  "type mismatch")
(assert_invalid
  (module (type $t (shared (array funcref))))
  "shared composite type must contain shared types")
(assert_invalid
  (module
    (type $t (struct (field i32)))
    (global (shared (ref $t))))
  "shared globals must have a shared value type")
(assert_invalid
  (module
    (type $t (shared (struct (field i32))))
    (global (ref $t)))
  "type mismatch")
(assert_invalid
  (module (type $t (shared (struct (field funcref)))))
  "shared composite type must contain shared types")

;; tests/cli/stack-switching/cont.wast
(assert_invalid
  (module
    (type $ft (func))
    (func
      (cont.new $ft (ref.null $ft))
      (drop)))
  "non-continuation type 0")
(assert_invalid
  (module
    (type $ft (func))
    (type $ct (cont $ft))
    (func
      (resume $ft (ref.null $ct))
      (unreachable)))
  "non-continuation type 0")
(assert_invalid
  (module
    (type $ft (func))
    (type $ct (cont $ft))
    (tag $exn)
    (func
      (resume_throw $ft $exn (ref.null $ct))
      (unreachable)))
  "non-continuation type 0")
(assert_invalid
  (module
    (type $ft (func))
    (type $ct (cont $ft))
    (func
      (cont.bind $ft $ct (ref.null $ct))
      (unreachable)))
  "non-continuation type 0")
(assert_invalid
  (module
    (type $ft (func))
    (type $ct (cont $ft))
    (func
      (cont.bind $ct $ft (ref.null $ct))
      (unreachable)))
  "non-continuation type 0")
(assert_invalid
  (module
    (type $ft (func))
    (type $ct (cont $ft))
    (tag $foo)
    (func
      (block $on_foo (result (ref $ft))
        (resume $ct (on $foo $on_foo) (ref.null $ct))
        (unreachable)
      )
      (drop)))
  "non-continuation type")
(assert_invalid
  (module
    (type $ft (func))
    (type $ct (cont $ft))
    (tag $foo)
    (func
      (block $on_foo (result (ref $ct) (ref $ft))
        (resume $ct (on $foo $on_foo) (ref.null $ct))
        (unreachable)
      )
      (drop)
      (drop)))
  "type mismatch between tag type and label type")
(assert_invalid
  (module
    (type $ft (func))
    (type $ct (cont $ft))
    (tag $foo)
    (func
      (block $on_foo (result (ref $ft))
        (resume $ct (on $foo $on_foo) (ref.null $ct))
        (unreachable)
      )
      (drop)
      (drop)))
  "non-continuation type")
(assert_invalid
  (module
    (type $ct (cont $ct)))
  "non-function type 0")
(assert_invalid
  (module
    (rec
      (type $s0 (struct (field (ref 0) (ref 1) (ref $s0) (ref $s1))))
      (type $s1 (struct (field (ref 0) (ref 1) (ref $s0) (ref $s1))))
    )
    (type $ct (cont $s0)))
  "non-function type 0")
(assert_invalid
  (module
    (rec
      (type $ft (func (param (ref null $ct))))
      (type $ct (cont $ft)))
    (type $ft2 (func))
    (type $ct2 (cont $ft2))

    (tag $swap)
    (func $f (type $ft)
      (switch $ct $swap (cont.new $ct2 (ref.null $ft2)))
      (drop)))
   "type mismatch")
(assert_invalid
  (module
    (rec
      (type $ft (func (param i32) (param (ref null $ct))))
      (type $ct (cont $ft)))

    (tag $swap)
    (func $f (type $ft)
      (switch $ct $swap (i64.const 0) (local.get 1))
      (drop)
      (drop)))
   "type mismatch")

;; tests/cli/stack-switching/cont_bind.wast
(assert_invalid
  (module
    (type $sft (func (param i32) (result i32)))
    (type $sct (cont $sft))
    (type $tft (func (param f32) (result f32)))
    (type $tct (cont $tft))

    (func $f (param $n i32) (result i32)
       (local.get $n))
    (elem declare func $f)

    (func $unrelated-types (export "unrelated-types")
      (cont.bind $sct $tct (cont.new $sct (ref.func $f)))
      (drop))
  )
  "type mismatch")

;; tests/cli/stack-switching/resume_throw.wast
(assert_invalid
  (module
    (type $ft (func))
    (type $ct (cont $ft))
    (tag $exn (param i32))
    (func
      (i64.const 0)
      (resume_throw $ct $exn (ref.null $ct)) ;; null continuation
      (unreachable)))
  "type mismatch")
(assert_invalid
  (module
    (type $ft (func))
    (type $ct (cont $ft))
    (tag $exn)
    (func
      (ref.null $ct)
      (i32.const 0)
      (resume_throw $ct $exn) ;; exception tag does not take parameter
      (unreachable)))
  "type mismatch")
(assert_invalid
  (module
    (type $ft (func))
    (type $ct (cont $ft))
    (tag $exn (param i32))
    (func
      (resume_throw $ct $exn (ref.null $ct)) ;; missing exception payload
      (unreachable)))
  "type mismatch")
(assert_invalid
  (module
    (type $ft (func))
    (type $ct (cont $ft))
    (tag $exn (param externref))
    (func
      (i64.const 0)
      (resume_throw_ref $ct (ref.null $ct)) ;; expecting an exception ref
      (unreachable)))
  "type mismatch")
(assert_invalid
  (module
    (type $ft (func))
    (type $ct (cont $ft))
    (func
      (resume_throw_ref $ct (ref.null $ct)) ;; expecting an exception ref
      (unreachable)))
  "type mismatch")

;; tests/cli/stack-switching/validate-switch-label.wast
(assert_invalid
  (module
    (type $ft (func))
    (type $ct (cont $ft))

    (type $tag_ft (func (param i32)))
    (tag $t (type $tag_ft))

    (func
      block $label
        (resume $ct (on $t switch) (ref.null $ct))
        unreachable
      end
    )
  )
  "type mismatch: switch tag does not match continuation")
(assert_invalid
  (module
    (type $ft (func))
    (type $ct (cont $ft))

    (type $tag_ft (func (result i32)))
    (tag $t (type $tag_ft))

    (func
      block $label
        (resume $ct (on $t switch) (ref.null $ct))
        unreachable
      end
    )
  )
  "type mismatch: switch tag does not match continuation")
(assert_invalid
  (module
    (type $ft (func (result i64)))
    (type $ct (cont $ft))

    (type $tag_ft (func (result i32)))
    (tag $t (type $tag_ft))

    (func
      block $label
        (resume $ct (on $t switch) (ref.null $ct))
        unreachable
      end
    )
  )
  "type mismatch: switch tag does not match continuation")
(assert_invalid
  (module
    (type $ft (func (result nullfuncref)))
    (type $ct (cont $ft))

    (type $tag_ft (func (result funcref)))
    (tag $t (type $tag_ft))

    (func
      block $label
        (resume $ct (on $t switch) (ref.null $ct))
        unreachable
      end
    )
  )
  "type mismatch: switch tag does not match continuation")
(assert_invalid
  (module
    (type $ft (func (result funcref)))
    (type $ct (cont $ft))

    (type $tag_ft (func (result nullfuncref)))
    (tag $t (type $tag_ft))

    (func
      block $label
        (resume $ct (on $t switch) (ref.null $ct))
        unreachable
      end
    )
  )
  "type mismatch: switch tag does not match continuation")

;; tests/cli/stack-switching/validation.wast
(assert_invalid
  (module
    (type $ft1 (func))
    (type $ct1 (cont $ft1))

    (type $ft2 (func (param i32) (result i32)))
    (type $ct2 (cont $ft2))

    (func $test
      (param $p1 (ref cont))
      (param $p2 (ref nocont))
      (param $p3 (ref $ct1))

      (local $x1 (ref cont))
      (local $x2 (ref nocont))
      (local $x3 (ref $ct1))
      (local $x4 (ref $ct2))
      (local $x5 (ref null $ct1))

      ;; cont </: nocont
      (local.set $p2 (local.get $p1))
     )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft1 (func))
    (type $ct1 (cont $ft1))

    (type $ft2 (func (param i32) (result i32)))
    (type $ct2 (cont $ft2))

    (func $test
      (param $p1 (ref cont))
      (param $p2 (ref nocont))
      (param $p3 (ref $ct1))

      (local $x1 (ref cont))
      (local $x2 (ref nocont))
      (local $x3 (ref $ct1))
      (local $x4 (ref $ct2))
      (local $x5 (ref null $ct1))

      ;; $ct1 </: nocont
      (local.set $p2 (local.get $p3))
     )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft1 (func))
    (type $ct1 (cont $ft1))

    (type $ft2 (func (param i32) (result i32)))
    (type $ct2 (cont $ft2))

    (func $test
      (param $p1 (ref cont))
      (param $p2 (ref nocont))
      (param $p3 (ref $ct1))

      (local $x1 (ref cont))
      (local $x2 (ref nocont))
      (local $x3 (ref $ct1))
      (local $x4 (ref $ct2))
      (local $x5 (ref null $ct1))

      ;; $cont </: $ct1
      (local.set $p3 (local.get $p1))
     )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft1 (func))
    (type $ct1 (cont $ft1))

    (type $ft2 (func (param i32) (result i32)))
    (type $ct2 (cont $ft2))

    (func $test
      (param $p1 (ref cont))
      (param $p2 (ref nocont))
      (param $p3 (ref $ct1))
      (param $p4 (ref $ct2))
      (param $p5 (ref null $ct1))


      (local $x1 (ref cont))
      (local $x2 (ref nocont))
      (local $x3 (ref $ct1))
      (local $x4 (ref $ct2))
      (local $x5 (ref null $ct1))

      ;; (ref null $ct1) </: (ref $cont)
      (local.set $x3 (local.get $p5))
     )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft1 (func))
    (type $ct1 (cont $ft1))

    (type $ft2 (func (param i32) (result i32)))
    (type $ct2 (cont $ft2))

    (func $test
      (param $p1 (ref cont))
      (param $p2 (ref nocont))
      (param $p3 (ref $ct1))
      (param $p4 (ref $ct2))
      (param $p5 (ref null $ct1))


      (local $x1 (ref cont))
      (local $x2 (ref nocont))
      (local $x3 (ref $ct1))
      (local $x4 (ref $ct2))
      (local $x5 (ref null $ct1))

      ;; (ref $ct1) </: (ref $ct2)
      (local.set $p4 (local.get $p3))
     )
  )
  "type mismatch"
)
(assert_invalid

  (module
    (type $ft0 (func (result i32)))
    (type $ct0 (cont $ft0))

    (func $error
      (param $p_ft0 (ref $ft0))
      ;; error: non-continuation type on cont.bind
      (local.get $p_ft0)
      (cont.bind $ft0 $ft0)
      (drop)
    )
  )
  "non-continuation type"
)
(assert_invalid

  (module
    (type $ft0 (func (result i32)))
    (type $ct0 (cont $ft0))

    (type $ft1 (func (param i32) (result i32)))
    (type $ct1 (cont $ft1))

    (func $error
      (param $p_ct1 (ref $ct1))
      ;; cont.bind type mismatch: passing wrong kind of continuation.
      ;; This is actually just checking type-matching, not cont.bind specific.
      (local.get $p_ct1)
      (cont.bind $ct0 $ct0)
      (drop)
    )
  )
  "type mismatch"
)
(assert_invalid

  (module
    (type $ft0 (func (result i32)))
    (type $ct0 (cont $ft0))

    (type $ft1 (func (param i32) (result i32)))
    (type $ct1 (cont $ft1))

    (type $ft2 (func (param i64 i32) (result i32)))
    (type $ct2 (cont $ft2))


    (type $ft1_alt (func (param i64) (result i32)))
    (type $ct1_alt (cont $ft1_alt))

    (func $error
      (param $p_ct2 (ref $ct2))
      ;; error: two continuation types not agreeing on arg types
      (i64.const 123)
      (local.get $p_ct2)
      (cont.bind $ct2 $ct1_alt)
      (drop)
    )
  )
  "type mismatch"
)
(assert_invalid

  (module
    (type $ft0 (func (result i32)))
    (type $ct0 (cont $ft0))

    (type $ft1 (func (param i32) (result i32)))
    (type $ct1 (cont $ft1))

    (type $ft2 (func (param i64 i32) (result i32)))
    (type $ct2 (cont $ft2))


    (type $ft1_alt (func (param i32) (result i64)))
    (type $ct1_alt (cont $ft1_alt))

    (func $error
      (param $p_ct2 (ref $ct2))
      ;; error: two continuation types not agreeing on return types
      (i64.const 123)
      (local.get $p_ct2)
      (cont.bind $ct2 $ct1_alt)
      (drop)
    )
  )
  "type mismatch"
)
(assert_invalid

  (module
    (type $ft0 (func (result i32)))
    (type $ct0 (cont $ft0))

    (type $ft1 (func (param i32) (result i32)))
    (type $ct1 (cont $ft1))

    (func $error
      (param $p_ct0 (ref $ct0))
      ;; error: trying to go from 0 to 1 args
      (local.get $p_ct0)
      (cont.bind $ct0 $ct1)
      (drop)
    )
  )
  "type mismatch"
)
(assert_invalid

  (module
    (type $ft0 (func (result i32)))
    (type $ct0 (cont $ft0))

    (type $ft1 (func (param i32) (result i32)))
    (type $ct1 (cont $ft1))


    (func $error
      (param $p_ct1 (ref $ct1))
      ;; error: Insufficient arguments::
      ;; This is really testing the general application of arguments to instructions,
      ;; but trying to trick parsers of the folded form
      (cont.bind $ct1 $ct0 (local.get $p_ct1))
      (drop)
    )
  )
  "type mismatch"
)
(assert_invalid

  (module
    (type $ft0 (func (result i32)))
    (type $ct0 (cont $ft0))

    (type $ft1 (func (param i32) (result i32)))
    (type $ct1 (cont $ft1))

    (func $error
      (param $p_ct1 (ref $ct1))
      ;; error: Too many arguments::
      ;; This is really testing the general application of arguments to instructions,
      ;; but trying to trick parsers of the folded form
      (cont.bind $ct1 $ct0 (i32.const 123) (i32.const 123) (local.get $p_ct1))
      (drop)
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft1 (func (param i32) (result i32)))
    (type $ct1 (cont $ft1))

    (func $bad (param $x (ref null $ct1)) (result (ref $ct1))
      (local.get $x)
      (cont.new $ct1)
    )
  )
  ;; cont.new type mismatch: passing a continuation reference to cont.new instead of function reference
  ;; This is actually just checking type-matching, not cont.new specific:
  ;; (ref null $ct1) is not a subtype of (ref null $ft1)
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft1 (func (param i32) (result i32)))
    (type $ct1 (cont $ft1))

    (type $ft2 (func (param i32 i32) (result i32)))
    (type $ct2 (cont $ft2))

    (func $drop_ct1 (param $c (ref $ct1)))

    (func $bad (param $x (ref null $ft2)) (result (ref $ct1))
      (local.get $x)
      (cont.new $ct1)
    )
  )
  ;; cont.new type mismatch: passing function of wrong type to cont.new
  ;; This is actually just checking type-matching, not cont.new specific:
  ;; (ref null $ft2) is not a subtype of (ref null $ft1)
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft1 (func (param i32) (result i32)))
    (type $ct1 (cont $ft1))

    (func $bad (param $x (ref null $ct1))
      (local.get $x)
      (cont.new $ft1)
      (drop)
    )
  )
  ;; non-continuation type on cont.new
  "non-continuation type 0"
)
(assert_invalid
  (module
    (type $ft0 (func))
    (type $ct0 (cont $ft0))
    ;;(tag $t0)
    (func $error (param $x (ref $ct0))
      (block $handler (result (ref null $ct0))
        (local.get $x)
        (resume $ct0 (on 0 $handler))
        (return)
      )
      (unreachable)
    )

  )
  "unknown tag"
)
(assert_invalid
  (module
    (type $ft0 (func))
    (type $ct0 (cont $ft0))
    (func $error (param $x (ref $ct0))
      (local.get $x)
      (resume $ft0)
    )

  )
  "non-continuation type"
)
(assert_invalid
  (module
    (type $ft0 (func))
    (type $ct0 (cont $ft0))
    (tag $t0)
    (func $test1 (param $x (ref $ct0))
      (block $handler (result (ref $ft0))
        (local.get $x)
        (resume $ct0 (on $t0 $handler))
        (return)
      )
      (unreachable)
    )

  )
  "non-continuation type"
)
(assert_invalid
  (module
    (type $ft (func (param i32)))
    (type $ct (cont $ft))

    (func $error
      (param $p (ref $ct))
      ;; error: Too many arguments::
      ;; This is really testing the general application of arguments to instructions,
      ;; but trying to trick parsers of the folded form
      (resume $ct (i32.const 123) (i32.const 123) (local.get $p))
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft (func (param i32)))
    (type $ct (cont $ft))

    (func $error
      (param $p (ref $ct))
      ;; error: Too few arguments::
      ;; This is really testing the general application of arguments to instructions,
      ;; but trying to trick parsers of the folded form
      (resume $ct (local.get $p))
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft0 (func (param i32)))
    (type $ct0 (cont $ft0))

    (type $ft1 (func (param i64)))
    (type $ct1 (cont $ft1))

    (func $error
      (param $p (ref $ct1))
      ;; error: Mismatch between annotation on resume and actual argument
      ;; This is really testing the general application of arguments to instructions.
      (resume $ct0 (i32.const 123) (local.get $p))
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft0 (func))
    (type $ct0 (cont $ft0))

    (tag $t (param i32))

    (func $error
      (param $p (ref $ct0))
      (block $handler (result (ref $ct0))
        ;; error: handler block has insufficient number of results
        (local.get $p)
        (resume $ct0 (on $t $handler))
        (return)
      )
      (unreachable)
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft0 (func))
    (type $ct0 (cont $ft0))

    (tag $t (param i32))

    (func $error
      (param $p (ref $ct0))
      (block $handler (result i32 i32 (ref $ct0))
        ;; error: handler block has too many results
        (local.get $p)
        (resume $ct0 (on $t $handler))
        (return)
      )
      (unreachable)
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft0 (func))
    (type $ct0 (cont $ft0))

    (tag $t (param i32))

    (func $error
      (param $p (ref $ct0))
      (block $handler (result i64 (ref $ct0))
        ;; error: type mismatch in non-continuation handler result type
        (local.get $p)
        (resume $ct0 (on $t $handler))
        (return)
      )
      (unreachable)
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $ft0 (func))
    (type $ct0 (cont $ft0))

    (type $ft1 (func (param i32)))
    (type $ct1 (cont $ft1))

    (tag $t (param i32))

    (func $error
      (param $p (ref $ct0))
      (block $handler (result i32 (ref $ct1))
        ;; error: type mismatch in continuation handler result type
        (local.get $p)
        (resume $ct0 (on $t $handler))
        (return)
      )
      (unreachable)
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (tag $t (param i64 i32) (result i32 i64))

    (func $test (result i32 i64)
      ;; error: Insufficient arguments::
      ;; This is really testing the general application of arguments to instructions,
      ;; but trying to trick parsers of the folded form

      (suspend $t (i64.const 123))
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (tag $t (param i32) (result i32 i64))

    (func $test (result i32 i64)
      ;; error: Too many arguments:
      ;; This is really testing the general application of arguments to instructions,
      ;; but trying to trick parsers of the folded form

      (suspend $t (i64.const 123) (i32.const 123))
    )
  )
  "type mismatch"
)
(assert_invalid
  (module
    (func $test
      ;; error: Tag does not exist
      (suspend 0)
    )
  )
  "unknown tag"
)
(assert_invalid
  (module
    (func (drop (ref.test contref (unreachable))))
  )
  "invalid cast"
)
(assert_invalid
  (module
    (func (drop (ref.test nullcontref (unreachable))))
  )
  "invalid cast"
)
(assert_invalid
  (module
    (type $f (func))
    (type $c (cont $f))
    (func (drop (ref.test (ref $c) (unreachable))))
  )
  "invalid cast"
)
(assert_invalid
  (module
    (func (drop (ref.cast contref (unreachable))))
  )
  "invalid cast"
)
(assert_invalid
  (module
    (func (drop (ref.cast nullcontref (unreachable))))
  )
  "invalid cast"
)
(assert_invalid
  (module
    (type $f (func))
    (type $c (cont $f))
    (func (drop (ref.cast (ref $c) (unreachable))))
  )
  "invalid cast"
)
(assert_invalid
  (module
    (func
      (block (result contref) (br_on_cast 0 contref contref (unreachable)))
      (drop)
    )
  )
  "invalid cast"
)
(assert_invalid
  (module
    (func
      (block (result contref) (br_on_cast 0 nullcontref nullcontref (unreachable)))
      (drop)
    )
  )
  "invalid cast"
)
(assert_invalid
  (module
    (type $f (func))
    (type $c (cont $f))
    (func
      (block (result contref) (br_on_cast 0 (ref $c) (ref $c) (unreachable)))
      (drop)
    )
  )
  "invalid cast"
)
(assert_invalid
  (module
    (func
      (block (result contref) (br_on_cast_fail 0 contref contref (unreachable)))
      (drop)
    )
  )
  "invalid cast"
)
(assert_invalid
  (module
    (func
      (block (result contref) (br_on_cast_fail 0 nullcontref nullcontref (unreachable)))
      (drop)
    )
  )
  "invalid cast"
)
(assert_invalid
  (module
    (type $f (func))
    (type $c (cont $f))
    (func
      (block (result contref) (br_on_cast_fail 0 (ref $c) (ref $c) (unreachable)))
      (drop)
    )
  )
  "invalid cast"
)

;; tests/cli/stack-switching/validation_gc.wast
(assert_invalid
  (module
    (type $f (func))

    (type $ft1 (sub (func (param (ref $f)) (result (ref func)))))
    (type $ct1 (sub (cont $ft1)))

    (type $ft2 (func (param (ref func)) (result (ref $f))))

    ;; Error: $ft2 and ft1 have compatible types, but have not declared $ft2 <: ft1
    (type $error (sub $ct1 (cont $ft2)))

  )
  "sub type 4 does not match super type 2"
)
(assert_invalid
  (module
    (type $f (func))

    (type $ft1 (sub (func (param (ref $f)) (result (ref func)))))
    (type $ct1 (sub (cont $ft1)))

    (type $ft2 (func (param (ref func)) (result (ref $f))))
    (type $ct2 (cont $ft2))

   (func $test
    (param $p1 (ref $ct1))
    (param $p2 (ref $ct2))

    ;; Error $ct2 and $ct1 have generally compatible types,
    ;; but have not declared $ft2 <: ft1 or $ct2 <: $ct1
    ;; Thus, $ct2 </: $ct1.
    (local.set $p1 (local.get $p2))

  )

  )
  "type mismatch"
)
(assert_invalid
  (module
    (type $f (func))

    (type $ft1 (sub (func (param (ref $f)) (result (ref func)))))
    (type $ct1 (sub (cont $ft1)))
    (type $ft3 (sub $ft1 (func (param (ref func)) (result (ref $f)))))
    (type $ct3 (cont $ft3))

   (func $error
    (param $p1 (ref $ct1))
    ;;(param $p2 (ref $ct2))
    (param $p3 (ref $ct3))

    ;; Error $ct3 and $ct1 have generally compatible types,
    ;; (in particular: declared $ft3 <: ft1,
    ;; but have not declared $ct3 <: $ct1
    ;; $ct3 </: $ct1
    (local.set $p1 (local.get $p3))

  )

  )
  "type mismatch"
)
(assert_invalid
  (module

    (func $error
      (param $p_any (ref any))
      (param $p_cont (ref cont))

      ;; Error: cont </: any
      (local.set $p_any (local.get $p_cont))
    )
  )

  "type mismatch"
)
(assert_invalid
  (module

    (type $ft0 (func))
    (type $ct0 (cont $ft0))

    (type $ft_sup (sub (func (param (ref $ft0)))))
    (type $ct_sup (sub (cont $ft_sup)))

    (type $ft_sub (sub $ft_sup (func (param (ref func)))))
    (type $ct_sub (cont $ft_sub))

    (tag $t (param (ref $ct_sub)))

    (func $test0
      (param $p (ref $ct0))

      ;; This is similar to $subtyping1, but this time we use a continuation as payload.
      ;; But we did not actually declare $ct_sub <: $ct_sub.
      ;;
      ;; This is mostly just to check the following:
      ;; For the continuation received by every handler, we see through the
      ;; continuation type and do structural subtyping on the underlying
      ;; function type.
      ;; However, for continuations that are just payloads ($ct_sup here), we do
      ;; ordinary nominal subtyping.
      (block $handler (result (ref $ct_sup) (ref $ct0))
        (local.get $p)
        (resume $ct0 (on $t $handler))
        (return)
      )
      (unreachable)
    )
  )
  "type mismatch"
)
