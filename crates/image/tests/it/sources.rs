//! Image sources that are files: what is opened, what is chosen, and what is refused.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use limpid_core::Digest;
use limpid_image::{
    reference::ImageArgument,
    source::{CredentialFiles, LayeredImage, OpenedImage, SourceError, SourceOptions, open},
};
use limpid_testkit::{
    image::{ImageBuilder, Layout, Stored},
    layer,
    tar::Tar,
};
use serde_json::json;
use tempfile::TempDir;

mod corpus;
mod docker;
mod platforms;

/// Options that ask for nothing and look at no credentials.
pub(crate) fn options(spool: &Path) -> SourceOptions {
    SourceOptions { credentials: CredentialFiles::default(), ..SourceOptions::new(spool) }
}

pub(crate) fn try_open(text: &str, options: &SourceOptions) -> Result<Box<dyn LayeredImage>, SourceError> {
    let argument: ImageArgument = text.parse().expect("it names an image");
    match open(&argument, options)? {
        OpenedImage::Layers(image) => Ok(image),
        OpenedImage::Root(root) => panic!("{root:?} is no image of layers"),
        OpenedImage::Sbom(document) => panic!("{} is no image of layers", document.reference),
    }
}

/// Opens what should open.
pub(crate) fn opened(text: &str, options: &SourceOptions) -> Box<dyn LayeredImage> {
    try_open(text, options).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The message of what should not open.
pub(crate) fn refusal(text: &str, options: &SourceOptions) -> SourceError {
    match try_open(text, options) {
        Ok(_) => panic!("{text} was opened"),
        Err(error) => error,
    }
}

/// The bytes of a layer as stored, which must have its digest.
pub(crate) fn layer_bytes(image: &dyn LayeredImage, index: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    image.open_layer(index).expect("the layer opens").read_to_end(&mut bytes).expect("the layer is read");
    assert_eq!(Digest::of(&bytes), image.layers()[index].digest);
    bytes
}

/// A directory for a test's files, with a spool in it.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a directory"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::write(&path, bytes).expect("the file is written");
        path.display().to_string()
    }

    pub(crate) fn options(&self) -> SourceOptions {
        options(&self.path("spool"))
    }
}

pub(crate) fn tar(name: &str) -> Vec<u8> {
    Tar::new().file(name, format!("content of {name}")).finish()
}

pub(crate) fn two_layers() -> ImageBuilder {
    ImageBuilder::new().layer(tar("etc/one"), Stored::Gzip).layer(tar("etc/two"), Stored::Zstd)
}

#[test]
fn a_layout_is_the_same_image_as_directory_archive_and_compressed_archive() {
    let place = Place::new();
    let layout = Layout::of(&two_layers(), "app:1");
    layout.write_directory(&place.path("layout"));
    let archive = layout.tar().finish();
    let (gzip, zstd) = (layer::gzip(&archive), layer::zstd(&archive));
    let texts = [
        format!("oci:{}", place.path("layout").display()),
        place.path("layout").display().to_string(),
        format!("oci-archive:{}", place.write("plain.tar", &archive)),
        place.write("other.tar.gz", gzip),
        place.write("no-ending", zstd),
    ];
    for text in texts {
        let image = opened(&text, &place.options());
        let facts = image.facts();
        assert_eq!(facts.reference, text);
        assert_eq!(facts.platform, "linux/amd64");
        assert_eq!(facts.layers, two_layers().layer_digests());
        assert_eq!(facts.digest.as_str(), layout.entries[0]["digest"].as_str().unwrap());
        assert_eq!(image.layers()[0].diff_id, Digest::of(&tar("etc/one")));
        assert_eq!(image.layers()[1].media_type, "application/vnd.oci.image.layer.v1.tar+zstd");
        assert_eq!(layer_bytes(image.as_ref(), 0), layer::gzip(&tar("etc/one")));
        assert_eq!(layer_bytes(image.as_ref(), 1).len() as u64, image.layers()[1].size.unwrap());
    }
    let left: Vec<_> = fs::read_dir(place.path("spool")).unwrap().collect();
    assert!(left.is_empty(), "nothing is left in the spool");
}

#[test]
fn layers_are_read_from_several_threads_at_once() {
    let place = Place::new();
    let layout = Layout::of(&two_layers(), "app");
    let image = opened(&place.write("app.tar", layout.tar().finish()), &place.options());
    std::thread::scope(|scope| {
        for index in [0, 1, 0, 1, 0, 1] {
            let image = image.as_ref();
            scope.spawn(move || layer_bytes(image, index));
        }
    });
}

#[test]
fn one_of_several_images_is_chosen_by_name_tag_or_digest() {
    let place = Place::new();
    let mut layout = Layout::new();
    let one = layout.image(&ImageBuilder::new().layer(tar("one"), Stored::Gzip));
    let two = layout.image(&ImageBuilder::new().layer(tar("two"), Stored::Gzip));
    let digest = two["digest"].as_str().unwrap().to_owned();
    let layout = layout.entry(one, Some("quay.example/app:1.0")).entry(two, Some("2.0"));
    let file = place.write("two.tar", layout.tar().finish());
    let options = place.options();
    for (selector, path) in [("1.0", "one"), ("quay.example/app:1.0", "one"), ("2.0", "two")] {
        let image = opened(&format!("oci-archive:{file}:{selector}"), &options);
        assert_eq!(image.layers()[0].diff_id, Digest::of(&tar(path)), "{selector}");
    }
    let image = opened(&format!("oci-archive:{file}:@{digest}"), &options);
    assert_eq!(image.facts().digest.as_str(), digest);

    let error = refusal(&file, &options);
    assert!(
        matches!(&error, SourceError::Ambiguous { candidates, .. } if candidates == &["2.0", "quay.example/app:1.0"]),
        "{error}"
    );
    let error = refusal(&format!("oci-archive:{file}:3.0"), &options).to_string();
    assert!(error.ends_with("It has 2.0, quay.example/app:1.0"), "{error}");
}

#[test]
fn bytes_that_do_not_have_their_digest_are_refused() {
    let place = Place::new();
    let whole = Layout::of(&two_layers(), "app");
    for (digest, bytes) in &whole.blobs {
        if two_layers().layer_digests().contains(digest) {
            continue;
        }
        let mut forged = whole.clone();
        // A change that keeps the size and the sense of the JSON.
        let text = String::from_utf8(bytes.clone()).unwrap().replacen("\"linux\"", "\"hurds\"", 1);
        let text = if text.as_bytes() == bytes { text.replacen("gzip", "gzap", 1) } else { text };
        assert_ne!(text.as_bytes(), bytes);
        forged.blobs.insert(digest.clone(), text.into_bytes());
        let error = refusal(&place.write("forged.tar", forged.tar().finish()), &place.options());
        assert!(
            matches!(&error, SourceError::DigestMismatch { expected, .. } if expected == digest),
            "{error}"
        );
    }
}

#[test]
fn sizes_and_counts_that_do_not_agree_are_refused() {
    let place = Place::new();
    let mut short = Layout::of(&two_layers(), "app");
    let layer = two_layers().layer_digests().remove(0);
    short.blobs.get_mut(&layer).unwrap().pop();
    let image = opened(&place.write("short.tar", short.tar().finish()), &place.options());
    let error = image.open_layer(0).err().expect("its size is wrong").to_string();
    assert!(error.contains("its descriptor says"), "{error}");

    let rootfs = json!({"type": "layers", "diff_ids": [Digest::of(b"one")]});
    let wrong = Layout::of(&two_layers().config("rootfs", rootfs), "app");
    let error = refusal(&place.write("wrong.tar", wrong.tar().finish()), &place.options()).to_string();
    assert!(error.contains("1 diff ids for 2 layers"), "{error}");
}

#[test]
fn a_missing_layer_is_an_error_and_a_foreign_one_says_so() {
    let place = Place::new();
    let foreign = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
    let image = two_layers().media_type(foreign);
    let mut layout = Layout::of(&image, "app");
    for digest in image.layer_digests() {
        layout.blobs.remove(&digest);
    }
    let image = opened(&place.write("app.tar", layout.tar().finish()), &place.options());
    assert!(matches!(image.open_layer(0), Err(SourceError::NotFound { .. })));
    assert!(
        matches!(image.open_layer(1), Err(SourceError::LayerNotAvailable { media_type, .. }) if media_type == foreign)
    );
    assert!(matches!(image.open_layer(2), Err(SourceError::NotFound { .. })));
}

#[test]
fn archives_that_are_none_are_told_apart() {
    let place = Place::new();
    let whole = Layout::of(&two_layers(), "app").tar().finish();
    for (name, bytes, words) in [
        ("text", b"just some text".to_vec(), "cut off"),
        ("empty", Vec::new(), "cut off"),
        ("long-text", vec![b'x'; 4096], "checksum"),
        ("cut", whole[..whole.len() - 2000].to_vec(), "cut off"),
        ("root.tar", Tar::new().file("./etc/os-release", "ID=alpine").finish(), "dir:"),
        ("other.tar", tar("readme"), "neither index.json nor manifest.json"),
        ("old.tar", tar("repositories"), "Docker 1.10"),
        ("image.tar.xz", b"\xfd7zXZ\0\0\0".to_vec(), "compressed with xz"),
    ] {
        let error = refusal(&place.write(name, bytes), &place.options()).to_string();
        assert!(error.contains(words), "{name}: {error}");
    }
}

#[test]
fn a_root_file_system_is_a_directory() {
    let place = Place::new();
    fs::create_dir(place.path("root")).unwrap();
    let text = format!("dir:{}", place.path("root").display());
    match open(&text.parse().unwrap(), &place.options()).unwrap() {
        OpenedImage::Root(root) => assert_eq!((root.path, root.reference), (place.path("root"), text)),
        OpenedImage::Layers(_) | OpenedImage::Sbom(_) => panic!("it is a root file system"),
    }
    let file = place.write("file", "");
    let error = open(&format!("dir:{file}").parse().unwrap(), &place.options()).err().unwrap();
    assert!(matches!(error, SourceError::Unsupported { .. }), "{error}");
    let error = open(&"dir:/no/such/directory".parse().unwrap(), &place.options()).err().unwrap();
    assert!(matches!(error, SourceError::Io { .. }), "{error}");
}

#[test]
fn a_layout_of_a_later_version_is_refused() {
    let place = Place::new();
    let layout = Layout::of(&two_layers(), "app").tar().file("oci-layout", r#"{"imageLayoutVersion":"2.0"}"#);
    let error = refusal(&place.write("later.tar", layout.finish()), &place.options()).to_string();
    assert!(error.contains("version 2.0"), "{error}");
}

#[test]
fn a_document_is_taken_as_it_is_and_bounded() {
    let place = Place::new();
    let file = place.write("app.json", "\n{\"bomFormat\"");
    for text in [file.clone(), format!("sbom:{file}")] {
        let opened = open(&text.parse().unwrap(), &place.options()).unwrap();
        let OpenedImage::Sbom(document) = opened else { panic!("{text} is a document") };
        assert_eq!((document.reference, document.content), (text, b"\n{\"bomFormat\"".to_vec()));
    }
    let refused = |text: &str| open(&text.parse().unwrap(), &place.options()).err().unwrap().to_string();
    let error = refused(&format!("sbom:{}", place.path("").display()));
    assert!(error.contains("a directory") && error.contains("sbom: takes a file"), "{error}");
    assert!(refused("sbom:/no/such/file").contains("/no/such/file"));
    let large = place.path("large.json");
    fs::File::create(&large).unwrap().set_len(limpid_image::limits::SBOM_BYTES + 1).unwrap();
    let error = refused(&format!("sbom:{}", large.display()));
    assert!(error.contains("larger than the limit of 134217728"), "{error}");
}
