//! The registry: repositories, the blobs, manifests and tags that they have, and uploads that are not finished.
//!
//! Nobody reads a blob but through a repository that has it. What a manifest or an upload refers to is touched in the
//! transaction that refers to it, so garbage collection, which takes only what nobody touched for long, never meets it.

mod blobs;
mod garbage;
mod manifests;
mod quota;
mod referrers;
mod repositories;
mod tags;
mod uploads;
mod upstreams;

pub use self::{
    blobs::{
        RegistryBlob, add_blob, find_blob, is_blob_needed, mount_blob, note_told, remove_blob,
        repositories_with_blob,
    },
    garbage::{Collected, collect_garbage},
    manifests::{
        Manifest, NewManifest, NewReference, Reference, ReferenceKind, delete_manifest, find_manifest,
        hold_manifest, missing_references, note_pulled, put_manifest, references,
    },
    quota::{Room, Usage, miscounted_namespaces, namespace_usage, recount_namespace, set_namespace_quota},
    referrers::{Referrer, Wanted, referrers},
    repositories::{
        Repository, delete_repository, find_repository, hold_repository, list_repositories, make_repository,
    },
    tags::{
        ListedTag, Tag, TagOrder, delete_tag, ending_tags, find_tag, hold_tag, hold_tags_of, keep_tags,
        list_tags, make_tag, resolve, set_tag, set_tag_expiry, set_tag_immutable,
    },
    uploads::{NewUpload, Part, Upload, add_part, begin_upload, end_upload, find_upload},
    upstreams::{
        UpstreamSet, copies_with_manifest, hold_namespace_upstream, list_upstreams, named_blob,
        namespace_upstream, remove_namespace_upstream, set_namespace_upstream,
    },
};
