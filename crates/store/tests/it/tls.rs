//! TLS to PostgreSQL: with a certificate that is verified, or not at all.

use limpid_store::{Database, StoreError};
use limpid_testkit::postgres::Postgres;

/// Whether the connection is encrypted.
fn open(url: &str) -> Result<bool, StoreError> {
    let database = Database::open(&url.parse()?, 1)?;
    let query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    database.read(|tx| tx.query_optional(query, &[])?.unwrap().get(0))
}

#[test]
fn tls_is_spoken_where_it_is_asked_for_and_only_with_whom_it_should_be() {
    let Some(server) = Postgres::start_with_tls() else { return };
    let (url, authority) = (server.url(), server.authority());
    let authority = authority.display();
    assert_eq!(open(&url), Ok(false));
    assert_eq!(open(&format!("{url}?sslmode=disable&sslrootcert={authority}")), Ok(false));
    for mode in ["require", "verify-ca", "verify-full"] {
        assert_eq!(open(&format!("{url}?sslmode={mode}&sslrootcert={authority}")), Ok(true), "{mode}");
    }
    let libpq = format!(
        "host=127.0.0.1 port={} user=postgres dbname=postgres sslmode=verify-full sslrootcert='{authority}'",
        server.port()
    );
    assert_eq!(open(&libpq), Ok(true));

    // No authority that this machine knows, the name of another host, no certificates at all.
    let other_name = url.replace("127.0.0.1", "localhost");
    for url in [
        format!("{url}?sslmode=require"),
        format!("{other_name}?sslmode=require&sslrootcert={authority}"),
        format!("{url}?sslmode=require&sslrootcert=/dev/null"),
        format!("{url}?sslmode=require&sslrootcert=/missing"),
    ] {
        let opened = open(&url);
        assert!(matches!(opened, Err(StoreError::Unusable(_))), "{url}: {opened:?}");
    }
}
