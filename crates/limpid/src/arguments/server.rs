//! Arguments of the commands that speak to a server.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;

use super::ImageOptions;
use crate::remote::{ClientOptions, Key, ServerAddress};

/// In whose name requests are signed where no other is said.
const ISSUER: &str = "limpid";

/// A server that does the work.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "On a server")]
pub(crate) struct ServerOptions {
    /// Let a Limpid service index and judge: no layer is read here, and no advisory data of here is used
    #[arg(long, value_name = "URL", env = "LIMPID_SERVER")]
    server: Option<String>,

    /// Send the layers, instead of having the server fetch them from the registry with your token
    #[arg(long)]
    pub(crate) send_layers: bool,

    /// File with the server's pre-shared key, in base64, to sign requests with
    #[arg(long, value_name = "FILE", env = "LIMPID_SERVER_KEY_FILE")]
    server_key: Option<PathBuf>,

    /// Issuer to sign as, one that the server allows
    #[arg(long, value_name = "NAME", default_value = ISSUER)]
    server_issuer: String,
}

impl ServerOptions {
    /// The server that was named, and how it is spoken to. An empty variable of the environment names none.
    pub(crate) fn server(
        &self,
        image: &ImageOptions,
    ) -> anyhow::Result<Option<(ServerAddress, ClientOptions)>> {
        let Some(server) = self.server.as_deref().filter(|server| !server.is_empty()) else {
            if self.send_layers {
                bail!("--send-layers is for a server: name it with --server URL");
            }
            return Ok(None);
        };
        let address = server.parse().context("--server")?;
        let key = self.server_key.as_deref().map(|file| Key::read(file, &self.server_issuer)).transpose()?;
        Ok(Some((address, ClientOptions { key, insecure: image.insecure })))
    }
}

/// Keys of the servers that are compared.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Servers")]
pub(crate) struct KeyOptions {
    /// File with the pre-shared key of a server, in base64, to sign requests with; given twice, the first is for A and
    /// the second for B
    #[arg(long, value_name = "FILE", env = "LIMPID_SERVER_KEY_FILE")]
    server_key: Vec<PathBuf>,

    /// Issuer to sign as, one that the server allows [default: limpid]; given twice, the first is for A and the second
    /// for B
    #[arg(long, value_name = "NAME")]
    server_issuer: Vec<String>,
}

impl KeyOptions {
    /// How the servers of A and of B are spoken to.
    pub(crate) fn sides(&self, image: &ImageOptions) -> anyhow::Result<[ClientOptions; 2]> {
        let keys = of_sides("--server-key", &self.server_key)?;
        let issuers = of_sides("--server-issuer", &self.server_issuer)?;
        let [a, b] = [0, 1].map(|place: usize| {
            let key = keys.get(place).copied().flatten();
            let issuer = issuers.get(place).copied().flatten().map_or(ISSUER, String::as_str);
            let key = key.map(|file| Key::read(file, issuer)).transpose()?;
            anyhow::Ok(ClientOptions { key, insecure: image.insecure })
        });
        Ok([a?, b?])
    }
}

/// What was given for A and for B: once for both, or twice.
fn of_sides<'a, T>(option: &str, given: &'a [T]) -> anyhow::Result<[Option<&'a T>; 2]> {
    match given {
        [] => Ok([None, None]),
        [both] => Ok([Some(both), Some(both)]),
        [a, b] => Ok([Some(a), Some(b)]),
        [..] => bail!("{option} may be given twice at most: once for A and once for B"),
    }
}
