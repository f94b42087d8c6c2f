//! `relaygate policy`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::AccountArgument;
use crate::kit::new::{Interface, Language};

/// `relaygate policy`.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// List the policies that decide for an account, in the order in which they are asked, and
    /// what they answered it since the program was started.
    List {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
    },
    /// Begin a policy: a directory that builds, with a first case that passes.
    New(NewArguments),
    /// Make a component of a policy's source: Rust, JavaScript (package.json) or Python
    /// (policy.py), by the tools of its author.
    Build {
        /// The directory with the source.
        #[arg(default_value = ".")]
        directory: PathBuf,
        /// Where the component goes; beside the source if absent.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Ask a policy what stands in tests/*.toml beside its source, and show where it says
    /// something else than it has to. It is built first if it is not.
    Test {
        /// The directory with the source.
        #[arg(default_value = ".")]
        directory: PathBuf,
        /// The component; built from the source if absent.
        #[arg(long, value_name = "FILE")]
        component: Option<PathBuf>,
    },
    /// Ask a policy one question about one message, and say what came of it and what it cost.
    Run(RunArguments),
    /// Time the built-in policies, natively and in the sandbox, or one component.
    Bench(BenchArguments),
    /// Look for messages and facts a policy cannot bear: traps, missed deadlines, refused
    /// edits, answers an invariant forbids. Needs no source; what is found is made as small
    /// as it gets and kept. Exit code 3 if there is something.
    Fuzz(FuzzArguments),
    /// Look whether a component could be installed, and what it answers.
    Check {
        /// The component.
        file: PathBuf,
    },
    /// Install a policy, or a new version of one. It is asked after the operator's and can
    /// only tighten what those say; sessions under way go on with what they began with.
    Install(InstallArguments),
    /// Try a version beside the one that decides: asked the same, off the way of mail, and what
    /// it says compared. `policy show` tells what came of it.
    Shadow(InstallArguments),
    /// Let a version on trial decide, for a share of messages or for good.
    Promote {
        /// Which.
        #[command(flatten)]
        policy: PolicyName,
        /// For so many of a hundred messages, 1 to 99; it goes back by itself if it fails or
        /// dawdles. For good if absent.
        #[arg(long)]
        percent: Option<u8>,
    },
    /// End a trial; the live version decides.
    Withdraw(PolicyName),
    /// Make past decisions again with another policy, and say what would have been different.
    Replay(ReplayArguments),
    /// Show a policy with its versions.
    Show(PolicyName),
    /// Go back to the version before the one that decides.
    Rollback(PolicyName),
    /// Remove a policy with all its versions.
    Remove(PolicyName),
}

/// Which policy.
#[derive(Debug, Args)]
pub struct PolicyName {
    /// See [`AccountArgument`].
    #[command(flatten)]
    pub account: AccountArgument,
    /// What the account calls it.
    pub name: String,
}

/// `relaygate policy install`.
#[derive(Debug, Args)]
pub struct InstallArguments {
    /// See [`AccountArgument`].
    #[command(flatten)]
    pub account: AccountArgument,
    /// The component: a file, the digest of one the account has, or oci://...@sha256:... in a
    /// registry (REGISTRY_USERNAME and REGISTRY_PASSWORD, if it wants to know us).
    pub component: String,
    /// What the account calls it; the file's name without its end if absent.
    #[arg(long)]
    pub name: Option<String>,
    /// What it is asked about: limits, headers, tags, routes; may be given more than once.
    /// All it answers if absent.
    #[arg(long = "question", value_name = "INTERFACE")]
    pub interfaces: Vec<String>,
    /// Its settings, a JSON object in a file; the component's schema says what may be in it.
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// SHA-256 the file must have, in hexadecimal digits.
    #[arg(long, value_name = "SHA256")]
    pub digest: Option<String>,
    /// Its maker's signature (Ed25519, base64); what stands beside the file with .sig behind its
    /// name, or in the registry's manifest, if absent.
    #[arg(long, value_name = "FILE")]
    pub signature: Option<PathBuf>,
}

/// `relaygate policy replay`.
#[derive(Debug, Args)]
pub struct ReplayArguments {
    /// The account; all accounts if absent.
    #[arg(short, long)]
    pub account: Option<String>,
    /// The component: a file, or the digest of one the account has; if absent, what decides now
    /// is asked again.
    pub component: Option<String>,
    /// How far back: 90s, 30m, 24h, 7d.
    #[arg(long, default_value = "24h", value_parser = seconds)]
    pub since: u64,
    /// The policy whose place it takes; the file's name without its end if absent.
    #[arg(long)]
    pub name: Option<String>,
    /// Its settings, a JSON object in a file; those of the live version if absent.
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// What it is asked about: limits, headers, tags, routes; may be given more than once. As the
    /// live version if absent.
    #[arg(long = "question", value_name = "INTERFACE")]
    pub interfaces: Vec<String>,
    /// So many decisions at most.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub decisions: u64,
}

/// `24h` in seconds.
fn seconds(text: &str) -> Result<u64, String> {
    let hint = || "write a number with s, m, h or d, as 24h".to_owned();
    let (number, unit) = text
        .split_at_checked(text.len().saturating_sub(1))
        .ok_or_else(hint)?;
    let each = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(hint()),
    };
    let number: u64 = number.parse().map_err(|_| hint())?;
    number.checked_mul(each).ok_or_else(hint)
}

/// `relaygate policy bench`.
#[derive(Debug, Args)]
pub struct BenchArguments {
    /// A component; the built-in policies if absent.
    pub component: Option<PathBuf>,
    /// Load so many distinct components instead, and tell what they take.
    #[arg(long, value_name = "N", conflicts_with = "component")]
    pub density: Option<u32>,
    /// A message in a file (RFC 5322) the component is asked about.
    #[arg(requires = "component")]
    pub mail: Option<PathBuf>,
    /// What it is asked, for example headers.inbound; all it answers if absent.
    #[arg(long, requires = "component")]
    pub question: Option<String>,
    /// JSON: the facts that are not as usual, by the names of the contract.
    #[arg(long, value_name = "FILE", requires = "component")]
    pub facts: Option<PathBuf>,
    /// JSON: its settings.
    #[arg(long, value_name = "FILE", requires = "component")]
    pub settings: Option<PathBuf>,
}

/// `relaygate policy new`.
#[derive(Debug, Args)]
pub struct NewArguments {
    /// The directory to be made; its last part is the policy's name.
    pub directory: PathBuf,
    /// What it is written in.
    #[arg(long, value_enum, default_value_t = Language::Rust)]
    pub lang: Language,
    /// What it is asked about.
    #[arg(long, value_enum, value_name = "INTERFACE", default_value_t = Interface::Headers)]
    pub question: Interface,
}

/// `relaygate policy run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// The component.
    pub component: PathBuf,
    /// A message in a file (RFC 5322).
    pub mail: Option<PathBuf>,
    /// What it is asked, for example headers.inbound; the first question it answers if absent.
    #[arg(long)]
    pub question: Option<String>,
    /// JSON: the facts that are not as usual, by the names of the contract.
    #[arg(long, value_name = "FILE")]
    pub facts: Option<PathBuf>,
    /// JSON: its settings.
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// Its memory; 64 if absent, as when it is installed.
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u32).range(1..=64))]
    pub memory_mib: Option<u32>,
}

/// `relaygate policy fuzz`.
#[derive(Debug, Args)]
pub struct FuzzArguments {
    /// The component.
    pub component: PathBuf,
    /// Stop after this time, for example 30s, 10m or 8h; a minute if nothing else ends it.
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    pub time: Option<Duration>,
    /// Stop after so many inputs.
    #[arg(long, value_name = "NUMBER")]
    pub executions: Option<u64>,
    /// Stop after so many findings.
    #[arg(long, value_name = "NUMBER")]
    pub findings: Option<usize>,
    /// What it is asked, for example headers.inbound; may be given more than once. All it
    /// answers if absent.
    #[arg(long = "question", value_name = "QUESTION")]
    pub questions: Vec<String>,
    /// What must hold of every answer, in CEL: `!(session.tls == null && verdict ==
    /// "accept")`. Names are those of the contract with _ for -, and answer, verdict,
    /// question; may be given more than once.
    #[arg(long = "invariant", value_name = "CEL")]
    pub invariants: Vec<String>,
    /// Where inputs and findings are kept, and looked for; beside the component if absent.
    #[arg(long, value_name = "DIRECTORY")]
    pub corpus: Option<PathBuf>,
    /// All chance comes from this number: the same one, the same run.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// JSON: its settings; such as its own schema allows if absent.
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// Its time for one answer; 20ms if absent, as when it is installed.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub deadline: Option<Duration>,
    /// Its memory; 64 if absent, as when it is installed.
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u32).range(1..=64))]
    pub memory_mib: Option<u32>,
    /// Ask one finding again instead, named by its files without their ends.
    #[arg(long, value_name = "FINDING")]
    pub replay: Option<PathBuf>,
}

/// `500ms`, `30s`, `10m`, `8h`.
fn duration(text: &str) -> Result<Duration, String> {
    let unit = text.trim_start_matches(|it: char| it.is_ascii_digit());
    let number = &text[..text.len() - unit.len()];
    let number: u64 = number.parse().map_err(|_| DURATIONS.to_owned())?;
    let (factor, seconds) = match unit {
        "ms" => return Ok(Duration::from_millis(number)),
        "s" => (1, number),
        "m" => (60, number),
        "h" => (3_600, number),
        _ => return Err(DURATIONS.to_owned()),
    };
    let seconds = seconds.checked_mul(factor).ok_or(DURATIONS)?;
    Ok(Duration::from_secs(seconds))
}

const DURATIONS: &str = "a number and a unit: 500ms, 30s, 10m, 8h";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("8h"), Ok(Duration::from_secs(28_800)));
        assert_eq!(duration("20ms"), Ok(Duration::from_millis(20)));
        for wrong in ["", "5", "s", "-1s", "5 s", "5d", "99999999999999999999h"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
