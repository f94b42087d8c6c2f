//! The process that compiles: this program once more, with one task, bounded in memory
//! and time, killed when it is late.
//!
//! Not here: what it does (`policy::compiler`).

use std::process::{ExitCode, Stdio};

use policy::EngineSettings;
use policy::compiler::{self, REASON_OCTETS_MAX, WALL_MAX};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// Why there is no code.
#[derive(Debug, thiserror::Error)]
pub enum CompileFailure {
    /// The component is refused, for this reason.
    #[error("{0}")]
    Refused(String),
    /// It took too long or too much memory.
    #[error("too complex: compiling it took more time or memory than it may")]
    TooComplex,
    /// The process could not be run.
    #[error("run the process that compiles")]
    Process(#[from] std::io::Error),
}

/// What the program calls that task.
pub const TASK: &str = "compile-policy";

/// Compiles a component.
///
/// # Errors
/// [`CompileFailure`].
pub async fn compile(component: Vec<u8>) -> Result<Vec<u8>, CompileFailure> {
    // The file of this very program, even if another one has its name by now.
    let mut process = Command::new("/proc/self/exe")
        .arg(TASK)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    match timeout(WALL_MAX, talk(&mut process, component)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(CompileFailure::TooComplex),
    }
}

async fn talk(process: &mut Child, component: Vec<u8>) -> Result<Vec<u8>, CompileFailure> {
    let (mut code, mut reason) = (Vec::new(), Vec::new());
    let (input, output, errors) = (
        process.stdin.take(),
        process.stdout.take(),
        process.stderr.take(),
    );
    let give = async {
        if let Some(mut input) = input {
            // One that refuses early does not read to the end.
            let _ = input.write_all(&component).await;
        }
    };
    let take = async {
        match output {
            Some(output) => output.take(CODE_OCTETS_MAX).read_to_end(&mut code).await,
            None => Ok(0),
        }
    };
    let hear = async {
        match errors {
            Some(errors) => {
                let bound = REASON_OCTETS_MAX as u64;
                errors.take(bound).read_to_end(&mut reason).await
            }
            None => Ok(0),
        }
    };
    let ((), taken, heard) = tokio::join!(give, take, hear);
    taken?;
    heard?;
    let status = process.wait().await?;
    match (status.success(), status.code()) {
        (true, _) => Ok(code),
        (false, Some(REFUSED)) => {
            let reason = String::from_utf8_lossy(&reason).trim().to_owned();
            Err(CompileFailure::Refused(reason))
        }
        // A signal, or an allocation that failed.
        _ => Err(CompileFailure::TooComplex),
    }
}

/// The whole life of the process that compiles.
pub fn work() -> ExitCode {
    match compiler::work(&EngineSettings::default()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            let mut text = reason.to_string();
            text.truncate(text.floor_char_boundary(REASON_OCTETS_MAX));
            // There is no log in this process; the parent hears it here.
            #[allow(clippy::print_stderr)]
            {
                eprintln!("{text}");
            }
            ExitCode::from(REFUSED as u8)
        }
    }
}

const REFUSED: i32 = 3;
/// Code is some ten times its component.
const CODE_OCTETS_MAX: u64 = 512 * 1024 * 1024;
