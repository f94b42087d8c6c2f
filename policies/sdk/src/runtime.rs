//! What stands in for std in a small policy: an allocator and a panic handler.
//!
//! Each call gets a fresh instance that is thrown away after the answer, so
//! memory need never be given back: the allocator moves a pointer. That keeps
//! ordinary mail inside the initial memory and so spares `memory.grow`, which is
//! two system calls and stops other threads of the host.
//!
//! The one place of the policies with `unsafe`: [`core::alloc::GlobalAlloc`]
//! cannot be written without it.

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::{memory_grow, memory_size, unreachable};
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

struct Bump {
    /// First free octet; 0 before the first allocation.
    next: AtomicUsize,
}

const PAGE_OCTETS: usize = 64 * 1024;

#[global_allocator]
static HEAP: Bump = Bump {
    next: AtomicUsize::new(0),
};

#[allow(unsafe_code)]
unsafe extern "C" {
    /// Where the linker says our data ends; only its address means anything.
    static __heap_base: u8;
}

impl Bump {
    /// Where free memory begins.
    fn next(&self) -> usize {
        match self.next.load(Relaxed) {
            0 => (&raw const __heap_base).addr(),
            next => next,
        }
    }

    /// Makes `[start, end)` ours, growing memory if it must.
    fn take(&self, start: usize, end: usize) -> *mut u8 {
        let have = memory_size::<0>() * PAGE_OCTETS;
        let wanted = end.saturating_sub(have).div_ceil(PAGE_OCTETS);
        if wanted > 0 && memory_grow::<0>(wanted) == usize::MAX {
            return core::ptr::null_mut();
        }
        self.next.store(end, Relaxed);
        core::ptr::with_exposed_provenance_mut(start)
    }
}

// SAFETY: blocks never overlap, since `next` only moves forward past what was
// handed out, and an instance has one thread. A block that is the last one may
// grow where it stands; nothing else lies behind it.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let start = self.next().next_multiple_of(layout.align());
        match start.checked_add(layout.size()) {
            Some(end) => self.take(start, end),
            None => core::ptr::null_mut(),
        }
    }

    unsafe fn dealloc(&self, _block: *mut u8, _layout: Layout) {}

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let start = block.addr();
        if size <= layout.size() {
            return block;
        }
        if start + layout.size() == self.next() {
            return match start.checked_add(size) {
                Some(end) => self.take(start, end),
                None => core::ptr::null_mut(),
            };
        }
        // SAFETY: the caller vouches for `layout` and `size`; the new block is
        // larger than the old one and does not overlap it.
        unsafe {
            let moved = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !moved.is_null() {
                core::ptr::copy_nonoverlapping(block, moved, layout.size());
            }
            moved
        }
    }
}

/// A panic is a trap: the host takes it for a failure and the mail is deferred.
#[panic_handler]
fn panic(_info: &core::panic::PanicInfo<'_>) -> ! {
    unreachable()
}
