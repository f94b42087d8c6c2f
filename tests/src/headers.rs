//! Headers as the world writes them: the cases of `tests/headers/corpus.txt`, which says what
//! stands in it. Plain functions of the standard library, so that the mail crate's own tests
//! can read it, too.

/// One header block.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// Whom we read as the author.
    pub author: Option<String>,
    /// Why Python's email package reads somebody else.
    pub differs: Option<String>,
    /// The block, each line ended by CRLF, without the empty line behind it.
    pub header: Vec<u8>,
}

/// Every case.
pub fn corpus() -> Vec<Case> {
    CORPUS.split("\n## ").skip(1).map(case).collect()
}

fn case(text: &str) -> Case {
    let mut lines = text.lines();
    let mut case = Case {
        name: lines.next().unwrap_or_default().to_owned(),
        author: None,
        differs: None,
        header: Vec::new(),
    };
    for line in lines.filter(|line| !line.is_empty()) {
        match line.split_at_checked(2) {
            Some(("# ", _)) => {}
            Some(("= ", author)) => case.author = author_of(author),
            Some(("~ ", reason)) => case.differs = Some(reason.to_owned()),
            _ => {
                case.header.extend(octets(&repeated(line)));
                case.header.extend(b"\r\n");
            }
        }
    }
    case
}

fn author_of(text: &str) -> Option<String> {
    let octets = octets(text);
    (text != "-").then(|| String::from_utf8_lossy(&octets).into_owned())
}

/// `{text*9}` nine times.
fn repeated(line: &str) -> String {
    let mut said = String::new();
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once('{') {
        let inner = behind.split_once('}');
        let times = inner.and_then(|(inner, after)| {
            let (text, times) = inner.rsplit_once('*')?;
            Some((text, times.parse::<usize>().ok()?, after))
        });
        said.push_str(before);
        match times {
            Some((text, times, after)) => {
                said.push_str(&text.repeat(times));
                rest = after;
            }
            None => {
                said.push('{');
                rest = behind;
            }
        }
    }
    said + rest
}

/// `\xNN` is an octet, `\t` a tab.
fn octets(text: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let (octet, left) = match rest {
            [b'\\', b't', left @ ..] => (b'\t', left),
            [b'\\', b'x', high, low, left @ ..] => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => (high * 16 + low, left),
                _ => (*first, behind),
            },
            _ => (*first, behind),
        };
        octets.push(octet);
        rest = left;
    }
    octets
}

fn digit(octet: u8) -> Option<u8> {
    let digit = char::from(octet).to_digit(16)?;
    u8::try_from(digit).ok()
}

const CORPUS: &str = include_str!("../headers/corpus.txt");
