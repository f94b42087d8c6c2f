//! Asks components; the only crate that knows wasmtime.
//!
//! A policy is a WebAssembly component that answers questions (`wit/`). An
//! [`Engine`] compiles it once; a [`Policy`] is such a [`Component`] with the
//! settings and limits of one account; a [`Chain`] asks the operator's policies
//! first and then the account's, which may only tighten. Every policy gets a
//! fresh instance for every question, so nothing it keeps outlives the call.
//!
//! Calls are synchronous and short: the four built-in policies answer within
//! some ten microseconds each, and none may take longer than its deadline
//! (20 ms unless said otherwise). Call them directly from async code; moving
//! them to a blocking thread would cost more than the call. What a policy may
//! ask ([`Facts`]) is answered from memory for the same reason.
//!
//! ```
//! # use std::sync::Arc;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use policy::{Chain, Engine, EngineSettings, NoFacts, questions::limits::*};
//!
//! let engine = Engine::new(EngineSettings::default())?;
//! let chain = Chain::built_in(&engine, &serde_json::json!({"address-limits": {"domains": 4}}))?;
//! let answered = chain.add_domain(&NoFacts::shared(), &DomainFacts {
//!     domain: "acme.example".into(),
//!     kind: DomainKind::Ordinary,
//!     held_by: Holder::Nobody,
//!     proved_elsewhere: false,
//!     domains: 4,
//!     addresses_in_domain: vec![],
//!     copies_enabled: true,
//! });
//! assert!(matches!(answered.answer?, Permission::Refused(v) if v[0].code == "limit_domains"));
//! # Ok(())
//! # }
//! ```
//!
//! Not here: what a failure means for a message (the caller defers or suspends,
//! see [`Failed`]); where facts come from; which policies an account has.

mod answer;
pub mod asked;
#[allow(missing_docs)]
mod bindings;
pub mod built_in;
mod call;
mod chain;
mod code;
pub mod compiler;
mod component;
mod deadline;
mod digest;
mod engine;
mod facts;
mod failure;
pub mod fuzz;
mod guard;
mod imports;
pub mod inspect;
mod limits;
pub mod manifest;
pub mod measure;
mod output;
mod policy;
mod probe;
pub mod questions;
mod settings;
mod tighten;
mod wasi;
pub mod words;

pub use answer::{Answered, Decision, LogLine, Word};
pub use chain::{Chain, ChainError, Listed};
pub use code::CodeCache;
pub use component::{CompileError, Component, WeakComponent};
pub use digest::Digest;
pub use engine::{Engine, EngineError, EngineSettings, Product};
pub use facts::{Facts, NoFacts};
pub use failure::{Failed, Failure};
pub use guard::Allowance;
pub use limits::Limits;
pub use policy::Policy;
pub use settings::{Settings, SettingsError};
