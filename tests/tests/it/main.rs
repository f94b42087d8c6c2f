//! The scenarios: our program among real mail servers and clients, in one binary.
//!
//! Each module is a story a mail administrator knows; each test's comment names
//! the rows of the requirements (`R10`) or of the fault catalogue (`SMG-01`) it
//! proves. `tests/requirements.toml` and `tests/faults.toml` are the way back.

mod peers;
