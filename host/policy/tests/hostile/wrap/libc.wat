  ;; The memory, and an allocator that never takes anything back.
  (core module $libc
    (memory (export "memory") 1)
    (global $free (mut i32) (i32.const 32768))
    (func (export "realloc") (param i32 i32 i32) (param $size i32) (result i32)
      (local $place i32)
      (local.set $place (i32.and (i32.add (global.get $free) (i32.const 15)) (i32.const -16)))
      (global.set $free (i32.add (local.get $place) (local.get $size)))
      (block $fits
        (br_if $fits (i32.le_u (global.get $free) (i32.shl (memory.size) (i32.const 16))))
        (br_if $fits (i32.ne (i32.const -1)
          (memory.grow (i32.add (i32.const 1) (i32.shr_u (local.get $size) (i32.const 16))))))
        unreachable)
      (local.get $place)))
