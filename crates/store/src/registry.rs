//! The registry: repositories, the blobs, manifests and tags that they have, and uploads that are not finished.
//!
//! Nobody reads a blob but through a repository that has it. What a manifest or an upload refers to is touched in the
//! transaction that refers to it, so garbage collection, which takes only what nobody touched for long, never meets it.

mod blobs;
mod garbage;
mod manifests;
mod referrers;
mod repositories;
mod tags;
mod uploads;

pub use self::{
    blobs::{
        RegistryBlob, add_blob, find_blob, is_blob_needed, mount_blob, note_told, remove_blob,
        repositories_with_blob,
    },
    garbage::{Collected, collect_garbage},
    manifests::{
        Manifest, NewManifest, NewReference, Reference, ReferenceKind, delete_manifest, find_manifest,
        missing_references, note_pulled, put_manifest, references,
    },
    referrers::{Referrer, Wanted, referrers},
    repositories::{
        Repository, delete_repository, find_repository, hold_repository, list_repositories, make_repository,
    },
    tags::{ListedTag, Tag, TagOrder, delete_tag, find_tag, list_tags, resolve, set_tag},
    uploads::{NewUpload, Part, Upload, add_part, begin_upload, end_upload, find_upload},
};
