//! The password of a credential set: how it is made, written and hashed.
//!
//! `rg_<credential id>.<secret>`: the id says which single hash to try, whatever
//! form the user name has (R53), so a login costs one argon2id run and never a
//! run per domain. Only the secret part is secret; what is stored is the
//! argon2id hash of the whole.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq as _;

use crate::random;

/// Before the credential id, so that a leaked password is recognised by scanners.
const PREFIX: &str = "rg_";
/// Between id and secret.
const SEPARATOR: char = '.';
/// Clear letters of a credential id.
const ID_LETTERS: usize = 10;
/// Clear letters of a secret: 28 × log2(31) is 138 bits (R45 asks for 128).
const SECRET_LETTERS: usize = 28;
/// Octets of a presented password that are looked at (AUTH-07).
pub const PASSWORD_OCTETS_MAX: usize = 1_024;

/// What a stored hash may ask of this machine (AUTH-08); beyond it the record
/// was tampered with.
const MEMORY_KIB_MAX: u32 = 256 * 1024;
const PASSES_MAX: u32 = 10;
const LANES_MAX: u32 = 4;

/// Names one credential set. Not secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct CredentialId(String);

/// What one hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for HashCost {
    /// The first choice of the OWASP cheat sheet: 19 MiB, two passes, one lane.
    fn default() -> Self {
        Self {
            memory_kib: 19 * 1024,
            passes: 2,
            lanes: 1,
        }
    }
}

/// A stored hash that does not parse or asks for more than this machine gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("password hash is malformed or out of bounds")]
pub struct BadHash;

impl CredentialId {
    pub(crate) fn generate() -> Self {
        Self(random::word(ID_LETTERS))
    }

    /// Takes the form of an id; whether there is such a set is another question.
    pub fn parse(text: &str) -> Option<Self> {
        let well_formed =
            text.len() == ID_LETTERS && text.bytes().all(|b| random::CLEAR_LETTERS.contains(&b));
        well_formed.then(|| Self(text.to_owned()))
    }

    /// The id in a presented password, if it has the form of one of ours; whether there is
    /// such a set is another question.
    pub fn named_in(password: &str) -> Option<Self> {
        let (id, _) = password.strip_prefix(PREFIX)?.split_once(SEPARATOR)?;
        Self::parse(id)
    }

    /// The id as it stands in the password.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for CredentialId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A new password for that set.
pub(crate) fn generate(id: &CredentialId) -> SecretString {
    let secret = random::secret_word(SECRET_LETTERS);
    SecretString::from(format!("{PREFIX}{id}{SEPARATOR}{}", secret.as_str()))
}

/// Hashes a password with a fresh salt; a PHC string. It works in `memory`, which is
/// made as large as needed.
pub(super) fn hash(
    password: &SecretString,
    cost: HashCost,
    memory: &mut Vec<Block>,
) -> Result<String, BadHash> {
    let params =
        Params::new(cost.memory_kib, cost.passes, cost.lanes, None).map_err(|_| BadHash)?;
    let (argon2, salt) = (Argon2::from(&params), Salt::generate());
    let output = derive(&argon2, password, &salt, Params::DEFAULT_OUTPUT_LEN, memory)?;
    let hash = PasswordHash {
        algorithm: Algorithm::default().ident(),
        version: Some(Version::default().into()),
        params: ParamsString::try_from(&params).map_err(|_| BadHash)?,
        salt: Some(salt),
        hash: Some(output),
    };
    Ok(hash.to_string())
}

/// Whether the password is the one that was hashed. Runs for tens of
/// milliseconds: only inside a blocking task that holds a permit.
pub(super) fn verify(
    password: &SecretString,
    phc: &str,
    memory: &mut Vec<Block>,
) -> Result<bool, BadHash> {
    let hash = bounded(phc)?;
    let params = Params::try_from(&hash).map_err(|_| BadHash)?;
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).map_err(|_| BadHash)?;
    let version = hash.version.map(Version::try_from).transpose();
    let version = version.map_err(|_| BadHash)?.unwrap_or_default();
    let (Some(salt), Some(expected)) = (hash.salt, hash.hash) else {
        return Err(BadHash);
    };
    let argon2 = Argon2::new(algorithm, version, params);
    let output = derive(&argon2, password, &salt, expected.len(), memory)?;
    Ok(output.as_bytes().ct_eq(expected.as_bytes()).into())
}

fn derive(
    argon2: &Argon2<'_>,
    password: &SecretString,
    salt: &[u8],
    octets: usize,
    memory: &mut Vec<Block>,
) -> Result<Output, BadHash> {
    memory.resize(argon2.params().block_count(), Block::default());
    let mut buffer = [0; Output::MAX_LENGTH];
    let output = buffer.get_mut(..octets).ok_or(BadHash)?;
    let password = password.expose_secret().as_bytes();
    argon2
        .hash_password_into_with_memory(password, salt, output, memory.as_mut_slice())
        .map_err(|_| BadHash)?;
    Output::new(output).map_err(|_| BadHash)
}

fn bounded(phc: &str) -> Result<PasswordHash, BadHash> {
    let hash = PasswordHash::new(phc).map_err(|_| BadHash)?;
    let params = Params::try_from(&hash).map_err(|_| BadHash)?;
    let within = params.m_cost() <= MEMORY_KIB_MAX
        && params.t_cost() <= PASSES_MAX
        && params.p_cost() <= LANES_MAX;
    if within && hash.hash.is_some() {
        Ok(hash)
    } else {
        Err(BadHash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: HashCost = HashCost {
        memory_kib: 64,
        passes: 1,
        lanes: 1,
    };

    fn verified(password: &SecretString, phc: &str) -> Result<bool, BadHash> {
        verify(password, phc, &mut Vec::new())
    }

    #[test]
    fn a_password_carries_its_id_and_enough_chance() {
        let id = CredentialId::generate();
        let password = generate(&id);
        let text = password.expose_secret();
        assert_eq!(CredentialId::named_in(text), Some(id));
        let secret = text.split_once('.').unwrap().1;
        assert!(secret.len() as f64 * 31f64.log2() >= 128.0);
        assert!(secret.bytes().all(|b| random::CLEAR_LETTERS.contains(&b)));
    }

    #[test]
    fn foreign_forms_name_no_credential() {
        for text in [
            "",
            "hunter2",
            "rg_",
            "rg_abc.def",
            "rg_22222222222.x",
            "xx_2222222222.x",
            "rg_2222222222",
        ] {
            assert_eq!(CredentialId::named_in(text), None, "{text}");
        }
    }

    #[test]
    fn only_the_right_password_verifies() {
        let right = SecretString::from("rg_2222222222.right");
        let stored = hash(&right, CHEAP, &mut Vec::new()).unwrap();
        assert_eq!(verified(&right, &stored), Ok(true));
        assert_eq!(
            verified(&SecretString::from("rg_2222222222.wrong"), &stored),
            Ok(false)
        );
        assert!(!stored.contains("right"));
    }

    #[test]
    fn tampered_cost_is_refused_before_any_work() {
        let stored = hash(&SecretString::from("x"), CHEAP, &mut Vec::new()).unwrap();
        for (from, to) in [("m=64", "m=4194304"), ("t=1", "t=1000"), ("p=1", "p=200")] {
            let tampered = stored.replace(from, to);
            assert_ne!(tampered, stored);
            assert_eq!(
                verified(&SecretString::from("x"), &tampered),
                Err(BadHash),
                "{to}"
            );
        }
        assert_eq!(
            verified(&SecretString::from("x"), "plain text"),
            Err(BadHash)
        );
    }
}
