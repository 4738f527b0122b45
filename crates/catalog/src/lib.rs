//! Advisory data: feeds over HTTP or from a mirror, guards, segments, the catalog, export and import.
