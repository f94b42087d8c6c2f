//! What in a message pretends to be ours (R36).

use alloc::string::String;
use alloc::vec::Vec;

use sdk::fields::Field;
use sdk::headers::Edit;
use sdk::types;

use crate::{author, is_product_field};

/// Takes away the product's own fields of a message that is not ours; says
/// whether there were any. On our own mail come back they stay, since the
/// comparison with what was sent needs them.
pub fn strip(fields: &[Field<'_>], ours: bool, prefix: &str) -> (Vec<Edit>, bool) {
    let mut names: Vec<String> = Vec::new();
    for field in fields
        .iter()
        .filter(|field| is_product_field(field.name, prefix))
    {
        if !names.iter().any(|name| field.is(name)) {
            names.push(String::from(field.name));
        }
    }
    match ours || names.is_empty() {
        true => (Vec::new(), false),
        false => (names.into_iter().map(Edit::Remove).collect(), true),
    }
}

/// Takes away results that claim to be by our own host (RFC 8601 §5).
pub fn own_results(fields: &[Field<'_>], hostname: &str) -> Vec<Edit> {
    let own = |field: &Field<'_>| {
        field.is("Authentication-Results")
            && author::authserv_id(&field.value()).eq_ignore_ascii_case(hostname)
    };
    fields
        .iter()
        .filter(|field| own(field))
        .map(removal)
        .collect()
}

fn removal(field: &Field<'_>) -> Edit {
    Edit::RemoveValue(types::Field {
        name: String::from(field.name),
        value: field.value(),
    })
}
