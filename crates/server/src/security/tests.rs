//! A service into which images are pushed, on real databases, asked through the public listener's routes.

mod gate;
mod index;
mod place;
mod public_case;
mod quay;
mod states;
mod subscriptions;

use self::place::Place;
