//! The parts of a mail, taken apart without following it to any depth: anyone can write to the
//! address that emails come back to.

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::html::html_to_text;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{MessageParser, MimeHeaders as _};

/// How deep in parts of parts a report is looked for: in a mail that somebody's program passed on.
pub const DEEPEST: usize = 3;
/// In how many parts of each.
const MOST_PARTS: usize = 20;
/// How much of a part is read as text, in bytes.
const MOST_TEXT: usize = 64 * 1024;

/// A part that has no parts of its own, or a mail inside the mail.
#[derive(Clone, Debug)]
pub struct Part<'m> {
    /// What it is, in small letters, like `text/plain`.
    pub kind: String,
    encoding: String,
    /// What comes after its headings.
    pub body: &'m [u8],
}

impl Part<'_> {
    /// Whether it is a mail inside the mail.
    pub fn is_mail(&self) -> bool {
        matches!(self.kind.as_str(), "message/rfc822" | "message/global")
    }

    /// The beginning of it as text, as a person would read it.
    pub fn text(&self) -> String {
        let body = self.body.get(..MOST_TEXT).unwrap_or(self.body);
        let decoded = match self.encoding.as_str() {
            "base64" => {
                let letters: Vec<u8> =
                    body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
                base64_decode(&letters)
            }
            "quoted-printable" => quoted_printable_decode(body),
            _ => None,
        };
        let text = String::from_utf8_lossy(decoded.as_deref().unwrap_or(body)).into_owned();
        if self.kind == "text/html" { html_to_text(&text) } else { text }
    }
}

/// The parts of a mail in their order; a mail inside it comes before its own parts.
pub fn all(mail: &[u8], deeper: usize) -> Vec<Part<'_>> {
    let mut found = Vec::new();
    take_apart(mail, deeper, &mut found);
    found
}

fn take_apart<'m>(mail: &'m [u8], deeper: usize, found: &mut Vec<Part<'m>>) {
    let body = after_headings(mail);
    let Some(head) = MessageParser::default().parse_headers(mail) else {
        // A part without headings is plain text.
        found.push(Part { kind: "text/plain".to_owned(), encoding: String::new(), body });
        return;
    };
    let is = head.content_type();
    let kind = is.map_or_else(
        || "text/plain".to_owned(),
        |is| format!("{}/{}", is.ctype(), is.subtype().unwrap_or_default()).to_lowercase(),
    );
    let boundary = is.and_then(|is| is.attribute("boundary"));
    let encoding = head.content_transfer_encoding().unwrap_or_default().trim().to_lowercase();
    if let Some(boundary) = boundary.filter(|_| kind.starts_with("multipart/") && deeper > 0) {
        for part in between(body, boundary).take(MOST_PARTS) {
            take_apart(part, deeper - 1, found);
        }
        return;
    }
    let part = Part { kind, encoding, body };
    let is_mail = part.is_mail();
    found.push(part);
    if is_mail && deeper > 0 {
        take_apart(body, deeper - 1, found);
    }
}

/// What comes after the headings of a mail or a part, from the first empty line on.
fn after_headings(mail: &[u8]) -> &[u8] {
    let mut rest = mail;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let line = &rest[..end];
        rest = &rest[end + 1..];
        if matches!(line, [] | [b'\r']) {
            return rest;
        }
    }
    &[]
}

/// The parts between lines of `--` and the boundary.
fn between<'m>(body: &'m [u8], boundary: &str) -> impl Iterator<Item = &'m [u8]> + use<'m> {
    let between = format!("--{boundary}").into_bytes();
    let mut from = None;
    let (mut at, mut is_over) = (0, false);
    std::iter::from_fn(move || {
        while at < body.len() && !is_over {
            let length = body[at..].iter().position(|byte| *byte == b'\n');
            let (start, end) = (at, length.map_or(body.len(), |length| at + length + 1));
            at = end;
            let after = body[start..end].strip_prefix(between.as_slice()).map(<[u8]>::trim_ascii);
            if !matches!(after, Some(b"" | b"--")) {
                continue;
            }
            is_over = after.is_some_and(|after| !after.is_empty());
            if let Some(from) = from.replace(end) {
                return Some(&body[from..start]);
            }
        }
        // A mail that was cut off: what is there of the last part.
        from.take().filter(|_| !is_over).map(|from: usize| &body[from..])
    })
}
