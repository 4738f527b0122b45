//! The registry on real databases, asked through the public listener's routes.

mod pushes;
mod quotas;
mod tags;
