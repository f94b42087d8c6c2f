//! The flow of mail through the program, in process: real stores, sockets and
//! policies, and a clock that a test may set.
//!
//! Not here: the program from outside (`served`, and the scenarios in `tests/`).

mod house;
mod inbound;
mod names;
mod outbound;
