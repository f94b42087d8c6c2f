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
    let others: Vec<Digest> = (0..4_u8).map(|it| Digest::of(&[it])).collect();
    for (age, other) in (1..).zip(&others) {
        scene.cache.keep(*other, b"code").expect("it is kept");
        let its = |path: &PathBuf| path.to_string_lossy().contains(&other.to_string());
        let path = scene.files().into_iter().find(its).expect("its file");
        let made = SystemTime::now() - Duration::from_secs(60 * age);
        let file = fs::File::open(path).expect("a file");
        file.set_modified(made).expect("a time");
    }
    scene.cache.touch(others[3]).expect("it is there");
    scene.cache.make_room(2).expect("room");
    let left = scene.files();
    assert_eq!(left.len(), 2);
    for kept in [scene.digest, others[3]] {
        let its = |path: &PathBuf| path.to_string_lossy().contains(&kept.to_string());
        assert!(left.iter().any(its), "{kept} in {left:?}");
    }
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
