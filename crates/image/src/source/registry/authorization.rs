//! From a registry's challenge to the `Authorization` header of the next request.
//!
//! Basic (RFC 7617), and bearer tokens of a token service (distribution: “Token Authentication”), got anonymously, with
//! a password, or with an identity token (OAuth 2 refresh token).

use std::io::Read;

use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::{
    StatusCode, Url,
    blocking::Response,
    header::{AUTHORIZATION, HeaderMap, HeaderValue, WWW_AUTHENTICATE},
};
use serde::Deserialize;

use super::{
    credentials::{Credential, CredentialFiles, Found},
    error_text,
    transport::Transport,
};
use crate::{
    limits,
    reference::RegistryReference,
    source::error::{SourceError, shown},
};

/// What is to be done in the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Pull,
    Push,
}

/// What a registry asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Challenge {
    /// Name and password (RFC 7617).
    Basic,
    /// A token of a token service.
    Bearer {
        /// Its address.
        realm: String,
        /// By which it knows the registry.
        service: Option<String>,
    },
}

/// The parts of an exchange with a registry.
pub(crate) struct Exchange<'a> {
    pub(crate) transport: &'a Transport,
    pub(crate) files: &'a CredentialFiles,
    pub(crate) repository: &'a RegistryReference,
    pub(crate) access: Access,
}

#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    access_token: Option<String>,
}

impl Exchange<'_> {
    /// Answers the challenge of `refusal`, an answer with status 401.
    pub(crate) fn answer(&self, refusal: &Response) -> Result<HeaderValue, SourceError> {
        let challenge = challenge(refusal.headers()).ok_or_else(|| {
            self.refused("it asks for no kind of login that is known (Basic or Bearer)".to_owned())
        })?;
        let found = self.files.find(self.repository.registry(), self.repository.repository());
        match challenge {
            Challenge::Basic => self.basic(&found),
            Challenge::Bearer { realm, service } => self.bearer(&realm, service.as_deref(), &found),
        }
    }

    fn basic(&self, found: &Found) -> Result<HeaderValue, SourceError> {
        match &found.credential {
            Some((credential @ Credential::Password { .. }, _)) => {
                if !self.is_carried(self.transport.base()) {
                    return Err(self.refused("it asks for a password without TLS".to_owned()));
                }
                basic_header(credential).ok_or_else(|| self.refused("the password cannot be sent".to_owned()))
            }
            Some((Credential::IdentityToken(_), file)) => {
                let file = file.display();
                Err(self.refused(format!("it asks for a password, and {file} has an identity token")))
            }
            None => Err(self.refused(without_credential(&found.faults))),
        }
    }

    fn is_carried(&self, url: &str) -> bool {
        Url::parse(url).is_ok_and(|url| self.transport.may_carry_secrets(&url))
    }

    fn bearer(&self, realm: &str, service: Option<&str>, found: &Found) -> Result<HeaderValue, SourceError> {
        let realm = Url::parse(realm)
            .ok()
            .filter(|url| self.transport.may_carry_secrets(url))
            .ok_or_else(|| self.refused(format!("its token service {} has no TLS", shown(realm))))?;
        let credential = found.credential.as_ref().map(|(credential, _)| credential);
        let place = format!("token service {}", realm.host_str().unwrap_or_default());
        let response = self.transport.send(&place, &|| {
            let (realm, scope) = (realm.clone(), self.scope());
            Ok(match credential {
                Some(Credential::IdentityToken(token)) => {
                    self.exchange_request(realm, service, &scope, token)
                }
                other => self.token_request(realm, service, &scope, other),
            })
        })?;
        match response.status() {
            StatusCode::OK => self.token_header(response, &place),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::BAD_REQUEST => {
                let whose = match &found.credential {
                    Some((_, file)) => format!("the credentials of {} are refused", file.display()),
                    None => without_credential(&found.faults),
                };
                Err(self.refused(format!("{whose}: {}", error_text(response))))
            }
            status => Err(SourceError::Unavailable {
                detail: format!("it answers {status}: {}", error_text(response)),
                place,
                remedy: String::new(),
            }),
        }
    }

    fn scope(&self) -> String {
        let actions = if self.access == Access::Pull { "pull" } else { "pull,push" };
        format!("repository:{}:{actions}", self.repository.repository())
    }

    fn token_request(
        &self,
        mut realm: Url,
        service: Option<&str>,
        scope: &str,
        credential: Option<&Credential>,
    ) -> reqwest::blocking::RequestBuilder {
        realm.query_pairs_mut().extend_pairs(service.map(|service| ("service", service)));
        realm.query_pairs_mut().append_pair("scope", scope);
        let request = self.transport.client().get(realm);
        match credential.and_then(basic_header) {
            Some(header) => request.header(AUTHORIZATION, header),
            None => request,
        }
    }

    fn exchange_request(
        &self,
        realm: Url,
        service: Option<&str>,
        scope: &str,
        token: &str,
    ) -> reqwest::blocking::RequestBuilder {
        let mut form = vec![
            ("grant_type", "refresh_token"),
            ("client_id", "limpid"),
            ("scope", scope),
            ("refresh_token", token),
        ];
        form.extend(service.map(|service| ("service", service)));
        self.transport.client().post(realm).form(&form)
    }

    fn token_header(&self, response: Response, place: &str) -> Result<HeaderValue, SourceError> {
        let mut bytes = Vec::new();
        response
            .take(limits::REGISTRY_ANSWER_BYTES)
            .read_to_end(&mut bytes)
            .map_err(|error| SourceError::io(place, error))?;
        // The parser's message could quote the token: only that it failed is told.
        let no_token = || SourceError::invalid("the answer", place, "it holds no token");
        let token = token(&bytes).ok_or_else(no_token)?;
        secret_header(&format!("Bearer {token}")).ok_or_else(no_token)
    }

    /// The registry's refusal, in a message that says what was tried.
    pub(crate) fn refused(&self, detail: String) -> SourceError {
        SourceError::Unauthorized {
            registry: self.repository.registry().to_owned(),
            what: self.repository.repository().to_owned(),
            detail,
        }
    }
}

fn without_credential(faults: &[String]) -> String {
    let mut text =
        "it asks for a login, and there are no credentials for it (or there is no such repository)"
            .to_owned();
    for fault in faults {
        text.push_str("; ");
        text.push_str(fault);
    }
    text
}

fn basic_header(credential: &Credential) -> Option<HeaderValue> {
    match credential {
        Credential::Password { user, password } => {
            secret_header(&format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
        }
        Credential::IdentityToken(_) => None,
    }
}

fn secret_header(text: &str) -> Option<HeaderValue> {
    let mut header = HeaderValue::from_str(text).ok()?;
    header.set_sensitive(true);
    Some(header)
}

/// The token in the answer of a token service.
pub fn token(answer: &[u8]) -> Option<String> {
    let Ok(token) = serde_json::from_slice::<Token>(answer) else { return None };
    token.token.or(token.access_token).filter(|token| !token.is_empty())
}

/// The challenge that is answered, of the headers of a refusal: bearer where there are several.
pub fn challenge(headers: &HeaderMap) -> Option<Challenge> {
    let headers = headers.get_all(WWW_AUTHENTICATE);
    let texts: Vec<&str> = headers.iter().filter_map(|header| header.to_str().ok()).collect();
    strongest(&texts)
}

fn strongest(texts: &[&str]) -> Option<Challenge> {
    let mut basic = None;
    for challenge in texts.iter().filter_map(|text| http_auth::parse_challenges(text).ok()).flatten() {
        let parameter = |name: &str| {
            let mut parameters = challenge.params.iter();
            parameters.find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_unescaped())
        };
        if challenge.scheme.eq_ignore_ascii_case("bearer")
            && let Some(realm) = parameter("realm")
        {
            return Some(Challenge::Bearer { realm, service: parameter("service") });
        }
        if challenge.scheme.eq_ignore_ascii_case("basic") {
            basic = Some(Challenge::Basic);
        }
    }
    basic
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_read_in_any_order_and_bearer_is_preferred() {
        let bearer = r#"Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a:pull""#;
        let wanted = || {
            Some(Challenge::Bearer {
                realm: "https://auth.example/token".to_owned(),
                service: Some("registry.example".to_owned()),
            })
        };
        assert_eq!(strongest(&[bearer]), wanted());
        assert_eq!(strongest(&[r#"Basic realm="x""#, bearer]), wanted());
        assert_eq!(strongest(&[&format!(r#"Basic realm="x", {bearer}"#)]), wanted());
        assert_eq!(strongest(&[r#"basic realm="x""#]), Some(Challenge::Basic));
        assert_eq!(strongest(&["Negotiate", "nonsense=\u{1}"]), None);
    }

    #[test]
    fn a_header_with_a_secret_hides_it() {
        let password = Credential::Password { user: "u".to_owned(), password: "p".to_owned() };
        assert_eq!(format!("{:?}", basic_header(&password).unwrap()), "Sensitive");
        assert!(basic_header(&Credential::IdentityToken("t".to_owned())).is_none());
    }
}
