//! Writes layers as tar, byte by byte, so that tests can write what no archiver would.
