//! Other people's help desks: a Dovecot that takes mail by LMTP ([`dovecot`]), an
//! HTTP endpoint ([`endpoint`]), a gate that runs a program for each message
//! ([`gate`]), and a whole ticket system, Debian's request-tracker5 ([`tracker`]).

pub mod dovecot;
pub mod endpoint;
pub mod gate;
pub mod tracker;
