//! The gate of a namespace, as a form: what it does not let be pulled, and the exceptions.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use limpid_core::Severity;
use limpid_store::security as stored;

use crate::{
    accounts::administration::Failure,
    engine::Engine,
    pages::form::Form,
    security::{GateException, GateMode, GatePolicy},
};

/// The gate, as a page shows it.
#[derive(Debug, Clone)]
pub(in crate::pages) struct GateView {
    /// Each mode: its word, what it means, and whether it is that.
    pub(in crate::pages) modes: [(&'static str, &'static str, bool); 3],
    /// Each severity, and whether it is the lowest that counts; empty: none does.
    pub(in crate::pages) severities: Vec<(&'static str, bool)>,
    pub(in crate::pages) unfixed: bool,
    pub(in crate::pages) unproven: bool,
    pub(in crate::pages) unscanned: bool,
    /// Whether the gates of the namespace's policy count.
    pub(in crate::pages) policy: bool,
    pub(in crate::pages) exceptions: Vec<ExceptionRow>,
}

/// A vulnerability that does not count.
#[derive(Debug, Clone)]
pub(in crate::pages) struct ExceptionRow {
    pub(in crate::pages) id: String,
    pub(in crate::pages) reason: String,
    pub(in crate::pages) repository: String,
    pub(in crate::pages) until: String,
    pub(in crate::pages) is_over: bool,
}

/// The gate in the settings of a namespace.
pub(super) fn view(settings: &str, now: DateTime<Utc>) -> Result<GateView, Failure> {
    let policy = GatePolicy::of_settings(settings)?.unwrap_or_default();
    let mode = |word, what, mode| (word, what, policy.mode == mode);
    let row = |one: &GateException| ExceptionRow {
        id: one.id.clone(),
        reason: one.reason.clone(),
        repository: one.repository.clone().unwrap_or_default(),
        until: one.expires.map(|at| at.date_naive().to_string()).unwrap_or_default(),
        is_over: one.expires.is_some_and(|at| at <= now),
    };
    Ok(GateView {
        modes: [
            mode("off", "off: everything may be pulled", GateMode::Off),
            mode("warn", "warn: it is said, and nothing is refused", GateMode::Warn),
            mode("refuse", "refuse: it is not given out", GateMode::Refuse),
        ],
        severities: Severity::WORST_FIRST
            .into_iter()
            .map(|severity| (severity.as_str(), policy.severity == Some(severity)))
            .collect(),
        unfixed: policy.unfixed,
        unproven: policy.unproven,
        unscanned: policy.unscanned,
        policy: policy.policy,
        exceptions: policy.allow.iter().map(row).collect(),
    })
}

/// Changes the gate of a namespace as a form says.
pub(super) fn change(engine: &Engine, namespace: &str, form: &Form) -> Result<(), Failure> {
    engine.database.write(|tx| {
        let settings =
            stored::lock_namespace_settings(tx, namespace)?.ok_or(Failure::NotFound("namespace"))?;
        let policy = GatePolicy::of_settings(&settings)?.unwrap_or_default();
        let policy = changed(policy, namespace, form)?;
        policy.check().map_err(Failure::Invalid)?;
        policy.check_in(tx, namespace)?.map_err(Failure::Invalid)?;
        stored::set_namespace_settings(tx, namespace, &policy.put_into(&settings)?)?;
        Ok(())
    })
}

fn changed(policy: GatePolicy, namespace: &str, form: &Form) -> Result<GatePolicy, Failure> {
    let mut policy = policy;
    match form.get("do") {
        "gate" => {
            policy.mode = match form.get("mode") {
                "off" => GateMode::Off,
                "warn" => GateMode::Warn,
                "refuse" => GateMode::Refuse,
                other => return Err(Failure::Invalid(format!("mode: “{other}” is none"))),
            };
            let severity = Some(form.get("severity")).filter(|word| !word.is_empty());
            policy.severity = severity
                .map(str::parse::<Severity>)
                .transpose()
                .map_err(|error| Failure::Invalid(error.to_string()))?;
            policy.unfixed = form.has("unfixed");
            policy.unproven = form.has("unproven");
            policy.unscanned = form.has("unscanned");
            policy.policy = form.has("policy");
        }
        "allow" => policy.allow.push(exception(namespace, form)?),
        _disallow => {
            let (id, repository) = (form.get("id"), form.get("repository"));
            let is_it = |one: &GateException| {
                one.id == id && one.repository.as_deref().unwrap_or_default() == repository
            };
            policy.allow.retain(|one| !is_it(one));
        }
    }
    Ok(policy)
}

fn exception(namespace: &str, form: &Form) -> Result<GateException, Failure> {
    let text = |name| Some(form.get(name).trim()).filter(|text| !text.is_empty());
    let expires = text("until")
        .map(|day| {
            let day: NaiveDate = day
                .parse()
                .map_err(|error| Failure::Invalid(format!("until: “{day}” is no day: {error}")))?;
            let last = NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default();
            Ok::<_, Failure>(day.and_time(last).and_utc())
        })
        .transpose()?;
    let repository = text("repository").map(|name| {
        if name.starts_with(&format!("{namespace}/")) {
            name.to_owned()
        } else {
            format!("{namespace}/{name}")
        }
    });
    Ok(GateException {
        id: text("id").unwrap_or_default().to_owned(),
        reason: text("reason").unwrap_or_default().to_owned(),
        expires,
        repository,
    })
}
