//! Limpid's own JSON API, `/api/v1/`.
