//! What in a message pretends to be ours (R36). The host takes it out; here it
//! is told, since it is worth a human's eye.

use sdk::fields::Field;

use crate::is_product_field;

/// Whether a message that is not ours bears one of the product's own fields.
pub fn bears_our_marks(fields: &[Field<'_>], ours: bool, prefix: &str) -> bool {
    !ours
        && fields
            .iter()
            .any(|field| is_product_field(field.name, prefix))
}
