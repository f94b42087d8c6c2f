//! Nothing of its own: the policies are the examples, one file each, and each names its
//! mistake in its first lines.

#![no_std]
