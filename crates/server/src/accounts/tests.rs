//! Accounts on real databases, asked through the public listener's routes.

mod api;
mod bearer;
mod oidc;
mod place;
mod secrets;
mod sessions;
mod sign_in;
mod table;

use self::place::Place;
