//! From what clients write of a ticket to what the operations take.

use super::caller::Caller;
use super::failure::Failure;
use super::shapes::ticket::{NewComment, NewTicketFields, Reader, ReaderAction, TicketChanges};
use crate::operations::people;
use crate::operations::ticket_changes::ChangesInput;
use crate::operations::tickets::OpenInput;

/// A new ticket.
pub(super) async fn open_input(
    caller: &Caller,
    new: NewTicketFields,
) -> Result<OpenInput, Failure> {
    let (address, name) = match (new.requester_id, new.requester) {
        (Some(id), _) => (Some(address_of(caller, "requester_id", id).await?), None),
        (None, Some(requester)) => (Some(requester.email), requester.name),
        (None, None) => (None, None),
    };
    let mut changes = change_input(caller, new.changes).await?;
    // A new ticket is new; clients may say so.
    changes.status = changes.status.filter(|status| status != "new");
    Ok(OpenInput {
        account: caller.account.clone(),
        agent: caller.agent.to_string(),
        internal: new.comment.public == Some(false),
        body: new.comment.text(),
        requester: address,
        requester_name: name,
        recipient: new.recipient,
        brand: new.brand_id,
        changes,
    })
}

/// What is to become of a ticket.
pub(super) async fn change_input(
    caller: &Caller,
    changes: TicketChanges,
) -> Result<ChangesInput, Failure> {
    let (mut add_ccs, remove_ccs) =
        readers(caller, "email_ccs", changes.email_ccs.unwrap_or_default()).await?;
    let (add_followers, remove_followers) =
        readers(caller, "followers", changes.followers.unwrap_or_default()).await?;
    let collaborators = changes.collaborator_ids.unwrap_or_default();
    check_number("collaborator_ids", collaborators.len())?;
    for id in collaborators {
        add_ccs.push(address_of(caller, "collaborator_ids", id).await?);
    }
    Ok(ChangesInput {
        subject: changes.subject,
        status: changes.status,
        priority: changes.priority,
        group: changes.group_id.map(|id| id.to_string()),
        tags: changes.tags,
        add_tags: changes.additional_tags.unwrap_or_default(),
        remove_tags: changes.remove_tags.unwrap_or_default(),
        add_ccs,
        remove_ccs,
        add_followers,
        remove_followers,
    })
}

/// Who is to read along from now on, and who no more.
async fn readers(
    caller: &Caller,
    field: &str,
    list: Vec<Reader>,
) -> Result<(Vec<String>, Vec<String>), Failure> {
    check_number(field, list.len())?;
    let (mut put, mut gone) = (Vec::new(), Vec::new());
    for reader in list {
        let address = match (reader.user_id, reader.user_email) {
            (Some(id), _) => address_of(caller, field, id).await?,
            (None, Some(address)) => address,
            (None, None) => {
                let hint = "say whom, by user_id or user_email";
                return Err(Failure::invalid(field, "person_missing", hint));
            }
        };
        match reader.action {
            ReaderAction::Put => put.push(address),
            ReaderAction::Delete => gone.push(address),
        }
    }
    Ok((put, gone))
}

fn check_number(field: &str, number: usize) -> Result<(), Failure> {
    match number > READERS_MAX {
        true => {
            let hint = format!("name at most {READERS_MAX} at once");
            Err(Failure::invalid(field, "too_many", &hint))
        }
        false => Ok(()),
    }
}

async fn address_of(caller: &Caller, field: &str, id: u64) -> Result<String, Failure> {
    match people::by_number(&caller.services, &caller.account, id).await {
        Ok(found) => Ok(found.person.address),
        Err(refusal) if refusal.is_not_found() => {
            let hint = "there is nobody with that id";
            Err(Failure::invalid(field, "person_unknown", hint))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

impl NewComment {
    /// Its text, or what a person would read of its HTML.
    pub(super) fn text(self) -> String {
        match (self.body, self.html_body) {
            (Some(body), _) if !body.is_empty() => body,
            (_, Some(html)) => mail::message::text_of_html(&html),
            (body, None) => body.unwrap_or_default(),
        }
    }
}

/// People named in one list of a request.
const READERS_MAX: usize = 100;
