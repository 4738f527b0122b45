//! The catalog from outside: updates against a server and mirrors, kills, damage, transfer.
#![forbid(unsafe_code)]

mod catalog;
mod corpus;
mod family;
mod guards;
mod http;
mod kill;
mod proptest_segment;
mod retention;
mod segment;
mod sharing;
mod transfer;
