//! What names a component in a registry: `oci://registry.example/policies/vip@sha256:...`.

/// A component in an OCI registry, by the digest of its manifest. A tag would be another
/// component tomorrow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Name of the registry, and its port if it has one of its own.
    pub host: String,
    /// 443, or what the reference says.
    pub port: u16,
    /// The repository in it.
    pub repository: String,
    /// SHA-256 of the manifest in hexadecimal digits.
    pub digest: String,
}

/// How every one begins.
pub const SCHEME: &str = "oci://";

impl Reference {
    /// Reads one.
    ///
    /// # Errors
    /// A sentence that says what is missing.
    pub fn parse(text: &str) -> Result<Self, String> {
        let rest = text.strip_prefix(SCHEME);
        let rest = rest.ok_or_else(|| format!("begin it with {SCHEME}"))?;
        let (name, digest) = rest.rsplit_once('@').ok_or(BY_DIGEST)?;
        let digest = digest.strip_prefix("sha256:").ok_or(BY_DIGEST)?;
        if policy::Digest::parse(digest).is_none() {
            return Err("a SHA-256 has 64 hexadecimal digits".to_owned());
        }
        let (authority, repository) = name
            .split_once('/')
            .ok_or("name the repository behind the registry's name")?;
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_| "the port is no number")?),
            None => (authority, HTTPS_PORT),
        };
        match is_host(host) && is_repository(repository) {
            true => Ok(Self {
                host: host.to_owned(),
                port,
                repository: repository.to_owned(),
                digest: digest.to_ascii_lowercase(),
            }),
            false => Err(format!("{name} names no repository of a registry")),
        }
    }

    /// Whether it is on this machine, where TLS protects nothing.
    pub fn is_local(&self) -> bool {
        let address = self.host.parse::<std::net::Ipv4Addr>();
        self.host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }
}

fn is_host(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    !text.is_empty() && text.chars().all(fits)
}

/// The names the distribution specification permits.
fn is_repository(text: &str) -> bool {
    let fits =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    let part = |part: &str| !part.is_empty() && part.chars().all(fits) && !part.starts_with('.');
    text.split('/').all(part)
}

const BY_DIGEST: &str = "name it by its digest: ...@sha256:...";
const HTTPS_PORT: u16 = 443;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_names_one_component_for_ever() {
        let digest = "ab".repeat(32);
        let text = format!("oci://registry.example:5000/policies/vip-tagging@sha256:{digest}");
        let read = Reference::parse(&text).expect("a reference");
        assert_eq!((read.host.as_str(), read.port), ("registry.example", 5000));
        assert_eq!(read.repository, "policies/vip-tagging");
        assert_eq!(read.digest, digest);
        assert!(!read.is_local());
        let here = Reference::parse(&format!("oci://127.0.0.1:1/a@sha256:{digest}"));
        assert!(here.is_ok_and(|here| here.is_local()));
    }

    #[test]
    fn what_could_be_something_else_is_none() {
        let digest = "ab".repeat(32);
        for wrong in [
            "https://registry.example/a".to_owned(),
            "oci://registry.example/a:latest".to_owned(),
            format!("oci://registry.example@sha256:{digest}"),
            format!("oci://registry.example/../a@sha256:{digest}"),
            format!("oci://registry.example/A b@sha256:{digest}"),
            format!("oci://user:secret@registry.example/a@sha256:{digest}"),
            format!("oci://registry.example/a@sha256:{}", &digest[1..]),
        ] {
            assert!(Reference::parse(&wrong).is_err(), "{wrong}");
        }
    }
}
