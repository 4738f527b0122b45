//! Notifications by mail, at a real server for it.

use limpid_testkit::smtp::{LOGIN, Mode, SmtpServer};
use serde_json::{Value, json};

use super::{
    Place,
    place::{FIXES, vulnerable},
};
use crate::{
    accounts::administration::{UserChange, change_user},
    configuration::{Mail, MailSecurity},
    mail::{self, Letter, MailError},
    secret::Secret,
};

const ALL: &str = "/api/v1/repository/team/app/notification/";

fn configured(server: &SmtpServer, security: MailSecurity) -> Mail {
    Mail {
        host: "localhost".to_owned(),
        port: server.port,
        security,
        root_ca: Some(server.authority()),
        login: Some((LOGIN.0.to_owned(), Secret::new(LOGIN.1))),
        from: "Limpid <limpid@registry.test>".to_owned(),
        domains: vec!["ops.example".to_owned(), ".deep.example".to_owned()],
    }
}

fn wanted(event: &str, address: &str) -> Value {
    json!({"event": event, "method": "email", "config": {"email": address}, "eventConfig": {"level": "5"}, "title": "for us"})
}

/// What a letter says, with lines that were folded for the way put together.
fn text(letter: &Value) -> String {
    letter["text"].as_str().unwrap().replace("\r\n", "\n").replace("=\n", "").replace("=3D", "=")
}

#[test]
fn people_are_written_to_about_what_is_new() {
    let Some(server) = SmtpServer::start(Mode::StartTls) else { return };
    let configure = |configuration: &mut crate::Configuration| {
        configuration.registry.mail = Some(configured(&server, MailSecurity::StartTls));
    };
    Place::configured(configure, |place| {
        place.user("team");
        change_user(
            &place.engine,
            "team",
            &UserChange { email: Some("Team@Example.com"), ..UserChange::default() },
        )
        .unwrap();
        place.write(|tx| Ok(limpid_store::registry::make_repository(tx, "team/app")?.number));
        let made =
            place.ask("team", "POST", ALL, &wanted("vulnerability_found", "team@example.com")).json(201);
        assert_eq!(made["config"], json!({"email": "team@example.com"}));
        place.advise(&[FIXES, &[("musl", "1.2.5-r0", &["CVE-2099-0009"] as &[_])]].concat());
        let digest = place.push_system("team/app", "1", &vulnerable());
        // One letter of both findings.
        let letter = server.letter();
        assert_eq!(
            (&letter["to"], &letter["from"]),
            (&json!(["team@example.com"]), &json!("limpid@registry.test"))
        );
        assert_eq!((&letter["tls"], &letter["login"]), (&json!(true), &json!(LOGIN.0)));
        let said = text(&letter);
        assert!(said.contains("Subject: team/app: 2 new vulnerabilities, Unknown the worst\n"), "{said}");
        assert!(
            said.contains("Auto-Submitted: auto-generated\n") && said.contains("@registry.test>\n"),
            "{said}"
        );
        assert!(said.contains("Unknown  CVE-2099-0001  busybox 1.36.0-r1, fixed in 1.36.1-r0\n"), "{said}");
        assert!(said.contains("Unknown  CVE-2099-0009  musl 1.2.4-r0, fixed in 1.2.5-r0\n"), "{said}");
        assert!(
            said.contains(&format!("Report: https://registry.test/repository/team/app/-/image/{digest}\n")),
            "{said}"
        );
        let one = format!("{ALL}{}", made["uuid"].as_str().unwrap());
        place.eventually("it is noted", || (place.get(&one)["number_of_failures"] == 0).then_some(()));

        // To try it out.
        place.ask("team", "POST", &format!("{one}/test"), &Value::Null).json(200);
        assert!(text(&server.letter()).contains("CVE-FAKE-CVE"));
        let pushes = place.ask("team", "POST", ALL, &wanted("repo_push", "who@a.deep.example")).json(201);
        let test = format!("{ALL}{}/test", pushes["uuid"].as_str().unwrap());
        place.ask("team", "POST", &test, &Value::Null).json(200);
        assert!(text(&server.letter()).contains("Subject: team/app: pushed latest\n"));

        who_is_not_written_to(place, &one);
        assert_eq!(server.waiting(), Vec::<Value>::new());
    });
}

/// `one` is the path of a notification that writes to the user of the namespace.
fn who_is_not_written_to(place: &Place, one: &str) {
    // Whose account is gone is written to no more.
    change_user(&place.engine, "team", &UserChange { email: Some(""), ..UserChange::default() }).unwrap();
    let refused = place.ask("team", "POST", &format!("{one}/test"), &Value::Null).json(502);
    assert_eq!(refused["message"], "the address is that of no account here");
    // What the server says of itself is not told.
    let made = place.ask("team", "POST", ALL, &wanted("repo_push", "nobody@ops.example")).json(201);
    let test = format!("{ALL}{}/test", made["uuid"].as_str().unwrap());
    let refused = place.ask("team", "POST", &test, &Value::Null).json(502);
    assert_eq!(refused["message"], "the server for mail answers 550");
    for address in [
        "",
        "nobody",
        "a@b@ops.example",
        "x@elsewhere.example",
        "x@deep.example",
        "x@evil-ops.example",
        "x@ops.example\r\nBcc: y@elsewhere.example",
        "A <x@ops.example>",
        "x@ops.example, y@ops.example",
    ] {
        place.ask("team", "POST", ALL, &wanted("repo_push", address)).json(400);
    }
}

#[test]
fn a_server_for_mail_is_spoken_to_as_configured_or_not_at_all() {
    let servers = [Mode::Tls, Mode::StartTls, Mode::Plain].map(SmtpServer::start);
    let [Some(tls), Some(starttls), Some(plain)] = servers else { return };
    let letter = |to: &str| Letter {
        to: to.to_owned(),
        subject: "Größe\r\nBcc: evil@example.com".to_owned(),
        text: "words\n.\nmore".to_owned(),
        id: uuid::Uuid::nil(),
    };
    let send = |mail: &Mail| mail::send(mail, &letter("a@example.com"));
    let by_tls = configured(&tls, MailSecurity::Tls);
    let by_starttls = configured(&starttls, MailSecurity::StartTls);
    let in_the_clear = Mail { login: None, ..configured(&plain, MailSecurity::None) };
    for (mail, server, is_tls) in
        [(&by_tls, &tls, true), (&by_starttls, &starttls, true), (&in_the_clear, &plain, false)]
    {
        send(mail).unwrap();
        let letter = server.letter();
        assert_eq!(letter["tls"], is_tls);
        assert_eq!(letter["to"], json!(["a@example.com"]), "a subject names nobody else");
        assert!(text(&letter).ends_with("words\n.\nmore\n"), "{letter}");
    }
    let wrong = |mail: &Mail| send(mail).unwrap_err().to_string();
    let untrusted = "the server for mail does not speak TLS as it should, or shows a certificate that is not trusted here";
    assert_eq!(wrong(&Mail { root_ca: None, ..by_tls.clone() }), untrusted);
    assert_eq!(wrong(&Mail { root_ca: None, ..by_starttls.clone() }), untrusted);
    let other_name = Mail { host: "127.0.0.1".to_owned(), ..by_tls.clone() };
    assert_eq!(wrong(&other_name), untrusted);
    let no_tls = wrong(&configured(&plain, MailSecurity::StartTls));
    assert_eq!(no_tls, "the server for mail offers no TLS or no way to sign in that is wanted");
    let not_the_password =
        Mail { login: Some((LOGIN.0.to_owned(), Secret::new("another"))), ..by_tls.clone() };
    assert_eq!(send(&not_the_password), Err(MailError::Refused("535".to_owned())));
    let busy = mail::send(&by_tls, &letter("busy@example.com"));
    assert_eq!(busy, Err(MailError::Refused("451".to_owned())));
    let gone = Mail { port: 1, ..by_tls.clone() };
    assert_eq!(wrong(&gone), "the server for mail cannot be reached");
    let no_file = Mail { root_ca: Some("/nowhere/ca.pem".into()), ..by_tls };
    assert_eq!(send(&no_file), Err(MailError::Configuration));
    for server in [&tls, &starttls, &plain] {
        assert_eq!(server.waiting(), Vec::<Value>::new());
    }
}
