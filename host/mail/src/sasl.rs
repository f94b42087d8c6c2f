//! SASL PLAIN (RFC 4616) and LOGIN, for the server and for the client, and
//! XOAUTH2 for the client.
//!
//! LOGIN has no RFC; it is what many mail servers still speak first. Nor has
//! XOAUTH2, the elder sister of OAUTHBEARER (RFC 7628), which the large providers
//! want instead of passwords. All of them send the secret as it is, so none is
//! ever offered or used outside TLS.
//!
//! Passwords are wiped when dropped and have no `Debug`: they cannot reach a
//! log by accident. Nothing legacy (CRAM-MD5, NTLM) is here or will be.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// Longest user name in octets.
pub const USER_OCTETS_MAX: usize = 512;
/// Longest password in octets; longer ones are refused before anything is hashed.
pub const PASSWORD_OCTETS_MAX: usize = 1_024;

/// A mechanism our server offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mechanism {
    /// RFC 4616.
    Plain,
    /// Two challenges, one for the name, one for the password.
    Login,
}

impl Mechanism {
    /// The name in EHLO and AUTH.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
        }
    }

    /// Finds a mechanism by its name in any case.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Plain, Self::Login]
            .into_iter()
            .find(|known| known.name().eq_ignore_ascii_case(name))
    }
}

/// A mechanism our client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientMechanism {
    /// RFC 4616.
    Plain,
    /// Two challenges, one for the name, one for the password.
    Login,
    /// A token in place of the password.
    Xoauth2,
}

impl ClientMechanism {
    /// The name in EHLO and AUTH.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => Mechanism::Plain.name(),
            Self::Login => Mechanism::Login.name(),
            Self::Xoauth2 => "XOAUTH2",
        }
    }

    /// Finds a mechanism by its name in any case.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Plain, Self::Login, Self::Xoauth2]
            .into_iter()
            .find(|known| known.name().eq_ignore_ascii_case(name))
    }
}

/// A user name and a password. No `Debug` on purpose.
pub struct Credentials {
    user: String,
    password: Zeroizing<String>,
}

impl Credentials {
    /// Both as the peer is to see them.
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self {
            user: user.into(),
            password: Zeroizing::new(password.into()),
        }
    }

    /// The user name (authcid).
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The password. Do not copy it.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// The initial response of PLAIN in base64: no authzid, name, password.
    pub fn plain_response(&self) -> Zeroizing<String> {
        let message = Zeroizing::new(format!("\0{}\0{}", self.user, *self.password));
        encode(message.as_bytes())
    }

    /// The initial response of XOAUTH2 in base64: name, and the token that stands
    /// in the password's place.
    pub fn bearer_response(&self) -> Zeroizing<String> {
        let (user, token) = (&self.user, &*self.password);
        let message = Zeroizing::new(format!("user={user}\x01auth=Bearer {token}\x01\x01"));
        encode(message.as_bytes())
    }

    /// The answers of LOGIN in base64: name, then password.
    pub fn login_responses(&self) -> [Zeroizing<String>; 2] {
        [
            encode(self.user.as_bytes()),
            encode(self.password.as_bytes()),
        ]
    }
}

/// Why an exchange ended without credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SaslError {
    /// The client sent `*` (RFC 4954 §4).
    #[error("exchange cancelled by the client")]
    Cancelled,
    /// Not base64, or with superfluous characters.
    #[error("response is not base64")]
    Encoding,
    /// Wrong number of NULs, an empty name, not UTF-8, too long.
    #[error("response is malformed")]
    Malformed,
    /// A name to act as that is not the authenticated one.
    #[error("authorisation identity differs from the user name")]
    OtherIdentity,
}

/// The server's side of one exchange.
pub enum Exchange {
    /// PLAIN: the one response is awaited.
    Plain,
    /// LOGIN: the name is awaited.
    LoginUser,
    /// LOGIN: the password is awaited.
    LoginPassword {
        /// The name given before.
        user: String,
    },
}

/// What follows a response.
pub enum Step {
    /// Ask again: the challenge is in base64 already.
    Challenge(Exchange),
    /// All there is to check.
    Done(Credentials),
}

impl Exchange {
    /// Begins an exchange.
    pub fn new(mechanism: Mechanism) -> Self {
        match mechanism {
            Mechanism::Plain => Self::Plain,
            Mechanism::Login => Self::LoginUser,
        }
    }

    /// What stands after `334 ` while this response is awaited.
    pub fn challenge(&self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::LoginUser => "VXNlcm5hbWU6",
            Self::LoginPassword { .. } => "UGFzc3dvcmQ6",
        }
    }

    /// Takes a response line without its CRLF.
    ///
    /// # Errors
    /// See [`SaslError`]; the exchange is over then.
    pub fn respond(self, line: &[u8]) -> Result<Step, SaslError> {
        if line == b"*" {
            return Err(SaslError::Cancelled);
        }
        self.take(decode(line)?)
    }

    /// Takes the initial response of the AUTH command, where `=` stands for an
    /// empty one (RFC 4954 §4).
    ///
    /// # Errors
    /// See [`SaslError`]; the exchange is over then.
    pub fn respond_initially(self, line: &[u8]) -> Result<Step, SaslError> {
        if line == b"=" {
            self.take(Zeroizing::default())
        } else {
            self.respond(line)
        }
    }

    fn take(self, message: Zeroizing<Vec<u8>>) -> Result<Step, SaslError> {
        let message = std::str::from_utf8(&message).map_err(|_| SaslError::Malformed)?;
        match self {
            Self::Plain => plain(message).map(Step::Done),
            Self::LoginUser => {
                let user = message.to_owned();
                Ok(Step::Challenge(Self::LoginPassword { user }))
            }
            Self::LoginPassword { user } => checked(&user, message).map(Step::Done),
        }
    }
}

/// `[authzid] NUL authcid NUL passwd` (RFC 4616 §2).
fn plain(message: &str) -> Result<Credentials, SaslError> {
    let mut parts = message.split('\0');
    let (Some(authzid), Some(user), Some(password), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(SaslError::Malformed);
    };
    // One session belongs to one identity: nobody acts as somebody else, ever.
    if !authzid.is_empty() && authzid != user {
        return Err(SaslError::OtherIdentity);
    }
    checked(user, password)
}

fn checked(user: &str, password: &str) -> Result<Credentials, SaslError> {
    let lengths_fit = (1..=USER_OCTETS_MAX).contains(&user.len())
        && (1..=PASSWORD_OCTETS_MAX).contains(&password.len());
    if !lengths_fit || user.chars().any(char::is_control) || password.contains('\0') {
        return Err(SaslError::Malformed);
    }
    Ok(Credentials::new(user, password))
}

fn encode(octets: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(STANDARD.encode(octets))
}

fn decode(line: &[u8]) -> Result<Zeroizing<Vec<u8>>, SaslError> {
    STANDARD
        .decode(line)
        .map(Zeroizing::new)
        .map_err(|_| SaslError::Encoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(mechanism: Mechanism, responses: &[&str]) -> Result<(String, String), SaslError> {
        let mut exchange = Exchange::new(mechanism);
        for response in responses {
            match exchange.respond(response.as_bytes())? {
                Step::Challenge(next) => exchange = next,
                Step::Done(found) => {
                    return Ok((found.user().to_owned(), found.password().to_owned()));
                }
            }
        }
        panic!("the exchange wants more");
    }

    fn plain_of(message: &[u8]) -> Result<(String, String), SaslError> {
        outcome(Mechanism::Plain, &[&STANDARD.encode(message)])
    }

    #[test]
    fn both_sides_of_plain_and_login_agree() {
        let ours = Credentials::new("acme", "pässword");
        let theirs = Ok(("acme".to_owned(), "pässword".to_owned()));
        assert_eq!(outcome(Mechanism::Plain, &[&ours.plain_response()]), theirs);
        let [user, password] = ours.login_responses();
        assert_eq!(outcome(Mechanism::Login, &[&user, &password]), theirs);
    }

    #[test]
    fn the_token_of_xoauth2_stands_behind_the_name() {
        let ours = Credentials::new("help@acme.example", "ya29.vF9dft4");
        let expected = b"user=help@acme.example\x01auth=Bearer ya29.vF9dft4\x01\x01";
        assert_eq!(*ours.bearer_response(), STANDARD.encode(expected));
        let named = ClientMechanism::parse("xoauth2");
        assert_eq!(named, Some(ClientMechanism::Xoauth2));
    }

    /// AUTH-03: every way to place NULs, identities and lengths.
    #[test]
    fn auth_03_plain_takes_one_identity_only() {
        let ok = Ok(("u".to_owned(), "p".to_owned()));
        assert_eq!(plain_of(b"\0u\0p"), ok);
        assert_eq!(plain_of(b"u\0u\0p"), ok);
        for (message, error) in [
            (&b"v\0u\0p"[..], SaslError::OtherIdentity),
            (b"U\0u\0p", SaslError::OtherIdentity),
            (b"u \0u\0p", SaslError::OtherIdentity),
            (b"", SaslError::Malformed),
            (b"\0", SaslError::Malformed),
            (b"\0\0", SaslError::Malformed),
            (b"\0\0p", SaslError::Malformed),
            (b"\0u\0", SaslError::Malformed),
            (b"u\0p", SaslError::Malformed),
            (b"\0u\0p\0", SaslError::Malformed),
            (b"\0u\0p\0q", SaslError::Malformed),
            (b"\0\0u\0p", SaslError::Malformed),
            (b"\0u\r\n\0p", SaslError::Malformed),
            (b"\0u\xff\0p", SaslError::Malformed),
        ] {
            assert_eq!(plain_of(message), Err(error), "{message:?}");
        }
    }

    #[test]
    fn over_long_names_and_passwords_are_refused_before_hashing() {
        let long_user = [b"\0", &[b'u'; USER_OCTETS_MAX + 1][..], b"\0p"].concat();
        let long_password = [b"\0u\0", &[b'p'; PASSWORD_OCTETS_MAX + 1][..]].concat();
        assert_eq!(plain_of(&long_user), Err(SaslError::Malformed));
        assert_eq!(plain_of(&long_password), Err(SaslError::Malformed));
    }

    /// AUTH-04: base64 is read strictly.
    #[test]
    fn auth_04_loose_base64_is_refused() {
        for line in [
            "AHUAcA",
            "AHUAcA=",
            "AHUAcA== ",
            " AHUAcA==",
            "AHU AcA==",
            "AHUAcB==",
            "AHUA_A==",
            "AHUAcA==AHUAcA==",
            "\u{fc}",
        ] {
            assert_eq!(
                outcome(Mechanism::Plain, &[line]),
                Err(SaslError::Encoding),
                "{line:?}"
            );
        }
        assert_eq!(
            outcome(Mechanism::Login, &["dQ==", "*"]),
            Err(SaslError::Cancelled)
        );
    }

    #[test]
    fn an_equals_sign_is_an_empty_initial_response() {
        let refused = Exchange::Plain.respond_initially(b"=").err();
        assert_eq!(refused, Some(SaslError::Malformed));
    }
}
