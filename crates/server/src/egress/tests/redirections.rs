use super::*;
use crate::egress::target::Target;

fn redirect(to: &str) -> Answer {
    Answer::status(302).header("Location", to)
}

fn local() -> EgressClient {
    EgressClient::new(&allowing(&["127.0.0.1/32"], &[]), SETTING).unwrap()
}

#[test]
fn three_are_followed_and_a_fourth_is_not() {
    let server = Server::start();
    for (path, next) in [("/0", "/1"), ("/1", "/2"), ("/2", "/3"), ("/3", "/4")] {
        server.answer(path, redirect(next));
    }
    server.answer("/4", Answer::ok("bytes"));
    assert_eq!(get(&local(), &format!("{}/1", server.url())).unwrap(), "bytes");
    server.take_requests();
    let Err(EgressError::Failed(message)) = get(&local(), &format!("{}/0", server.url())) else { panic!() };
    assert_eq!(message, format!("127.0.0.1:{} redirects on and on", port(&server)));
    let paths: Vec<_> = server.take_requests().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, ["/0", "/1", "/2", "/3"]);
}

#[test]
fn each_one_is_checked_as_if_it_were_the_first() {
    let server = Server::start();
    let canary = Canary::at(&format!("127.0.0.9:{}", port(&server))).unwrap();
    let port = port(&server);
    for location in [
        format!("http://127.0.0.9:{port}/"),
        format!("//127.0.0.9:{port}/"),
        format!("http://0x7f000009:{port}/"),
        format!("http://[::ffff:127.0.0.9]:{port}/"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://[::ffff:169.254.169.254]/".to_owned(),
        "https://[64:ff9b::a9fe:a9fe]/".to_owned(),
        "https://10.0.0.1/".to_owned(),
    ] {
        server.answer("/far", redirect(&location));
        server.answer("/near", redirect("/far"));
        let result = get(&local(), &format!("{}/near", server.url()));
        assert!(matches!(result, Err(EgressError::NotAllowed(_))), "{location}: {result:?}");
        canary.assert_untouched(&location);
    }
    for location in ["ftp://127.0.0.1/", "file:///etc/passwd", "http://user:password@127.0.0.1/", "http://["]
    {
        server.answer("/far", redirect(location));
        let result = get(&local(), &format!("{}/far", server.url()));
        assert!(matches!(result, Err(EgressError::Failed(_))), "{location}: {result:?}");
    }
    server.answer("/nowhere", Answer::status(302));
    let result = get(&local(), &format!("{}/nowhere", server.url()));
    assert!(matches!(result, Err(EgressError::Status { status: 302, .. })), "{result:?}");
}

#[test]
fn headers_stay_with_whom_they_are_for() {
    let (first, second) = (Server::start(), Server::start());
    let headers = [
        ("Authorization", "Bearer token"),
        ("Cookie", "session"),
        ("X-Registry-Token", "token"),
        ("Accept", "application/gzip"),
    ];
    let given = |server: &Server| -> Vec<Vec<String>> {
        let names = ["authorization", "cookie", "x-registry-token", "accept"];
        let given = |request: &limpid_testkit::http::Request| {
            names
                .into_iter()
                .filter(|name| request.headers.get(*name).is_some_and(|value| value != "*/*"))
                .map(ToOwned::to_owned)
                .collect()
        };
        server.take_requests().iter().map(given).collect()
    };
    let all = ["authorization", "cookie", "x-registry-token", "accept"];

    first.answer("/same", redirect("/end"));
    first.answer("/end", Answer::ok("bytes"));
    assert_eq!(get_with(&local(), &format!("{}/same", first.url()), &headers).unwrap(), "bytes");
    assert_eq!(given(&first), [all, all]);

    // To another port and back again: what was left behind does not come back.
    first.answer("/other", redirect(&format!("{}/back", second.url())));
    second.answer("/back", redirect(&format!("{}/end", first.url())));
    assert_eq!(get_with(&local(), &format!("{}/other", first.url()), &headers).unwrap(), "bytes");
    assert_eq!(given(&second), [["accept"]]);
    assert_eq!(given(&first), [&all[..], &["accept"][..]]);

    // To another name of the same server.
    let names = Names::new(&[("registry.example", &[&["127.0.0.1"]])]);
    let by_name = client(&allowing(&["127.0.0.1/32"], &[]), &names);
    first.answer("/name", redirect(&format!("http://registry.example:{}/end", port(&first))));
    assert_eq!(get_with(&by_name, &format!("{}/name", first.url()), &headers).unwrap(), "bytes");
    assert_eq!(given(&first), [&all[..], &["accept"][..]]);
}

#[test]
fn none_leads_from_tls_to_none() {
    let secure = Target::parse("https://registry.example/v2/a?signature=x").unwrap();
    for location in ["http://registry.example/v2/b", "HTTP://other.example/", "http:"] {
        let result = secure.follow(location.as_bytes());
        assert!(matches!(&result, Err(EgressError::Failed(_))), "{location}: {result:?}");
    }
    for (location, expected) in [
        ("https://other.example:444/b?c#d", "https://other.example:444/b?c"),
        ("//other.example/b", "https://other.example/b"),
        ("../b", "https://registry.example/b"),
        ("?c", "https://registry.example/v2/a?c"),
    ] {
        assert_eq!(secure.follow(location.as_bytes()).unwrap().url().as_str(), expected);
    }
    let plain = Target::parse("http://registry.example/").unwrap();
    assert!(!plain.follow(b"https://registry.example/").unwrap().is_same_origin(&plain));
    assert!(plain.follow(b"http://REGISTRY.example:80/x").unwrap().is_same_origin(&plain));
}

#[test]
fn a_post_is_not_redirected() {
    let server = Server::start();
    let headers = [("Authorization".to_owned(), "Bearer token".to_owned())];
    server.answer("/hook", Answer::status(204));
    local().post(&format!("{}/hook", server.url()), &headers, b"{}".to_vec()).unwrap();
    let request = server.take_requests().remove(0);
    assert_eq!(
        (request.method.as_str(), request.headers["authorization"].as_str()),
        ("POST", "Bearer token")
    );
    for status in [301, 302, 307, 308, 400, 500] {
        server.answer("/hook", Answer::status(status).header("Location", "/end"));
        let result = local().post(&format!("{}/hook", server.url()), &headers, Vec::new());
        assert!(
            matches!(&result, Err(EgressError::Status { status: told, .. }) if *told == status),
            "{result:?}"
        );
        assert_eq!(server.take_requests().len(), 1);
    }
}
