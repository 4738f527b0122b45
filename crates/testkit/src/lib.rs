//! For tests only: builds images, good and hostile, and the places that they come from.

pub mod alpine;
#[cfg(unix)]
pub mod browser;
#[cfg(unix)]
pub mod engine;
#[cfg(unix)]
pub mod folder;
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
#[cfg(unix)]
pub mod smtp;
pub mod tar;
