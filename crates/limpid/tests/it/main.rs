//! Tests of the command as a whole: the program is run, and what it prints is read.

mod architecture;
