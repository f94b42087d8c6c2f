//! Which policies decide for an account.

use policy::Listed;
use policy::questions::Question;
use serde::Serialize;

use super::Outcome;
use crate::services::Services;

/// A policy as it is shown.
#[derive(Debug, Serialize)]
pub struct PolicyView {
    /// Its name.
    pub name: String,
    /// SHA-256 of its component, in hexadecimal digits.
    pub digest: String,
    /// `operator`, or `account`: that one can only tighten what the operator's say.
    pub owner: &'static str,
    /// What it answers, `interface.function` as in the contract.
    pub questions: Vec<&'static str>,
}

/// Who is asked one question, in order.
#[derive(Debug, Serialize)]
pub struct QuestionView {
    /// `interface.function` as in the contract.
    pub question: &'static str,
    /// Names of the policies that answer it.
    pub chain: Vec<String>,
}

/// The policies of an account.
#[derive(Debug, Serialize)]
pub struct PoliciesView {
    /// In the order in which they are asked.
    pub policies: Vec<PolicyView>,
    /// The same by question, in the order of the contract.
    pub questions: Vec<QuestionView>,
}

/// The policies that decide for an account.
pub async fn list(services: &Services, account: &str) -> Outcome<PoliciesView> {
    super::account(services, account).await?;
    let listed: Vec<Listed<'_>> = services.chain.policies().collect();
    let chain = |question: &Question| QuestionView {
        question: question.name(),
        chain: listed
            .iter()
            .filter(|policy| policy.questions.contains(question))
            .map(|policy| policy.name.to_owned())
            .collect(),
    };
    Ok(PoliciesView {
        questions: Question::ALL.iter().map(chain).collect(),
        policies: listed.iter().map(view).collect(),
    })
}

fn view(listed: &Listed<'_>) -> PolicyView {
    PolicyView {
        name: listed.name.to_owned(),
        digest: listed.digest.to_string(),
        owner: if listed.operator {
            "operator"
        } else {
            "account"
        },
        questions: listed.questions.iter().map(|it| it.name()).collect(),
    }
}
