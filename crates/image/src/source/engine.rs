//! Images of the local Docker or Podman engine: `GET /images/NAME/get` of Docker's Engine API, on the engine's socket.
//!
//! The engine sends what `docker save` writes. The image's digest is the engine's image id.

use std::path::PathBuf;

use super::{LayeredImage, SourceError, SourceOptions};

/// Opens an image of the engine.
pub(crate) fn open(
    name: &str,
    reference: &str,
    options: &SourceOptions,
) -> Result<Box<dyn LayeredImage>, SourceError> {
    let socket = match &options.engine_socket {
        Some(socket) => socket.clone(),
        None => find_socket(name)?,
    };
    implementation::open(&socket, name, reference, options)
}

/// The engine's socket: where `DOCKER_HOST` says, else Docker's, else Podman's.
fn find_socket(name: &str) -> Result<PathBuf, SourceError> {
    if let Ok(host) = std::env::var("DOCKER_HOST")
        && !host.is_empty()
    {
        return match host.strip_prefix("unix://") {
            Some(path) => Ok(PathBuf::from(path)),
            None => Err(SourceError::unsupported(
                format!("an engine at {}", super::error::shown(&host)),
                "DOCKER_HOST",
                format!("Only unix:// is read; instead: docker save {name} | limpid scan -"),
            )),
        };
    }
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let user_sockets = runtime
        .iter()
        .flat_map(|directory| ["docker.sock", "podman/podman.sock"].map(|name| directory.join(name)));
    let system_sockets = ["/var/run/docker.sock", "/run/podman/podman.sock"].map(PathBuf::from);
    let mut places: Vec<PathBuf> = system_sockets.into_iter().collect();
    places.splice(1..1, user_sockets);
    places.iter().find(|place| place.exists()).cloned().ok_or_else(|| {
        let looked: Vec<String> = places.iter().map(|place| place.display().to_string()).collect();
        SourceError::Unavailable {
            place: "The local engine".to_owned(),
            detail: format!("there is no socket at {}", looked.join(", ")),
            remedy: format!(
                "Start Docker or “podman system service”, or set DOCKER_HOST=unix://SOCKET; registry:{name} reads \
                 the image from its registry without an engine"
            ),
        }
    })
}

#[cfg(not(unix))]
mod implementation {
    use super::*;

    pub(super) fn open(
        _: &std::path::Path,
        name: &str,
        _: &str,
        _: &SourceOptions,
    ) -> Result<Box<dyn LayeredImage>, SourceError> {
        let remedy = format!("Instead: docker save {name} | limpid scan -");
        Err(SourceError::unsupported("a local engine", "this system", remedy))
    }
}

#[cfg(unix)]
mod implementation {
    use std::{path::Path, time::Duration};

    use reqwest::{StatusCode, blocking::Client};

    use super::*;
    use crate::{
        reference::ArchiveKind,
        source::{archive, error::shown, registry, spool},
    };

    /// An engine may think for long before it sends a large image.
    const PATIENCE: Duration = Duration::from_secs(300);

    pub(super) fn open(
        socket: &Path,
        name: &str,
        reference: &str,
        options: &SourceOptions,
    ) -> Result<Box<dyn LayeredImage>, SourceError> {
        let place = format!("the engine at {}", socket.display());
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/:@".contains(&byte);
        if !name.bytes().all(is_name) || name.contains("..") {
            return Err(SourceError::not_found(shown(name), place, "That is no name of an image"));
        }
        let unavailable = |error: reqwest::Error| SourceError::Unavailable {
            place: place.clone(),
            detail: registry::reason(&error),
            remedy: "Is it running, and may you read its socket?".to_owned(),
        };
        registry::install_tls();
        let client = Client::builder()
            .unix_socket(socket)
            .timeout(PATIENCE)
            .user_agent(registry::USER_AGENT)
            .build()
            .map_err(unavailable)?;
        let url = format!("http://localhost/images/{name}/get");
        let response = client.get(url).send().map_err(unavailable)?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => {
                let remedy = format!("Pull it first, or name it registry:{name}");
                return Err(SourceError::not_found(format!("image {name}"), place, remedy));
            }
            status => {
                let detail = format!("it answers {status}: {}", registry::error_text(response));
                return Err(SourceError::Unavailable { place, detail, remedy: String::new() });
            }
        }
        let file = spool::lay_down(response, &options.spool, &place)?;
        let choice =
            archive::Choice { kind: ArchiveKind::Docker, selector: None, reference, by_image_id: true };
        archive::open_file(file, place, &choice, options)
    }
}
