//! Builds small images as OCI layouts, OCI archives and archives of `docker save`.
//!
//! Everything is named by what it is made of, so the same builder gives the same bytes on every run. A test that wants
//! something broken takes the blobs out, changes them, and puts them back.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use limpid_core::Digest;
use serde_json::{Value, json};

use crate::{layer, tar::Tar};

const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX_TYPE: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG_TYPE: &str = "application/vnd.oci.image.config.v1+json";
const LAYER_TYPE: &str = "application/vnd.oci.image.layer.v1.tar";

/// How a layer is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// As it is.
    Plain,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
}

/// One image, for one platform.
#[derive(Debug, Clone)]
pub struct ImageBuilder {
    os: String,
    architecture: String,
    variant: Option<String>,
    layers: Vec<Layer>,
    config: Value,
    annotations: Value,
}

#[derive(Debug, Clone)]
struct Layer {
    tar: Vec<u8>,
    stored: Vec<u8>,
    media_type: String,
    diff_id: Digest,
}

impl Default for ImageBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl ImageBuilder {
    /// An image for linux/amd64 without layers.
    pub fn new() -> Self {
        let (os, architecture) = ("linux".to_owned(), "amd64".to_owned());
        let (config, annotations) = (json!({}), json!({}));
        Self { os, architecture, variant: None, layers: Vec::new(), config, annotations }
    }

    /// Sets the platform, `os/architecture[/variant]`.
    pub fn platform(mut self, text: &str) -> Self {
        let mut words = text.split('/').map(str::to_owned);
        self.os = words.next().expect("a platform has an os");
        self.architecture = words.next().expect("a platform has an architecture");
        self.variant = words.next();
        self
    }

    /// Adds a layer, given as the bytes of its tar.
    pub fn layer(mut self, tar: impl Into<Vec<u8>>, stored: Stored) -> Self {
        let tar = tar.into();
        let (stored, ending) = match stored {
            Stored::Plain => (tar.clone(), ""),
            Stored::Gzip => (layer::gzip(&tar), "+gzip"),
            Stored::Zstd => (layer::zstd(&tar), "+zstd"),
        };
        let diff_id = Digest::of(&tar);
        self.layers.push(Layer { tar, stored, media_type: format!("{LAYER_TYPE}{ending}"), diff_id });
        self
    }

    /// Sets the stored bytes of the layer that was added last: such as no honest tool makes of its tar.
    pub fn stored_as(mut self, stored: impl Into<Vec<u8>>) -> Self {
        self.layers.last_mut().expect("a layer was added").stored = stored.into();
        self
    }

    /// Sets the diff id that the configuration claims for the layer that was added last.
    pub fn diff_id(mut self, diff_id: Digest) -> Self {
        self.layers.last_mut().expect("a layer was added").diff_id = diff_id;
        self
    }

    /// Sets the media type of the layer that was added last.
    pub fn media_type(mut self, media_type: &str) -> Self {
        self.layers.last_mut().expect("a layer was added").media_type = media_type.to_owned();
        self
    }

    /// Sets a field of the configuration.
    pub fn config(mut self, field: &str, value: Value) -> Self {
        self.config[field] = value;
        self
    }

    /// Sets an annotation of the manifest.
    pub fn annotation(mut self, name: &str, value: &str) -> Self {
        self.annotations[name] = json!(value);
        self
    }

    /// The bytes of the configuration.
    pub fn config_bytes(&self) -> Vec<u8> {
        let diff_ids: Vec<String> = self.layers.iter().map(|layer| layer.diff_id.to_string()).collect();
        let mut config = json!({
            "os": self.os, "architecture": self.architecture,
            "rootfs": {"type": "layers", "diff_ids": diff_ids},
        });
        if let Some(variant) = &self.variant {
            config["variant"] = json!(variant);
        }
        for (field, value) in self.config.as_object().expect("fields") {
            config[field] = value.clone();
        }
        config.to_string().into_bytes()
    }

    /// Digests of the layers as stored, lowest first.
    pub fn layer_digests(&self) -> Vec<Digest> {
        self.layers.iter().map(|layer| Digest::of(&layer.stored)).collect()
    }

    fn platform_value(&self) -> Value {
        let mut platform = json!({"os": self.os, "architecture": self.architecture});
        if let Some(variant) = &self.variant {
            platform["variant"] = json!(variant);
        }
        platform
    }

    /// An archive as `docker save` writes it, with this name.
    pub fn docker_archive(&self, name: &str) -> Vec<u8> {
        let config = self.config_bytes();
        let config_path = format!("{}.json", Digest::of(&config).hex());
        let mut tar = Tar::new().file(&config_path, config);
        let mut paths = Vec::new();
        for layer in &self.layers {
            let path = format!("{}/layer.tar", Digest::of(&layer.tar).short());
            tar = tar.file(&path, &layer.tar);
            paths.push(path);
        }
        let manifest = json!([{"Config": config_path, "RepoTags": [name], "Layers": paths}]);
        tar.file("manifest.json", manifest.to_string()).finish()
    }
}

/// An OCI layout that grows.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// Blobs by their digest: the digest that names them, which a test may make a wrong one.
    pub blobs: BTreeMap<Digest, Vec<u8>>,
    /// The entries of `index.json`.
    pub entries: Vec<Value>,
}

impl Layout {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stores a blob and returns a descriptor of it.
    pub fn blob(&mut self, media_type: &str, bytes: impl Into<Vec<u8>>) -> Value {
        let bytes = bytes.into();
        let digest = Digest::of(&bytes);
        let descriptor = json!({"mediaType": media_type, "digest": digest, "size": bytes.len()});
        self.blobs.insert(digest, bytes);
        descriptor
    }

    /// Stores an image and returns the descriptor of its manifest, with its platform.
    pub fn image(&mut self, image: &ImageBuilder) -> Value {
        let config = self.blob(CONFIG_TYPE, image.config_bytes());
        let layers: Vec<Value> =
            image.layers.iter().map(|layer| self.blob(&layer.media_type, layer.stored.clone())).collect();
        let mut manifest =
            json!({"schemaVersion": 2, "mediaType": MANIFEST_TYPE, "config": config, "layers": layers});
        if image.annotations != json!({}) {
            manifest["annotations"] = image.annotations.clone();
        }
        let mut descriptor = self.blob(MANIFEST_TYPE, manifest.to_string());
        descriptor["platform"] = image.platform_value();
        descriptor
    }

    /// Stores an index of these descriptors and returns a descriptor of it.
    pub fn index(&mut self, children: &[Value]) -> Value {
        let index = json!({"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": children});
        self.blob(INDEX_TYPE, index.to_string())
    }

    /// Adds an entry to `index.json`, with a name where one is given.
    pub fn entry(mut self, mut descriptor: Value, name: Option<&str>) -> Self {
        if let Some(name) = name {
            descriptor["annotations"] = json!({"org.opencontainers.image.ref.name": name});
        }
        self.entries.push(descriptor);
        self
    }

    /// A layout of one image, under one name.
    pub fn of(image: &ImageBuilder, name: &str) -> Self {
        let mut layout = Self::new();
        let descriptor = layout.image(image);
        layout.entry(descriptor, Some(name))
    }

    /// The files of the layout, by path.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let index = json!({"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": self.entries});
        let mut files = vec![
            ("oci-layout".to_owned(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec()),
            ("index.json".to_owned(), index.to_string().into_bytes()),
        ];
        files.extend(self.blobs.iter().map(|(digest, bytes)| {
            (format!("blobs/{}/{}", digest.algorithm(), digest.hex()), bytes.clone())
        }));
        files
    }

    /// Writes the layout as a directory.
    pub fn write_directory(&self, directory: &Path) {
        for (path, bytes) in self.files() {
            let path = directory.join(path);
            fs::create_dir_all(path.parent().expect("a file has a directory"))
                .expect("the directory is made");
            fs::write(path, bytes).expect("the file is written");
        }
    }

    /// The layout as a tar that is not finished yet.
    pub fn tar(&self) -> Tar {
        self.files().into_iter().fold(Tar::new(), |tar, (path, bytes)| tar.file(path, bytes))
    }

    /// Writes the layout as an archive.
    pub fn write_archive(&self, file: &Path) -> PathBuf {
        fs::write(file, self.tar().finish()).expect("the archive is written");
        file.to_owned()
    }
}
