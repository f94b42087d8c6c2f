//! A disk that fills up and is emptied again (STO-05).

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::House;
use crate::program::Directory;

/// A small file system in memory, gone when dropped.
struct Disk(TempDir);

impl Disk {
    /// `None` for a user who may not mount.
    fn mount() -> Option<Self> {
        let place = tempfile::tempdir().expect("a temporary directory");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=64m,mode=700", "relaygate-test"])
            .arg(place.path())
            .output();
        let mounted = mounted.is_ok_and(|output| output.status.success());
        mounted.then_some(Self(place))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn free(&self) -> u64 {
        let disk = rustix::fs::statvfs(self.path()).expect("it is mounted");
        disk.f_bavail * disk.f_frsize
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }

    /// Leaves at most so much room.
    fn fill(&self, left: u64) {
        let mut file = fs::File::options()
            .create(true)
            .append(true)
            .open(self.ballast())
            .expect("it is ours");
        while self.free() > left {
            let piece = (self.free() - left).min(MEBIBYTE);
            let octets = usize::try_from(piece).expect("small");
            if file.write_all(&vec![0; octets]).is_err() {
                return;
            }
        }
    }

    fn empty(&self) {
        fs::remove_file(self.ballast()).expect("it is ours");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let done = Command::new("umount").arg(self.path()).status();
        if !done.is_ok_and(|status| status.success()) {
            eprintln!("{} is still mounted", self.path().display());
        }
    }
}

#[test]
fn a_full_disk_defers_mail_and_an_emptied_one_takes_it_again() {
    let Some(disk) = Disk::mount() else {
        return skip::skipped("a full disk needs the right to mount a tmpfs (run as root)");
    };
    let directory = Directory::new();
    let usual = directory.configuration(directory.ports);
    let data = directory.path("data").display().to_string();
    let text = usual
        .replace(&data, &disk.path().join("data").display().to_string())
        .replace(
            "disk_free_octets_min = 0",
            &format!("disk_free_octets_min = {}", 32 * MEBIBYTE),
        );
    directory.write("relaygate.toml", &text);
    let house = House::furnish(directory);
    let ready = || house.program.http("/readyz").0;
    assert!(house.send("PLAIN", 100).starts_with("250 "));
    assert_eq!(ready(), 200);

    disk.fill(20 * MEBIBYTE);
    assert_eq!(ready(), 503, "it says so before it is full");
    assert!(house.send("PLAIN", 100).starts_with("250 "));

    for left in [6 * MEBIBYTE, 0] {
        disk.fill(left);
        for octets in SIZES {
            let said = house.send("PLAIN", octets);
            assert!(said.starts_with("452 4.3.1 "), "{left} left: {said}");
        }
        assert_eq!(ready(), 503);
    }

    disk.empty();
    assert_eq!(ready(), 200);
    for octets in SIZES {
        let said = house.send("PLAIN", octets);
        assert!(said.starts_with("250 "), "{said}\n{}", house.program.log());
    }
    house.program.stop();
}

/// A text in the journal, and one in a file of its own.
const SIZES: [usize; 2] = [100, 3_000_000];
const MEBIBYTE: u64 = 1024 * 1024;
