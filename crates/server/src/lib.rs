//! The service: registry, indexer, matcher, updater, notifier and pages behind HTTP.
//!
//! Faces ([`clair`], [`api`], [`harbor`]) translate between HTTP and the engine, and decide nothing. What must survive is a row or a
//! job in the store before anybody is told of it; what a process keeps in memory can be thrown away at any time. The work
//! itself blocks and runs on threads; only HTTP is asynchronous.

#![forbid(unsafe_code)]

pub mod accounts;
pub mod api;
pub mod clair;
pub mod configuration;
pub mod doctor;
pub mod egress;
pub mod engine;
mod face;
pub mod fault;
mod garbage;
pub mod harbor;
pub mod http;
pub mod indexing;
pub mod introspection;
pub mod limits;
mod log;
mod mail;
pub mod matching;
pub mod notifying;
mod pages;
mod public;
mod quay;
mod registry;
mod run;
mod runtime;
pub mod secret;
mod security;
pub mod updating;
mod workers;

pub use configuration::Configuration;
pub use run::{Running, ServeError, run};
