//! Why an image could not be had, in classes by what the caller can do about it.
