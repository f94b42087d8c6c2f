//! Child processes that end with their owner.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::Error;

/// A running program whose output goes to a file; ended when dropped.
///
/// It also ends when the thread that started it does, so an interrupted run
/// leaves nothing behind.
#[derive(Debug)]
pub struct Daemon {
    name: String,
    child: Child,
    output: PathBuf,
}

impl Daemon {
    /// Starts `command`, its standard output and error going to `output`.
    ///
    /// # Errors
    /// [`Error::Start`].
    pub fn start(name: &str, command: &Command, output: &Path) -> Result<Self, Error> {
        let start = || -> io::Result<Child> {
            let file = File::options().create(true).append(true).open(output)?;
            let both = file.try_clone()?;
            bound_to_us(command)
                .stdin(Stdio::null())
                .stdout(both)
                .stderr(file)
                .spawn()
        };
        let child = start().map_err(|source| Error::Start {
            name: name.to_owned(),
            source,
        })?;
        Ok(Self {
            name: name.to_owned(),
            child,
            output: output.to_path_buf(),
        })
    }

    /// Everything it has written so far.
    pub fn output(&self) -> String {
        fs::read(&self.output)
            .map(|octets| String::from_utf8_lossy(&octets).into_owned())
            .unwrap_or_default()
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has ended by itself, and how.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Sends a signal; nothing happens if the program is gone.
    pub fn signal(&self, signal: Signal) {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, signal);
        }
    }

    /// Waits until `port` of 127.0.0.1 answers.
    ///
    /// # Errors
    /// [`Error::Failed`] if the program ends before, or takes longer than a minute.
    pub fn await_port(&mut self, port: u16) -> Result<(), Error> {
        let asked = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if self.ended().is_some() || asked.elapsed() > START_PATIENCE {
                return Err(Error::failed(&self.name, &self.output()));
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    /// Asks it to end (SIGTERM) and waits; kills it if it does not.
    pub fn stop(&mut self) -> Option<ExitStatus> {
        if let Some(status) = self.ended() {
            return Some(status);
        }
        self.signal(Signal::TERM);
        let asked = Instant::now();
        while asked.elapsed() < STOP_PATIENCE {
            if let Some(status) = self.ended() {
                return Some(status);
            }
            thread::sleep(PAUSE);
        }
        eprintln!(
            "{} did not end within {STOP_PATIENCE:?} and was killed",
            self.name
        );
        self.kill()
    }

    /// Ends it with SIGKILL: no goodbye, nothing flushed.
    pub fn kill(&mut self) -> Option<ExitStatus> {
        let _ = self.child.kill();
        self.child.wait().ok()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Runs a program to its end, with `input` on its standard input.
///
/// # Errors
/// [`Error::Start`].
pub fn run(command: &mut Command, input: &[u8]) -> Result<Output, Error> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut run = || -> io::Result<Output> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            // A program that does not read its input closes it; that is not our trouble.
            let _ = stdin.write_all(input);
        }
        child.wait_with_output()
    };
    run().map_err(|source| Error::Start { name, source })
}

/// Whether a program of that name or path can be started.
pub fn installed(program: &str) -> bool {
    if program.contains('/') {
        return Path::new(program).exists();
    }
    std::env::var_os("PATH")
        .is_some_and(|paths| std::env::split_paths(&paths).any(|dir| dir.join(program).exists()))
}

/// The same command, told by the kernel to end when our thread does.
fn bound_to_us(command: &Command) -> Command {
    let mut bound = Command::new("setpriv");
    bound
        .args(["--pdeathsig", "TERM", "--"])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => bound.env(name, value),
            None => bound.env_remove(name),
        };
    }
    if let Some(directory) = command.get_current_dir() {
        bound.current_dir(directory);
    }
    bound
}

const START_PATIENCE: Duration = Duration::from_secs(60);
const STOP_PATIENCE: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(20);
