//! Images of a real local engine.

use limpid_core::Digest;
use limpid_image::source::{SourceError, SourceOptions};
use limpid_testkit::{
    engine::Engine,
    image::{ImageBuilder, Stored},
};

use crate::sources::{Place, layer_bytes, opened, refusal, tar};

#[test]
fn an_image_of_the_engine_is_named_by_its_id() {
    let Some(engine) = Engine::start() else { return };
    let place = Place::new();
    let image = ImageBuilder::new().layer(tar("one"), Stored::Plain).layer(tar("two"), Stored::Plain);
    engine.load(&image.docker_archive("localhost/app:1"));
    let options = SourceOptions { engine_socket: Some(engine.socket()), ..place.options() };
    let from_engine = opened("docker:localhost/app:1", &options);
    assert_eq!(from_engine.facts().digest, Digest::of(&image.config_bytes()));
    assert_eq!(from_engine.facts().platform, "linux/amd64");
    assert_eq!(layer_bytes(from_engine.as_ref(), 1), tar("two"));

    let error = refusal("docker:localhost/app:2", &options);
    assert!(matches!(error, SourceError::NotFound { .. }), "{error}");
    assert!(error.to_string().contains("registry:localhost/app:2"), "{error}");
}

#[test]
fn without_an_engine_the_message_says_what_to_do() {
    let place = Place::new();
    let options = SourceOptions { engine_socket: Some(place.path("no.sock")), ..place.options() };
    let error = refusal("docker:app", &options);
    assert!(matches!(error, SourceError::Unavailable { .. }), "{error}");
    assert!(error.to_string().contains("Is it running"), "{error}");
    let error = refusal("docker:app?x", &options);
    assert!(matches!(error, SourceError::NotFound { .. }), "{error}");
}
