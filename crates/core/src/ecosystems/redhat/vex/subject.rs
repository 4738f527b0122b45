//! What a component is: a package that is installed, a source package, or a container image; and of which module.

use std::{borrow::Cow, rc::Rc, str::FromStr as _};

use packageurl::PackageUrl;

use crate::{
    advisory::Names,
    formats::{csaf::Component, rpm},
};

/// A component that an image can have.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Subject {
    pub(super) kind: Kind,
    pub(super) name: Rc<str>,
    pub(super) names: Names,
    /// Epoch, version and release; the tag of an image.
    pub(super) version: Option<Rc<str>>,
    pub(super) architecture: Option<Rc<str>>,
    pub(super) module: Module,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Rpm,
    Image,
}

/// The module of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Module {
    /// It is of none.
    None,
    /// `nodejs:18`.
    Stream(Rc<str>),
    /// It is of one, and which cannot be read.
    Unreadable,
}

/// A component that cannot be read, under the name that it seems to have.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    pub(super) name: Rc<str>,
    pub(super) text: Rc<str>,
}

/// Reads a component; `None` where it is of a kind that no image has as a package.
pub(super) fn read(component: &Component<'_>) -> Result<Option<Subject>, Unreadable> {
    let Some(text) = component.purl else {
        return Ok(by_name(component.id).map(|mut subject| {
            if let (Module::None, Some(within)) = (&subject.module, component.within) {
                subject.module = module_around(within);
            }
            subject
        }));
    };
    let Ok(purl) = PackageUrl::from_str(&of_image(text)) else {
        let name = component.id.rsplit('/').next().unwrap_or(component.id);
        return Err(Unreadable { name: name.into(), text: text.into() });
    };
    let qualifier = |name: &str| purl.qualifiers().get(name).map(|value| &**value);
    let mut subject = match (purl.ty(), purl.namespace()) {
        // Whatever its namespace: a package in a product of Red Hat's.
        ("rpm", _) => rpm(&purl),
        // All packages of a module: the one that it is named for stands for it.
        ("rpmmod", _) => package(purl.name(), Names::Source),
        ("oci", _) => Subject {
            kind: Kind::Image,
            version: qualifier("tag").map(Rc::from),
            ..package(purl.name(), Names::Binary)
        },
        _ => return Ok(None),
    };
    subject.module = match (qualifier("rpmmod"), purl.ty(), component.within) {
        (Some(module), ..) => stream(module),
        (None, "rpmmod", _) => module_of(&purl),
        (None, _, Some(within)) => module_around(within),
        (None, _, None) if subject.version.as_deref().is_some_and(is_modular) => Module::Unreadable,
        (None, _, None) => Module::None,
    };
    Ok(Some(subject))
}

/// Red Hat gives images the folder that they are published in, `pkg:oci/devspaces/udi-rhel8`, which the type has no place for.
fn of_image(text: &str) -> Cow<'_, str> {
    let end = text.find(['@', '?']).unwrap_or(text.len());
    let folder = text.strip_prefix("pkg:oci/").and_then(|_| text.get(..end)?.rfind('/'));
    match folder.and_then(|slash| text.get(slash..)) {
        Some(name) => Cow::Owned(format!("pkg:oci{name}")),
        None => Cow::Borrowed(text),
    }
}

fn package(name: &str, names: Names) -> Subject {
    Subject {
        kind: Kind::Rpm,
        name: name.into(),
        names,
        version: None,
        architecture: None,
        module: Module::None,
    }
}

/// A source package has the architecture `src`; none means the package of all architectures.
fn rpm(purl: &PackageUrl<'_>) -> Subject {
    let qualifier = |name: &str| purl.qualifiers().get(name).map(|value| &**value);
    let epoch = qualifier("epoch").filter(|epoch| *epoch != "0");
    let version = purl.version().map(|version| match epoch {
        Some(epoch) => format!("{epoch}:{version}").into(),
        None => version.into(),
    });
    of_architecture(purl.name(), version, qualifier("arch"))
}

fn of_architecture(name: &str, version: Option<Rc<str>>, architecture: Option<&str>) -> Subject {
    let is_source = matches!(architecture, Some("src" | "nosrc"));
    let names = if is_source { Names::Source } else { Names::Binary };
    let architecture = architecture.filter(|_| !is_source).map(Rc::from);
    Subject { version, architecture, ..package(name, names) }
}

/// A component that has no package URL: older rows of packages (`snakeyaml`, `go-toolset:rhel8/golang`,
/// `sudo-0:1.9.5p2-7.el9_0.4.x86_64`), of modules (`nodejs:18`) and of images (`openshift3/metrics`) have none.
fn by_name(id: &str) -> Option<Subject> {
    let plain =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'@');
    if !plain(id) {
        return None;
    }
    match id.rsplit_once('/') {
        None => Some(file(id).unwrap_or_else(|| match id.split_once(':') {
            Some((name, _)) => Subject { module: stream(id), ..package(name, Names::Source) },
            None => package(id, Names::Source),
        })),
        Some((module, name)) if module.contains(':') => {
            Some(Subject { module: stream(module), ..package(name, Names::Source) })
        }
        Some((_, name)) => Some(Subject { kind: Kind::Image, ..package(name, Names::Binary) }),
    }
}

/// A package of one version, as its file is called, with the epoch: `sudo-0:1.9.5p2-7.el9_0.4.x86_64`.
fn file(id: &str) -> Option<Subject> {
    let (rest, architecture) = id.rsplit_once('.')?;
    let (rest, release) = rest.rsplit_once('-')?;
    let (name, version) = rest.rsplit_once('-')?;
    let (epoch, version) = version.split_once(':')?;
    let epoch: u32 = epoch.parse().ok()?;
    let is_whole = ![name, version, release, architecture].contains(&"");
    let version = rpm::evr(Some(epoch), version, release);
    is_whole.then(|| of_architecture(name, Some(version.into()), Some(architecture)))
}

/// `nodejs:18` of `nodejs:18:9030020231222184046:rhel9`.
fn stream(module: &str) -> Module {
    let mut parts = module.split(':');
    match (parts.next(), parts.next()) {
        (Some(name), Some(stream)) if !name.is_empty() && !stream.is_empty() => {
            Module::Stream(format!("{name}:{stream}").into())
        }
        _ => Module::Unreadable,
    }
}

/// The module that a component is within.
fn module_around(within: &str) -> Module {
    PackageUrl::from_str(within).map_or(Module::Unreadable, |one| module_of(&one))
}

/// `pkg:rpmmod/redhat/gimp@2.8:8080020250623120629:0621e4ee`, or `pkg:rpmmod/redhat/postgresql:15/postgresql`.
fn module_of(purl: &PackageUrl<'_>) -> Module {
    if purl.ty() != "rpmmod" {
        return Module::Unreadable;
    }
    match (purl.version(), purl.namespace().and_then(|namespace| namespace.strip_prefix("redhat/"))) {
        (_, Some(module)) => stream(module),
        (Some(version), None) => stream(&format!("{}:{version}", purl.name())),
        (None, None) => stream(purl.name()),
    }
}

fn is_modular(version: &str) -> bool {
    version.contains(".module+") || version.contains(".module_")
}
