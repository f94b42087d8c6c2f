//! Components out of a real registry (Debian's docker-registry), and whose are taken: those
//! of the makers the operator trusts, told by signatures OpenSSL makes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use relaygate_tests::free_port;
use relaygate_tests::house::{ACCOUNT, Cottage, DOMAIN, SUPPORT, USER, temporary};
use relaygate_tests::process::{Daemon, installed, run};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::own_policies::{example, with_attachment};

const REGISTRY: &str = "docker-registry";
const REPOSITORY: &str = "policies/attachment-types";

/// A registry on a port of its own, with nothing in it.
struct Registry {
    port: u16,
    directory: TempDir,
    _process: Daemon,
}

impl Registry {
    fn start() -> Self {
        let (directory, port) = (temporary(), free_port());
        let config = directory.path().join("config.yml");
        let storage = directory.path().join("storage");
        let text = format!(
            "version: 0.1\nlog: {{level: warn}}\nstorage: {{filesystem: {{rootdirectory: {}}}}}\n\
             http: {{addr: '127.0.0.1:{port}'}}\n",
            storage.display()
        );
        fs::write(&config, text).expect("the directory is ours");
        let mut command = Command::new(REGISTRY);
        command.arg("serve").arg(&config);
        let process = Daemon::start(REGISTRY, &command, &directory.path().join("log"));
        let mut process = process.expect("it starts");
        process.await_port(port).expect("it listens");
        Self {
            port,
            directory,
            _process: process,
        }
    }

    fn place(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/v2/{path}", self.port)
    }

    fn curl(&self, arguments: &[&str]) -> String {
        let mut curl = Command::new("curl");
        let output = run(curl.args(["-s", "-i"]).args(arguments), b"");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn file(&self, name: &str, octets: &[u8]) -> PathBuf {
        let file = self.directory.path().join(name);
        fs::write(&file, octets).expect("the directory is ours");
        file
    }

    /// Puts octets where their digest says.
    fn push_blob(&self, octets: &[u8]) -> String {
        let digest = format!("sha256:{}", hex(&Sha256::digest(octets)));
        let begun = self.curl(&[
            "-X",
            "POST",
            &self.place(&format!("{REPOSITORY}/blobs/uploads/")),
        ]);
        let mut lines = begun.lines();
        let place = lines.find_map(|line| line.strip_prefix("Location: "));
        let place = format!("{}&digest={digest}", place.expect("a place").trim());
        let data = format!("@{}", self.file("blob", octets).display());
        let kind = "Content-Type: application/octet-stream";
        let put = self.curl(&["-X", "PUT", "-H", kind, "--data-binary", &data, &place]);
        assert!(put.contains("201"), "{put}");
        digest
    }

    /// Puts a component with its manifest; the reference to it.
    fn push(&self, component: &[u8], media_type: &str, signature: Option<&str>) -> String {
        let config = b"{}";
        let (config_digest, layer) = (self.push_blob(config), self.push_blob(component));
        let mut manifest = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {
                "mediaType": "application/vnd.wasm.config.v0+json",
                "digest": config_digest,
                "size": config.len(),
            },
            "layers": [{"mediaType": media_type, "digest": layer, "size": component.len()}],
        });
        if let Some(signature) = signature {
            manifest["annotations"] = json!({"relaygate.policy.signature.ed25519": signature});
        }
        let octets = manifest.to_string().into_bytes();
        let digest = hex(&Sha256::digest(&octets));
        let data = format!("@{}", self.file("manifest", &octets).display());
        let kind = "Content-Type: application/vnd.oci.image.manifest.v1+json";
        let place = self.place(&format!("{REPOSITORY}/manifests/sha256:{digest}"));
        let put = self.curl(&["-X", "PUT", "-H", kind, "--data-binary", &data, &place]);
        assert!(put.contains("201"), "{put}");
        format!("oci://127.0.0.1:{}/{REPOSITORY}@sha256:{digest}", self.port)
    }
}

/// A maker of components with a key.
struct Maker {
    key: PathBuf,
    public: String,
}

impl Maker {
    fn new(directory: &Path, name: &str) -> Self {
        let key = directory.join(format!("{name}.pem"));
        let mut made = Command::new("openssl");
        run(
            made.args(["genpkey", "-algorithm", "ed25519", "-out"])
                .arg(&key),
            b"",
        );
        let mut public = Command::new("openssl");
        let public = run(public.args(["pkey", "-pubout", "-in"]).arg(&key), b"");
        Self {
            key,
            public: String::from_utf8_lossy(&public.stdout).into_owned(),
        }
    }

    fn sign(&self, component: &Path) -> String {
        let mut sign = Command::new("openssl");
        sign.args(["pkeyutl", "-sign", "-rawin", "-inkey"])
            .arg(&self.key);
        let signed = run(sign.arg("-in").arg(component), b"");
        assert_eq!(signed.stdout.len(), 64, "Ed25519");
        BASE64.encode(signed.stdout)
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn code(cottage: &Cottage, arguments: &[&str]) -> Value {
    cottage.relay.cli_fails(arguments, "").error["code"].clone()
}

/// Pulled by digest and decides; what is not what was named, or no component, is refused.
#[test]
fn a_component_comes_out_of_a_registry() {
    if !installed(REGISTRY) {
        return skip::skipped("docker-registry is not installed");
    }
    let (registry, cottage) = (Registry::start(), Cottage::start(""));
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let component = fs::read(example()).expect("it was built");
    let reference = registry.push(&component, "application/wasm", None);
    let installed = cottage
        .relay
        .cli(&["policy", "install", "-a", ACCOUNT, &reference]);
    assert_eq!(installed["name"], "attachment-types", "{installed}");
    assert_eq!(
        installed["versions"][0]["digest"],
        hex(&Sha256::digest(&component))
    );
    let text = with_attachment("a.exe", "oci");
    let refused = cottage.session(&credential).submit(USER, &[SUPPORT], &text);
    assert_eq!(refused.code, 554, "{refused:?}");

    let install = |reference: &str| {
        let command = ["policy", "install", "-a", ACCOUNT, reference];
        cottage.relay.cli_fails(&command, "").error.to_string()
    };
    let other = registry.push(&component, "application/octet-stream", None);
    assert!(install(&other).contains("application/wasm"));
    let (name, _) = reference.split_once('@').expect("by digest");
    assert!(install(&format!("{name}:latest")).contains("by its digest"));
    let nowhere = format!("{name}@sha256:{}", "0".repeat(64));
    assert!(install(&nowhere).contains("404"));
}

/// Where the operator names makers, theirs are taken and no others: by a file beside the
/// component, or by the manifest.
#[test]
fn only_components_of_trusted_makers_are_taken() {
    if !installed(REGISTRY) {
        return skip::skipped("docker-registry is not installed");
    }
    let registry = Registry::start();
    let directory = registry.directory.path();
    let (maker, stranger) = (
        Maker::new(directory, "maker"),
        Maker::new(directory, "stranger"),
    );
    let signers = format!("[policy]\nsigners = ['''{}''']\n", maker.public);
    let cottage = Cottage::start(&signers);
    cottage.connect(ACCOUNT, DOMAIN);
    let octets = fs::read(example()).expect("it was built");
    let component = registry.file("attachment-types.wasm", &octets);
    let file = component.to_string_lossy().into_owned();
    let install = ["policy", "install", "-a", ACCOUNT, &file];
    assert_eq!(code(&cottage, &install), "signature_missing");
    let by = |maker: &Maker, name: &str| {
        let written = registry.file(name, maker.sign(&component).as_bytes());
        written.to_string_lossy().into_owned()
    };
    let theirs = by(&stranger, "theirs.sig");
    let with = [&install[..], &["--signature", &theirs]].concat();
    assert_eq!(code(&cottage, &with), "signature_unknown");
    by(&maker, "attachment-types.wasm.sig");
    let taken = cottage.relay.cli(&install);
    assert_eq!(taken["versions"][0]["live"], true, "{taken}");

    let signed = registry.push(&octets, "application/wasm", Some(&maker.sign(&component)));
    let pull = |reference: &str| {
        let command = ["policy", "install", "-a", ACCOUNT, reference];
        command.map(str::to_owned)
    };
    let command = pull(&signed);
    cottage.relay.cli(&command.each_ref().map(String::as_str));
    let unsigned = registry.push(
        &octets,
        "application/wasm",
        Some(&stranger.sign(&component)),
    );
    let command = pull(&unsigned);
    let refused = code(&cottage, &command.each_ref().map(String::as_str));
    assert_eq!(refused, "signature_unknown");
}
