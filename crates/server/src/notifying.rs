//! Notifications: what an update changes for whom, and telling those who want to know.

pub mod targets;
