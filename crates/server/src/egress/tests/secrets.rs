use std::{io::Write, thread};

use super::*;

const SECRET: &str = "s3cr3t";

fn local() -> EgressClient {
    EgressClient::new(&allowing(&["127.0.0.1/32"], &[]), SETTING).unwrap()
}

/// A server that answers everything, once, with these bytes.
fn raw(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind((LOOPBACK, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 1024];
        assert!(stream.read(&mut request).unwrap() > 0);
        stream.write_all(answer).unwrap();
    });
    format!("http://{address}/{SECRET}?{SECRET}")
}

fn closed() -> String {
    let listener = TcpListener::bind((LOOPBACK, 0)).unwrap();
    format!("http://{}/?{SECRET}", listener.local_addr().unwrap())
}

#[test]
fn no_error_tells_what_the_address_the_headers_or_the_server_say() {
    let server = Server::start();
    let leak = |status| Answer::ok(SECRET).with_status(status).header("X-Leak", SECRET);
    server.answer("/?s3cr3t", leak(500));
    server.answer("/see-other", leak(302).header("Location", "http://127.0.0.1:1/?s3cr3t"));
    server.answer("/no-address", leak(302).header("Location", "http://[s3cr3t"));
    server.answer("/forbidden", leak(302).header("Location", "https://10.0.0.1/?s3cr3t"));
    server.answer("/user", leak(302).header("Location", "http://s3cr3t:s3cr3t@127.0.0.1/"));
    let url = server.url();
    let headers = [("Authorization", SECRET), ("X-Token", SECRET)];
    for (address, headers) in [
        (format!("{url}/?{SECRET}"), &headers[..]),
        (format!("{url}/see-other"), &headers[..]),
        (format!("{url}/no-address"), &headers[..]),
        (format!("{url}/forbidden"), &headers[..]),
        (format!("{url}/user"), &headers[..]),
        (format!("{url}/?{SECRET}"), &[("X-Token", "s3cr3t\n")][..]),
        (format!("{url}/?{SECRET}"), &[("X-s3cr3t\u{7}", "a")][..]),
        (format!("{url}/?{SECRET}"), &[("Host", SECRET)][..]),
        (format!("https://10.0.0.1/?{SECRET}"), &headers[..]),
        (format!("https://{SECRET}:{SECRET}@registry.example/"), &headers[..]),
        (format!("https://[{SECRET}/"), &headers[..]),
        (closed(), &headers[..]),
        (closed().replace("http:", "https:"), &headers[..]),
        (raw(b"s3cr3t\r\n\r\n"), &headers[..]),
        (raw(b"HTTP/1.1 s3cr3t\r\n\r\n"), &headers[..]),
        (raw(b"HTTP/1.1 200 OK\r\ns3cr3t\r\n\r\n"), &headers[..]),
        (raw(b""), &headers[..]),
        (raw(b"HTTP/1.1 418 s3cr3t\r\n\r\ns3cr3t"), &headers[..]),
        (raw(b"s3cr3t").replace("http:", "https:"), &headers[..]),
    ] {
        let error = get_with(&local(), &address, headers).unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(!text.contains(SECRET), "{address}: {text}");
    }
}

#[test]
fn faults_are_told_in_words_of_ours() {
    for (address, expected) in [
        (closed(), "it refuses the connection"),
        (raw(b"garbage\r\n\r\n"), "it does not answer as HTTP servers do"),
        (raw(b"garbage\r\n\r\n").replace("http:", "https:"), "it does not speak TLS as it should"),
    ] {
        let Err(EgressError::Failed(message)) = get(&local(), &address) else { panic!("{address}") };
        let host = address.split('/').nth(2).unwrap();
        assert_eq!(message, format!("{host}: {expected}"));
    }
}

#[test]
fn a_body_that_breaks_off_is_an_error_and_no_end() {
    let server = Server::start();
    server.answer("/", Answer::ok("0123456789").cut_off(3));
    let mut body = local().get(&format!("{}/?{SECRET}", server.url()), &BTreeMap::new());
    assert!(matches!(body, Err(EgressError::Status { status: 404, .. })));
    body = local().get(&format!("{}/", server.url()), &BTreeMap::new());
    let mut bytes = Vec::new();
    let error = body.unwrap().read_to_end(&mut bytes).unwrap_err();
    assert_eq!(error.to_string(), format!("127.0.0.1:{}: its answer broke off", port(&server)));
}

#[test]
fn headers_that_say_where_the_request_goes_are_not_for_strangers() {
    let server = Server::start();
    for name in
        ["Host", "content-length", "Transfer-Encoding", "Connection", "Proxy-Authorization", "TE", "Upgrade"]
    {
        let result = get_with(&local(), &server.url(), &[(name, "1")]);
        assert!(matches!(result, Err(EgressError::Invalid(_))), "{name}: {result:?}");
    }
    assert_eq!(server.take_requests(), []);
}
