//! Load on a mail server that takes submissions.

fn main() {}
