//! A service into which images are pushed, on real databases, asked through the public listener's routes.

mod bases;
mod copies;
mod decisions;
mod gate;
mod index;
#[cfg(unix)]
mod letters;
mod place;
mod public_case;
mod quay;
mod searches;
mod states;
mod subscriptions;

use self::place::Place;
