//! A side of a comparison that a server tells. Which kind of server it is, is asked.

use anyhow::{Context, bail};
use chrono::NaiveDate;
use limpid_core::{comparison::Side, ecosystem::Ecosystems, policy::Policy};

use super::{Client, ClientOptions, RemoteManifest, clair, limpid};

/// What a server tells about a manifest. `reference` is how the user named both.
pub(crate) fn side(
    remote: RemoteManifest,
    reference: &str,
    options: &ClientOptions,
    ecosystems: &Ecosystems,
    policy: &Policy,
    today: NaiveDate,
) -> anyhow::Result<Side> {
    let RemoteManifest { server, digest } = remote;
    let client = Client::new(server, options)?;
    if limpid::is_there(&client)? {
        let (mut report, index) = limpid::both(&client, &digest)?.told(&client, &digest)?;
        reference.clone_into(&mut report.image.reference);
        return Ok(Side::of(report.under(policy), Some(index)));
    }
    let named = || client.address().to_string();
    match clair::state(&client).with_context(named)? {
        Some(state) => {
            let side = clair::side(&client, state, &digest, reference, ecosystems).with_context(named)?;
            Ok(side.under(policy, today))
        }
        None => bail!("there is neither a Limpid service nor a Clair v4 at {}", client.address()),
    }
}
