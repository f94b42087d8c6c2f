//! The program: everything between the sockets and the crates that decide.
//!
//! A library, so that tests can drive its parts; `main.rs` only calls [`cli`].
//! ARCHITECTURE.md is the map.

pub mod admin;
pub mod cli;
pub mod clock;
pub mod config;
pub mod courier;
pub mod decisions;
pub mod demo;
pub mod disconnect;
pub mod dispatch;
pub mod facts;
pub mod flow;
pub mod intake;
pub mod keys;
pub mod kit;
pub mod listener;
pub mod monitoring;
pub mod muffle;
pub mod operations;
pub mod policies;
pub mod reception;
pub mod registry;
pub mod resolver;
pub mod runner;
pub mod samples;
pub mod serve;
mod service_manager;
pub mod services;
mod sockets;
pub mod telemetry;
pub mod tls;
pub mod trials;
pub mod upkeep;
pub mod web;
mod whole;
pub mod wire;
