//! Accounts on real databases, asked through the public listener's routes.

mod place;
mod table;

use self::place::Place;
