//! Every limit on what strangers may make us read, with its reason.
//!
//! What goes past a limit becomes a blind spot with its path, or an error; never a silence.

// --- layers ---

/// Uncompressed bytes of one layer. Larger than any layer that registries accept by default.
pub const LAYER_BYTES: u64 = 16 << 30;

/// Stored bytes of a layer whose size nobody told: as much as a plain tar of the largest layer.
pub const STORED_LAYER_BYTES: u64 = LAYER_BYTES;

/// Uncompressed bytes for each stored byte. Deflate ends at 1032, real layers stay under 100, and a layer that is
/// nearly all zeros (a preallocated database) is let through by [`RATIO_FREE_BYTES`].
pub const RATIO: u64 = 500;

/// Uncompressed bytes of a layer before [`RATIO`] is asked: that much costs a second at most.
pub const RATIO_FREE_BYTES: u64 = 256 << 20;

/// Entries of one layer. The largest real ones, trees of node modules, have some hundred thousand.
pub const LAYER_ENTRIES: u64 = 2_000_000;

/// Bytes of all names and link targets of one layer. Two million entries of 64 bytes: what a listing may take.
pub const LAYER_PATH_BYTES: u64 = 128 << 20;

/// Bytes of one path: `PATH_MAX` of Linux. Nothing longer can be unpacked.
pub const PATH_BYTES: usize = 4096;

/// Components of one path. Real trees end near 40.
pub const PATH_COMPONENTS: usize = 256;

/// Bytes of an extended header, a long name or the map of a sparse file. Go's reader, and so containerd, ends here too.
pub const EXTENDED_HEADER_BYTES: u64 = 1 << 20;

/// Bytes of all the files that are kept of one layer. The largest real package databases are some hundred megabytes.
pub const KEPT_BYTES: u64 = 4 << 30;

/// Bytes of a file that is held in memory while an extract is taken of it; a larger one is laid down in a file. Most programs
/// and jars are smaller.
pub const EXTRACT_MEMORY: u64 = 1 << 20;

/// Bytes of a file for that which is kept for the next one: larger ones are few, and take their room from others.
pub const KEPT_SCRATCH_BYTES: u64 = 64 << 20;

/// Blind spots told of one layer. A person reads the first few; the rest are counted.
pub const LAYER_BLIND_SPOTS: u64 = 100;

/// 2 to the power of this is the largest window of a zstd frame, in bytes (128 MiB): the largest that zstd itself
/// writes or reads unless it is told otherwise.
pub const ZSTD_WINDOW_LOG: u32 = 27;

/// The largest window, in bytes, that layers may have side by side: what zstd's ordinary levels use. Of larger ones there
/// is one at a time in the whole process, or memory would grow with the cores.
pub const SHARED_ZSTD_WINDOW: u64 = 8 << 20;

/// How long one layer may take, from its first byte to its last. Enough for the largest that registries take, at some MiB a
/// second; a server that gives a byte now and then must not hold a scan for ever.
pub const LAYER_TIME: std::time::Duration = std::time::Duration::from_secs(60 * 60);

/// What one layer may cost. The default is the constants of this module; tests scale it down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// [`LAYER_BYTES`].
    pub layer_bytes: u64,
    /// [`STORED_LAYER_BYTES`].
    pub stored_layer_bytes: u64,
    /// [`RATIO`].
    pub ratio: u64,
    /// [`RATIO_FREE_BYTES`].
    pub ratio_free_bytes: u64,
    /// [`LAYER_ENTRIES`].
    pub layer_entries: u64,
    /// [`LAYER_PATH_BYTES`].
    pub layer_path_bytes: u64,
    /// [`PATH_BYTES`].
    pub path_bytes: usize,
    /// [`PATH_COMPONENTS`].
    pub path_components: usize,
    /// [`EXTENDED_HEADER_BYTES`].
    pub extended_header_bytes: u64,
    /// [`KEPT_BYTES`].
    pub kept_bytes: u64,
    /// [`LAYER_BLIND_SPOTS`].
    pub layer_blind_spots: u64,
    /// [`ZSTD_WINDOW_LOG`].
    pub zstd_window_log: u32,
    /// [`LAYER_TIME`], after which nothing more of a layer is read.
    pub layer_time: std::time::Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            layer_bytes: LAYER_BYTES,
            stored_layer_bytes: STORED_LAYER_BYTES,
            ratio: RATIO,
            ratio_free_bytes: RATIO_FREE_BYTES,
            layer_entries: LAYER_ENTRIES,
            layer_path_bytes: LAYER_PATH_BYTES,
            path_bytes: PATH_BYTES,
            path_components: PATH_COMPONENTS,
            extended_header_bytes: EXTENDED_HEADER_BYTES,
            kept_bytes: KEPT_BYTES,
            layer_blind_spots: LAYER_BLIND_SPOTS,
            zstd_window_log: ZSTD_WINDOW_LOG,
            layer_time: LAYER_TIME,
        }
    }
}

// --- image sources ---

/// Bytes of a manifest or an index: what the OCI distribution specification asks registries to accept at least.
pub const MANIFEST_BYTES: u64 = 4 << 20;

/// Manifests that refer to one and are looked at: signatures and documents of a handful of tools.
pub const REFERRERS: usize = 200;

/// Pages in which a registry lists them.
pub const REFERRER_PAGES: usize = 20;

/// Bytes of a document that is attached to an image: one of all vulnerabilities of a large image has some megabytes.
pub const ATTACHED_BYTES: u64 = 32 << 20;

/// Bytes of an image's configuration. Real ones are some kilobytes; a history of many steps makes some hundreds.
pub const CONFIG_BYTES: u64 = 8 << 20;

/// Layers of one image. Docker itself stops at 127.
pub const LAYERS: usize = 512;

/// Manifests that one index lists.
pub const INDEX_CHILDREN: usize = 1024;

/// Indexes in indexes: an archive's own, one for its name, and one for its platforms.
pub const INDEX_DEPTH: usize = 3;

/// Entries of an image archive: a layer has three at most, so this is far past [`LAYERS`] of many images.
pub const ARCHIVE_ENTRIES: usize = 100_000;

/// Bytes of an image archive that has to be laid down in the data directory: one that is compressed as a whole, comes
/// by standard input or from an engine. As for a layer: larger than what is in use, small enough for a disk.
pub const ARCHIVE_BYTES: u64 = 32 << 30;

/// Bytes of a long name or of extended attributes of one entry of an image archive. Paths end at 4096 bytes.
pub const ARCHIVE_EXTENSION_BYTES: u64 = 64 << 10;

/// Bytes of a registry's answer that is neither a manifest nor a blob: tokens and errors.
pub const REGISTRY_ANSWER_BYTES: u64 = 1 << 20;

/// Bytes of a list of packages (SBOM). Those of the largest images, with all their files in it, have some ten millions.
pub const SBOM_BYTES: u64 = 128 << 20;

// --- evidence and the final file system ---

/// Blind spots that one layer's evidence tells apart; the rest are counted. A layer made of broken archives would
/// otherwise fill memory with complaints.
pub const BLIND_SPOTS_PER_LAYER: usize = 1000;

/// Bytes of evidence that are kept unless told otherwise. An image's evidence is some hundred kilobytes, so this is
/// some thousands of images, and a small part of any disk that holds the images themselves.
pub const EVIDENCE_BYTES: u64 = 4 << 30;

/// Age at which a temporary file that nobody has locked is taken for the leftover of a killed process.
pub const TEMPORARY_FILE_GRACE: std::time::Duration = std::time::Duration::from_secs(3600);

/// Paths of one image, over all of its layers. The largest real images have about a million; so many take some 200 MB
/// in the final file system. An image past this is refused.
pub const IMAGE_PATHS: usize = 4_000_000;

/// Bytes of the names and link targets of one image, each path counted by its last name alone.
pub const IMAGE_NAME_BYTES: usize = 112 << 20;

/// Symbolic links followed on the way to one file: as many as Linux follows.
pub const SYMLINK_HOPS: u32 = 40;

/// Packages in the results that are remembered between images. At about 300 bytes each, some 150 MB in a service that
/// sees every distribution; one image stays far below.
pub const REMEMBERED_PACKAGES: usize = 500_000;

/// Links to one file that are asked whether it describes a package there. A store links each of its packages once for each that
/// needs it, and the first that is asked tells.
pub const MOST_LINKS_READ: usize = 64;
