//! The address of an AMQP broker, `amqp://user:password@host:port/vhost`.
//!
//! What is wrong with one is said without repeating it.

use lapin::uri::{AMQPScheme, AMQPUri};
use url::{Host, Url};

use super::super::{DeliveryError, brokers::Place};
use crate::secret::Secret;

/// Bytes of a virtual host's name, at most: AMQP counts them in one byte.
const VIRTUAL_HOST_BYTES: usize = 255;

/// An address. Has a password, so it has no `Debug`.
#[derive(Clone)]
pub(super) struct Address {
    uri: AMQPUri,
    place: Place,
}

impl Address {
    /// Reads one.
    pub(super) fn parse(secret: &Secret) -> Result<Self, DeliveryError> {
        let wrong = |reason: &str| DeliveryError(format!("a broker's address is no amqp:// URI: {reason}"));
        // What the parsers say is left out, because they repeat the text.
        let (Ok(url), Ok(mut uri)) = (Url::parse(secret.reveal()), secret.reveal().parse::<AMQPUri>()) else {
            return Err(wrong("it cannot be read"));
        };
        // lapin takes an address of version 6, and no host at all, for localhost.
        match url.host() {
            Some(Host::Domain(name)) if !name.is_empty() => {}
            Some(Host::Ipv4(address)) => uri.authority.host = address.to_string(),
            Some(Host::Ipv6(address)) => uri.authority.host = address.to_string(),
            Some(Host::Domain(_)) | None => return Err(wrong("it has no host")),
        }
        if uri.vhost.is_empty() {
            // As Clair takes `amqp://host/`: the default one. None is named with nothing.
            "/".clone_into(&mut uri.vhost);
        }
        if uri.vhost.len() > VIRTUAL_HOST_BYTES {
            return Err(wrong("its virtual host is too long"));
        }
        let place = Place { host: uri.authority.host.clone(), port: uri.authority.port };
        Ok(Self { uri, place })
    }

    /// As lapin wants it.
    pub(super) fn uri(&self) -> &AMQPUri {
        &self.uri
    }

    /// Where it is.
    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// Whether TLS is spoken there.
    pub(super) fn is_tls(&self) -> bool {
        self.uri.scheme == AMQPScheme::AMQPS
    }

    /// The password.
    pub(super) fn password(&self) -> &str {
        &self.uri.authority.userinfo.password
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Address, String> {
        Address::parse(&Secret::new(text)).map_err(|error| error.to_string())
    }

    #[test]
    fn an_address_leads_where_it_says() {
        let cases = [
            ("amqp://u:p%40@broker", "broker:5672", "/", false),
            ("amqp://u:p%40@broker/", "broker:5672", "/", false),
            ("amqps://u:p%40@broker/%2f", "broker:5671", "/", true),
            ("amqp://u:p%40@broker:1/scans", "broker:1", "scans", false),
            ("amqp://u:p%40@192.0.2.1:1/", "192.0.2.1:1", "/", false),
            ("amqp://u:p%40@[2001:db8::1]:1/", "[2001:db8::1]:1", "/", false),
        ];
        for (text, place, virtual_host, is_tls) in cases {
            let address = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(address.place().to_string(), place, "{text}");
            assert_eq!(address.uri().authority.host, address.place().host, "{text}");
            assert_eq!(address.uri().vhost, virtual_host, "{text}");
            assert_eq!((address.is_tls(), address.password()), (is_tls, "p@"), "{text}");
        }
    }

    #[test]
    fn a_wrong_address_is_not_repeated() {
        let long = format!("amqp://u:s3cret@broker/{}", "v".repeat(256));
        let wrong = [
            "http://u:s3cret@broker",
            "amqp://u:s3cret@",
            "amqp:u:s3cret@broker",
            "amqp://u:s3cret@broker:x",
            "amqp:///s3cret",
            "s3cret",
            &long,
        ];
        for text in wrong {
            let error = parse(text).err().unwrap_or_else(|| panic!("{text} was taken"));
            assert!(error.starts_with("a broker's address is no amqp:// URI: "), "{error}");
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
