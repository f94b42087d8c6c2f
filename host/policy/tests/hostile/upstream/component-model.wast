;; test/async/validate-no-async-abi-for-sync-type.wast
(assert_invalid
  (component
    (core module $M
      (func (export "f"))
    )
    (core instance $i (instantiate $M))
    (func (export "f") (canon lift (core func $i "f") async))
  )
  "the `async` canonical option requires an async function type")
(assert_invalid
  (component
    (core module $M
      (func (export "f") (param i32) (result i32) unreachable)
      (func (export "f_cb") (param i32 i32 i32) (result i32) unreachable)
    )
    (core instance $i (instantiate $M))
    (func (export "f") (canon lift (core func $i "f") async (callback (core func $i "f_cb"))))
  )
  "the `async` canonical option requires an async function type")
(assert_invalid
  (component
    (import "f" (func $f))
    (core func $f' (canon lower (func $f) async))
  )
  "the `async` canonical option requires an async function type")

;; test/async/validate-no-stream-char.wast
(assert_invalid
  (component
    (type (stream char))
  )
  "`stream<char>` is not valid")

;; test/binary/binary.wast
(assert_malformed (component binary "") "")
(assert_malformed (component binary "\00") "")
(assert_malformed (component binary "\00as") "")
(assert_malformed (component binary "\00asm") "")
(assert_malformed (component binary "\00asm" "\0d") "")
(assert_malformed (component binary "\00asm" "\0d\00") "")
(assert_malformed (component binary "\00asm" "\0d\00\01") "")
(assert_malformed (component binary "asm\00" "\0d\00\01\00") "")
(assert_malformed (component binary "msa\00" "\0d\00\01\00") "")
(assert_malformed (component binary "\00ASM" "\0d\00\01\00") "")
(assert_malformed (component binary "\ffasm" "\0d\00\01\00") "")
(assert_malformed (component binary "\00asm" "\0c\00\01\00") "")
(assert_malformed (component binary "\00asm" "\0e\00\01\00") "")
(assert_malformed (component binary "\00asm" "\00\0d\01\00") "")
(assert_malformed (component binary "\00asm" "\0d\00\02\00") "")
(assert_malformed (component binary "\00asm" "\0d\00\01\01") "")
(assert_malformed (component binary "\00asm" "\0d\00\00\00") "")
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\00\03"                                  ;; custom section (3 bytes)
    "\05\61\62"                               ;; name length 5, only 2 bytes
  )
  "unexpected end-of-file"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\00\03"                                  ;; custom section (3 bytes)
    "\02\ff\fe"                               ;; name is not valid UTF-8
  )
  "malformed UTF-8 encoding"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\0d\00"                                  ;; section id 13, empty
  )
  "malformed section id"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\3c\00"                                  ;; section id 60, empty
  )
  "malformed section id"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\ff"                                     ;; malformed section id byte
  )
  "malformed section id"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\03\00"                               ;; type section: size 3, one byte of contents
  )
  "unexpected end-of-file"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\01\01\73"                            ;; type section: size 1, two bytes of contents
  )
  "unexpected end-of-file"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\00\80\80"                               ;; custom section: size LEB runs past EOF
  )
  "unexpected end-of-file"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\00"                                     ;; section id with no size
  )
  "unexpected end-of-file"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\81\80\80\80\70"                      ;; type section: size LEB with bits >u32
    "\00"                                     ;; 0 types
  )
  "integer too large"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\04"                                  ;; type section (4 bytes)
    "\bf\84\3d"                               ;; vec count 999999
    "\73"                                     ;; string
  )
  "unexpected end-of-file"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\02"                                  ;; type section (2 bytes)
    "\02"                                     ;; 2 types
    "\73"                                     ;; only one given
  )
  "unexpected end-of-file"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\01\11"                                  ;; core module section (17 bytes)
    "\00asm" "\01\00\00\00"                   ;; core module preamble
    "\01\01\00"                               ;; type section, 0 types
    "\0b\01\00"                               ;; data section, 0 segments
    "\01\01\00"                               ;; type section again: out of order
  )
  "section out of order"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\01\08"                                  ;; core module section (8 bytes)
    "\00asm" "\0d\00\01\00"                   ;; a component preamble, not a core module
  )
  "expected a version header for a module"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\01\08"                                  ;; core module section (8 bytes)
    "\00asm" "\01\00\00\00"                   ;; core module preamble
    "\02\04"                                  ;; core instance section (4 bytes)
    "\01"                                     ;; 1 core instance
    "\02\00\00"                               ;; 0x02 is not a core:instanceexpr
  )
  "invalid leading byte (0x2) for core instance"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\01\08"                                  ;; core module section (8 bytes)
    "\00asm" "\01\00\00\00"                   ;; core module preamble
    "\02\04"                                  ;; core instance section (4 bytes)
    "\01"                                     ;; 1 core instance
    "\00\00\00"                               ;; instantiate module 0, 0 args
    "\01\08"                                  ;; core module section (8 bytes)
    "\00asm" "\01\00\00\00"                   ;; core module preamble
    "\02\08"                                  ;; core instance section (8 bytes)
    "\01"                                     ;; 1 core instance
    "\00\01\01"                               ;; instantiate module 1, 1 arg:
    "\01i"                                    ;; name "i"
    "\00\00"                                  ;; arg sort must be 0x12 (instance), not 0x00 (func)
  )
  "invalid leading byte (0x0) for instantiation arg kind"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\05\04"                                  ;; instance section (4 bytes)
    "\01"                                     ;; 1 instance
    "\02\00\00"                               ;; 0x02 is not an instanceexpr
  )
  "invalid leading byte (0x2) for instance"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\02"                                  ;; type section (2 bytes)
    "\01"                                     ;; 1 type
    "\73"                                     ;; string
    "\06\05"                                  ;; alias section (5 bytes)
    "\01"                                     ;; 1 alias
    "\03\03\00\00"                            ;; 0x03 is not an alias target
  )
  "invalid leading byte (0x3) for alias"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\06\05"                                  ;; alias section (5 bytes)
    "\01"                                     ;; 1 alias
    "\06\02\00\00"                            ;; 0x06 is not a sort
  )
  "invalid leading byte (0x6) for component outer alias kind"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\06\06"                                  ;; alias section (6 bytes)
    "\01"                                     ;; 1 alias
    "\00\05\02\00\00"                         ;; 0x05 is not a core:sort
  )
  "invalid leading byte (0x5) for component outer alias kind"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\06\06"                                  ;; alias section (6 bytes)
    "\01"                                     ;; 1 alias
    "\00\13\02\00\00"                         ;; 0x13 is not a core:sort
  )
  "invalid leading byte (0x13) for component outer alias kind"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\05\03"                                  ;; instance section (3 bytes)
    "\01"                                     ;; 1 instance
    "\01\00"                                  ;; inline exports, 0 exports
    "\06\05"                                  ;; alias section (5 bytes)
    "\01"                                     ;; 1 alias
    "\05\02\00\00"                            ;; instance is not in outeraliassort
  )
  "invalid leading byte (0x5) for component outer alias kind"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\06\05"                                  ;; alias section (5 bytes)
    "\01"                                     ;; 1 alias
    "\01\02\00\00"                            ;; func is not in outeraliassort
  )
  "invalid leading byte (0x1) for component outer alias kind"
)
(assert_invalid
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\02"                                  ;; type section (2 bytes)
    "\01"                                     ;; 1 type
    "\73"                                     ;; string
    "\06\05"                                  ;; alias section (5 bytes)
    "\01"                                     ;; 1 alias
    "\03\02\01\00"                            ;; outer alias ct=1: no enclosing scopes
  )
  "invalid outer alias count of 1"
)
(assert_invalid
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\02"                                  ;; type section (2 bytes)
    "\01"                                     ;; 1 type
    "\73"                                     ;; string
    "\06\05"                                  ;; alias section (5 bytes)
    "\01"                                     ;; 1 alias
    "\03\02\02\00"                            ;; outer alias ct=2: still no enclosing scopes
  )
  "invalid outer alias count of 2"
)
(assert_invalid
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\05\03"                                  ;; instance section (3 bytes)
    "\01"                                     ;; 1 instance
    "\01\00"                                  ;; inline exports, 0 exports
    "\06\06"                                  ;; alias section (6 bytes)
    "\01"                                     ;; 1 alias
    "\03\00\00"                               ;; type export alias, instance 0
    "\01t"                                    ;; name "t": no such export
  )
  "instance 0 has no export named `t`"
)
(assert_invalid
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\01\08"                                  ;; core module section (8 bytes)
    "\00asm" "\01\00\00\00"                   ;; core module preamble
    "\02\04"                                  ;; core instance section (4 bytes)
    "\01"                                     ;; 1 core instance
    "\00\00\00"                               ;; instantiate module 0, 0 args
    "\06\07"                                  ;; alias section (7 bytes)
    "\01"                                     ;; 1 alias
    "\00\00\01\00"                            ;; core func export alias, core instance 0
    "\01f"                                    ;; name "f": no such export
  )
  "core instance 0 has no export named `f`"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\02"                                  ;; type section (2 bytes)
    "\01"                                     ;; 1 type
    "\62"                                     ;; 0x62 is unallocated
  )
  "invalid leading byte (0x62) for component defined type"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\02"                                  ;; type section (2 bytes)
    "\01"                                     ;; 1 type
    "\44"                                     ;; 0x44 is unallocated
  )
  "invalid leading byte (0x44) for component defined type"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\02"                                  ;; type section (2 bytes)
    "\01"                                     ;; 1 type
    "\3e"                                     ;; 0x3e is unallocated
  )
  "invalid leading byte (0x3e) for component defined type"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\07"                                  ;; type section (7 bytes)
    "\01"                                     ;; 1 type
    "\71\01"                                  ;; variant, 1 case
    "\01c"                                    ;; name "c"
    "\00"                                     ;; no payload
    "\01"                                     ;; nonzero case immediate
  )
  "invalid leading byte (0x1) for zero byte required"
)
(assert_invalid
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\03"                                  ;; type section (3 bytes)
    "\01"                                     ;; 1 type
    "\72\00"                                  ;; record, 0 fields
  )
  "record type must have at least one field"
)
(assert_invalid
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\03"                                  ;; type section (3 bytes)
    "\01"                                     ;; 1 type
    "\71\00"                                  ;; variant, 0 cases
  )
  "variant type must have at least one case"
)
(assert_invalid
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\03"                                  ;; type section (3 bytes)
    "\01"                                     ;; 1 type
    "\6f\00"                                  ;; tuple, 0 types
  )
  "tuple type must have at least one type"
)
(assert_invalid
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\03"                                  ;; type section (3 bytes)
    "\01"                                     ;; 1 type
    "\6e\00"                                  ;; flags, 0 labels
  )
  "flags must have at least one entry"
)
(assert_invalid
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\03"                                  ;; type section (3 bytes)
    "\01"                                     ;; 1 type
    "\6d\00"                                  ;; enum, 0 labels
  )
  "enum type must have at least one variant"
)
(assert_invalid
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\87\01"                               ;; type section (135 bytes)
    "\01"                                     ;; 1 type
    "\6e\21"                                  ;; flags, 33 labels
    "\03f00"                                  ;; name "f00"
    "\03f01"                                  ;; name "f01"
    "\03f02"                                  ;; name "f02"
    "\03f03"                                  ;; name "f03"
    "\03f04"                                  ;; name "f04"
    "\03f05"                                  ;; name "f05"
    "\03f06"                                  ;; name "f06"
    "\03f07"                                  ;; name "f07"
    "\03f08"                                  ;; name "f08"
    "\03f09"                                  ;; name "f09"
    "\03f10"                                  ;; name "f10"
    "\03f11"                                  ;; name "f11"
    "\03f12"                                  ;; name "f12"
    "\03f13"                                  ;; name "f13"
    "\03f14"                                  ;; name "f14"
    "\03f15"                                  ;; name "f15"
    "\03f16"                                  ;; name "f16"
    "\03f17"                                  ;; name "f17"
    "\03f18"                                  ;; name "f18"
    "\03f19"                                  ;; name "f19"
    "\03f20"                                  ;; name "f20"
    "\03f21"                                  ;; name "f21"
    "\03f22"                                  ;; name "f22"
    "\03f23"                                  ;; name "f23"
    "\03f24"                                  ;; name "f24"
    "\03f25"                                  ;; name "f25"
    "\03f26"                                  ;; name "f26"
    "\03f27"                                  ;; name "f27"
    "\03f28"                                  ;; name "f28"
    "\03f29"                                  ;; name "f29"
    "\03f30"                                  ;; name "f30"
    "\03f31"                                  ;; name "f31"
    "\03f32"                                  ;; name "f32"
  )
  "cannot have more than 32 flags"
)
(assert_invalid
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\03"                                  ;; type section (3 bytes)
    "\01"                                     ;; 1 type
    "\70\05"                                  ;; (list <type 5>): no such type
  )
  "type index out of bounds"
)
(assert_invalid
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\04"                                  ;; type section (4 bytes)
    "\02"                                     ;; 2 types
    "\73"                                     ;; string
    "\69\00"                                  ;; (own 0): not a resource type
  )
  "type index 0 is not a resource type"
)
(assert_invalid
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\04"                                  ;; type section (4 bytes)
    "\01"                                     ;; 1 type
    "\66\01\74"                               ;; (stream char)
  )
  "is not valid at this time"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\05"                                  ;; type section (5 bytes)
    "\01"                                     ;; 1 type
    "\40\00"                                  ;; (func): 0 params
    "\01\01"                                  ;; resultlist 0x01 must be followed by 0x00
  )
  "invalid leading byte (0x1) for number of results"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\05"                                  ;; type section (5 bytes)
    "\01"                                     ;; 1 type
    "\40\00"                                  ;; (func): 0 params
    "\02\00"                                  ;; 0x02 is not a resultlist
  )
  "invalid leading byte (0x2) for component function results"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\05"                                  ;; type section (5 bytes)
    "\01"                                     ;; 1 type
    "\41\01"                                  ;; componenttype, 1 decl
    "\05\73"                                  ;; 0x05 is not a declarator
  )
  "invalid leading byte (0x5) for component or instance type declaration"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\09"                                  ;; type section (9 bytes)
    "\01"                                     ;; 1 type
    "\42\01"                                  ;; instancetype, 1 decl
    "\03\00"                                  ;; 0x03 importdecl is not an instancedecl:
    "\01a"                                    ;; name "a"
    "\03\01"                                  ;; (type (sub resource))
  )
  "invalid leading byte (0x3) for component or instance type declaration"
)
(assert_invalid
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\07"                                  ;; type section (7 bytes)
    "\01"                                     ;; 1 type
    "\41\01"                                  ;; componenttype, 1 decl
    "\01\3f\7f\00"                            ;; 0x01 type: resource type
  )
  "resources can only be defined within a concrete component"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\03\07"                                  ;; core type section (7 bytes)
    "\01"                                     ;; 1 core type
    "\50\01"                                  ;; core:moduletype, 1 decl
    "\04\60\00\00"                            ;; 0x04 is not a core:moduledecl
  )
  "invalid leading byte (0x4) for type definition"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\03\08"                                  ;; core type section (8 bytes)
    "\01"                                     ;; 1 core type
    "\50\01"                                  ;; core:moduletype, 1 decl
    "\02\00\01\01\00"                         ;; core:alias sort must be 0x10 (type)
  )
  "invalid leading byte (0x0) for outer alias kind"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\03\08"                                  ;; core type section (8 bytes)
    "\01"                                     ;; 1 core type
    "\50\01"                                  ;; core:moduletype, 1 decl
    "\02\10\00\01\00"                         ;; core:alias target must be 0x01 (outer)
  )
  "invalid leading byte (0x0) for outer alias target"
)
(assert_invalid
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\03\0a"                                  ;; core type section (10 bytes)
    "\01"                                     ;; 1 core type
    "\50\02"                                  ;; core:moduletype, 2 decls
    "\01\50\00"                               ;; 0x01 type: nested core:moduletype
    "\01\60\00\00"                            ;; 0x01 type: core functype
  )
  "invalid leading byte"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\08\02"                                  ;; canon section (2 bytes)
    "\01"                                     ;; 1 canon
    "\07"                                     ;; 0x07 is unallocated
  )
  "invalid leading byte (0x7) for canonical function"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\08\02"                                  ;; canon section (2 bytes)
    "\01"                                     ;; 1 canon
    "\2e"                                     ;; 0x2e is unallocated
  )
  "invalid leading byte (0x2e) for canonical function"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\08\02"                                  ;; canon section (2 bytes)
    "\01"                                     ;; 1 canon
    "\43"                                     ;; 0x43 is unallocated
  )
  "invalid leading byte (0x43) for canonical function"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\08\06"                                  ;; canon section (6 bytes)
    "\01"                                     ;; 1 canon
    "\00\01\00\00\00"                         ;; lift with sort byte 0x01
  )
  "invalid leading byte (0x1) for canonical function lift"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\08\05"                                  ;; canon section (5 bytes)
    "\01"                                     ;; 1 canon
    "\01\01\00\00"                            ;; lower with sort byte 0x01
  )
  "invalid leading byte (0x1) for canonical function lower"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\05"                                  ;; type section (5 bytes)
    "\01"                                     ;; 1 type
    "\40\00\01\00"                            ;; (func)
    "\0a\06"                                  ;; import section (6 bytes)
    "\01"                                     ;; 1 import
    "\00"                                     ;; plain externname
    "\01f"                                    ;; name "f"
    "\01\00"                                  ;; func (type 0)
    "\08\06"                                  ;; canon section (6 bytes)
    "\01"                                     ;; 1 canon
    "\01\00\00\01\0a"                         ;; lower func 0, 1 opt: 0x0a is unallocated
  )
  "invalid leading byte (0xa) for canonical option"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\08\03"                                  ;; canon section (3 bytes)
    "\01"                                     ;; 1 canon
    "\0c\02"                                  ;; thread.yield with flag 0x02
  )
  "invalid boolean value"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\08\04"                                  ;; canon section (4 bytes)
    "\01"                                     ;; 1 canon
    "\20\02\00"                               ;; waitable-set.wait with flag 0x02
  )
  "invalid boolean value"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\0a\06"                                  ;; import section (6 bytes)
    "\01"                                     ;; 1 import
    "\03"                                     ;; 0x03 is not a nameattributes prefix
    "\01a"                                    ;; name "a"
    "\01\00"                                  ;; func (type 0)
  )
  "invalid leading byte (0x3) for component name"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\0a\0a"                                  ;; import section (10 bytes)
    "\01"                                     ;; 1 import
    "\02"                                     ;; externname with attributes
    "\01a"                                    ;; name "a"
    "\01"                                     ;; 1 attribute:
    "\03"                                     ;; 0x03 is not an attribute
    "\01x"                                    ;; name "x"
    "\01\00"                                  ;; func (type 0)
  )
  "invalid leading byte (0x3) for name option"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\0a\06"                                  ;; import section (6 bytes)
    "\01"                                     ;; 1 import
    "\00"                                     ;; plain externname
    "\01t"                                    ;; name "t"
    "\03\02"                                  ;; 0x02 is not a typebound
  )
  "invalid leading byte (0x2) for type bound"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\0a\06"                                  ;; import section (6 bytes)
    "\01"                                     ;; 1 import
    "\00"                                     ;; plain externname
    "\01x"                                    ;; name "x"
    "\06\00"                                  ;; 0x06 is not an externtype
  )
  "invalid leading byte (0x6) for component external kind"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\0a\06"                                  ;; import section (6 bytes)
    "\01"                                     ;; 1 import
    "\00"                                     ;; plain externname
    "\01m"                                    ;; name "m"
    "\00\00"                                  ;; externtype 0x00 must be followed by 0x11
  )
  "invalid leading byte (0x0) for component external kind"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\0a\05"                                  ;; import section (5 bytes)
    "\01"                                     ;; 1 import
    "\00"                                     ;; plain externname
    "\7f\61\62"                               ;; name length 127, only 2 bytes follow
  )
  "unexpected end-of-file"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\0a\07"                                  ;; import section (7 bytes)
    "\01"                                     ;; 1 import
    "\00"                                     ;; plain externname
    "\02\ff\fe"                               ;; name is not valid UTF-8
    "\01\00"                                  ;; func (type 0)
  )
  "malformed UTF-8 encoding"
)
(assert_invalid
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\05"                                  ;; type section (5 bytes)
    "\01"                                     ;; 1 type
    "\40\00\01\00"                            ;; (func)
    "\0a\08"                                  ;; import section (8 bytes)
    "\01"                                     ;; 1 import
    "\00"                                     ;; plain externname
    "\03Foo"                                  ;; name "Foo": not kebab-case
    "\01\00"                                  ;; func (type 0)
  )
  "is not a valid extern name"
)
(assert_invalid
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\05"                                  ;; type section (5 bytes)
    "\01"                                     ;; 1 type
    "\40\00\01\00"                            ;; (func)
    "\0a\05"                                  ;; import section (5 bytes)
    "\01"                                     ;; 1 import
    "\00"                                     ;; plain externname
    "\00"                                     ;; empty name
    "\01\00"                                  ;; func (type 0)
  )
  "is not a valid extern name"
)
(assert_invalid
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\07\03"                                  ;; type section (3 bytes)
    "\01"                                     ;; 1 type
    "\42\00"                                  ;; empty instancetype
    "\0a\15"                                  ;; import section (21 bytes)
    "\01"                                     ;; 1 import
    "\02"                                     ;; externname with attributes
    "\01i"                                    ;; name "i"
    "\02"                                     ;; 2 attributes:
    "\00"                                     ;; implements:
    "\05a:b/x"                                ;; name "a:b/x"
    "\00"                                     ;; implements again: at most one of each kind
    "\05a:b/y"                                ;; name "a:b/y"
    "\05\00"                                  ;; instance (type 0)
  )
  "duplicate 'implements' option in name"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\01\1f"                                  ;; core module section (31 bytes)
    "\00asm" "\01\00\00\00"                   ;; core module preamble
    "\01\04\01\60\00\00"                      ;; type section: (func)
    "\03\02\01\00"                            ;; func section: 1 func of type 0
    "\07\05\01"                               ;; export section, 1 export
    "\01f"                                    ;; name "f"
    "\00\00"                                  ;; func 0
    "\0a\04\01\02\00\0b"                      ;; code section: 1 empty body
    "\02\04"                                  ;; core instance section (4 bytes)
    "\01"                                     ;; 1 core instance
    "\00\00\00"                               ;; instantiate module 0, 0 args
    "\06\07"                                  ;; alias section (7 bytes)
    "\01"                                     ;; 1 aliases
    "\00\00\01\00"                            ;; core func, core export alias, instance 0
    "\01f"                                    ;; name "f"
    "\07\05"                                  ;; type section (5 bytes)
    "\01"                                     ;; 1 type
    "\40\00\01\00"                            ;; (func)
    "\08\06"                                  ;; canon section (6 bytes)
    "\01"                                     ;; 1 canon
    "\00\00\00\00\00"                         ;; lift core func 0, no opts, type 0
    "\0b\07"                                  ;; export section (7 bytes)
    "\01"                                     ;; 1 export
    "\00"                                     ;; plain externname
    "\01e"                                    ;; name "e"
    "\01\00"                                  ;; sortidx func 0
    "\02"                                     ;; optional-externtype byte must be 0x00 or 0x01
  )
  "invalid leading byte (0x2) for optional component export type"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\01\1f"                                  ;; core module section (31 bytes)
    "\00asm" "\01\00\00\00"                   ;; core module preamble
    "\01\04\01\60\00\00"                      ;; type section: (func)
    "\03\02\01\00"                            ;; func section: 1 func of type 0
    "\07\05\01"                               ;; export section, 1 export
    "\01f"                                    ;; name "f"
    "\00\00"                                  ;; func 0
    "\0a\04\01\02\00\0b"                      ;; code section: 1 empty body
    "\02\04"                                  ;; core instance section (4 bytes)
    "\01"                                     ;; 1 core instance
    "\00\00\00"                               ;; instantiate module 0, 0 args
    "\06\07"                                  ;; alias section (7 bytes)
    "\01"                                     ;; 1 aliases
    "\00\00\01\00"                            ;; core func, core export alias, instance 0
    "\01f"                                    ;; name "f"
    "\07\05"                                  ;; type section (5 bytes)
    "\01"                                     ;; 1 type
    "\40\00\01\00"                            ;; (func)
    "\08\06"                                  ;; canon section (6 bytes)
    "\01"                                     ;; 1 canon
    "\00\00\00\00\00"                         ;; lift core func 0, no opts, type 0
    "\0b\07"                                  ;; export section (7 bytes)
    "\01"                                     ;; 1 export
    "\00"                                     ;; plain externname
    "\01e"                                    ;; name "e"
    "\06\00"                                  ;; 0x06 is not a sort
    "\00"                                     ;; no ascribed type
  )
  "invalid leading byte (0x6) for component external kind"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\04\08"                                  ;; component section (8 bytes)
    "\00asm" "\0c\00\01\00"                   ;; nested preamble with bad version
  )
  "unknown binary version"
)
(assert_malformed
  (component binary
    "\00asm" "\0d\00\01\00"                   ;; preamble
    "\04\08"                                  ;; component section (8 bytes)
    "\00asm" "\01\00\00\00"                   ;; a core module preamble, not a component
  )
  "expected a version header for a component"
)

;; test/linking/tags.wast
(assert_invalid
  (component
    (core module $M (func (export "f")))
    (core instance $i (instantiate $M))
    (alias core export $i "f" (core tag $t)))
  "export `f` for core instance 0 is not a tag")
(assert_invalid
  (component
    (core module $M (func (export "f")))
    (core instance $i (instantiate $M))
    (core instance (export "t" (tag 0))))
  "unknown tag 0: tag index out of bounds")

;; test/validation/abi.wast
(assert_invalid
  (component
    (import "foo" (func $foo (result (tuple u64 u64 u64 u64 u64 u64 u64 u64))))
    (canon lower (func $foo) (core func $foo'))
  )
  "canonical option `memory` is required"
)
(assert_invalid
  (component
    (import "foo" (func $foo (result (tuple u64 u64 u64 u64 u64 u64 u64 u64))))
    (core module $M
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
    )
    (core instance $i (instantiate $M))
    (canon lower (func $foo) (realloc (core func $i "realloc")) (core func $foo'))
  )
  "canonical option `realloc` requires `memory` to also be specified"
)
(assert_invalid
  (component
    (import "f" (func $f))
    (core func $f' (canon lower (func $f) (memory 0)))
  )
  "memory index out of bounds")
(assert_invalid
  (component
    (core module $M (func (export "f") (param i32 i32)))
    (core instance $i (instantiate $M))
    (func $f (param "p" (list u8)) (canon lift (core func $i "f")))
  )
  "canonical option `memory` is required")
(assert_invalid
  (component
    (core module $M (func (export "f") (result i32) unreachable))
    (core instance $i (instantiate $M))
    (func $f (result (tuple s8 u8)) (canon lift (core func $i "f")))
  )
  "canonical option `memory` is required")
(assert_invalid
  (component
    (import "f" (func $f (param "p" (list u8))))
    (core func $f' (canon lower (func $f)))
  )
  "canonical option `memory` is required")
(assert_invalid
  (component
    (core module $M
      (memory (export "mem") 1)
      (func (export "f") (param i32 i32))
    )
    (core instance $i (instantiate $M))
    (func $f (param "p" (list u8))
      (canon lift (core func $i "f") (memory (core memory $i "mem"))))
  )
  "canonical option `realloc` is required")
(assert_invalid
  (component
    (core module $M
      (memory (export "mem") 1)
      (func (export "f") (param i32))
    )
    (core instance $i (instantiate $M))
    (func $f
      (param "p1" u32) (param "p2" u32) (param "p3" u32) (param "p4" u32) (param "p5" u32)
      (param "p6" u32) (param "p7" u32) (param "p8" u32) (param "p9" u32) (param "p10" u32)
      (param "p11" u32) (param "p12" u32) (param "p13" u32) (param "p14" u32) (param "p15" u32)
      (param "p16" u32) (param "p17" u32) (param "p18" u32) (param "p19" u32) (param "p20" u32)
      (canon lift (core func $i "f") (memory (core memory $i "mem"))))
  )
  "canonical option `realloc` is required")
(assert_invalid
  (component
    (import "f" (func $f (result string)))
    (core module $M (memory (export "mem") 1))
    (core instance $i (instantiate $M))
    (core func $f' (canon lower (func $f) (memory (core memory $i "mem"))))
  )
  "canonical option `realloc` is required")
(assert_invalid
  (component
    (import "f" (func $f))
    (core func $f' (canon lower (func $f) string-encoding=utf8 string-encoding=utf16))
  )
  "canonical encoding option `utf8` conflicts with option `utf16`")
(assert_invalid
  (component
    (import "f" (func $f))
    (core func $f' (canon lower (func $f) string-encoding=utf8 string-encoding=latin1+utf16))
  )
  "canonical encoding option `utf8` conflicts with option `latin1-utf16`")
(assert_invalid
  (component
    (import "f" (func $f))
    (core func $f' (canon lower (func $f) string-encoding=utf16 string-encoding=latin1+utf16))
  )
  "canonical encoding option `utf16` conflicts with option `latin1-utf16`")
(assert_invalid
  (component
    (import "f" (func $f))
    (core module $M (memory (export "mem") 1))
    (core instance $i (instantiate $M))
    (core func $f' (canon lower (func $f)
      (memory (core memory $i "mem"))
      (memory (core memory $i "mem"))))
  )
  "`memory` is specified more than once")
(assert_invalid
  (component
    (core module $M
      (memory (export "mem") 1)
      (func (export "f") (param i32 i32))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
    )
    (core instance $i (instantiate $M))
    (func $f (param "p" (list u8))
      (canon lift (core func $i "f")
        (memory (core memory $i "mem"))
        (realloc (core func $i "realloc"))
        (realloc (core func $i "realloc"))))
  )
  "canonical option `realloc` is specified more than once")
(assert_invalid
  (component
    (core module $M
      (memory (export "mem") 1)
      (func (export "f") (result i32) unreachable)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
      (func (export "post") (param i32))
    )
    (core instance $i (instantiate $M))
    (func $f (result string)
      (canon lift (core func $i "f")
        (memory (core memory $i "mem"))
        (realloc (core func $i "realloc"))
        (post-return (core func $i "post"))
        (post-return (core func $i "post"))))
  )
  "canonical option `post-return` is specified more than once")
(assert_invalid
  (component
    (core module $M
      (memory (export "mem") 1)
      (func (export "f") (param i32 i32))
      (func (export "realloc"))
    )
    (core instance $i (instantiate $M))
    (func $f (param "p" (list u8))
      (canon lift (core func $i "f")
        (memory (core memory $i "mem"))
        (realloc (core func $i "realloc"))))
  )
  "canonical option `realloc` uses a core function with an incorrect signature")
(assert_invalid
  (component
    (core module $M
      (memory (export "mem") 1)
      (func (export "f") (result i32) unreachable)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
      ;; post-return must take the lifted core func's results as params, here (param i32)
      (func (export "post"))
    )
    (core instance $i (instantiate $M))
    (func $f (result string)
      (canon lift (core func $i "f")
        (memory (core memory $i "mem"))
        (realloc (core func $i "realloc"))
        (post-return (core func $i "post"))))
  )
  "canonical option `post-return` uses a core function with an incorrect signature")
(assert_invalid
  (component
    (import "f" (func $f (param "p" string)))
    (core module $M
      (memory (export "mem") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
      (func (export "post") (param i32))
    )
    (core instance $i (instantiate $M))
    (core func $f' (canon lower (func $f)
      (memory (core memory $i "mem"))
      (realloc (core func $i "realloc"))
      (post-return (core func $i "post"))))
  )
  "canonical option `post-return` cannot be specified for lowerings")
(assert_invalid
  (component
    (core module $M (func (export "f") (param i32)))
    (core instance $i (instantiate $M))
    (func $f (canon lift (core func $i "f")))
  )
  "lowered parameter types `[]` do not match parameter types `[I32]`")
(assert_invalid
  (component
    (core module $M (func (export "f") (result i32) unreachable))
    (core instance $i (instantiate $M))
    (func $f (canon lift (core func $i "f")))
  )
  "lowered result types `[]` do not match result types `[I32]`")
(assert_invalid
  (component
    (type $t string)
    (core module $M (func (export "f")))
    (core instance $i (instantiate $M))
    (func $f (type $t) (canon lift (core func $i "f")))
  )
  "not a function type")

;; test/validation/annotated-names.wast
(assert_invalid
  (component
    (import "[constructor]" (func)))
  "not in kebab case")
(assert_invalid
  (component
    (import "[constructor]a" (func)))
  "should return one value")
(assert_invalid
  (component
    (import "[constructor]a" (func (result u32))))
  "should return `(own $T)`")
(assert_invalid
  (component
    (import "b" (type $a (sub resource)))
    (import "[constructor]a" (func (result (own $a)))))
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
  (component
    (import "a" (type $a (sub resource)))
    (import "[constructor]a" (func (result (result (result (own $a)))))))
  "function should return `(own $T)` or `(result (own $T))`")
(assert_invalid
  (component
    (import "[method]" (func)))
  "failed to find `.` character")
(assert_invalid
  (component
    (import "[method]a" (func)))
  "failed to find `.` character")
(assert_invalid
  (component
    (import "[method]a." (func)))
  "not in kebab case")
(assert_invalid
  (component
    (import "[method].a" (func)))
  "not in kebab case")
(assert_invalid
  (component
    (import "[method]a.b.c" (func)))
  "not in kebab case")
(assert_invalid
  (component
    (import "[method]a.b" (instance)))
  "is not a func")
(assert_invalid
  (component
    (import "[method]a.b" (func)))
  "should have at least one argument")
(assert_invalid
  (component
    (import "[method]a.b" (func (param "x" u32))))
  "should have a first argument called `self`")
(assert_invalid
  (component
    (import "[method]a.b" (func (param "self" u32))))
  "should take a first argument of `(borrow $T)`")
(assert_invalid
  (component
    (import "b" (type $T (sub resource)))
    (import "[method]a.b" (func (param "self" (borrow $T)))))
  "does not match expected resource name")
(assert_invalid
  (component
    (import "[static]" (func)))
  "failed to find `.` character")
(assert_invalid
  (component
    (import "[static]a" (func)))
  "failed to find `.` character")
(assert_invalid
  (component
    (import "[static]a." (func)))
  "not in kebab case")
(assert_invalid
  (component
    (import "[static].a" (func)))
  "not in kebab case")
(assert_invalid
  (component
    (import "[static]a.b.c" (func)))
  "not in kebab case")
(assert_invalid
  (component
    (import "[static]a.b" (instance)))
  "is not a func")
(assert_invalid
  (component
    (import "[static]a.b" (func)))
  "static resource name is not known in this context")
(assert_invalid
  (component
    (import "b" (type $T (sub resource)))
    (import "f" (func $f (param "self" (borrow $T))))
    (export "[method]b.foo" (func $f)))
  "resource used in function does not have a name in this context")
(assert_invalid
  (component
    (import "i" (instance $i
      (export "t" (type (sub resource)))))
    (alias export $i "t" (type $t))
    (import "[method]t.foo" (func (param "self" (borrow $t)))))
  "resource used in function does not have a name in this context")
(assert_invalid
  (component
    (type (component
      (import "b" (type $T (sub resource)))
      (import "[constructor]a" (func (result (own $T)))))))
  "function does not match expected resource name `b`")
(assert_invalid
  (component
    (type $T (resource (rep i32)))
    (core module $m (func (export "a") (result i32) unreachable))
    (core instance $i (instantiate $m))
    (func $f (result (own $T)) (canon lift (core func $i "a")))
    (instance
      (export "a" (type $T))
      (export "[constructor]a" (func $f))))
  "resource used in function does not have a name in this context")
(assert_invalid
  (component
    (import "a" (type $a (sub resource)))
    (import "[method]a.a" (func (param "self" (borrow $a)))))
  "import name `[method]a.a` conflicts with previous name `a`")
(assert_invalid
  (component
    (import "a" (type $a (sub resource)))
    (import "[static]a.a" (func)))
  "import name `[static]a.a` conflicts with previous name `a`")

;; test/validation/attributes.wast
(assert_malformed
  (component quote
    "(import \"a\" (implements \"\\zz\") (instance))")
  "invalid string escape")
(assert_malformed
  (component quote
    "(import \"a\" (external-id \"\\zz\") (func))")
  "invalid string escape")
(assert_malformed
  (component quote
    "(import \"a\" (implements \"a:b/c\") (implements \"a:b/c\") (instance))")
  "unexpected token")
(assert_malformed
  (component quote
    "(import \"a\" (external-id \"x\") (external-id \"y\") (func))")
  "unexpected token")
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
    (import "a" (instance))
    (import "a" (implements "a:b/c") (instance))
  )
  "conflicts with previous name")
(assert_invalid
  (component
    (import "a" (external-id "same") (func))
    (import "a" (external-id "same") (func))
  )
  "conflicts with previous name")
(assert_invalid
  (component
    (import "a" (external-id "x") (func))
    (import "a" (external-id "y") (func))
  )
  "conflicts with previous name")
(assert_invalid
  (component
    (import "a" (func))
    (import "a" (external-id "id") (func))
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
(assert_invalid
  (component
    (import "a" (implements "a:b/c") (external-id "id") (func))
  )
  "only instances can have an `implements`")
(assert_invalid
  (component
    (import "a1:b/c" (implements "a2:b/c") (external-id "id") (instance))
  )
  "name `a1:b/c` is not valid with `implements`")
(assert_invalid
  (component (type (component
    (import "a" (implements "a:b/c") (external-id "id") (func)))))
  "only instances can have an `implements`")
(assert_invalid
  (component (type (instance
    (export "a" (implements "a:b/c") (external-id "id") (func)))))
  "only instances can have an `implements`")
(assert_invalid
  (component
    (instance)
    (instance (export "x" (implements "a") (external-id "id") (instance 0)))
  )
  "must be an interface")
(assert_invalid
  (component
    (import "s" (instance $s))
    (component $c
      (import "primary" (implements "w:kv/s") (instance))
    )
    (instance (instantiate $c (with "w:kv/s" (instance $s))))
  )
  "missing import named `primary`")
(assert_invalid
  (component
    (import "s" (instance $s))
    (component $c
      (import "primary" (external-id "the-id") (instance))
    )
    (instance (instantiate $c (with "the-id" (instance $s))))
  )
  "missing import named `primary`")

;; test/validation/core-modules.wast
(assert_invalid
  (component
    (core module
      (func
        i32.add)
    )
  )
  "type mismatch")
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
      (import "" "" (memory 70000))
    ))
  )
  "memory size must be at most")
(assert_invalid
  (component
    (type (component
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
      (core type (module
        (export "" (func))
        (export "" (func))
      ))
    ))
  )
  "name `` already defined")
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
    (core module
      (import "" "a" (func))
      (import "" "a" (func))
    )
  )
  "duplicate import name `:a`")
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
    (core type (module
      (import "" "a" (func))
      (import "" "a" (func))
    ))
  )
  "duplicate import name `:a`")

;; test/validation/defined-types.wast
(assert_invalid
  (component (type (record (field "" s32))))
  "record field name cannot be empty")
(assert_invalid
  (component (type (variant (case "" s32))))
  "variant case name cannot be empty")
(assert_invalid
  (component (type (flags "")))
  "flag name cannot be empty")
(assert_invalid
  (component (type (enum "")))
  "enum tag name cannot be empty")
(assert_invalid
  (component (type (func (param "" string))))
  "function parameter name cannot be empty")
(assert_invalid
  (component (type (record (field "a-B-c-D" string) (field "A-b-C-d" u8))))
  "record field name `A-b-C-d` conflicts with previous field name `a-B-c-D`")
(assert_invalid
  (component (type (variant (case "x" s64) (case "x" s64))))
  "variant case name `x` conflicts with previous case name `x`")
(assert_invalid
  (component (type (variant (case "x" s64) (case "X" s64))))
  "variant case name `X` conflicts with previous case name `x`")
(assert_invalid
  (component (type (flags "x" "y" "X")))
  "flag name `X` conflicts with previous flag name `x`")
(assert_invalid
  (component (type (enum "x" "y" "X")))
  "enum tag name `X` conflicts with previous tag name `x`")
(assert_invalid
  (component (type (func (param "foo" string) (param "FOO" u32))))
  "function parameter name `FOO` conflicts with previous parameter name `foo`")
(assert_invalid
  (component (type (enum "NevEr")))
  "enum tag name `NevEr` is not in kebab case")
(assert_invalid
  (component (type (record (field "GoNnA" string))))
  "record field name `GoNnA` is not in kebab case")
(assert_invalid
  (component (type (variant (case "GIVe" string))))
  "variant case name `GIVe` is not in kebab case")
(assert_invalid
  (component (type (func (param "yOu" string))))
  "function parameter name `yOu` is not in kebab case")
(assert_invalid
  (component (type (variant)))
  "variant type must have at least one case")
(assert_invalid
  (component (type (enum)))
  "enum type must have at least one variant")
(assert_invalid
  (component (type (record)))
  "record type must have at least one field")
(assert_invalid
  (component (type (flags)))
  "flags must have at least one entry")
(assert_invalid
  (component (type (tuple)))
  "tuple type must have at least one type")
(assert_invalid
  (component
    (type (flags
      "f1" "f2" "f3" "f4" "f5" "f6" "f7" "f8"
      "f9" "f10" "f11" "f12" "f13" "f14" "f15" "f16"
      "f17" "f18" "f19" "f20" "f21" "f22" "f23" "f24"
      "f25" "f26" "f27" "f28" "f29" "f30" "f31" "f32" "f33")))
  "cannot have more than 32 flags")
(assert_invalid
  (component
    (type $t (func))
    (type (func (param "t" $t))))
  "type index 0 is not a defined type")
(assert_invalid
  (component
    (type $t (instance))
    (type (func (result $t))))
  "type index 0 is not a defined type")
(assert_invalid
  (component
    (type $t (component))
    (type (option $t)))
  "type index 0 is not a defined type")
(assert_invalid
  (component (type (option 0)))
  "type index out of bounds")
(assert_invalid
  (component (type (list 0)))
  "type index out of bounds")
(assert_invalid
  (component (type (record (field "x" 0))))
  "type index out of bounds")
(assert_invalid
  (component (type (variant (case "x" 0))))
  "type index out of bounds")
(assert_invalid
  (component (type (result 0 (error 1))))
  "type index out of bounds")
(assert_invalid
  (component (type (tuple 0)))
  "type index out of bounds")
(assert_invalid
  (component (import "a" (func (type 100))))
  "type index out of bounds")
(assert_invalid
  (component
    (core module $m (func (export "f")))
    (core instance $i (instantiate $m))
    (func (type 100) (canon lift (core func $i "f"))))
  "type index out of bounds")
(assert_invalid
  (component (export "a" (core module 0)))
  "module index out of bounds")
(assert_invalid
  (component (export "a" (instance 0)))
  "instance index out of bounds")
(assert_invalid
  (component
    (type $t (instance))
    (import "a" (func (type $t))))
  "type index 0 is not a function type")
(assert_invalid
  (component
    (type $t (instance))
    (core module $m (func (export "f")))
    (core instance $i (instantiate $m))
    (func $f (canon lift (core func $i "f")))
    (export "a" (func $f) (func (type $t))))
  "type index 0 is not a function type")
(assert_invalid
  (component
    (type $t (instance))
    (type (component
      (import "a" (func (type $t))))))
  "type index 0 is not a function type")
(assert_invalid
  (component
    (type $t (record (field "x" u8)))
    (type (instance
      (export "a" (func (type $t))))))
  "type index 0 is not a function type")
(assert_invalid
  (component
    (type $t (instance))
    (type (instance
      (export "a" (instance
        (export "b" (func (type $t))))))))
  "type index 0 is not a function type")
(assert_invalid
  (component
    (type $t (func))
    (import "a" (instance (type $t))))
  "type index 0 is not an instance type")
(assert_invalid
  (component
    (type $t (func))
    (type (component
      (import "a" (instance (type $t))))))
  "type index 0 is not an instance type")
(assert_invalid
  (component
    (type $t (func))
    (type (instance
      (export "a" (instance (type $t))))))
  "type index 0 is not an instance type")
(assert_invalid
  (component
    (core type $t (func))
    (import "a" (core module (type $t))))
  "core type index 0 is not a module type")
(assert_invalid
  (component
    (core type $t (func))
    (type (component
      (import "a" (core module (type $t))))))
  "core type index 0 is not a module type")
(assert_invalid
  (component
    (core type $t (func))
    (type (instance
      (export "a" (core module (type $t))))))
  "core type index 0 is not a module type")

;; test/validation/extern-names.wast
(assert_invalid
  (component
    (import "wasi:http/types@1.0.0" (func))
    (import "wasi:http/types@1.0.0" (func)))
  "conflicts with previous name")
(assert_invalid
  (component (import "a:b/c@" (func)))
  "empty string")
(assert_invalid
  (component (import "a:b/c@." (func)))
  "unexpected character '.'")
(assert_invalid
  (component (import "a:b/c@1." (func)))
  "unexpected end of input")
(assert_invalid
  (component (import "a:b/c@a.2" (func)))
  "unexpected character 'a'")
(assert_invalid
  (component (import "a:b/c@2.b" (func)))
  "unexpected character 'b'")
(assert_invalid
  (component (import "a:b/c@2.0x0" (func)))
  "unexpected character 'x'")
(assert_invalid
  (component (import "a:b/c@2.0.0+" (func)))
  "empty identifier segment")
(assert_invalid
  (component (import "a:b/c@2.0.0-" (func)))
  "empty identifier segment")
(assert_invalid
  (component (import "foo:bar:baz/qux" (func)))
  "expected `/` after package name")
(assert_invalid
  (component (import "foo:bar/baz/qux" (func)))
  "trailing characters found: `/qux`")

;; test/validation/external-visibility.wast
(assert_invalid
  (component
    (core module $m (func (export "f") (result i32) unreachable))
    (core instance $i (instantiate $m))
    (type $R (resource (rep i32)))
    (func $f (result (own $R)) (canon lift (core func $i "f")))
    (export "f" (func $f)))
  "func not valid to be used as export")
(assert_invalid
  (component
    (core module $m (func (export "f") (result i32) unreachable))
    (core instance $i (instantiate $m))
    (type $R (resource (rep i32)))
    (func $f (result (own $R)) (canon lift (core func $i "f")))
    (export $R' "r" (type $R))
    (export "f" (func $f)))
  "func not valid to be used as export")
(assert_invalid
  (component
    (type $R (resource (rep i32)))
    (export $R' "r" (type $R))
    (import "f" (func (result (own $R')))))
  "func not valid to be used as import")
(assert_invalid
  (component
    (type $R (resource (rep i32)))
    (import "f" (func (result (own $R)))))
  "func not valid to be used as import")
(assert_invalid
  (component
    (core module $m (func (export "f") (result i32) unreachable))
    (core instance $i (instantiate $m))
    (type $Rec (record (field "x" u32)))
    (func $f (result $Rec) (canon lift (core func $i "f")))
    (export "f" (func $f)))
  "func not valid to be used as export")
(assert_invalid
  (component
    (core module $m (func (export "f") (result i32) unreachable))
    (core instance $i (instantiate $m))
    (type $Rec (record (field "x" u32)))
    (func $f (result $Rec) (canon lift (core func $i "f")))
    (export $Rec' "rec" (type $Rec))
    (export "f" (func $f)))
  "func not valid to be used as export")
(assert_invalid
  (component
    (core module $m (func (export "f") (result i32) unreachable))
    (core instance $i (instantiate $m))
    (type $R (resource (rep i32)))
    (type $Rec (record (field "r" (own $R))))
    (export $Rec' "rec" (type $Rec))
    (func $f (result $Rec') (canon lift (core func $i "f")))
    (export "f" (func $f)))
  "type not valid to be used as export")
(assert_invalid
  (component
    (core module $m (func (export "f") (result i32) unreachable))
    (core instance $i (instantiate $m))
    (type $E (enum "a" "b"))
    (func $f (result $E) (canon lift (core func $i "f")))
    (export "f" (func $f)))
  "func not valid to be used as export")
(assert_invalid
  (component
    (core module $m (func (export "f") (result i32) unreachable))
    (core instance $i (instantiate $m))
    (type $Fl (flags "a" "b"))
    (func $f (result $Fl) (canon lift (core func $i "f")))
    (export "f" (func $f)))
  "func not valid to be used as export")
(assert_invalid
  (component
    (core module $m (func (export "f") (result i32) unreachable))
    (core instance $i (instantiate $m))
    (type $V (variant (case "a") (case "b")))
    (func $f (result $V) (canon lift (core func $i "f")))
    (export "f" (func $f)))
  "func not valid to be used as export")
(assert_invalid
  (component
    (core module $m (func (export "f") (result i32) unreachable))
    (core instance $i (instantiate $m))
    (type $R (resource (rep i32)))
    (func $f (result (tuple (own $R))) (canon lift (core func $i "f")))
    (export "f" (func $f)))
  "func not valid to be used as export")
(assert_invalid
  (component
    (core module $m
      (memory (export "mem") 1)
      (func (export "f") (result i32) unreachable))
    (core instance $i (instantiate $m))
    (type $R (resource (rep i32)))
    (func $f (result (option (own $R))) (canon lift (core func $i "f") (memory (core memory $i "mem"))))
    (export "f" (func $f)))
  "func not valid to be used as export")
(assert_invalid
  (component
    (core module $m
      (memory (export "mem") 1)
      (func (export "f") (result i32) unreachable))
    (core instance $i (instantiate $m))
    (type $Rec (record (field "x" u32)))
    (func $f (result (tuple $Rec u32)) (canon lift (core func $i "f") (memory (core memory $i "mem"))))
    (export "f" (func $f)))
  "func not valid to be used as export")
(assert_invalid
  (component
    (core module $m (func (export "f") (result i32) unreachable))
    (core instance $i (instantiate $m))
    (type $R (resource (rep i32)))
    (func $f (result (own $R)) (canon lift (core func $i "f")))
    (instance $bag (export "f" (func $f)))
    (export "bag" (instance $bag)))
  "instance not valid to be used as export")
(assert_invalid
  (component
    (type $Rec (record (field "x" u32)))
    (type $Rec2 (record (field "r" $Rec)))
    (export "t" (type $Rec2)))
  "type not valid to be used as export")
(assert_invalid
  (component
    (type $Rec (record (field "x" u32)))
    (type $L (list $Rec))
    (export "t" (type $L)))
  "type not valid to be used as export")
(assert_invalid
  (component
    (type $Rec (record (field "x" u32)))
    (type $T (tuple $Rec))
    (export "t" (type $T)))
  "type not valid to be used as export")
(assert_invalid
  (component
    (type $Rec (record (field "x" u32)))
    (type $V (variant (case "c" $Rec)))
    (export "t" (type $V)))
  "type not valid to be used as export")
(assert_invalid
  (component
    (type $Rec (record (field "x" u32)))
    (type $O (option $Rec))
    (export "t" (type $O)))
  "type not valid to be used as export")
(assert_invalid
  (component
    (type $Rec (record (field "x" u32)))
    (type $Res (result $Rec))
    (export "t" (type $Res)))
  "type not valid to be used as export")
(assert_invalid
  (component
    (type $E (enum "a"))
    (type $L (list $E))
    (export "t" (type $L)))
  "type not valid to be used as export")
(assert_invalid
  (component
    (type $Fl (flags "a"))
    (type $L (list $Fl))
    (export "t" (type $L)))
  "type not valid to be used as export")
(assert_invalid
  (component
    (type $V (variant (case "a")))
    (type $L (list $V))
    (export "t" (type $L)))
  "type not valid to be used as export")
(assert_invalid
  (component
    (type $R (resource (rep i32)))
    (type $L (list (own $R)))
    (export "t" (type $L)))
  "type not valid to be used as export")
(assert_invalid
  (component
    (type $Rec (record (field "x" u32)))
    (type $Rec2 (record (field "r" $Rec)))
    (import "t" (type (eq $Rec2))))
  "type not valid to be used as import")
(assert_invalid
  (component
    (type $I (instance
      (type $Rec (record (field "x" u32)))
      (type $Rec2 (record (field "r" $Rec)))
      (export "t" (type (eq $Rec2)))))
    (import "i" (type (eq $I))))
  "type not valid to be used as import")
(assert_invalid
  (component
    (type $I (instance
      (type $Rec (record (field "x" u32)))
      (type $Rec2 (record (field "r" $Rec)))
      (export "t" (type (eq $Rec2)))))
    (export "i" (type $I)))
  "type not valid to be used as export")
(assert_invalid
  (component
    (type $Rec (record (field "x" u32)))
    (type $F (func (result $Rec)))
    (import "f" (type (eq $F))))
  "type not valid to be used as import")
(assert_invalid
  (component
    (type $Rec (record (field "x" u32)))
    (type $F (func (result $Rec)))
    (export "f" (type $F)))
  "type not valid to be used as export")
(assert_invalid
  (component
    (type $I (instance
      (type $Rec (record (field "x" u32)))
      (type $Rec2 (record (field "r" $Rec)))
      (export "t" (type (eq $Rec2)))))
    (import "i" (instance (type $I))))
  "instance not valid to be used as import")
(assert_invalid
  (component
    (type (component
      (type $Rec (record (field "x" u32)))
      (export "f" (func (param "x" $Rec))))))
  "func not valid to be used as export")
(assert_invalid
  (component
    (type (component
      (type $Rec (record (field "x" u32)))
      (type $Rec2 (record (field "r" $Rec)))
      (export "t" (type (eq $Rec2))))))
  "type not valid to be used as export")
(assert_invalid
  (component
    (type (component
      (export "r" (type $R (sub resource)))
      (import "f" (func (result (own $R)))))))
  "func not valid to be used as import")
(assert_invalid
  (component
    (core module $m (func (export "f") (param i32)))
    (core instance $i (instantiate $m))
    (type $Rec (record (field "x" u32)))
    (instance $bag (export "t" (type $Rec)))
    (alias export $bag "t" (type $Rec'))
    (func $f (param "r" $Rec') (canon lift (core func $i "f")))
    (export "f" (func $f)))
  "func not valid to be used as export")
(assert_invalid
  (component
    (core module $m (func (export "f") (param i32)))
    (core instance $i (instantiate $m))
    (component $C
      (type $Rec (record (field "x" u32)))
      (export "t" (type $Rec)))
    (instance $c (instantiate $C))
    (alias export $c "t" (type $Rec))
    (func $f (param "r" $Rec) (canon lift (core func $i "f")))
    (export "f" (func $f)))
  "func not valid to be used as export")
(assert_invalid
  (component
    (component $A
      (core module $m (func (export "f") (result i32) unreachable))
      (core instance $i (instantiate $m))
      (type $Rec (record (field "x" u32)))
      (export $Rec' "t" (type $Rec))
      (func $f (result $Rec') (canon lift (core func $i "f")))
      (instance $bag (export "f" (func $f)))
      (export "i" (instance $bag)))
    (instance $a (instantiate $A))
    ;; only "i" is re-exported here, not the record type "t" behind it
    (export "i2" (instance $a "i")))
  "instance not valid to be used as export")
(assert_invalid
  (component
    (type $Rec (record (field "x" u32)))
    (import "t" (type $Rec' (eq $Rec)))
    (component
      (import "f" (func (result $Rec')))))
  "func not valid to be used as import")
(assert_invalid
  (component
    (type $Rec (record (field "x" u32)))
    (export $Rec' "t" (type $Rec))
    (component
      (core module $m (func (export "f") (result i32) unreachable))
      (core instance $i (instantiate $m))
      (func $f (result $Rec') (canon lift (core func $i "f")))
      (export "f" (func $f))))
  "func not valid to be used as export")
(assert_invalid
  (component
    (import "f" (instance $i))
    (export "f2" (instance $i) (instance (export "f" (func)))))
  "ascribed type of export is not compatible")
(assert_invalid
  (component
    (import "f" (func $f))
    (component $C
      (import "f" (instance $i (export "f" (func))))
      (export "f2" (instance $i) (instance)))
    (instance $c (instantiate $C (with "f" (instance (export "f" (func $f))))))
    (component $Consume
      (import "arg" (instance (export "f" (func)))))
    (instance (instantiate $Consume (with "arg" (instance $c "f2")))))
  "missing expected export `f`")

;; test/validation/instantiation.wast
(assert_invalid
  (component
    (component $c
      (type $t (tuple u32 u32))
      (import "x" (type (eq $t))))
    (type $x (tuple string string))
    (instance (instantiate $c (with "x" (type $x)))))
  "expected primitive `u32` found primitive `string`")
(assert_invalid
  (component
    (component $c
      (type $t u32)
      (import "x" (type (eq $t))))
    (type $x (record (field "f" u32)))
    (instance (instantiate $c (with "x" (type $x)))))
  "expected primitive, found record")
(assert_invalid
  (component
    (component $c
      (type $t (record (field "f" u32)))
      (import "x" (type (eq $t))))
    (type $x u32)
    (instance (instantiate $c (with "x" (type $x)))))
  "expected record, found u32")
(assert_invalid
  (component
    (component $c
      (type $t (record (field "x" u32)))
      (import "x" (type (eq $t))))
    (type $f (tuple u8))
    (type $x (record (field "x" $f)))
    (instance (instantiate $c (with "x" (type $x)))))
  "expected u32, found tuple")
(assert_invalid
  (component
    (component $c
      (type $f (option s32))
      (type $t (record (field "x" $f)))
      (import "x" (type (eq $t))))
    (type $x (record (field "x" u32)))
    (instance (instantiate $c (with "x" (type $x)))))
  "type mismatch in record field `x`")
(assert_invalid
  (component
    (component $c
      (type $t (record (field "x" u32)))
      (import "x" (type (eq $t))))
    (type $x (record (field "y" u32) (field "z" u64)))
    (instance (instantiate $c (with "x" (type $x)))))
  "expected 1 fields, found 2")
(assert_invalid
  (component
    (component $c
      (type $t (record (field "a" u32)))
      (import "x" (type (eq $t))))
    (type $x (record (field "b" u32)))
    (instance (instantiate $c (with "x" (type $x)))))
  "expected field name `a`, found `b`")
(assert_invalid
  (component
    (component $c
      (type $t (variant (case "x" u32)))
      (import "x" (type (eq $t))))
    (type $x (variant (case "x" u32) (case "y" u32)))
    (instance (instantiate $c (with "x" (type $x)))))
  "expected 1 cases, found 2")
(assert_invalid
  (component
    (component $c
      (type $t (variant (case "x" u32)))
      (import "x" (type (eq $t))))
    (type $x (variant (case "y" u32)))
    (instance (instantiate $c (with "x" (type $x)))))
  "expected case named `x`, found `y`")
(assert_invalid
  (component
    (component $c
      (type $t (variant (case "x" u32)))
      (import "x" (type (eq $t))))
    (type $x (variant (case "x")))
    (instance (instantiate $c (with "x" (type $x)))))
  "expected case `x` to have a type, found none")
(assert_invalid
  (component
    (component $c
      (type $t (variant (case "x")))
      (import "x" (type (eq $t))))
    (type $x (variant (case "x" u32)))
    (instance (instantiate $c (with "x" (type $x)))))
  "expected case `x` to have no type")
(assert_invalid
  (component
    (component $c
      (type $t (variant (case "x" u32)))
      (import "x" (type (eq $t))))
    (type $x (variant (case "x" s32)))
    (instance (instantiate $c (with "x" (type $x)))))
  "type mismatch in variant case `x`")
(assert_invalid
  (component
    (component $c
      (type $t (tuple u8))
      (import "x" (type (eq $t))))
    (type $x (tuple u32 u32))
    (instance (instantiate $c (with "x" (type $x)))))
  "expected 1 types, found 2")
(assert_invalid
  (component
    (component $c
      (type $t (tuple u8))
      (import "x" (type (eq $t))))
    (type $x (tuple u16))
    (instance (instantiate $c (with "x" (type $x)))))
  "type mismatch in tuple field 0")
(assert_invalid
  (component
    (component $c
      (type $t (flags "a"))
      (import "x" (type (eq $t))))
    (type $x (flags "x"))
    (instance (instantiate $c (with "x" (type $x)))))
  "mismatch in flags elements")
(assert_invalid
  (component
    (component $c
      (type $t (enum "a"))
      (import "x" (type (eq $t))))
    (type $x (enum "x"))
    (instance (instantiate $c (with "x" (type $x)))))
  "mismatch in enum elements")
(assert_invalid
  (component
    (component $c
      (type $t (result s32))
      (import "x" (type (eq $t))))
    (type $x (result u32))
    (instance (instantiate $c (with "x" (type $x)))))
  "type mismatch in ok variant")
(assert_invalid
  (component
    (component $c
      (type $t (result (error s32)))
      (import "x" (type (eq $t))))
    (type $x (result (error u32)))
    (instance (instantiate $c (with "x" (type $x)))))
  "type mismatch in err variant")
(assert_invalid
  (component
    (component $c
      (type $t (result))
      (import "x" (type (eq $t))))
    (type $x (result u32))
    (instance (instantiate $c (with "x" (type $x)))))
  "expected ok type to not be present")
(assert_invalid
  (component
    (component $c
      (type $t (result u32))
      (import "x" (type (eq $t))))
    (type $x (result))
    (instance (instantiate $c (with "x" (type $x)))))
  "expected ok type, but found none")
(assert_invalid
  (component
    (component $c
      (type $t (result))
      (import "x" (type (eq $t))))
    (type $x (result (error u32)))
    (instance (instantiate $c (with "x" (type $x)))))
  "expected err type to not be present")
(assert_invalid
  (component
    (component $c
      (type $t (result (error u32)))
      (import "x" (type (eq $t))))
    (type $x (result))
    (instance (instantiate $c (with "x" (type $x)))))
  "expected err type, but found none")
(assert_invalid
  (component
    (import "f" (func $f (result string)))
    (component $c (import "f" (func)))
    (instance (instantiate $c (with "f" (func $f)))))
  "expected a result, found none")
(assert_invalid
  (component
    (import "f" (func $f (param "x" string)))
    (component $c (import "f" (func)))
    (instance (instantiate $c (with "f" (func $f)))))
  "expected 0 parameters, found 1")
(assert_invalid
  (component
    (import "f" (func $f (param "x" u32)))
    (component $c (import "f" (func (param "y" u32))))
    (instance (instantiate $c (with "f" (func $f)))))
  "expected parameter named `y`, found `x`")
(assert_invalid
  (component
    (import "f" (func $f (param "x" u32)))
    (component $c (import "f" (func (param "x" s32))))
    (instance (instantiate $c (with "f" (func $f)))))
  "type mismatch in function parameter `x`")
(assert_invalid
  (component
    (import "f" (func $f (result u32)))
    (component $c (import "f" (func (result s32))))
    (instance (instantiate $c (with "f" (func $f)))))
  "type mismatch with result type")
(assert_invalid
  (component
    (import "i" (instance $i (export "a" (func))))
    (component $c (import "i" (instance (export "a" (component)))))
    (instance (instantiate $c (with "i" (instance $i)))))
  "type mismatch in instance export `a`")
(assert_invalid
  (component
    (core module $m (import "" "f" (global i32)))
    (component $c
      (import "m" (core module (import "" "f" (func)))))
    (instance (instantiate $c (with "m" (core module $m)))))
  "type mismatch in import `::f`")
(assert_invalid
  (component
    (core module $m (import "" "extra" (global i32)))
    (component $c
      (import "m" (core module)))
    (instance (instantiate $c (with "m" (core module $m)))))
  "missing expected import `::extra`")
(assert_invalid
  (component
    (core module $m)
    (component $c
      (import "m" (core module (export "x" (func)))))
    (instance (instantiate $c (with "m" (core module $m)))))
  "missing expected export `x`")
(assert_invalid
  (component
    (core module $m (func (export "g")))
    (component $c
      (import "m" (core module (export "g" (global i32)))))
    (instance (instantiate $c (with "m" (core module $m)))))
  "type mismatch in export `g`")
(assert_invalid
  (component
    (core module $m1 (import "" "f" (func)))
    (core module $m2 (func (export "f") (param i32)))
    (core instance $i (instantiate $m2))
    (core instance (instantiate $m1 (with "" (instance $i)))))
  "expected: (func)")
(assert_invalid
  (component
    (core module $m1 (import "" "f" (func)))
    (core module $m2 (func (export "f") (result i32) (i32.const 0)))
    (core instance $i (instantiate $m2))
    (core instance (instantiate $m1 (with "" (instance $i)))))
  "expected: (func)")
(assert_invalid
  (component
    (core module $m1 (import "" "f" (func)))
    (core module $m2 (func (export "g") (param i32)))
    (core instance $i (instantiate $m2))
    (core instance (instantiate $m1
      (with "" (instance (export "f" (func $i "g")))))))
  "expected: (func)")
(assert_invalid
  (component
    (core module $m1 (import "" "g" (global i32)))
    (core module $m2 (global (export "g") i64 (i64.const 0)))
    (core instance $i (instantiate $m2))
    (core instance (instantiate $m1 (with "" (instance $i)))))
  "expected global type i32, found i64")
(assert_invalid
  (component
    (core module $m1 (import "" "t" (table 1 funcref)))
    (core module $m2 (table (export "t") 2 externref))
    (core instance $i (instantiate $m2))
    (core instance (instantiate $m1 (with "" (instance $i)))))
  "expected table element type funcref, found externref")
(assert_invalid
  (component
    (core module $m1 (import "" "t" (table 2 2 funcref)))
    (core module $m2 (table (export "t") 1 funcref))
    (core instance $i (instantiate $m2))
    (core instance (instantiate $m1 (with "" (instance $i)))))
  "mismatch in table limits")
(assert_invalid
  (component
    (core module $m1 (import "" "t" (table 1 2 funcref)))
    (core module $m2 (table (export "t") 2 funcref))
    (core instance $i (instantiate $m2))
    (core instance (instantiate $m1 (with "" (instance $i)))))
  "mismatch in table limits")
(assert_invalid
  (component
    (core module $m1 (import "" "t" (table 2 2 funcref)))
    (core module $m2 (table (export "t") 2 3 funcref))
    (core instance $i (instantiate $m2))
    (core instance (instantiate $m1 (with "" (instance $i)))))
  "mismatch in table limits")
(assert_invalid
  (component
    (core module $m1 (import "" "m" (memory 1 2 shared)))
    (core module $m2 (memory (export "m") 1))
    (core instance $i (instantiate $m2))
    (core instance (instantiate $m1 (with "" (instance $i)))))
  "mismatch in the shared flag for memories")
(assert_invalid
  (component
    (core module $m1 (import "" "m" (memory 1)))
    (core module $m2 (memory (export "m") 0))
    (core instance $i (instantiate $m2))
    (core instance (instantiate $m1 (with "" (instance $i)))))
  "mismatch in memory limits")
(assert_invalid
  (component
    (core module $m1 (import "a" "b" (global i32)))
    (core module $m2 (func (export "b")))
    (core instance $i (instantiate $m2))
    (core instance (instantiate $m1 (with "a" (instance $i)))))
  "expected global, found func")
(assert_invalid
  (component
    (core module $m (import "" "f" (func)))
    (core instance (instantiate $m)))
  "missing module instantiation argument")
(assert_invalid
  (component
    (core module $libc
      (memory (export "memory") 1)
      (table (export "table") 0 funcref))
    (core instance $libc (instantiate $libc))
    (core module $needs
      (import "" "memory" (memory 1))
      (import "" "table" (table 0 funcref)))
    (core instance (instantiate $needs
      (with "" (instance (export "memory" (memory $libc "memory")))))))
  "does not export an item named `table`")
(assert_invalid
  (component
    (component $c (import "a" (func)))
    (component $d)
    (instance (instantiate $c (with "a" (component $d)))))
  "expected func, found component")
(assert_invalid
  (component
    (component $x)
    (instance $i (instantiate $x))
    (component $c (import "x" (component)))
    (instance (instantiate $c (with "x" (instance $i)))))
  "expected component, found instance")
(assert_invalid
  (component
    (core module $m)
    (core instance $i (instantiate $m))
    (core instance (instantiate $m
      (with "a" (instance $i))
      (with "a" (instance $i)))))
  "duplicate module instantiation argument named `a`")
(assert_invalid
  (component
    (component $c)
    (instance $i (instantiate $c))
    (instance (instantiate $c
      (with "a" (instance $i))
      (with "a" (instance $i)))))
  "instantiation argument `a` conflicts with previous argument `a`")
(assert_invalid
  (component
    (component $c)
    (instance
      (export "a" (component $c))
      (export "a" (component $c))))
  "export name `a` conflicts with previous name `a`")
(assert_invalid
  (component
    (core module $m (func (export "f")))
    (core instance $i (instantiate $m))
    (core instance
      (export "a" (func $i "f"))
      (export "a" (func $i "f"))))
  "export name `a` already defined")
(assert_invalid
  (component
    (core instance (instantiate 0)))
  "unknown module")
(assert_invalid
  (component
    (instance (instantiate 0)))
  "unknown component")
(assert_invalid
  (component
    (import "a" (core module))
    (core instance (instantiate 1)))
  "unknown module")
(assert_invalid
  (component (instance (export "a" (func 0))))
  "index out of bounds")
(assert_invalid
  (component (instance (export "a" (instance 0))))
  "index out of bounds")
(assert_invalid
  (component (instance (export "a" (component 0))))
  "index out of bounds")
(assert_invalid
  (component (instance (export "a" (core module 0))))
  "index out of bounds")
(assert_invalid
  (component (core instance (export "a" (func 0))))
  "index out of bounds")
(assert_invalid
  (component (core instance (export "a" (table 0))))
  "index out of bounds")
(assert_invalid
  (component (core instance (export "a" (global 0))))
  "index out of bounds")
(assert_invalid
  (component (core instance (export "a" (memory 0))))
  "index out of bounds")
(assert_invalid
  (component
    (component $c)
    (instance (instantiate $c (with "a" (core module 0)))))
  "index out of bounds")
(assert_invalid
  (component
    (component $c)
    (instance (instantiate $c (with "a" (instance 0)))))
  "index out of bounds")
(assert_invalid
  (component
    (component $c)
    (instance (instantiate $c (with "a" (func 0)))))
  "index out of bounds")
(assert_invalid
  (component
    (component $c)
    (instance (instantiate $c (with "a" (component 100)))))
  "index out of bounds")
(assert_invalid
  (component
    (component $c)
    (instance $i (instantiate $c))
    (export "a" (instance $i "a")))
  "no export named `a`")
(assert_invalid
  (component
    (export "a" (instance 100 "a")))
  "index out of bounds")
(assert_invalid
  (component
    (instance)
    (alias export 0 "Xml" (func)))
  "instance 0 has no export named `Xml`")
(assert_invalid
  (component
    (core module $m)
    (core instance $i (instantiate $m))
    (alias core export $i "a" (core func)))
  "core instance 0 has no export named `a`")
(assert_invalid
  (component
    (import "a" (component $c))
    (instance $i (instantiate $c))
    (alias export $i "a" (func)))
  "instance 0 has no export named `a`")
(assert_invalid
  (component
    (import "a" (instance (export "a" (func))))
    (export "a" (core module 0 "a")))
  "is not a module")
(assert_invalid
  (component
    (component $c
      (component $inner)
      (export "a" (component $inner)))
    (instance $i (instantiate $c))
    (export "a" (core module $i "a")))
  "is not a module")

;; test/validation/kebab.wast
(assert_invalid
  (component
    (import "1" (func)))
  "is not in kebab case")
(assert_invalid
  (component
    (import "1-a" (func)))
  "is not in kebab case")
(assert_invalid
  (component
    (import "" (func)))
  "is not in kebab case")
(assert_invalid
  (component
    (import "a-" (func)))
  "is not in kebab case")
(assert_invalid
  (component
    (import "a--" (func)))
  "is not in kebab case")
(assert_invalid
  (component
    (import "aBc" (func)))
  "`aBc` is not in kebab case")
(assert_invalid
  (component
    (import "1:a/b" (func)))
  "is not in kebab case")
(assert_invalid
  (component
    (import "wasi:http/TyPeS" (func)))
  "`TyPeS` is not in kebab case")
(assert_invalid
  (component
    (import "WaSi:http/types" (func)))
  "`WaSi` is not in kebab case")
(assert_invalid
  (component
    (import "wasi:HtTp/types" (func)))
  "`HtTp` is not in kebab case")
(assert_invalid
  (component
    (import "wasi/http" (func)))
  "`wasi/http` is not in kebab case")
(assert_invalid
  (component
    (import "wasi:" (func)))
  "`` is not in kebab case")
(assert_invalid
  (component
    (import "wasi:/" (func)))
  "`` is not in kebab case")
(assert_invalid
  (component
    (import ":/" (func)))
  "`` is not in kebab case")
(assert_invalid
  (component
    (import "A:b/c" (func)))
  "is not a valid extern name")
(assert_invalid
  (component
    (import "1:b/c" (func)))
  "is not a valid extern name")
(assert_invalid
  (component
    (import "ns-A:b/c" (func)))
  "is not a valid extern name")
(assert_invalid
  (component
    (import "ns:A/b" (func)))
  "is not a valid extern name")
(assert_invalid
  (component
    (import "ns:1/a" (func)))
  "is not a valid extern name")
(assert_invalid
  (component
    (import "ns:pkg-A/b" (func)))
  "is not a valid extern name")
(assert_invalid
  (component
    (import "f" (func $f))
    (instance (export "1" (func $f))))
  "`1` is not in kebab case")
(assert_invalid
  (component
    (type (component (import "GonnA" (func)))))
  "`GonnA` is not in kebab case")
(assert_invalid
  (component
    (type (component (export "NevEr" (func)))))
  "`NevEr` is not in kebab case")
(assert_invalid
  (component
    (type (instance (export "lET" (func)))))
  "`lET` is not in kebab case")
(assert_invalid
  (component
    (import "DOWn" (instance)))
  "`DOWn` is not in kebab case")
(assert_invalid
  (component
    (import "f" (func $f))
    (export "a" (func $f))
    (export "a" (func $f)))
  "export name `a` conflicts with previous name `a`")
(assert_invalid
  (component
    (import "f" (func $f))
    (export "a" (func $f))
    (export "A" (func $f)))
  "export name `A` conflicts with previous name `a`")
(assert_invalid
  (component
    (type (component
      (import "A" (func))
      (import "a" (func)))))
  "import name `a` conflicts with previous name `A`")
(assert_invalid
  (component
    (type (component
      (export "a" (func))
      (export "A" (func)))))
  "export name `A` conflicts with previous name `a`")
(assert_invalid
  (component
    (type (instance
      (export "foo-BAR-baz" (func))
      (export "FOO-bar-BAZ" (func)))))
  "export name `FOO-bar-BAZ` conflicts with previous name `foo-BAR-baz`")

;; test/validation/max-value-size.wast
(assert_invalid
  (component (type (list u8 268435456)))
  "exceeds maximum byte size")
(assert_invalid
  (component (type (list u64 33554432)))
  "exceeds maximum byte size")
(assert_invalid
  (component (type (list u64 536870912)))
  "exceeds maximum byte size")
(assert_invalid
  (component
    (type (tuple (list u8 268435455) (list u8 1))))
  "exceeds maximum byte size")
(assert_invalid
  (component
    (type (record
      (field "a" (list u8 134217728))
      (field "b" (list u8 134217728)))))
  "exceeds maximum byte size")
(assert_invalid
  (component (type (list (list u8 268435455) 2)))
  "exceeds maximum byte size")
(assert_invalid
  (component (type (list string 16777216)))
  "exceeds maximum byte size")

;; test/validation/outer-alias.wast
(assert_invalid
  (component $C
    (type $R (resource (rep i32)))
    (component (alias outer $C $R (type $a)))
  )
  "transitively refers to resources")
(assert_invalid
  (component $C
    (type $R (resource (rep i32)))
    (type $B (borrow $R))
    (component (alias outer $C $B (type $a)))
  )
  "transitively refers to resources")
(assert_invalid
  (component $C
    (type $R (resource (rep i32)))
    (type $Rec (record (field "h" (own $R))))
    (component (alias outer $C $Rec (type $a)))
  )
  "transitively refers to resources")
(assert_invalid
  (component $C
    (type $R (resource (rep i32)))
    (component (component (alias outer 2 0 (type $a))))
  )
  "transitively refers to resources")
(assert_invalid
  (component $C
    (type $R (resource (rep i32)))
    (component (type (component
      (alias outer 2 0 (type $a))
    )))
  )
  "transitively refers to resources")
(assert_invalid
  (component $C
    (type $R (resource (rep i32)))
    (type $U (component (export "a" (type (eq $R)))))
    (component (alias outer $C $U (type $a)))
  )
  "transitively refers to resources")
(assert_invalid
  (component $C
    (type $R (resource (rep i32)))
    (type $U (component (import "a" (type (eq $R)))))
    (component (alias outer $C $U (type $a)))
  )
  "transitively refers to resources")
(assert_invalid
  (component
    (type (component
      (import "i" (instance $i (export "f" (func))))
      (alias export $i "f" (func $a))
    ))
  )
  "may only refer to types or instances")
(assert_invalid
  (component $C
    (component $D)
    (type (component (alias outer $C $D (component $a))))
  )
  "may only refer to types or instances")
(assert_invalid
  (component $C
    (core module $M)
    (type (component (alias outer $C $M (core module $a))))
  )
  "may only refer to types or instances")
(assert_invalid
  (component $C
    (component $D)
    (type (instance (alias outer $C $D (component $a))))
  )
  "may only refer to types or instances")
(assert_invalid
  (component $C
    (alias outer 0 0 (type $a))
    (type $T (record (field "x" u32)))
  )
  "index out of bounds")
(assert_invalid
  (component $C
    (component (alias outer 1 0 (type $a)))
    (type $T (record (field "x" u32)))
  )
  "index out of bounds")
(assert_invalid
  (component $C
    (type $T (record (field "x" u32)))
    (component (alias outer 5 0 (type $a)))
  )
  "invalid outer alias count")
(assert_invalid
  (component (alias outer 1 0 (type $a)))
  "invalid outer alias count")
(assert_invalid
  (component $C
    (type $T (record (field "x" u32)))
    (component (alias outer 1 9 (type $a)))
  )
  "index out of bounds")
(assert_invalid
  (component (alias outer 1 0 (core type $a)))
  "invalid outer alias count")
(assert_invalid
  (component (alias outer 0 0 (core type $a)))
  "index out of bounds")
(assert_invalid
  (component (alias outer 1 0 (core module $a)))
  "invalid outer alias count")
(assert_invalid
  (component (alias outer 0 0 (core module $a)))
  "index out of bounds")
(assert_invalid
  (component (alias outer 1 0 (component $a)))
  "invalid outer alias count")
(assert_invalid
  (component (alias outer 0 0 (component $a)))
  "index out of bounds")
(assert_malformed
  (component quote
    "(import \"x\" (func $x))"
    "(component (export \"x\" (func $x)))")
  "outer item `x` is not a module, type, or component")

;; test/validation/resources.wast
(assert_invalid
  (component
    (import "T1" (type $T1 (sub resource)))
    (import "T2" (type $T2 (sub resource)))
    (component $eq
      (import "a" (type $a (sub resource)))
      (import "b" (type (eq $a))))
    (instance (instantiate $eq (with "a" (type $T1)) (with "b" (type $T2)))))
  "resource types are not the same")
(assert_invalid
  (component
    (import "T1" (type $T1 (sub resource)))
    (import "T2" (type $T2 (sub resource)))
    (import "T3" (type $T3 (eq $T2)))
    (component $eq
      (import "a" (type $a (sub resource)))
      (import "b" (type (eq $a))))
    (instance (instantiate $eq (with "a" (type $T1)) (with "b" (type $T2)))))
  "resource types are not the same")
(assert_invalid
  (component
    (import "T" (type $T (sub resource)))
    (import "U" (type $U (sub resource)))
    (import "f" (func $f (param "x" (own $U))))
    (component $c
      (import "T" (type $T (sub resource)))
      (import "g" (func (param "x" (own $T)))))
    (instance (instantiate $c (with "T" (type $T)) (with "g" (func $f)))))
  "resource types are not the same")
(assert_invalid
  (component
    (import "T" (type $T (sub resource)))
    (import "U" (type $U (sub resource)))
    (import "f" (func $f (param "x" (borrow $U))))
    (component $c
      (import "T" (type $T (sub resource)))
      (import "g" (func (param "x" (borrow $T)))))
    (instance (instantiate $c (with "T" (type $T)) (with "g" (func $f)))))
  "resource types are not the same")
(assert_invalid
  (component
    (import "T" (type $T (sub resource)))
    (import "f" (func $f (param "x" (borrow $T))))
    (component $c
      (import "T" (type $T (sub resource)))
      (import "g" (func (param "x" (own $T)))))
    (instance (instantiate $c (with "T" (type $T)) (with "g" (func $f)))))
  "expected own, found borrow")
(assert_invalid
  (component
    (import "T" (type $T (sub resource)))
    (import "U" (type $U (sub resource)))
    (type $LO3 (list (own $U)))
    (import "f" (func $f (param "x" $LO3)))
    (component $c
      (import "T" (type $T (sub resource)))
      (type $LO1 (list (own $T)))
      (import "g" (func (param "x" $LO1))))
    (instance (instantiate $c (with "T" (type $T)) (with "g" (func $f)))))
  "resource types are not the same")
(assert_invalid
  (component
    (import "T" (type $T (sub resource)))
    (type $LB (list (borrow $T)))
    (import "f" (func $f (param "x" $LB)))
    (component $c
      (import "T" (type $T (sub resource)))
      (type $LO (list (own $T)))
      (import "g" (func (param "x" $LO))))
    (instance (instantiate $c (with "T" (type $T)) (with "g" (func $f)))))
  "expected own, found borrow")
(assert_invalid
  (component
    (import "T" (type $T (sub resource)))
    (import "U" (type $U (sub resource)))
    (import "f" (func $f (param "x" (tuple (own $U) u32))))
    (component $c
      (import "T" (type $T (sub resource)))
      (import "g" (func (param "x" (tuple (own $T) u32)))))
    (instance (instantiate $c (with "T" (type $T)) (with "g" (func $f)))))
  "resource types are not the same")
(assert_invalid
  (component
    (import "T" (type $T (sub resource)))
    (import "U" (type $U (sub resource)))
    (import "f" (func $f (param "x" (option (own $U)))))
    (component $c
      (import "T" (type $T (sub resource)))
      (import "g" (func (param "x" (option (own $T))))))
    (instance (instantiate $c (with "T" (type $T)) (with "g" (func $f)))))
  "resource types are not the same")
(assert_invalid
  (component
    (import "T" (type $T (sub resource)))
    (import "U" (type $U (sub resource)))
    (import "f" (func $f (param "x" (result (own $U)))))
    (component $c
      (import "T" (type $T (sub resource)))
      (import "g" (func (param "x" (result (own $T))))))
    (instance (instantiate $c (with "T" (type $T)) (with "g" (func $f)))))
  "resource types are not the same")
(assert_invalid
  (component
    (import "T" (type $T (sub resource)))
    (import "U" (type $U (sub resource)))
    (import "f" (func $f (param "x" (list (list (own $U))))))
    (component $c
      (import "T" (type $T (sub resource)))
      (import "g" (func (param "x" (list (list (own $T)))))))
    (instance (instantiate $c (with "T" (type $T)) (with "g" (func $f)))))
  "resource types are not the same")
(assert_invalid
  (component
    (import "T" (type $T (sub resource)))
    (import "U" (type $U (sub resource)))
    (import "f" (func $f (param "x" (list (option (result (list (option (result (list (option (own $U))))))))))))
    (component $c
      (import "T" (type $T (sub resource)))
      (import "g" (func (param "x" (list (option (result (list (option (result (list (option (own $T)))))))))))))
    (instance (instantiate $c (with "T" (type $T)) (with "g" (func $f)))))
  "resource types are not the same")
(assert_invalid
  (component
    (type $R1 (resource (rep i32)))
    (type $R2 (resource (rep i32)))
    (type $RecU (record (field "h" (own $R2))))
    (component $c
      (import "T" (type $t (sub resource)))
      (type $expected (record (field "h" (own $t))))
      (import "a" (type (eq $expected))))
    (instance (instantiate $c (with "T" (type $R1)) (with "a" (type $RecU)))))
  "resource types are not the same")
(assert_invalid
  (component
    (type $R1 (resource (rep i32)))
    (type $R2 (resource (rep i32)))
    (type $VarU (variant (case "c" (own $R2))))
    (component $c
      (import "T" (type $t (sub resource)))
      (type $expected (variant (case "c" (own $t))))
      (import "a" (type (eq $expected))))
    (instance (instantiate $c (with "T" (type $R1)) (with "a" (type $VarU)))))
  "resource types are not the same")
(assert_invalid
  (component
    (type $I (instance
      (export "r" (type $r (sub resource)))
      (export "f" (func (result (own $r))))))
    (import "i1" (instance $i1 (type $I)))
    (import "i2" (instance $i2 (type $I)))
    (component $C
      (import "r" (type $r (sub resource)))
      (import "f" (func (result (own $r)))))
    (instance (instantiate $C
      (with "r" (type $i1 "r"))
      (with "f" (func $i2 "f")))))
  "resource types are not the same")
(assert_invalid
  (component
    (import "x" (instance $i
      (type $I (instance
        (export "r" (type (sub resource)))))
      (export "a" (instance (type $I)))
      (export "b" (instance (type $I)))))
    (component $eq
      (import "a" (type $a (sub resource)))
      (import "b" (type (eq $a))))
    (instance (instantiate $eq
      (with "a" (type $i "a" "r"))
      (with "b" (type $i "b" "r")))))
  "resource types are not the same")
(assert_invalid
  (component
    (type $R1 (resource (rep i32)))
    (type $R2 (resource (rep i32)))
    (component $eq
      (import "a" (type $a (sub resource)))
      (import "b" (type (eq $a))))
    (instance (instantiate $eq (with "a" (type $R1)) (with "b" (type $R2)))))
  "resource types are not the same")
(assert_invalid
  (component
    (import "T" (type $T (sub resource)))
    (type $R (resource (rep i32)))
    (component $eq
      (import "a" (type $a (sub resource)))
      (import "b" (type (eq $a))))
    (instance (instantiate $eq (with "a" (type $R)) (with "b" (type $T)))))
  "resource types are not the same")
(assert_invalid
  (component
    (component $Outer
      (import "C" (component $C
        (export "T1" (type (sub resource)))
        (export "T2" (type $T2 (sub resource)))
        (export "T3" (type (eq $T2)))))
      (instance $c (instantiate $C))
      (alias export $c "T1" (type $T1))
      (alias export $c "T2" (type $T2))
      (component $eq
        (import "a" (type $a (sub resource)))
        (import "b" (type (eq $a))))
      (instance (instantiate $eq (with "a" (type $T1)) (with "b" (type $T2))))))
  "resource types are not the same")
(assert_invalid
  (component
    (component $C
      (type $r1 (export "r1") (resource (rep i32)))
      (type $r2 (export "r2") (resource (rep i32))))
    (instance $c1 (instantiate $C))
    (instance $c2 (instantiate $C))
    (alias export $c1 "r1" (type $c1r1))
    (alias export $c2 "r1" (type $c2r1))
    (component $eq
      (import "a" (type $a (sub resource)))
      (import "b" (type (eq $a))))
    (instance (instantiate $eq (with "a" (type $c1r1)) (with "b" (type $c2r1)))))
  "resource types are not the same")
(assert_invalid
  (component
    (component $C
      (type $r1 (export "r1") (resource (rep i32)))
      (type $r2 (export "r2") (resource (rep i32))))
    (instance $c1 (instantiate $C))
    (alias export $c1 "r1" (type $c1r1))
    (alias export $c1 "r2" (type $c1r2))
    (component $eq
      (import "a" (type $a (sub resource)))
      (import "b" (type (eq $a))))
    (instance (instantiate $eq (with "a" (type $c1r1)) (with "b" (type $c1r2)))))
  "resource types are not the same")
(assert_invalid
  (component
    (component $C
      (type $r1 (export "r1") (resource (rep i32)))
      (type $r2 (export "r2") (resource (rep i32)))
      (type $r3 (export "r3") (resource (rep i32)))
      (type $r4 (export "r4") (resource (rep i32))))
    (instance $c1 (instantiate $C))
    (instance $c2 (instantiate $C))
    (instance $c3 (instantiate $C))
    (instance $c4 (instantiate $C))
    (alias export $c1 "r1" (type $first))
    (alias export $c4 "r1" (type $last))
    (component $eq
      (import "a" (type $a (sub resource)))
      (import "b" (type (eq $a))))
    (instance (instantiate $eq (with "a" (type $first)) (with "b" (type $last)))))
  "resource types are not the same")
(assert_invalid
  (component
    (component $C
      (type $R (resource (rep i32)))
      (export $R' "r" (type $R))
      (core func $drop (canon resource.drop $R))
      (func (export "f") (param "x" (own $R')) (canon lift (core func $drop))))
    (instance $c1 (instantiate $C))
    (instance $c2 (instantiate $C))
    (component $D
      (import "r" (type $R (sub resource)))
      (import "f" (func (param "x" (own $R)))))
    (instance (instantiate $D
      (with "r" (type $c1 "r"))
      (with "f" (func $c2 "f")))))
  "resource types are not the same")
(assert_invalid
  (component
    (component $C
      (type $r (resource (rep i32)))
      (export "r1" (type $r))
      (export "r2" (type $r) (type (sub resource))))
    (instance $c (instantiate $C))
    (alias export $c "r1" (type $r1))
    (alias export $c "r2" (type $r2))
    (component $eq
      (import "a" (type $a (sub resource)))
      (import "b" (type (eq $a))))
    (instance (instantiate $eq (with "a" (type $r1)) (with "b" (type $r2)))))
  "resource types are not the same")
(assert_invalid
  (component
    (component $c
      (import "x" (type (sub resource))))
    (type $x u32)
    (instance (instantiate $c (with "x" (type $x)))))
  "expected resource, found defined type")
(assert_invalid
  (component
    (component $c
      (type $t u32)
      (import "x" (type (eq $t))))
    (type $x (resource (rep i32)))
    (instance (instantiate $c (with "x" (type $x)))))
  "expected defined type, found resource")
(assert_invalid
  (component
    (component $c
      (import "x" (type (sub resource))))
    (instance (instantiate $c)))
  "missing import named `x`")
(assert_invalid
  (component
    (type $x (own 100)))
  "type index out of bounds")
(assert_invalid
  (component
    (type $x (borrow 100)))
  "type index out of bounds")
(assert_invalid
  (component
    (type $t u8)
    (type $x (own $t)))
  "not a resource type")
(assert_invalid
  (component
    (type $t u8)
    (type $x (borrow $t)))
  "not a resource type")
(assert_invalid
  (component
    (type $R (resource (rep i32)))
    (type $F (func (result (borrow $R)))))
  "function result cannot contain a `borrow` type")
(assert_invalid
  (component
    (type $R (resource (rep i32)))
    (type $F (func (result (list (borrow $R))))))
  "function result cannot contain a `borrow` type")
(assert_invalid
  (component
    (type $R (resource (rep i32)))
    (type $F (func (result (option (borrow $R))))))
  "function result cannot contain a `borrow` type")
(assert_invalid
  (component
    (type $R (resource (rep i32)))
    (type $Rec (record (field "f" (borrow $R))))
    (type $F (func (result (option (list $Rec))))))
  "function result cannot contain a `borrow` type")
(assert_invalid
  (component
    (type $C (component
      (type $R (resource (rep i32))))))
  "resources can only be defined within a concrete component")
(assert_invalid
  (component
    (type $I (instance
      (type $R (resource (rep i32))))))
  "resources can only be defined within a concrete component")
(assert_invalid
  (component
    (core module $M
      (func (export "dtor")))
    (core instance $m (instantiate $M))
    (type $R (resource (rep i32) (dtor (core func $m "dtor")))))
  "wrong signature for a destructor")
(assert_invalid
  (component
    (type $R (resource (rep i32) (dtor (core func 100)))))
  "function index out of bounds")
(assert_invalid
  (component
    (type $T (tuple u32))
    (core func (canon resource.drop $T)))
  "not a resource type")
(assert_invalid
  (component
    (type $C (component))
    (core func (canon resource.new $C)))
  "not a resource type")
(assert_invalid
  (component
    (type $C (component))
    (core func (canon resource.drop $C)))
  "not a resource type")
(assert_invalid
  (component
    (core func (canon resource.drop 100)))
  "type index out of bounds")
(assert_invalid
  (component
    (import "T" (type $T (sub resource)))
    (core func (canon resource.new $T)))
  "not a local resource")
(assert_invalid
  (component
    (import "T" (type $T (sub resource)))
    (core func (canon resource.rep $T)))
  "not a local resource")
(assert_invalid
  (component
    (component $C
      (type $R (resource (rep i32)))
      (export "r" (type $R)))
    (instance $c (instantiate $C))
    (alias export $c "r" (type $R))
    (core func (canon resource.rep $R)))
  "not a local resource")
