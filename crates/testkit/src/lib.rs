//! For tests only: builds images, good and hostile, and the places that they come from.

pub mod http;
pub mod layer;
pub mod tar;
