//! Blobs that another repository has: given to this one without being sent again, where whoever asks may read them there.

use limpid_core::Digest;
use limpid_store::registry as stored;

use super::{Named, RegistryError, name};
use crate::{
    accounts::{self, Action, Decision, Object, Principal},
    engine::Engine,
    limits::REPOSITORIES_LOOKED_AT,
};

/// Whether a blob was found in the repository `from`, or where none is named in any that the principal may pull from, and is in
/// this one now. Blocks.
pub(super) fn mounted(
    engine: &Engine,
    principal: &Principal,
    to: &Named,
    from: Option<&str>,
    digest: &Digest,
) -> Result<bool, RegistryError> {
    let Some(from) = source(engine, principal, from, digest)? else { return Ok(false) };
    engine.database.write(|tx| {
        let to = stored::make_repository(tx, &to.whole)?.number;
        // It may be gone from there by now.
        Ok(stored::mount_blob(tx, from, to, digest)?.is_some())
    })
}

fn source(
    engine: &Engine,
    principal: &Principal,
    from: Option<&str>,
    digest: &Digest,
) -> Result<Option<i64>, RegistryError> {
    if let Some(from) = from {
        let Some(from) = name::whole(from) else { return Ok(None) };
        let object = Object::Repository(from.clone());
        if accounts::decide(engine, principal, Action::Pull, &object)? != Decision::Allowed {
            return Ok(None);
        }
        return Ok(engine.database.read(|tx| stored::find_repository(tx, &from))?.map(|found| found.number));
    }
    let source = engine.database.read(|tx| {
        for (number, name) in stored::repositories_with_blob(tx, digest, REPOSITORIES_LOOKED_AT)? {
            let object = Object::Repository(name);
            if accounts::authorize(tx, principal, Action::Pull, &object)? == Decision::Allowed {
                return Ok(Some(number));
            }
        }
        Ok::<_, limpid_store::StoreError>(None)
    })?;
    Ok(source)
}
