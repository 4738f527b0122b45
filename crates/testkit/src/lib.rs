//! For tests only: builds images, good and hostile, and the places that they come from.

pub mod alpine;
#[cfg(unix)]
pub mod browser;
#[cfg(unix)]
pub mod engine;
pub mod http;
pub mod image;
pub mod layer;
pub mod oidc;
#[cfg(unix)]
pub mod postgres;
#[cfg(unix)]
pub mod rabbitmq;
pub mod registry;
pub mod s3;
pub mod tar;
