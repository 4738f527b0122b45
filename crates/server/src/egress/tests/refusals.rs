use super::*;

fn refused(result: Result<String, EgressError>, context: &str) -> String {
    match result {
        Err(EgressError::NotAllowed(message)) => message,
        other => panic!("{context}: {other:?}"),
    }
}

/// Every way of writing this machine's address, with the canary's port for `PORT`.
const LITERALS: &[&str] = &[
    "http://127.0.0.1:PORT/",
    "https://127.0.0.1:PORT/",
    "http://127.1:PORT/",
    "http://127.0.1:PORT/",
    "http://2130706433:PORT/",
    "http://0x7f000001:PORT/",
    "http://0x7f.0.0.1:PORT/",
    "http://0x7F.1:PORT/",
    "http://0177.0.0.1:PORT/",
    "http://017700000001:PORT/",
    "http://127.0.0.1.:PORT/",
    "http://127.9.9.9:PORT/",
    "http://0:PORT/",
    "http://0.0.0.0:PORT/",
    "http://[::]:PORT/",
    "http://[::1]:PORT/",
    "http://[0:0:0:0:0:0:0:1]:PORT/",
    "http://[0000::0001]:PORT/",
    "http://[::ffff:127.0.0.1]:PORT/",
    "http://[::ffff:7f00:1]:PORT/",
    "http://[::FFFF:127.0.0.1]:PORT/",
    "http://[::127.0.0.1]:PORT/",
    "http://[64:ff9b::7f00:1]:PORT/",
    "http://[64:ff9b::127.0.0.1]:PORT/",
    "http://[2002:7f00:1::]:PORT/",
    "http://１２７.0.0.1:PORT/",
    "http://①②⑦.0.0.1:PORT/",
    "http://127。0。0。1:PORT/",
    "http://%31%32%37.0.0.1:PORT/",
    "http:127.0.0.1:PORT/",
    "http:/127.0.0.1:PORT/",
    "http:\\\\127.0.0.1:PORT/",
    "HTTP://127.0.0.1:PORT/",
    "\t http://127.0.0.1:PORT/",
    "ht\ntp://127.0.0.1:PORT/",
    "http://127.0.0.1:PORT#@registry.example/",
    "http://127.0.0.1:PORT?@registry.example/",
    "http://127.0.0.1:PORT\\@registry.example/",
    "http://localhost:PORT/",
    "http://LocalHost:PORT/",
    "http://ⓛocalhost:PORT/",
];

#[test]
fn no_way_of_writing_this_machine_reaches_it() {
    let canary = Canary::at("127.0.0.1:0").unwrap();
    let port = canary.0.local_addr().unwrap().port();
    let six = Canary::at(&format!("[::1]:{port}"));
    let client = EgressClient::new(&Egress { allow_plain_http: true, ..Egress::default() }, SETTING).unwrap();
    for literal in LITERALS {
        let address = literal.replace("PORT", &port.to_string());
        let message = refused(get(&client, &address), literal);
        assert!(message.contains("; indexer.layers.allow_networks = [\""), "{literal}: {message}");
        let posted = client.post(&address, &[], b"body".to_vec());
        assert!(matches!(posted, Err(EgressError::NotAllowed(_))), "{literal}: {posted:?}");
        canary.assert_untouched(literal);
        if let Some(six) = &six {
            six.assert_untouched(literal);
        }
    }
}

#[test]
fn what_is_no_address_of_a_web_server_is_invalid() {
    let canary = Canary::at("127.0.0.1:0").unwrap();
    let port = canary.0.local_addr().unwrap().port();
    let client = EgressClient::new(&allowing(&["127.0.0.0/8"], &[]), SETTING).unwrap();
    for address in [
        "",
        "/",
        "127.0.0.1",
        "127.0.0.1:PORT",
        "//127.0.0.1:PORT/",
        "ftp://127.0.0.1:PORT/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:PORT/_x",
        "unix:///run/docker.sock",
        "data:text/plain,x",
        "http://",
        "http://:PORT/",
        "http://user@127.0.0.1:PORT/",
        "http://:password@127.0.0.1:PORT/",
        "http://registry.example@127.0.0.1:PORT/",
        "http://127.0.0.1:PORT@127.0.0.1:PORT/",
        "http://127.0.0.1:99999/",
        "http://256.0.0.1:PORT/",
        "http://[fe80::1%25lo]:PORT/",
        "http://[::1:PORT/",
        "http://127.0.0.1 .example:PORT/",
    ] {
        let result = get(&client, &address.replace("PORT", &port.to_string()));
        assert!(matches!(result, Err(EgressError::Invalid(_))), "{address}: {result:?}");
        canary.assert_untouched(address);
    }
}

#[test]
fn a_refusal_names_the_setting() {
    let names = Names::new(&[
        ("registry.example", &[&["10.1.2.3"]]),
        ("metadata.example", &[&["fd00:ec2::254"]]),
        ("public.example", &[&["93.184.216.34"]]),
    ]);
    let client = client(&Egress::default(), &names);
    for (address, expected) in [
        (
            "https://10.1.2.3/",
            "10.1.2.3 is in a private network; indexer.layers.allow_networks = [\"10.1.2.0/24\"] would allow it",
        ),
        (
            "http://[::ffff:169.254.169.254]/latest",
            "::ffff:169.254.169.254 (169.254.169.254) is a link-local address; indexer.layers.allow_networks = \
             [\"169.254.169.0/24\"] would allow it",
        ),
        (
            "https://[64:ff9b::a9fe:a9fe]/",
            "64:ff9b::a9fe:a9fe (169.254.169.254) is a link-local address; indexer.layers.allow_networks = \
             [\"169.254.169.0/24\"] would allow it",
        ),
        (
            "https://registry.example:5000/",
            "registry.example is at 10.1.2.3, which is in a private network; indexer.layers.allow_networks = \
             [\"10.1.2.0/24\"] would allow it",
        ),
        (
            "https://metadata.example/",
            "metadata.example is at fd00:ec2::254, which is in a private network; indexer.layers.allow_networks = \
             [\"fd00:ec2::/64\"] would allow it",
        ),
        (
            "http://public.example/",
            "public.example would be asked without TLS; indexer.layers.allow_plain_http = true would allow it",
        ),
        (
            "http://93.184.216.34/",
            "93.184.216.34 would be asked without TLS; indexer.layers.allow_plain_http = true would allow it",
        ),
    ] {
        assert_eq!(refused(get(&client, address), address), expected);
    }
}

#[test]
fn allowed_networks_and_hosts_are_reached_without_tls_too() {
    let server = Server::start();
    server.answer("/layer", Answer::ok("bytes"));
    let names = Names::new(&[
        ("a.internal.example", &[&["127.0.0.1"]]),
        ("internal.example", &[&["127.0.0.1"]]),
        ("xinternal.example", &[&["127.0.0.1"]]),
        ("registry.example", &[&["127.0.0.1"]]),
        ("registry.example.", &[&["127.0.0.1"]]),
    ]);
    let port = port(&server);
    let by_network = client(&allowing(&["127.0.0.1/32"], &[]), &names);
    let by_host = client(&allowing(&[], &[".Internal.example", "registry.example"]), &names);
    let by_literal = client(&allowing(&[], &["127.0.0.1"]), &names);
    for (client, host, is_allowed) in [
        (&by_network, "127.0.0.1", true),
        (&by_network, "[::ffff:127.0.0.1]", true),
        (&by_network, "registry.example", true),
        (&by_network, "127.0.0.2", false),
        (&by_host, "a.internal.example", true),
        (&by_host, "A.INTERNAL.example", true),
        (&by_host, "registry.example", true),
        (&by_host, "registry.example.", true),
        (&by_host, "internal.example", false),
        (&by_host, "xinternal.example", false),
        (&by_host, "127.0.0.1", false),
        (&by_literal, "127.0.0.1", true),
        (&by_literal, "registry.example", false),
    ] {
        let result = get(client, &format!("http://{host}:{port}/layer"));
        let hits = server.take_requests().len();
        if is_allowed {
            assert_eq!((result.unwrap().as_str(), hits), ("bytes", 1), "{host}");
        } else {
            refused(result, host);
            assert_eq!(hits, 0, "{host}");
        }
    }
}

#[test]
fn of_a_name_with_many_addresses_only_the_allowed_ones_are_connected_to() {
    let server = Server::start();
    server.answer("/", Answer::ok("bytes"));
    let port = port(&server);
    let canary = Canary::at(&format!("127.0.0.9:{port}")).unwrap();
    let names = Names::new(&[
        ("mixed.example", &[&["127.0.0.9", "::1", "127.0.0.1", "10.0.0.1"]]),
        ("bad.example", &[&["127.0.0.9", "10.0.0.1"]]),
        ("none.example", &[&[]]),
    ]);
    let client = client(&allowing(&["127.0.0.1/32"], &[]), &names);
    assert_eq!(get(&client, &format!("http://mixed.example:{port}/")).unwrap(), "bytes");
    refused(get(&client, &format!("http://bad.example:{port}/")), "bad.example");
    for (host, expected) in [
        ("none.example", "none.example has no address"),
        ("unknown.example", "unknown.example cannot be resolved: no such name"),
    ] {
        let Err(EgressError::Failed(message)) = get(&client, &format!("http://{host}:{port}/")) else {
            panic!("{host}");
        };
        assert_eq!(message, expected);
    }
    canary.assert_untouched("many addresses");
}

/// The classic: the answer for the check is harmless, and the next one is not. There is no next one.
#[test]
fn a_name_is_asked_for_once_and_connected_to_where_it_was_checked() {
    let server = Server::start();
    server.answer("/", Answer::ok("bytes"));
    let port = port(&server);
    let canary = Canary::at(&format!("127.0.0.9:{port}")).unwrap();
    let names =
        Names::new(&[("flips.example", &[&["127.0.0.1"], &["127.0.0.9"], &["127.0.0.1"], &["127.0.0.9"]])]);
    let client = client(&allowing(&["127.0.0.1/32"], &[]), &names);
    let address = format!("http://flips.example:{port}/");
    for is_harmless in [true, false, true, false] {
        let result = get(&client, &address);
        assert_eq!(result.is_ok(), is_harmless, "{result:?}");
        assert_eq!(names.take_asked(), ["flips.example"]);
    }
    canary.assert_untouched("rebinding");
}

/// A proxy would connect in our place. The environment is that of a process, so another one does the asking.
#[test]
fn proxies_of_the_environment_are_not_asked() {
    let canary = Canary::at("127.0.0.1:0").unwrap();
    let proxy = format!("http://{}", canary.0.local_addr().unwrap());
    let mut process = std::process::Command::new(std::env::current_exe().unwrap());
    process
        .args(["--exact", "egress::tests::refusals::allowed_networks_and_hosts_are_reached_without_tls_too"]);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        process.env(name, &proxy);
    }
    let output = process.env_remove("no_proxy").env_remove("NO_PROXY").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    canary.assert_untouched("proxy");
}
