//! Random numbers, and what is made of them: secrets of tokens and sessions, and the digests under which they are known.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use limpid_store::StoreError;
use ring::rand::{SecureRandom, SystemRandom};
use sha2::{Digest as _, Sha256};

/// Random bytes.
///
/// # Errors
/// [`StoreError::Unavailable`] where the system gives none.
pub(crate) fn bytes<const BYTES: usize>() -> Result<[u8; BYTES], StoreError> {
    let mut bytes = [0; BYTES];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|error| StoreError::Unavailable(format!("the system gives no random numbers: {error}")))?;
    Ok(bytes)
}

/// A secret that can stand in a cookie, a URL or a line.
///
/// # Errors
/// As [`bytes`].
pub(crate) fn text<const BYTES: usize>() -> Result<String, StoreError> {
    bytes::<BYTES>().map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
}

/// The SHA-256 of a secret, in hexadecimal digits.
pub(crate) fn digest(secret: &str) -> String {
    hexadecimal(&Sha256::digest(secret.as_bytes()))
}

/// Bytes in hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
