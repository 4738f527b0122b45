//! x
pub mod blocking;
pub mod error;
pub use error::ApiError;
