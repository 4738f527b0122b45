//! Says in the database that this process is there, and what for: the index state that it makes reports in, and the targets
//! that it tells.
//!
//! The service is in the index state of the program that was started last. Where that is gone, and only programs of another
//! state are left, the service goes on in theirs: nobody waits for a program that does not come again.

use std::{collections::BTreeSet, time::Duration};

use limpid_core::Digest;
use limpid_store::{
    StoreError, Transaction, index_states,
    presence::{self, Purpose},
};

use super::Engine;
use crate::{
    Configuration,
    configuration::Role,
    fault,
    limits::{GONE_AFTER_LEASES, PRESENCES_A_LEASE},
};

/// Notes that this process is there.
pub(super) fn note(
    tx: &mut Transaction<'_>,
    node: &str,
    configuration: &Configuration,
    state: &Digest,
) -> Result<(), StoreError> {
    let has = |role| configuration.roles.contains(&role);
    let states = BTreeSet::from_iter(has(Role::Indexer).then(|| state.to_string()));
    let targets = configuration.notifier.targets.iter().filter(|_| has(Role::Notifier));
    let targets: BTreeSet<String> = targets.map(|target| target.name.clone()).collect();
    let pause = fault::lease() / PRESENCES_A_LEASE;
    presence::note(tx, node, Purpose::IndexState, &states, pause)?;
    presence::note(tx, node, Purpose::Target, &targets, pause)
}

impl Engine {
    /// Notes that this process is there.
    pub(crate) fn note_presence(&self) -> Result<(), StoreError> {
        self.database.write(|tx| note(tx, &self.node.name, &self.configuration, self.own_index_state()))
    }

    /// Notes that this process makes no more reports. The targets that it tells are remembered.
    pub(crate) fn note_absence(&self, tx: &mut Transaction<'_>) -> Result<(), StoreError> {
        presence::note(tx, &self.node.name, Purpose::IndexState, &BTreeSet::new(), Duration::ZERO)
    }

    /// Takes the service over into the index state of this program, where no program of the service's own state is left.
    pub(crate) fn succeed(&self) -> Result<(), StoreError> {
        let own = self.own_index_state();
        if self.database.read(index_states::current)?.as_ref() == Some(own) {
            return Ok(());
        }
        let long = fault::lease() * GONE_AFTER_LEASES;
        self.database.write(|tx| {
            let current = index_states::current(tx)?;
            let lives = match &current {
                Some(state) if state == own => true,
                Some(state) => presence::is_seen(tx, Purpose::IndexState, state.as_str(), long)?,
                None => false,
            };
            if !lives {
                tracing::info!(state = %own, before = ?current, "nobody of the service's index state is left");
                index_states::announce(tx, own)?;
            }
            Ok(())
        })
    }
}
