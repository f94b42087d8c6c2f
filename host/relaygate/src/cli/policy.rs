//! What a policy's author does; no program has to serve for it.

use std::path::Path;

use serde_json::json;

use super::args::{BenchArguments, RunArguments};
use super::print::pretty;
use super::{Context, Failure};
use crate::kit::run::Run;
use crate::kit::{bench, build, run};

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

pub(super) fn run(context: &Context, arguments: RunArguments) -> Result<(), Failure> {
    let ran = run::run(&Run {
        component: arguments.component,
        question: arguments.question,
        mail: arguments.mail,
        facts: arguments.facts,
        settings: arguments.settings,
    })?;
    context.print(&json!(ran), pretty)
}

pub(super) fn bench(context: &Context, arguments: BenchArguments) -> Result<(), Failure> {
    let figures = match arguments.component {
        Some(component) => json!(bench::component(&Run {
            component,
            question: arguments.question,
            mail: arguments.mail,
            facts: arguments.facts,
            settings: arguments.settings,
        })?),
        None => json!(bench::built_in(|doing| context.progress(doing))?),
    };
    context.print(&figures, pretty)
}
