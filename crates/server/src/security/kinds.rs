//! Media types of what is pushed: which layers are read, and what the things are that nobody indexes.

/// Layers that are read: tar, plain or compressed, also those that may not be given to others.
const LAYERS: &[&str] = &[
    "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.oci.image.layer.v1.tar+gzip",
    "application/vnd.oci.image.layer.v1.tar+zstd",
    "application/vnd.oci.image.layer.nondistributable.v1.tar",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
    "application/vnd.docker.image.rootfs.diff.tar",
    "application/vnd.docker.image.rootfs.diff.tar.gzip",
    "application/vnd.docker.image.rootfs.diff.tar.zstd",
    "application/vnd.docker.image.rootfs.foreign.diff.tar",
    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
];

/// Configurations of images that can be run.
const CONFIGURATIONS: &[&str] =
    &["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"];

/// Manifests that may be children of an index.
const MANIFESTS: &[&str] = &[
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
];

/// Beginnings of types, and what they are.
const KNOWN: &[(&str, &str)] = &[
    ("application/vnd.in-toto", "an attestation"),
    ("application/vnd.dsse.", "an attestation"),
    ("application/vnd.dev.cosign.", "a signature of cosign"),
    ("application/vnd.dev.sigstore.", "a signature of Sigstore"),
    ("application/vnd.cncf.notary.", "a signature of Notary"),
    ("application/vnd.cncf.helm.", "a Helm chart"),
    ("application/spdx+json", "an SBOM"),
    ("text/spdx", "an SBOM"),
    ("application/vnd.cyclonedx", "an SBOM"),
    ("application/vnd.syft", "an SBOM"),
    ("application/vnd.goharbor.harbor.sbom", "an SBOM"),
    ("application/sarif+json", "a report"),
    ("application/vnd.wasm.", "a WebAssembly module"),
    ("application/vnd.cncf.flux.", "a bundle of Flux"),
    ("application/vnd.ollama.", "a model"),
    ("application/vnd.docker.plugin", "a plugin of Docker"),
];

/// Whether layers of this type are read.
pub(super) fn is_layer(media_type: &str) -> bool {
    LAYERS.contains(&media_type)
}

/// Whether it is the configuration of an image that can be run.
pub(super) fn is_configuration(media_type: &str) -> bool {
    CONFIGURATIONS.contains(&media_type)
}

/// Whether a child of an index is a manifest.
pub(super) fn is_manifest(media_type: &str) -> bool {
    MANIFESTS.contains(&media_type)
}

/// What a type is in plain words, where it is one of the known artifacts.
pub(super) fn known(media_type: &str) -> Option<&'static str> {
    KNOWN.iter().find(|(beginning, _)| media_type.starts_with(beginning)).map(|(_, what)| *what)
}
