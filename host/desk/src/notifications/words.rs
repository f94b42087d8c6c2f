//! The words of our messages, from the files in `templates/`. HTML is escaped
//! by the template engine; a subject that a stranger chose stands in no message
//! to somebody we have not confirmed (LOOP-03).

use std::sync::LazyLock;

use minijinja::{Environment, context};

use crate::Error;

/// Which message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Your mail arrived.
    Acknowledgement,
    /// An agent answered.
    Answer,
    /// For those who follow.
    Follower,
    /// One of the two confirmation mails.
    Verification,
    /// For admins.
    Security,
}

/// What a template may name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Values {
    pub(crate) product: String,
    pub(crate) brand: String,
    pub(crate) author: String,
    pub(crate) body: String,
    pub(crate) public: bool,
    pub(crate) ticket: u64,
    pub(crate) encoded_id: String,
    pub(crate) address: String,
    pub(crate) direction: String,
    pub(crate) verification_line: String,
}

/// The text and the HTML of a message.
pub(crate) fn render(kind: Kind, values: &Values) -> Result<(String, String), Error> {
    let text = one(&format!("{}.txt", kind.name()), values)?;
    let html = one(&format!("{}.html", kind.name()), values)?;
    Ok((text, html))
}

fn one(name: &str, values: &Values) -> Result<String, Error> {
    let lines: Vec<String> = values.body.trim_end().lines().map(str::to_owned).collect();
    let Values {
        product,
        brand,
        author,
        body,
        public,
        ticket,
        ..
    } = values.clone();
    let Values {
        encoded_id,
        address,
        direction,
        verification_line,
        ..
    } = values.clone();
    let context = context! {
        product, brand, author, body, lines, public, ticket,
        encoded_id, address, direction, verification_line,
    };
    let rendered = TEMPLATES
        .get_template(name)
        .and_then(|template| template.render(context));
    rendered.map_err(|error| Error::Compose(error.kind().to_string()))
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Acknowledgement => "acknowledgement",
            Self::Answer => "answer",
            Self::Follower => "follower",
            Self::Verification => "verification",
            Self::Security => "security",
        }
    }
}

/// Parsed once; a name that ends in `.html` turns escaping on.
static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    for (name, source) in SOURCES {
        environment
            .add_template(name, source)
            .expect("a test renders every template");
    }
    environment
});

const SOURCES: [(&str, &str); 10] = [
    (
        "acknowledgement.txt",
        include_str!("../../templates/acknowledgement.txt"),
    ),
    (
        "acknowledgement.html",
        include_str!("../../templates/acknowledgement.html"),
    ),
    ("answer.txt", include_str!("../../templates/answer.txt")),
    ("answer.html", include_str!("../../templates/answer.html")),
    ("follower.txt", include_str!("../../templates/follower.txt")),
    (
        "follower.html",
        include_str!("../../templates/follower.html"),
    ),
    (
        "verification.txt",
        include_str!("../../templates/verification.txt"),
    ),
    (
        "verification.html",
        include_str!("../../templates/verification.html"),
    ),
    ("security.txt", include_str!("../../templates/security.txt")),
    (
        "security.html",
        include_str!("../../templates/security.html"),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_renders_and_html_is_escaped() {
        let values = Values {
            author: "Ann <script>".into(),
            body: "1 < 2 & \"so\"\nsecond line".into(),
            encoded_id: "1G7EQR-0Q2J".into(),
            brand: "Acme & Sons".into(),
            product: "Relaygate".into(),
            ..Values::default()
        };
        use Kind::{Acknowledgement, Answer, Follower, Security, Verification};
        for kind in [Acknowledgement, Answer, Follower, Security, Verification] {
            let (text, html) = render(kind, &values).unwrap();
            assert!(
                !text.trim().is_empty() && !html.contains("<script>"),
                "{kind:?}"
            );
        }
        let (text, html) = render(Answer, &values).unwrap();
        assert!(text.contains("1 < 2 & \"so\"") && text.contains("[1G7EQR-0Q2J]"));
        assert!(html.contains("1 &lt; 2 &amp;") && html.contains("[1G7EQR-0Q2J]"));
        assert!(html.contains("second line"));
    }
}
