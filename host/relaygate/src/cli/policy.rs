//! What a policy's author does; no program has to serve for it.

use std::path::Path;
use std::process::ExitCode;

use serde_json::json;

use super::args::{BenchArguments, FuzzArguments, NewArguments, RunArguments};
use super::print::{pretty, tested};
use super::{Context, Failure};
use crate::kit::fuzz::Fuzz;
use crate::kit::run::Run;
use crate::kit::{bench, build, fuzz, new, run, test};

pub(super) fn new(context: &Context, arguments: &NewArguments) -> Result<(), Failure> {
    let NewArguments {
        directory,
        lang,
        question,
    } = arguments;
    let made = new::new(directory, *lang, *question)?;
    context.print(&json!({ "policy": made }), |_| {
        let steps = made.next.iter().map(|step| format!("  {step}\n"));
        format!("{}: next\n", directory.display()) + &steps.collect::<String>()
    })
}

pub(super) fn build(
    context: &Context,
    directory: &Path,
    output: Option<&Path>,
) -> Result<(), Failure> {
    let built = build::build(directory, output)?;
    let answer = json!({"component": built});
    context.print(&answer, |_| {
        let (file, octets) = (built.file.display(), built.octets);
        format!("{file}: {octets} octets, {}\n", built.digest)
    })
}

pub(super) fn test(
    context: &Context,
    directory: &Path,
    component: Option<&Path>,
) -> Result<(), Failure> {
    let report = test::test(directory, component)?;
    context.print(&json!({ "tests": report }), |_| tested(&report))?;
    match report.failed {
        0 => Ok(()),
        failed => {
            let all = report.cases.len();
            let problem = format!("{failed} of {all} cases failed");
            Err(Failure::beside_answer("cases_failed", problem))
        }
    }
}

pub(super) fn run(context: &Context, arguments: RunArguments) -> Result<(), Failure> {
    let ran = run::run(&Run {
        component: arguments.component,
        question: arguments.question,
        mail: arguments.mail,
        facts: arguments.facts,
        settings: arguments.settings,
        memory_mib: arguments.memory_mib,
    })?;
    context.print(&json!(ran), pretty)
}

pub(super) fn bench(context: &Context, arguments: BenchArguments) -> Result<(), Failure> {
    let progress = |doing: &str| context.progress(doing);
    let figures = match (arguments.component, arguments.density) {
        (Some(component), _) => json!(bench::component(&Run {
            component,
            question: arguments.question,
            mail: arguments.mail,
            facts: arguments.facts,
            settings: arguments.settings,
            memory_mib: None,
        })?),
        (None, Some(policies)) => json!(bench::density(policies, progress)?),
        (None, None) => json!(bench::built_in(progress)?),
    };
    context.print(&figures, pretty)
}

/// Findings are no failure of the command, and no success of the policy.
pub(super) fn fuzz(context: &Context, arguments: FuzzArguments) -> Result<ExitCode, Failure> {
    let report = fuzz::fuzz(&Fuzz {
        component: arguments.component,
        time: arguments.time,
        executions: arguments.executions,
        findings: arguments.findings,
        questions: arguments.questions,
        seed: arguments.seed,
        settings: arguments.settings,
        invariants: arguments.invariants,
        corpus: arguments.corpus,
        deadline: arguments.deadline,
        memory_mib: arguments.memory_mib,
        replay: arguments.replay,
    })?;
    context.print(&json!(report), fuzz::words)?;
    Ok(match report.findings.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(EXIT_FOUND),
    })
}

const EXIT_FOUND: u8 = 3;
