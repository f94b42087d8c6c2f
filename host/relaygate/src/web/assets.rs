//! Style sheet, scripts and icon, compiled in. Each stands below a path that holds
//! its digest, so a browser keeps it for ever and a new program is seen at once.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};

/// One file.
struct Asset {
    name: &'static str,
    kind: &'static str,
    octets: &'static [u8],
}

static ASSETS: [Asset; 4] = [
    Asset {
        name: "style.css",
        kind: "text/css; charset=utf-8",
        octets: include_bytes!("../../assets/style.css"),
    },
    Asset {
        name: "page.js",
        kind: "text/javascript; charset=utf-8",
        octets: include_bytes!("../../assets/page.js"),
    },
    Asset {
        name: "htmx.js",
        kind: "text/javascript; charset=utf-8",
        octets: include_bytes!("../../assets/htmx.min.js"),
    },
    Asset {
        name: "icon.svg",
        kind: "image/svg+xml",
        octets: include_bytes!("../../assets/icon.svg"),
    },
];

/// One digest of all of them.
static DIGEST: LazyLock<String> = LazyLock::new(|| {
    let all = ASSETS
        .iter()
        .fold(Sha256::new(), |all, asset| all.chain_update(asset.octets));
    let digest = all.finalize();
    let hex = digest.iter().take(DIGEST_OCTETS);
    hex.map(|octet| format!("{octet:02x}")).collect()
});

/// Where a file is to be had.
pub(super) fn path(name: &str) -> String {
    format!("/assets/{}/{name}", *DIGEST)
}

/// The route to them; needs no sign-in.
pub(super) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{digest}/{name}", get(asset))
}

async fn asset(Path((digest, name)): Path<(String, String)>) -> Response {
    let found = ASSETS.iter().find(|asset| asset.name == name);
    match found.filter(|_| digest == *DIGEST) {
        Some(asset) => (
            [
                (header::CONTENT_TYPE, HeaderValue::from_static(asset.kind)),
                (header::CACHE_CONTROL, HeaderValue::from_static(FOR_EVER)),
            ],
            asset.octets,
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Octets of the digest that stand in the path.
const DIGEST_OCTETS: usize = 8;
