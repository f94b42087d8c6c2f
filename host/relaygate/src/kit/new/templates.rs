//! The files of a new directory.

use super::{File, Interface, Language};

/// All of them.
pub(super) fn files(language: Language, interface: Interface, name: &str) -> Vec<File> {
    let file = |path: &str, text: &str| File {
        path: path.to_owned(),
        text: text
            .replace("{name}", name)
            .replace("{question}", interface.word()),
    };
    let of_language: Vec<(&str, &str)> = match language {
        Language::Rust => rust(interface),
        Language::Js => javascript(interface),
        Language::Python => python(interface),
    };
    let (cases, schema) = cases(interface);
    let of_all = [
        (".gitignore", ignored(language)),
        ("settings.schema.json", schema),
        ("tests/first.toml", cases),
        ("tests/letter.eml", include_str!("cases/letter.eml")),
    ];
    let all = of_language.into_iter().chain(of_all);
    let mut files: Vec<File> = all.map(|(path, text)| file(path, text)).collect();
    files.push(readme(language, name, file("README.md", README)));
    if language == Language::Rust {
        files.extend(sdk());
    }
    files
}

/// What to type in the directory, in this order.
pub(super) fn steps(language: Language, name: &str) -> Vec<String> {
    let tools = match language {
        Language::Rust => "rustup target add wasm32-unknown-unknown",
        Language::Js => "npm install",
        Language::Python => "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt",
    };
    let test = "relaygate policy test".to_owned();
    let install = format!("relaygate policy install -a ACCOUNT {name}.wasm");
    vec![tools.to_owned(), test, install]
}

fn readme(language: Language, name: &str, mut readme: File) -> File {
    let steps = steps(language, name);
    let steps: String = steps.iter().map(|step| format!("    {step}\n")).collect();
    let contract = match language {
        Language::Rust => "What it is written against is in `sdk/`, the contract in `sdk/wit/`.",
        Language::Js | Language::Python => {
            "What it answers is named in `wit/world.wit`; a build writes the contract beside it."
        }
    };
    readme.text = readme
        .text
        .replace("{steps}", &steps)
        .replace("{contract}", contract);
    readme
}

fn rust(interface: Interface) -> Vec<(&'static str, &'static str)> {
    let source = match interface {
        Interface::Limits => include_str!("rust/limits.rs"),
        Interface::Headers => include_str!("rust/headers.rs"),
        Interface::Tags => include_str!("rust/tags.rs"),
        Interface::Routes => include_str!("rust/routes.rs"),
    };
    vec![
        ("Cargo.toml", include_str!("rust/Cargo.toml.txt")),
        ("src/lib.rs", source),
    ]
}

fn javascript(interface: Interface) -> Vec<(&'static str, &'static str)> {
    let source = match interface {
        Interface::Limits => include_str!("javascript/limits.js"),
        Interface::Headers => include_str!("javascript/headers.js"),
        Interface::Tags => include_str!("javascript/tags.js"),
        Interface::Routes => include_str!("javascript/routes.js"),
    };
    vec![
        ("package.json", include_str!("javascript/package.json")),
        ("policy.js", source),
        ("wit/world.wit", WORLD),
    ]
}

fn python(interface: Interface) -> Vec<(&'static str, &'static str)> {
    let source = match interface {
        Interface::Limits => include_str!("python/limits.py"),
        Interface::Headers => include_str!("python/headers.py"),
        Interface::Tags => include_str!("python/tags.py"),
        Interface::Routes => include_str!("python/routes.py"),
    };
    vec![
        ("requirements.txt", include_str!("python/requirements.txt")),
        ("policy.py", source),
        ("wit/world.wit", WORLD),
    ]
}

/// The cases and the schema of the settings; the same in every language.
fn cases(interface: Interface) -> (&'static str, &'static str) {
    match interface {
        Interface::Limits => (
            include_str!("cases/limits.toml"),
            include_str!("cases/limits.schema.json"),
        ),
        Interface::Headers => (
            include_str!("cases/headers.toml"),
            include_str!("cases/headers.schema.json"),
        ),
        Interface::Tags => (
            include_str!("cases/tags.toml"),
            include_str!("cases/tags.schema.json"),
        ),
        Interface::Routes => (
            include_str!("cases/routes.toml"),
            include_str!("cases/routes.schema.json"),
        ),
    }
}

fn ignored(language: Language) -> &'static str {
    match language {
        Language::Rust => "/target\n/*.wasm\n",
        Language::Js => "/node_modules\n/wit/deps\n/*.wasm\n",
        Language::Python => "/.venv\n/wit/deps\n/*.wasm\n__pycache__/\n",
    }
}

/// The SDK as it is in our repository; its bindings look for the contract beside them.
fn sdk() -> impl Iterator<Item = File> {
    SDK.into_iter().map(|(path, text)| File {
        path: format!("sdk/{path}"),
        text: text.replace("\"../../wit\"", "\"wit\""),
    })
}

impl Interface {
    fn word(self) -> &'static str {
        match self {
            Self::Limits => "limits",
            Self::Headers => "headers",
            Self::Tags => "tags",
            Self::Routes => "routes",
        }
    }
}

const README: &str = include_str!("README.md.txt");
const WORLD: &str = include_str!("world.wit");

/// Every file of the SDK a policy is built with.
const SDK: [(&str, &str); 15] = [
    ("Cargo.toml", include_str!("rust/sdk-Cargo.toml.txt")),
    ("LICENSE-MIT", include_str!("../../../../../LICENSE-MIT")),
    (
        "LICENSE-APACHE",
        include_str!("../../../../../LICENSE-APACHE"),
    ),
    (
        "src/bindings.rs",
        include_str!("../../../../../policies/sdk/src/bindings.rs"),
    ),
    (
        "src/fields.rs",
        include_str!("../../../../../policies/sdk/src/fields.rs"),
    ),
    (
        "src/headers.rs",
        include_str!("../../../../../policies/sdk/src/headers.rs"),
    ),
    (
        "src/imports.rs",
        include_str!("../../../../../policies/sdk/src/imports.rs"),
    ),
    (
        "src/lib.rs",
        include_str!("../../../../../policies/sdk/src/lib.rs"),
    ),
    (
        "src/limits.rs",
        include_str!("../../../../../policies/sdk/src/limits.rs"),
    ),
    (
        "src/native.rs",
        include_str!("../../../../../policies/sdk/src/native.rs"),
    ),
    (
        "src/routes.rs",
        include_str!("../../../../../policies/sdk/src/routes.rs"),
    ),
    (
        "src/runtime.rs",
        include_str!("../../../../../policies/sdk/src/runtime.rs"),
    ),
    (
        "src/settings.rs",
        include_str!("../../../../../policies/sdk/src/settings.rs"),
    ),
    (
        "src/tags.rs",
        include_str!("../../../../../policies/sdk/src/tags.rs"),
    ),
    (
        "src/text.rs",
        include_str!("../../../../../policies/sdk/src/text.rs"),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_sdk_is_handed_out_and_finds_its_contract() {
        let ours = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies/sdk/src");
        let ours = std::fs::read_dir(ours).expect("the SDK").count();
        assert_eq!(
            ours,
            SDK.iter()
                .filter(|(path, _)| path.starts_with("src/"))
                .count()
        );
        let files: Vec<File> = sdk().collect();
        let bindings = files.iter().find(|file| file.path == "sdk/src/bindings.rs");
        let bindings = &bindings.expect("they are there").text;
        assert!(bindings.contains("path: \"wit\"") && !bindings.contains("../wit"));
    }

    /// The bindings are made by one version, in our repository and outside of it.
    #[test]
    fn the_sdk_is_handed_out_with_the_dependencies_we_have() {
        let root = include_str!("../../../../../Cargo.toml");
        let sdk = include_str!("../../../../../policies/sdk/Cargo.toml");
        let theirs = include_str!("rust/sdk-Cargo.toml.txt");
        for (from, name) in [(root, "wit-bindgen = "), (sdk, "memchr = ")] {
            let ours = from.lines().find(|line| line.starts_with(name));
            let ours = ours.and_then(|line| line.split(" #").next());
            let ours = ours.expect("it is there");
            assert!(theirs.lines().any(|line| line == ours), "{ours}");
        }
    }

    /// What our tests build the examples with is what a new policy is built with.
    #[test]
    fn tools_are_those_of_the_examples() {
        let pinned = include_str!("python/requirements.txt");
        let example = include_str!("../../../../../examples/partner-routing/requirements.txt");
        assert_eq!(pinned, example);
        let jco = |package: &str| {
            let line = package.lines().find(|line| line.contains("/jco\""));
            line.expect("it is there").trim().to_owned()
        };
        let example = include_str!("../../../../../examples/vip-tagging/package.json");
        assert_eq!(jco(include_str!("javascript/package.json")), jco(example));
    }

    #[test]
    fn nothing_is_left_to_fill_in() {
        for language in [Language::Rust, Language::Js, Language::Python] {
            for interface in [
                Interface::Limits,
                Interface::Headers,
                Interface::Tags,
                Interface::Routes,
            ] {
                for file in files(language, interface, "mine") {
                    for mark in ["{name}", "{question}", "{steps}", "{contract}"] {
                        assert!(!file.text.contains(mark), "{}: {mark}", file.path);
                    }
                }
            }
        }
    }
}
