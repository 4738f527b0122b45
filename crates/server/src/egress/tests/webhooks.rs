//! Addresses that users name: each is refused or allowed exactly, and what is refused is never connected to.

use self::Expected::{Goes, Invalid, Not};
use self::Policy::{Named, Plain, Standard};

use super::*;

/// What an operator allows beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Policy {
    /// Nothing.
    Standard,
    /// `allow_plain_http`.
    Plain,
    /// A network and some hosts.
    Named,
}

#[derive(Debug, Clone, Copy)]
enum Expected {
    /// It is connected to these addresses and no other.
    Goes(&'static [&'static str]),
    /// It is not allowed, and this is why.
    Not(&'static str),
    /// It is no address to ask.
    Invalid(&'static str),
}

const PUBLIC: &str = "93.184.216.34";
const PUBLIC6: &str = "2606:2800:220:1::1";
const SELF: &str = "is this machine itself";
const LINK: &str = "is a link-local address";
const PRIVATE: &str = "is in a private network";
const RESERVED: &str = "is a reserved address";
const NETWORK: &str = "is an address of this very network";
const PROVIDER: &str = "is in the network of a provider";
const DOCUMENTS: &str = "is an address for documents";
const PORT: &str = "at a port where no web server is expected";
const TLS: &str = "would be asked without TLS";
const SCHEME: &str = "only http:// and https:// are fetched";
const USER: &str = "a user name or a password";
const FRAGMENT: &str = "a fragment";
const NO_URL: &str = "an address is no URL";

/// `PORT` stands for that of canaries at 127.0.0.1 and ::1.
#[rustfmt::skip]
const CASES: &[(Policy, &str, Expected)] = &[
    // Names and literals that are public.
    (Standard, "https://public.example/hook", Goes(&[PUBLIC])),
    (Standard, "https://PUBLIC.Example./hook?key=1", Goes(&[PUBLIC])),
    (Standard, "https://93.184.216.34/hook", Goes(&[PUBLIC])),
    (Standard, "https://1572395042/hook", Goes(&[PUBLIC])),
    (Standard, "https://[2606:2800:220:1::1]/hook", Goes(&[PUBLIC6])),
    (Standard, "https://both.example/hook", Goes(&[PUBLIC, PUBLIC6])),
    (Standard, "https://bücher.example/hook", Goes(&[PUBLIC])),
    (Standard, "https://public.example:443/hook", Goes(&[PUBLIC])),
    (Standard, "https://public.example:8443/hook", Goes(&[PUBLIC])),
    (Standard, "https://[64:ff9b::5db8:d822]/hook", Goes(&["64:ff9b::5db8:d822"])),
    // Schemes.
    (Standard, "http://public.example/hook", Not(TLS)),
    (Plain, "http://public.example/hook", Goes(&[PUBLIC])),
    (Plain, "http://public.example:8080/hook", Goes(&[PUBLIC])),
    (Plain, "http://public.example:443/hook", Not(PORT)),
    (Plain, "https://public.example/hook", Goes(&[PUBLIC])),
    (Standard, "ftp://public.example/hook", Invalid(SCHEME)),
    (Standard, "file:///etc/passwd", Invalid(SCHEME)),
    (Standard, "gopher://127.0.0.1:PORT/_x", Invalid(SCHEME)),
    (Standard, "javascript:alert(1)", Invalid(SCHEME)),
    (Standard, "//public.example/hook", Invalid(NO_URL)),
    (Standard, "public.example/hook", Invalid(NO_URL)),
    (Standard, "", Invalid(NO_URL)),
    // Ports.
    (Standard, "https://public.example:22/hook", Not(PORT)),
    (Standard, "https://public.example:25/hook", Not(PORT)),
    (Standard, "https://public.example:80/hook", Not(PORT)),
    (Standard, "https://public.example:6379/hook", Not(PORT)),
    (Standard, "https://93.184.216.34:5432/hook", Not(PORT)),
    (Standard, "https://public.example:0/hook", Not(PORT)),
    (Standard, "https://public.example:65536/hook", Invalid(NO_URL)),
    // User names and fragments.
    (Standard, "https://user@public.example/hook", Invalid(USER)),
    (Standard, "https://:secret@public.example/hook", Invalid(USER)),
    (Standard, "https://public.example@127.0.0.1:PORT/", Invalid(USER)),
    (Standard, "https://public.example/hook#there", Invalid(FRAGMENT)),
    (Standard, "https://127.0.0.1:PORT#@public.example/", Invalid(FRAGMENT)),
    (Standard, "https://127.0.0.1:PORT?@public.example/", Not(SELF)),
    (Standard, "https://127.0.0.1:PORT\\@public.example/", Not(SELF)),
    // This machine, in every spelling.
    (Plain, "http://127.0.0.1:PORT/", Not(SELF)),
    (Standard, "https://127.0.0.1/", Not(SELF)),
    (Plain, "http://127.1:PORT/", Not(SELF)),
    (Plain, "http://2130706433:PORT/", Not(SELF)),
    (Plain, "http://0x7f000001:PORT/", Not(SELF)),
    (Plain, "http://0x7f.0.0.1:PORT/", Not(SELF)),
    (Plain, "http://0177.0.0.1:PORT/", Not(SELF)),
    (Plain, "http://017700000001:PORT/", Not(SELF)),
    (Plain, "http://127。0。0。1:PORT/", Not(SELF)),
    (Plain, "http://%31%32%37.0.0.1:PORT/", Not(SELF)),
    (Plain, "http://0.0.0.0:PORT/", Not(NETWORK)),
    (Plain, "http://[::1]:PORT/", Not(SELF)),
    (Plain, "http://[::]:PORT/", Not(SELF)),
    (Plain, "http://[::ffff:127.0.0.1]:PORT/", Not(SELF)),
    (Plain, "http://[::127.0.0.1]:PORT/", Not(RESERVED)),
    (Plain, "http://[64:ff9b::7f00:1]:PORT/", Not(SELF)),
    (Plain, "http://[2002:7f00:1::]:PORT/", Not(SELF)),
    (Plain, "http://localhost:PORT/", Not(SELF)),
    (Standard, "https://256.0.0.1/", Invalid(NO_URL)),
    (Standard, "https://[fe80::1%25lo]/", Invalid(NO_URL)),
    // What is inside.
    (Standard, "https://169.254.169.254/latest/meta-data/", Not(LINK)),
    (Standard, "https://[::ffff:169.254.169.254]/", Not(LINK)),
    (Standard, "https://[64:ff9b::a9fe:a9fe]/", Not(LINK)),
    (Standard, "https://[fe80::1]/", Not(LINK)),
    (Standard, "https://[fd00:ec2::254]/", Not(PRIVATE)),
    (Standard, "https://168.63.129.16/", Not("is a service of the cloud platform")),
    (Standard, "https://10.0.0.1/", Not(PRIVATE)),
    (Standard, "https://172.31.255.255/", Not(PRIVATE)),
    (Standard, "https://192.168.1.1/", Not(PRIVATE)),
    (Standard, "https://100.64.0.1/", Not(PROVIDER)),
    (Standard, "https://198.51.100.7/", Not(DOCUMENTS)),
    (Standard, "https://255.255.255.255/", Not(RESERVED)),
    (Standard, "https://224.0.0.1/", Not("is a multicast address")),
    // Names that lead there.
    (Standard, "https://loopback.example/", Not(SELF)),
    (Standard, "https://loopback6.example/", Not(SELF)),
    (Standard, "https://mapped.example/", Not(SELF)),
    (Standard, "https://metadata.example/", Not(LINK)),
    (Standard, "https://inside.example/", Not(PRIVATE)),
    // Of several addresses, one is forbidden: the first, or the last.
    (Standard, "https://mixed-first.example/", Not(PRIVATE)),
    (Standard, "https://mixed-last.example/", Not(LINK)),
    (Named, "https://mixed-first.example/", Goes(&["10.1.2.3", PUBLIC])),
    // What an operator allows, at any port and without TLS, and nothing beside.
    (Named, "http://10.1.2.3:9000/hook", Goes(&["10.1.2.3"])),
    (Named, "http://[::ffff:10.1.2.3]:9000/hook", Goes(&["::ffff:10.1.2.3"])),
    (Named, "http://inside.example:9000/hook", Goes(&["10.1.2.3"])),
    (Named, "http://10.1.3.3:9000/hook", Not(PRIVATE)),
    (Named, "http://chat.internal:PORT/hook", Goes(&["127.0.0.1"])),
    (Named, "http://CHAT.internal.:PORT/hook", Goes(&["127.0.0.1"])),
    (Named, "http://a.tools.internal/hook", Goes(&["127.0.0.1"])),
    (Named, "http://tools.internal/hook", Not(SELF)),
    (Named, "http://evil-chat.internal/hook", Not(SELF)),
    (Named, "http://127.0.0.1:PORT/hook", Not(SELF)),
    (Named, "http://public.example/hook", Not(TLS)),
    (Named, "https://public.example:9000/hook", Not(PORT)),
];

fn names() -> Arc<Names> {
    const SELF4: &[&[&str]] = &[&["127.0.0.1"]];
    Names::new(&[
        ("public.example", &[&[PUBLIC]]),
        ("public.example.", &[&[PUBLIC]]),
        ("xn--bcher-kva.example", &[&[PUBLIC]]),
        ("both.example", &[&[PUBLIC, PUBLIC6]]),
        ("localhost", SELF4),
        ("loopback.example", SELF4),
        ("loopback6.example", &[&["::1"]]),
        ("mapped.example", &[&["::ffff:127.0.0.1"]]),
        ("metadata.example", &[&["169.254.169.254"]]),
        ("inside.example", &[&["10.1.2.3"]]),
        ("mixed-first.example", &[&["10.1.2.3", PUBLIC]]),
        ("mixed-last.example", &[&[PUBLIC, "169.254.169.254"]]),
        ("chat.internal", SELF4),
        ("chat.internal.", SELF4),
        ("a.tools.internal", SELF4),
        ("tools.internal", SELF4),
        ("evil-chat.internal", SELF4),
    ])
}

fn for_users(policy: &Egress, names: &Arc<Names>) -> EgressClient {
    let lookup = Arc::clone(names) as Arc<dyn Lookup>;
    EgressClient::with_lookup(policy, "registry.webhooks", Audience::Users, lookup).unwrap()
}

/// Where a request would be sent, by the parts of which a request is made: the address, the check of literals, the resolver of the
/// client. The last step, the connection, is left out, because nobody can be connected to from a test who is not this machine.
fn destinations(client: &EgressClient, address: &str) -> Result<Vec<IpAddr>, EgressError> {
    let target = client.parse(address)?;
    client.admit_literal(&target)?;
    if let Some(literal) = target.literal() {
        return Ok(vec![literal]);
    }
    let host = target.url().host_str().unwrap();
    let found = client.guarded(target.reach()).addresses(host);
    found.map_err(|error| EgressError::NotAllowed(error.to_string()))
}

fn check(client: &EgressClient, (address, expected): (&str, Expected), canaries: &[Canary]) {
    match expected {
        Goes(expected) => {
            let expected: Vec<IpAddr> = expected.iter().map(|address| address.parse().unwrap()).collect();
            assert_eq!(destinations(client, address).unwrap(), expected, "{address}");
            assert!(check_address(address).is_ok(), "{address}");
        }
        Not(why) => {
            let result = client.post(address, &[], b"{}".to_vec());
            let Err(EgressError::NotAllowed(message)) = &result else { panic!("{address}: {result:?}") };
            assert!(message.contains(why), "{address}: {message}");
            assert!(message.contains("registry.webhooks.allow_"), "{address}: {message}");
            assert!(destinations(client, address).is_err(), "{address}");
        }
        Invalid(why) => {
            let result = client.post(address, &[], b"{}".to_vec());
            let Err(EgressError::Invalid(message)) = &result else { panic!("{address}: {result:?}") };
            assert!(message.contains(why), "{address}: {message}");
            assert!(check_address(address).is_err(), "{address}");
        }
    }
    canaries.iter().for_each(|canary| canary.assert_untouched(address));
}

#[test]
fn each_address_of_a_user_is_refused_or_allowed() {
    let canary = Canary::at("127.0.0.1:0").unwrap();
    let port = canary.0.local_addr().unwrap().port();
    let canaries: Vec<Canary> =
        [Some(canary), Canary::at(&format!("[::1]:{port}"))].into_iter().flatten().collect();
    let names = names();
    let plain = Egress { allow_plain_http: true, ..Egress::default() };
    let named = allowing(&["10.1.2.0/24"], &["chat.internal", ".tools.internal"]);
    let [standard, plain, named] = [Egress::default(), plain, named].map(|policy| for_users(&policy, &names));
    for (policy, address, expected) in CASES {
        let client = match policy {
            Standard => &standard,
            Plain => &plain,
            Named => &named,
        };
        check(client, (&address.replace("PORT", &port.to_string()), *expected), &canaries);
    }
    assert!(CASES.len() >= 60, "{}", CASES.len());
    // Longer than a name can be, and as long as one can be.
    let long = |length: usize| format!("https://{}.example/", "a.".repeat((length - 9) / 2) + "a");
    check(&standard, (&long(256), Invalid("too long")), &canaries);
    assert!(check_address(&long(252)).is_ok());
}

/// What is allowed is asked: at the address that was checked, once for each delivery, and with no redirection followed.
#[test]
fn what_is_allowed_is_asked_where_it_was_checked() {
    let server = Server::start();
    let port = port(&server);
    let canary = Canary::at(&format!("127.0.0.9:{port}")).unwrap();
    let names = Names::new(&[
        ("flips.example", &[&["127.0.0.1"], &["127.0.0.9"], &["127.0.0.1"]]),
        ("joins.example", &[&["127.0.0.1"], &["127.0.0.1", "127.0.0.9"]]),
    ]);
    let client = for_users(&allowing(&["127.0.0.1/32"], &[]), &names);
    let post = |host: &str| client.post(&format!("http://{host}:{port}/hook"), &[], b"{}".to_vec());
    server.answer("/hook", Answer::ok(""));
    for (host, is_allowed) in [
        ("flips.example", true),
        ("flips.example", false),
        ("flips.example", true),
        ("joins.example", true),
        ("joins.example", false),
        ("[::ffff:127.0.0.1]", true),
    ] {
        let result = post(host);
        assert_eq!(result.is_ok(), is_allowed, "{host}: {result:?}");
        assert_eq!(server.take_requests().len(), usize::from(is_allowed), "{host}");
        let asked = names.take_asked();
        assert_eq!(asked.len(), usize::from(!host.starts_with('[')), "{host}: {asked:?}");
    }
    for location in [
        format!("http://127.0.0.9:{port}/"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "//[::ffff:127.0.0.9]/".to_owned(),
        "/hook".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        for status in [301, 302, 303, 307, 308] {
            server.answer("/hook", Answer::status(status).header("Location", &location));
            let result = post("127.0.0.1");
            assert!(
                matches!(&result, Err(EgressError::Status { status: told, .. }) if *told == status),
                "{result:?}"
            );
            assert_eq!(server.take_requests().len(), 1, "{location}");
        }
    }
    canary.assert_untouched("rebinding and redirections");
}
