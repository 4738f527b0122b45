use super::*;

const FACTS: &[(&str, &str, &str)] = &[
    (PRODUCTS, "enterprise_linux:9", "enterprise_linux:9::appstream"),
    (PRODUCTS, "enterprise_linux:9", "enterprise_linux:9::something_new"),
    (PRODUCTS, "rhel_eus:9.0", "rhel_eus:9.0::baseos"),
    (PRODUCTS, "rhel_eus:9.0", "rhel_eus:9.0::crb"),
    (REPOSITORIES, "rhel-9-baseos", "enterprise_linux:9::baseos"),
    (REPOSITORIES, "rhel-9-baseos-eus", "rhel_eus:9.0::baseos"),
    (REPOSITORIES, "rhocp-4.16", "openshift:4.16::el9"),
];

fn ask(distribution: &str, package: &Package, repositories: &[&str], facts: &[(&str, &str, &str)]) -> Scope {
    let repositories: Vec<String> = repositories.iter().map(|&one| one.to_owned()).collect();
    let facts = |subject: &str, key: &str| {
        let of = facts.iter().filter(|(one, other, _)| (*one, *other) == (subject, key));
        of.map(|(_, _, value)| (*value).to_owned()).collect()
    };
    scope(&ScopeQuestion {
        namespace: "Red Hat:enterprise_linux:9",
        distribution,
        package,
        repositories: &repositories,
        facts: &facts,
    })
}

fn package() -> Package {
    Package {
        name: "curl".to_owned(),
        kind: "rpm".to_owned(),
        vendor: Some("Red Hat, Inc.".to_owned()),
        ..Package::default()
    }
}

fn ranked(repositories: &[&str], own: Option<&str>) -> (Vec<Vec<String>>, Vec<String>) {
    let package = Package { repository: own.map(str::to_owned), ..package() };
    let scope = ask("rhel", &package, repositories, FACTS);
    let Scope::Ranked { groups, doubts } = scope else { panic!("{scope:?}") };
    (groups, doubts.into_iter().map(|one| format!("{} {}", one.reason, one.subject)).collect())
}

fn has(group: &[String], product: &str) -> bool {
    group.contains(&format!("Red Hat:{product}"))
}

#[test]
fn packages_of_the_main_stream_are_judged_by_all_of_its_channels() {
    let (groups, doubts) = ranked(&["rhel-9-baseos"], None);
    let [group] = groups.as_slice() else { panic!("{groups:?}") };
    for product in ["enterprise_linux:9", "enterprise_linux:9::baseos", "enterprise_linux:9::something_new"] {
        assert!(has(group, product), "{product} {group:?}");
    }
    assert!(!has(group, "rhel_eus:9.0::baseos") && doubts.is_empty(), "{doubts:?}");
}

#[test]
fn an_extended_stream_outweighs_the_main_one() {
    let (groups, doubts) = ranked(&["rhel-9-baseos-eus"], None);
    let [first, rest] = groups.as_slice() else { panic!("{groups:?}") };
    assert!(has(first, "rhel_eus:9.0::baseos") && has(first, "rhel_eus:9.0::crb"), "{first:?}");
    assert!(!has(first, "enterprise_linux:9") && has(rest, "enterprise_linux:9"), "{rest:?}");
    assert_eq!(doubts, [""; 0]);
}

#[test]
fn the_repository_of_a_package_tells_more_than_those_of_the_image() {
    let (groups, _) = ranked(&["rhel-9-baseos", "rhocp-4.16"], None);
    assert!(has(&groups[0], "openshift:4") && has(&groups[0], "enterprise_linux:9::baseos"));
    let (groups, _) = ranked(&["rhel-9-baseos", "rhocp-4.16"], Some("rhel-9-baseos"));
    assert!(!has(&groups[0], "openshift:4") && has(&groups[0], "enterprise_linux:9::baseos"));
    let (groups, _) = ranked(&["rhel-9-baseos-eus"], Some("@System"));
    assert!(has(&groups[0], "rhel_eus:9.0::baseos"), "one that says nothing is passed over");
}

#[test]
fn what_is_not_known_of_repositories_is_said() {
    let (_, doubts) = ranked(&["rhel-9-baseos", "mystery"], None);
    assert_eq!(doubts, ["release-not-covered mystery"]);
    let (groups, doubts) = ranked(&[], None);
    assert_eq!(doubts, ["release-not-covered Red Hat:enterprise_linux:9"]);
    assert!(has(&groups[0], "enterprise_linux:9::baseos"));
    let Scope::Ranked { groups, doubts } = ask("rhel", &package(), &["rhel-9-baseos"], &[]) else { panic!() };
    assert!(has(&groups[0], "enterprise_linux:9::appstream"), "known without the mapping");
    assert!(doubts.is_empty(), "the feed that is missing is the blind spot");
}

#[test]
fn packages_of_others_are_nobodys() {
    let by = |distribution: &str, vendor: Option<&str>, key: Option<&str>| {
        let package = Package { vendor: vendor.map(str::to_owned), key: key.map(str::to_owned), ..package() };
        match ask(distribution, &package, &[], FACTS) {
            Scope::ThirdParty { by } => Some(by),
            Scope::Namespaces(_) | Scope::Ranked { .. } | Scope::IfNamed { .. } => None,
        }
    };
    assert_eq!(by("rhel", Some("Fedora Project"), None).as_deref(), Some("Fedora Project"));
    assert_eq!(by("rhel", Some("CentOS"), None).as_deref(), Some("CentOS"));
    assert_eq!(by("rhel", Some("Red Hatters"), None).as_deref(), Some("Red Hatters"));
    assert_eq!(by("rhel", Some("Red Hat, Inc."), Some("0123456789abcdef")), None);
    assert_eq!(by("rhel", None, Some("199e2f91fd431d51")), None);
    assert_eq!(
        by("rhel", None, Some("0123456789abcdef")).as_deref(),
        Some("signed with key 0123456789abcdef")
    );
    assert_eq!(by("centos", Some("CentOS"), None), None);
    assert_eq!(by("centos", None, Some("05b555b38483c65d")), None);
    assert_eq!(by("centos", Some("Fedora Project"), None).as_deref(), Some("Fedora Project"));
    assert_eq!(by("virtuozzo", Some("Virtuozzo"), Some("0123456789abcdef")), None);
    assert_eq!(by("virtuozzo", Some("Fedora Project"), None).as_deref(), Some("Fedora Project"));
}

#[test]
fn centos_and_derived_systems_are_judged_by_the_main_stream() {
    let centos =
        Package { vendor: Some("CentOS".to_owned()), repository: Some("baseos".to_owned()), ..package() };
    let Scope::Namespaces(namespaces) = ask("centos", &centos, &[], FACTS) else { panic!() };
    assert!(has(&namespaces, "enterprise_linux:9") && has(&namespaces, "enterprise_linux:9::baseos"));
}

#[test]
fn an_image_is_judged_by_its_product_where_it_names_one() {
    let image = |repository: Option<&str>| Package {
        kind: IMAGE.to_owned(),
        repository: repository.map(str::to_owned),
        vendor: None,
        ..package()
    };
    assert_eq!(
        ask("rhel", &image(None), &[], FACTS),
        Scope::Namespaces(vec!["Red Hat:containers".to_owned()])
    );
    let Scope::Namespaces(namespaces) = ask("rhel", &image(Some("cpe:/a:redhat:quay:3.13::el8")), &[], FACTS)
    else {
        panic!()
    };
    assert_eq!(namespaces, ["Red Hat:quay:3.13::el8", "Red Hat:quay:3.13", "Red Hat:quay:3", "Red Hat:quay"]);
    for no_product in [None, Some("cpe:/a:else:quay:3")] {
        let newer = Package { version: "1738555506".to_owned(), ..image(no_product) };
        let scope = ask("rhel", &newer, &[], FACTS);
        assert!(matches!(scope, Scope::ThirdParty { .. }), "its fixes are told by product alone: {scope:?}");
    }
}
