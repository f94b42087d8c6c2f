//! Compiled code on disk: used when it is ours, and only then (WASM-10).

mod support;

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use policy::questions::Question;
use policy::{CodeCache, Component, Digest, Engine, EngineSettings, built_in, compiler};
use support::{engine, engine_settings};

const KEY: [u8; 32] = [7; 32];

struct Scene {
    directory: tempfile::TempDir,
    cache: CodeCache,
    digest: Digest,
}

impl Scene {
    /// A cache with the code of one component.
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let cache = CodeCache::open(directory.path().join("code"), &KEY).expect("a cache");
        let component = built_in::TAGGING;
        let code = compiler::compile(&engine_settings(), component).expect("it compiles");
        let digest = Digest::of(component);
        cache.keep(digest, &code).expect("it is kept");
        Self {
            directory,
            cache,
            digest,
        }
    }

    fn files(&self) -> Vec<PathBuf> {
        let paths = |directory: PathBuf| {
            let entries = fs::read_dir(directory).expect("a directory");
            entries.map(|entry| entry.expect("an entry").path())
        };
        let shelves = paths(self.directory.path().join("code"));
        shelves.flat_map(paths).collect()
    }

    fn file(&self, digest: Digest) -> Option<PathBuf> {
        let named = |path: &PathBuf| path.to_string_lossy().contains(&digest.to_string());
        self.files().into_iter().find(named)
    }

    fn loads(&self) -> bool {
        load(&self.cache, engine(), self.digest).is_some()
    }
}

fn load(cache: &CodeCache, engine: &Engine, digest: Digest) -> Option<Component> {
    cache.load(engine, digest).expect("it is a policy")
}

#[test]
fn what_was_compiled_elsewhere_is_mapped_and_answers() {
    let scene = Scene::new();
    let component = load(&scene.cache, engine(), scene.digest).expect("it is there");
    assert_eq!(component.digest(), scene.digest);
    assert!(component.answers(Question::Tags));
    component.try_out().expect("it starts");
    assert!(load(&scene.cache, engine(), Digest::of(b"another")).is_none());
}

/// One octet changed anywhere, a file cut short or exchanged, is removed and never run.
#[test]
fn code_that_was_touched_is_not_used() {
    let octets = fs::read(&Scene::new().files()[0]).expect("a file");
    let step = octets.len() / 50;
    for at in (0..octets.len()).step_by(step) {
        let scene = Scene::new();
        let mut touched = octets.clone();
        touched[at] ^= 1;
        fs::write(&scene.files()[0], touched).expect("it is written");
        assert!(!scene.loads(), "octet {at}");
        assert!(scene.files().is_empty(), "octet {at}");
    }
    let scene = Scene::new();
    fs::write(&scene.files()[0], &octets[..octets.len() / 2]).expect("it is written");
    assert!(!scene.loads());
}

/// The oldest goes first, and what was touched is the newest.
#[test]
fn room_is_made_for_what_is_used() {
    let scene = Scene::new();
    let minutes_ago = |digest: Digest, minutes: u64| {
        let file = fs::File::open(scene.file(digest).expect("its file")).expect("it is there");
        let then = SystemTime::now() - Duration::from_secs(60 * minutes);
        file.set_modified(then).expect("a time");
    };
    let digests: Vec<Digest> = (0..5_u8).map(|it| Digest::of(&[it])).collect();
    for (minutes, digest) in (1..).zip(&digests[..4]) {
        scene.cache.keep(*digest, &[0; 100]).expect("it is kept");
        minutes_ago(*digest, minutes);
    }
    scene.cache.touch(digests[3]).expect("it is there");
    minutes_ago(scene.digest, 60);

    let path = scene.directory.path().join("code");
    let small = CodeCache::open(path, &KEY).expect("a cache");
    let small = small.with_octets_max(350);
    small.keep(digests[4], &[0; 100]).expect("it is kept");
    let left: Vec<_> = digests.iter().map(|it| scene.file(*it).is_some()).collect();
    assert_eq!(left, [true, false, false, true, true]);
    assert!(!scene.loads(), "it was used an hour ago");
    small.keep(digests[1], &[0; 1_000]).expect("it is kept");
    assert!(scene.file(digests[1]).is_some(), "what was just made stays");
    assert_eq!(scene.files().len(), 1);
}

#[test]
fn code_of_another_key_component_or_engine_is_not_used() {
    let scene = Scene::new();
    let path = scene.directory.path().join("code");
    let other = CodeCache::open(path.clone(), &[8; 32]).expect("a cache");
    assert!(load(&other, engine(), scene.digest).is_none());

    let scene = Scene::new();
    let file = &scene.files()[0];
    let name = file.file_name().and_then(|it| it.to_str()).expect("a name");
    let stranger = Digest::of(built_in::ROUTING);
    let renamed = name.replace(&scene.digest.to_string(), &stranger.to_string());
    fs::rename(file, file.with_file_name(renamed)).expect("it is renamed");
    assert!(load(&scene.cache, engine(), stranger).is_none());

    let scene = Scene::new();
    let other = EngineSettings {
        metered: !engine_settings().metered,
        ..engine_settings()
    };
    let other = Engine::new(other).expect("an engine");
    assert!(load(&scene.cache, &other, scene.digest).is_none());
}
