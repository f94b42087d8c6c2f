//! The policies that decide for an account.

use serde::Serialize;
use utoipa::ToSchema;

use crate::operations::policies::PoliciesView;

/// A policy.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Policy {
    name: String,
    /// SHA-256 of its component, in hexadecimal digits.
    digest: String,
    /// `operator`, or `account`: that one can only tighten what the operator's say.
    owner: &'static str,
    /// What it answers, `interface.function` as in the contract.
    questions: Vec<&'static str>,
}

/// Who is asked one question, in order.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Question {
    question: &'static str,
    chain: Vec<String>,
}

/// All of them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web::api) struct Policies {
    policies: Vec<Policy>,
    questions: Vec<Question>,
}

impl From<PoliciesView> for Policies {
    fn from(view: PoliciesView) -> Self {
        let policy = |it: crate::operations::policies::PolicyView| Policy {
            name: it.name,
            digest: it.digest,
            owner: it.owner,
            questions: it.questions,
        };
        let question = |it: crate::operations::policies::QuestionView| Question {
            question: it.question,
            chain: it.chain,
        };
        Self {
            policies: view.policies.into_iter().map(policy).collect(),
            questions: view.questions.into_iter().map(question).collect(),
        }
    }
}
