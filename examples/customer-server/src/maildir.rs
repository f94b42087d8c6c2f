//! Reading what arrived in a Maildir.

use std::fs;
use std::path::{Path, PathBuf};

/// A directory with one file for each message (`new/` and `cur/`).
#[derive(Debug, Clone)]
pub struct Maildir {
    directory: PathBuf,
}

impl Maildir {
    /// The Maildir at `directory`; it need not exist yet.
    pub fn new(directory: &Path) -> Self {
        Self {
            directory: directory.to_path_buf(),
        }
    }

    /// Everything that arrived, oldest first.
    pub fn messages(&self) -> Vec<Message> {
        let mut files: Vec<PathBuf> = ["new", "cur"]
            .iter()
            .filter_map(|part| fs::read_dir(self.directory.join(part)).ok())
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| !is_hidden(path))
            .collect();
        files.sort_by_key(|file| file.metadata().and_then(|it| it.modified()).ok());
        files
            .iter()
            .filter_map(|file| fs::read(file).ok())
            .map(Message::new)
            .collect()
    }

    /// Everything that was delivered to one address.
    pub fn of(&self, address: &str) -> Vec<Message> {
        let mut messages = self.messages();
        messages.retain(|message| {
            message
                .header("Delivered-To")
                .is_some_and(|to| to.eq_ignore_ascii_case(address))
        });
        messages
    }
}

fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// A message as it lies on disk, the delivering server's fields on top.
#[derive(Debug, Clone)]
pub struct Message {
    raw: Vec<u8>,
}

impl Message {
    /// A message from its octets.
    pub fn new(raw: Vec<u8>) -> Self {
        Self { raw }
    }

    /// The octets as stored.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The octets with CRLF line ends, as they were on the wire.
    pub fn wire(&self) -> Vec<u8> {
        self.text().replace('\n', "\r\n").into_bytes()
    }

    /// The whole message as text, line ends LF.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.raw).replace("\r\n", "\n")
    }

    /// The first field of that name, unfolded.
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers(name).into_iter().next()
    }

    /// All fields of that name in order, unfolded.
    pub fn headers(&self, name: &str) -> Vec<String> {
        self.fields()
            .into_iter()
            .filter(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .collect()
    }

    /// All header fields in order: name and unfolded value.
    pub fn fields(&self) -> Vec<(String, String)> {
        let text = self.text();
        let block = text.split("\n\n").next().unwrap_or("");
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in block.lines() {
            if line.starts_with([' ', '\t']) {
                if let Some((_, value)) = fields.last_mut() {
                    value.push(' ');
                    value.push_str(line.trim());
                }
            } else if let Some((name, value)) = line.split_once(':') {
                fields.push((name.to_owned(), value.trim().to_owned()));
            }
        }
        fields
    }

    /// Everything below the header block, still in its transfer encoding.
    pub fn body(&self) -> String {
        self.text()
            .split_once("\n\n")
            .map(|(_, body)| body.to_owned())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_fields_are_read_as_one() {
        let message = Message::new(b"Subject: a\n\tb\nTo: c\n\nSubject: d\n".to_vec());
        assert_eq!(message.headers("subject"), ["a b"]);
        assert_eq!(message.body(), "Subject: d\n");
    }
}
