//! Gets a component from an OCI registry, in the layout the CNCF has for WebAssembly: one
//! manifest, one layer of `application/wasm`.
//!
//! Everything is named by its digest and held against it, so it does not matter whom we
//! asked. Who made the component is told by a signature, which may stand in the manifest as
//! the annotation [`SIGNATURE`].
//!
//! Not here: whether a signature is wanted, and whose (`operations::signatures`).

mod fetch;
mod reference;

use std::time::Duration;

use policy::Digest;
use serde::Deserialize;
use std::collections::BTreeMap;

use fetch::Registry;

pub use reference::{Reference, SCHEME};

/// What was got.
#[derive(Debug)]
pub struct Pulled {
    /// The component.
    pub octets: Vec<u8>,
    /// Its maker's signature in base64, if the manifest has one.
    pub signature: Option<String>,
}

/// Why there is nothing.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// The registry cannot be reached, or the connection broke.
    #[error("{0} does not answer ({1})")]
    Unreachable(String, String),
    /// It answers, and has not got it or does not give it to us.
    #[error("{0} says {1}{2}")]
    Refused(String, u16, &'static str),
    /// What came is not what was named.
    #[error("what came has the digest {0}, not the one that was named")]
    Differs(Digest),
    /// It is no component in the layout for WebAssembly.
    #[error("it is no WebAssembly component: {0}")]
    Layout(&'static str),
    /// It is larger than a component may be.
    #[error("it is larger than {0} octets")]
    TooLarge(u64),
}

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    layers: Vec<Descriptor>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: String,
    digest: String,
    size: u64,
}

/// Gets one; `octets_max` is what a component may have.
///
/// # Errors
/// [`PullError`].
pub async fn pull(reference: &Reference, octets_max: u64) -> Result<Pulled, PullError> {
    let late = |_| PullError::Unreachable(reference.host.clone(), "no answer in time".to_owned());
    let pulled = tokio::time::timeout(WITHIN, pulled(reference, octets_max));
    pulled.await.map_err(late)?
}

async fn pulled(reference: &Reference, octets_max: u64) -> Result<Pulled, PullError> {
    let mut registry = Registry::new(reference)?;
    let path = format!("manifests/sha256:{}", reference.digest);
    let octets = registry
        .get(&path, Some(MANIFEST), MANIFEST_OCTETS_MAX)
        .await?;
    check(&octets, &reference.digest)?;
    let manifest: Manifest =
        serde_json::from_slice(&octets).map_err(|_| PullError::Layout("its manifest is none"))?;
    let [layer] = manifest.layers.as_slice() else {
        return Err(PullError::Layout("it has to have one layer"));
    };
    if layer.media_type != LAYER {
        return Err(PullError::Layout("its layer is not application/wasm"));
    }
    if layer.size > octets_max {
        return Err(PullError::TooLarge(octets_max));
    }
    let digest = layer.digest.strip_prefix("sha256:");
    let digest = digest.ok_or(PullError::Layout("its layer is not named by SHA-256"))?;
    let path = format!("blobs/sha256:{digest}");
    let octets = registry.get(&path, None, layer.size).await?;
    check(&octets, digest)?;
    Ok(Pulled {
        octets,
        signature: manifest.annotations.get(SIGNATURE).cloned(),
    })
}

fn check(octets: &[u8], digest: &str) -> Result<(), PullError> {
    let found = Digest::of(octets);
    match Digest::parse(digest) == Some(found) {
        true => Ok(()),
        false => Err(PullError::Differs(found)),
    }
}

/// The annotation of a manifest with a signature of its component (Ed25519, base64).
pub const SIGNATURE: &str = "relaygate.policy.signature.ed25519";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const LAYER: &str = "application/wasm";
const MANIFEST_OCTETS_MAX: u64 = 1024 * 1024;
const WITHIN: Duration = Duration::from_secs(120);
