//! Which policies decide for an account, and what they answered it since the start.

use desk::Account;
use policy::questions::Question;
use policy::{Listed, built_in};
use serde::Serialize;

use super::Outcome;
use crate::facts::Answers;
use crate::policies::About;
use crate::services::Services;

/// A policy as it is shown.
#[derive(Debug, Serialize)]
pub struct PolicyView {
    /// Its name.
    pub name: String,
    /// Its version, if it is known: of those that come with the program that of the program.
    pub version: Option<&'static str>,
    /// SHA-256 of its component, in hexadecimal digits.
    pub digest: String,
    /// `operator`, or `account`: that one can only tighten what the operator's say.
    pub owner: &'static str,
    /// What it answers, `interface.function` as in the contract.
    pub questions: Vec<&'static str>,
    /// Times it was asked about this account's mail.
    pub calls: u64,
    /// Times it failed to answer.
    pub failures: u64,
    /// Mean wall time of a call in microseconds; null if it was not asked.
    pub micros_mean: Option<u64>,
}

/// Who is asked one question, in order.
#[derive(Debug, Serialize)]
pub struct QuestionView {
    /// `interface.function` as in the contract.
    pub question: &'static str,
    /// Names of the policies that answer it.
    pub chain: Vec<String>,
    /// What each of them answered.
    pub answers: Vec<AnswersView>,
}

/// What one policy answered to one question.
#[derive(Debug, Serialize)]
pub struct AnswersView {
    /// Its name.
    pub policy: String,
    /// Times it was asked.
    pub calls: u64,
    /// Times it failed to answer.
    pub failures: u64,
    /// Mean wall time of a call in microseconds; null if it was not asked.
    pub micros_mean: Option<u64>,
    /// Mean fuel of a call; null where it is not metered.
    pub fuel_mean: Option<u64>,
    /// Each answer it gave, the most frequent first.
    pub verdicts: Vec<ShareView>,
}

/// How often an answer was given.
#[derive(Debug, Serialize)]
pub struct ShareView {
    /// In a word.
    pub verdict: &'static str,
    /// How often.
    pub count: u64,
    /// Of a thousand answers.
    pub permille: u64,
}

/// The policies of an account.
#[derive(Debug, Serialize)]
pub struct PoliciesView {
    /// Milliseconds since the epoch: since when answers are counted.
    pub counted_since: u64,
    /// In the order in which they are asked.
    pub policies: Vec<PolicyView>,
    /// The same by question, in the order of the contract.
    pub questions: Vec<QuestionView>,
}

/// The policies that decide for an account.
pub async fn list(services: &Services, account: &str) -> Outcome<PoliciesView> {
    let account = super::account(services, account).await?;
    let chain = services.policies.of(&account, About::NoMail).await;
    let listed: Vec<Listed<'_>> = chain.policies().collect();
    let questions = Question::ALL.into_iter();
    Ok(PoliciesView {
        counted_since: services.started.0,
        questions: questions
            .map(|question| question_view(services, &account, &listed, question))
            .collect(),
        policies: listed
            .iter()
            .map(|policy| view(services, &account, policy))
            .collect(),
    })
}

fn question_view(
    services: &Services,
    account: &Account,
    listed: &[Listed<'_>],
    question: Question,
) -> QuestionView {
    let asked = listed.iter();
    let asked = asked.filter(|policy| policy.questions.contains(&question));
    let answers: Vec<_> = asked
        .map(|policy| answers_view(policy.name, &answers(services, account, policy, question)))
        .collect();
    QuestionView {
        question: question.name(),
        chain: answers.iter().map(|it| it.policy.clone()).collect(),
        answers,
    }
}

fn answers(
    services: &Services,
    account: &Account,
    policy: &Listed<'_>,
    question: Question,
) -> Answers {
    let tally = &services.flow.counters.tally;
    tally.of(account.id(), (policy.name, policy.digest), question)
}

fn answers_view(policy: &str, answers: &Answers) -> AnswersView {
    let share = |(verdict, count): (&&'static str, &u64)| ShareView {
        verdict,
        count: *count,
        permille: permille(*count, answers.calls),
    };
    let mut verdicts: Vec<ShareView> = answers.verdicts.iter().map(share).collect();
    verdicts.sort_by_key(|share| std::cmp::Reverse(share.count));
    AnswersView {
        policy: policy.to_owned(),
        calls: answers.calls,
        failures: answers.failures,
        micros_mean: answers.micros_mean(),
        fuel_mean: answers.fuel_mean(),
        verdicts,
    }
}

/// Rounded to the nearest.
fn permille(part: u64, whole: u64) -> u64 {
    let rounded = part.saturating_mul(1_000).saturating_add(whole / 2);
    rounded.checked_div(whole).unwrap_or(0)
}

fn view(services: &Services, account: &Account, listed: &Listed<'_>) -> PolicyView {
    let mut all = Answers::default();
    for question in &listed.questions {
        let answers = answers(services, account, listed, *question);
        all.calls += answers.calls;
        all.failures += answers.failures;
        all.micros = all.micros.saturating_add(answers.micros);
    }
    PolicyView {
        name: listed.name.to_owned(),
        version: built_in::has(listed.name).then_some(built_in::VERSION),
        digest: listed.digest.to_string(),
        owner: if listed.operator {
            "operator"
        } else {
            "account"
        },
        questions: listed.questions.iter().map(|it| it.name()).collect(),
        calls: all.calls,
        failures: all.failures,
        micros_mean: all.micros_mean(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_a_thousand_and_nothing_has_none() {
        for (part, whole, expected) in [(1, 3, 333), (2, 3, 667), (3, 3, 1_000), (0, 0, 0)] {
            assert_eq!(permille(part, whole), expected, "{part} of {whole}");
        }
    }

    #[test]
    fn the_most_frequent_answer_comes_first() {
        let answers = Answers {
            calls: 4,
            micros: 100,
            verdicts: [("accept", 1), ("defer", 3)].into(),
            ..Answers::default()
        };
        let view = answers_view("routing", &answers);
        let words: Vec<_> = view
            .verdicts
            .iter()
            .map(|it| (it.verdict, it.permille))
            .collect();
        assert_eq!(words, [("defer", 750), ("accept", 250)]);
        assert_eq!(view.micros_mean, Some(25));
    }
}
