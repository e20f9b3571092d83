//! What a file is by its content, and why one is not taken.

use std::io::{Cursor, Read};

use axum::body::Bytes;
use serde::{Deserialize, Serialize};
use zip::ZipArchive;

use super::pictures;

/// What a file may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    Pdf,
    /// Office Open XML, as Word writes it.
    Docx,
    Odt,
    Png,
    /// A picture in JPEG, as cameras take it.
    Jpg,
}

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTaken {
    Empty,
    /// A photograph as iPhones keep it.
    Heic,
    /// A PDF that not everyone can open, or read with a screen reader.
    LockedPdf,
    /// A PDF without its end, as after a download that broke off.
    CutOffPdf,
    /// A text that needs a password.
    LockedText,
    /// A text with macros.
    Macros,
    /// A text as Word wrote it until 2007.
    OldWord,
    /// A picture that begins as one and cannot be read.
    SpoiltPicture,
    /// A picture of so many pixels that it cannot be turned the right way up.
    LargePicture,
    /// Anything else.
    Other,
}

impl NotTaken {
    /// What to do about it. `choose`: what may be chosen here, as in "Choose a PDF".
    #[must_use]
    pub fn what_to_do(self, choose: &str) -> String {
        let why = match self {
            Self::Empty => "That file is empty. Choose another file",
            Self::Heic => {
                "That photo is in Apple's own format (HEIC), which many people can't open. Save it \
                 as a JPEG and choose that"
            }
            Self::LockedPdf => {
                "That PDF is protected, with a password or against copying, so not everyone can \
                 read it. Save it without protection and choose that"
            }
            Self::CutOffPdf => {
                "That PDF is not complete: its end is missing. Open it to see if it is all there, \
                 save it again and choose that"
            }
            Self::LockedText => {
                "That document needs a password. Save it without one and choose that"
            }
            Self::Macros => {
                "That document has macros (small programs) in it. Save it as a Word document \
                 without macros (docx) and choose that"
            }
            Self::OldWord => {
                "That is in Word's old format (doc). Save it as a Word document (docx) and choose \
                 that"
            }
            Self::SpoiltPicture => {
                "That picture can't be read. Open it, save it again and choose \
                that"
            }
            Self::LargePicture => {
                "That picture has too many pixels. Save a smaller copy of it and \
                choose that"
            }
            Self::Other => choose,
        };
        why.to_owned()
    }
}

/// The most parts of a text; a long one with a hundred pictures has some hundreds.
const MOST_PARTS: usize = 5_000;
/// How far into a file its PDF may begin: some programs write a few bytes before it.
const PDF_WITHIN: usize = 1_024;
/// How far from its end a PDF says that it ends.
const PDF_ENDS_WITHIN: usize = 4_096;
/// What a file in Microsoft's older form begins with.
const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
/// The most that is read of the part of an OpenDocument text that names its parts.
const LONGEST_MANIFEST: u64 = 1024 * 1024;

/// What a file is by its content, and what we keep of it: a picture without its traces, a text as
/// it is.
///
/// # Errors
/// Why it is not taken.
pub fn read(content: Bytes) -> Result<(FileKind, Bytes), NotTaken> {
    let kind = kind_of(&content)?;
    let content = if kind.is_text() { content } else { pictures::without_traces(content)?.0 };
    Ok((kind, content))
}

/// What a file is that somebody puts in, by its content.
///
/// # Errors
/// Why it is not taken.
pub fn kind_of(content: &[u8]) -> Result<FileKind, NotTaken> {
    if content.is_empty() {
        return Err(NotTaken::Empty);
    }
    match FileKind::of(content) {
        Some(FileKind::Pdf) if has_no_end(content) => Err(NotTaken::CutOffPdf),
        Some(FileKind::Pdf) if is_locked(content) => Err(NotTaken::LockedPdf),
        Some(FileKind::Odt) if is_locked_odt(content) => Err(NotTaken::LockedText),
        Some(kind) => Ok(kind),
        None => Err(why_not(content)),
    }
}

fn why_not(content: &[u8]) -> NotTaken {
    const HEIC: [&[u8]; 7] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"];
    if content.get(4..8) == Some(&b"ftyp"[..]) {
        let is_heic = content.get(8..12).is_some_and(|brand| HEIC.contains(&brand));
        return if is_heic { NotTaken::Heic } else { NotTaken::Other };
    }
    if content.starts_with(COMPOUND) {
        // The names of its parts are written in two bytes for each letter.
        let has = |name: &str| {
            let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            contains(content, &name)
        };
        return if has("EncryptedPackage") {
            NotTaken::LockedText
        } else if has("WordDocument") {
            NotTaken::OldWord
        } else {
            NotTaken::Other
        };
    }
    let has_macros = archive(content).is_some_and(|parts| {
        parts.file_names().flatten().any(|name| name.ends_with("vbaProject.bin"))
    });
    if has_macros { NotTaken::Macros } else { NotTaken::Other }
}

fn has_no_end(pdf: &[u8]) -> bool {
    // What a program or a mail adds behind it is no part of it.
    let length = pdf.iter().rposition(|byte| !matches!(byte, 0 | b'\r' | b'\n' | b' '));
    let pdf = &pdf[..length.map_or(0, |last| last + 1)];
    !contains(&pdf[pdf.len().saturating_sub(PDF_ENDS_WITHIN)..], b"%%EOF")
}

/// Whether its trailer names how it is encrypted: `/Encrypt 9 0 R`, or `/Encrypt <<`. The words
/// alone may be in its text.
fn is_locked(pdf: &[u8]) -> bool {
    const NAME: &[u8] = b"/Encrypt";
    pdf.windows(NAME.len()).enumerate().filter(|(_, found)| *found == NAME).any(|(at, _)| {
        let rest = pdf[at + NAME.len()..].trim_ascii_start();
        if rest.starts_with(b"<<") {
            return true;
        }
        let rest = &rest[..rest.len().min(30)];
        let mut words = rest.split(u8::is_ascii_whitespace).filter(|word: &&[u8]| !word.is_empty());
        let is_number =
            |word: Option<&[u8]>| word.is_some_and(|word| word.iter().all(u8::is_ascii_digit));
        is_number(words.next())
            && is_number(words.next())
            && words.next().is_some_and(|word| word.starts_with(b"R"))
    })
}

fn is_locked_odt(content: &[u8]) -> bool {
    let Some(mut parts) = archive(content) else { return false };
    let Ok(manifest) = parts.by_name("META-INF/manifest.xml") else { return false };
    let mut names = Vec::new();
    manifest.take(LONGEST_MANIFEST).read_to_end(&mut names).is_ok()
        && contains(&names, b"encryption-data")
}

/// Its parts, where it is a zip of not too many. Making the list costs memory for each.
fn archive(content: &[u8]) -> Option<ZipArchive<Cursor<&[u8]>>> {
    // How the list of the parts marks each of them.
    let marks = content.windows(4).filter(|bytes| **bytes == *b"PK\x01\x02").count();
    if marks > MOST_PARTS {
        return None;
    }
    ZipArchive::new(Cursor::new(content)).ok()
}

fn contains(content: &[u8], words: &[u8]) -> bool {
    content.windows(words.len()).any(|part| part == words)
}

impl FileKind {
    /// What a file is by its content, never by its name; `None` for anything else.
    #[must_use]
    pub fn of(content: &[u8]) -> Option<Self> {
        let begins = [
            (&b"%PDF-"[..], Self::Pdf),
            (b"\x89PNG\r\n\x1a\n", Self::Png),
            (b"\xFF\xD8\xFF", Self::Jpg),
        ];
        if let Some((_, kind)) = begins.into_iter().find(|(bytes, _)| content.starts_with(bytes)) {
            return Some(kind);
        }
        let beginning = &content[..content.len().min(PDF_WITHIN)];
        if !content.starts_with(b"PK") && contains(beginning, b"%PDF-") {
            return Some(Self::Pdf);
        }
        Self::of_parts(archive(content)?)
    }

    fn of_parts(mut parts: ZipArchive<Cursor<&[u8]>>) -> Option<Self> {
        if parts.index_for_name("[Content_Types].xml").is_some() {
            // A text with macros calls itself something else; one that hides them is not taken
            // either.
            let is_word =
                parts.file_names().flatten().any(|name| name.starts_with("word/document"));
            let has_macros =
                parts.file_names().flatten().any(|name| name.ends_with("vbaProject.bin"));
            return (is_word && !has_macros).then_some(Self::Docx);
        }
        let mut kind = String::new();
        parts.by_name("mimetype").ok()?.take(100).read_to_string(&mut kind).ok()?;
        (kind.trim() == Self::Odt.media_type()).then_some(Self::Odt)
    }

    /// Whether it is a text rather than a picture.
    #[must_use]
    pub fn is_text(self) -> bool {
        !matches!(self, Self::Png | Self::Jpg)
    }

    /// Its ending: `pdf`, `docx`, `odt`, `png` or `jpg`.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Odt => "odt",
            Self::Png => "png",
            Self::Jpg => "jpg",
        }
    }

    #[must_use]
    pub fn read(ending: &str) -> Option<Self> {
        [Self::Pdf, Self::Docx, Self::Odt, Self::Png, Self::Jpg]
            .into_iter()
            .find(|kind| kind.ending() == ending)
    }

    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Odt => "application/vnd.oasis.opendocument.text",
            Self::Png => "image/png",
            Self::Jpg => "image/jpeg",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_file_is_what_its_content_says_and_not_its_name() {
        assert_eq!(FileKind::of(b"%PDF-1.7\n"), Some(FileKind::Pdf));
        assert_eq!(FileKind::of(b"<html><script>alert(1)</script>"), None);
        assert_eq!(FileKind::of(b"MZ\x90\x00"), None);
        assert_eq!(FileKind::of(b""), None);
    }

    #[test]
    fn a_file_of_a_great_many_parts_is_no_text() {
        let word = ["[Content_Types].xml".to_owned(), "word/document.xml".to_owned()];
        let with = |more: usize| -> Vec<u8> {
            let names = word.iter().cloned().chain((0..more).map(|nth| format!("word/{nth}")));
            let names: Vec<String> = names.collect();
            zipped(&names.iter().map(String::as_str).collect::<Vec<_>>(), "")
        };
        assert_eq!(FileKind::of(&with(MOST_PARTS - 2)), Some(FileKind::Docx));
        assert_eq!(FileKind::of(&with(MOST_PARTS - 1)), None);
    }

    /// A zip of empty parts, in this order, but for what stands in `mimetype`.
    fn zipped(names: &[&str], mimetype: &str) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for name in names {
            zip.start_file(
                *name,
                zip::write::SimpleFileOptions::default()
                    .compression_method(zip::CompressionMethod::Stored),
            )
            .expect("a part");
            if *name == "mimetype" {
                zip.write_all(mimetype.as_bytes()).expect("its words");
            }
        }
        zip.finish().expect("a zip").into_inner()
    }

    #[test]
    fn a_word_file_is_known_whichever_program_wrote_it() {
        let word = [
            "[Content_Types].xml",
            "_rels/.rels",
            "word/document.xml",
            "word/_rels/document.xml.rels",
            "docProps/app.xml",
        ];
        let libre_office = [
            "_rels/.rels",
            "docProps/app.xml",
            "docProps/core.xml",
            "word/_rels/document.xml.rels",
            "word/document.xml",
            "[Content_Types].xml",
        ];
        let google =
            ["word/numbering.xml", "word/settings.xml", "word/document.xml", "[Content_Types].xml"];
        let another = [
            "customXml/item1.xml",
            "customXml/item2.xml",
            "customXml/item3.xml",
            "[Content_Types].xml",
            "word/document2.xml",
        ];
        for parts in [&word[..], &libre_office, &google, &another] {
            assert_eq!(FileKind::of(&zipped(parts, "")), Some(FileKind::Docx), "{parts:?}");
        }
        assert_eq!(
            FileKind::of(&zipped(
                &["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"],
                ""
            )),
            None
        );
        assert_eq!(FileKind::of(&zipped(&["[Content_Types].xml", "xl/workbook.xml"], "")), None);
        assert_eq!(
            FileKind::of(&zipped(
                &["mimetype", "content.xml"],
                "application/vnd.oasis.opendocument.text"
            )),
            Some(FileKind::Odt)
        );
        assert_eq!(
            FileKind::of(&zipped(
                &["mimetype", "content.xml"],
                "application/vnd.oasis.opendocument.spreadsheet"
            )),
            None
        );
        assert_eq!(FileKind::of(&zipped(&["anything.txt"], "")), None);
    }

    #[test]
    fn a_pdf_that_not_everyone_can_read_or_without_an_end_is_refused_with_why() {
        let pdf = |text: &str| kind_of(format!("%PDF-1.7\n{text}\n%%EOF\n").as_bytes());
        assert_eq!(pdf("The plan."), Ok(FileKind::Pdf));
        for locked in [
            "trailer << /Root 3 0 R /Encrypt 9 0 R >>",
            "trailer<</Encrypt 12 0 R/ID[<a><b>]>>",
            "<< /Encrypt\n<< /Filter /Standard >> >>",
        ] {
            assert_eq!(pdf(locked), Err(NotTaken::LockedPdf), "{locked}");
        }
        for open in ["(how to /Encrypt a letter)", "/EncryptMetadata true", "/Encrypt 9 lives"] {
            assert_eq!(pdf(open), Ok(FileKind::Pdf), "{open}");
        }
        let made_with_a_password = include_bytes!("../../tests/files/password.pdf");
        assert_eq!(kind_of(made_with_a_password), Err(NotTaken::LockedPdf));
        assert_eq!(kind_of(b"%PDF-1.7\nThe pl"), Err(NotTaken::CutOffPdf));
        let early = [&b"%PDF-1.7\n%%EOF\n"[..], &[b'a'; 5_000]].concat();
        assert_eq!(kind_of(&early), Err(NotTaken::CutOffPdf), "only a first part of it ends");
        let padded = [&b"%PDF-1.7\n%%EOF\n"[..], &[0; 5_000]].concat();
        assert_eq!(kind_of(&padded), Ok(FileKind::Pdf), "what fills a block is no part of it");
        for before in ["\u{feff}", "\r\n", "HTTP/1.1 200 OK\r\n\r\n"] {
            let late = format!("{before}%PDF-1.7\nThe plan.\n%%EOF");
            assert_eq!(kind_of(late.as_bytes()), Ok(FileKind::Pdf), "{before:?}");
        }
        let far = "a".repeat(2_000) + "%PDF-1.7\n%%EOF";
        assert_eq!(kind_of(far.as_bytes()), Err(NotTaken::Other));
    }

    #[test]
    fn what_is_not_taken_is_called_by_its_name() {
        let compound = |part: &str| {
            let name: Vec<u8> = part.encode_utf16().flat_map(u16::to_le_bytes).collect();
            [COMPOUND, &name].concat()
        };
        let macros = ["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"];
        for (content, why) in [
            (Vec::new(), NotTaken::Empty),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(), NotTaken::Heic),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic".to_vec(), NotTaken::Heic),
            (b"\0\0\0\x18ftypisom\0\0\0\0".to_vec(), NotTaken::Other),
            (compound("EncryptedPackage"), NotTaken::LockedText),
            (compound("WordDocument"), NotTaken::OldWord),
            (compound("Workbook"), NotTaken::Other),
            (zipped(&macros, ""), NotTaken::Macros),
            (b"GIF89a".to_vec(), NotTaken::Other),
        ] {
            assert_eq!(kind_of(&content), Err(why), "{why:?}");
        }
        assert!(NotTaken::Heic.what_to_do("Choose a PDF").contains("HEIC"));
        assert_eq!(NotTaken::Other.what_to_do("Choose a PDF"), "Choose a PDF");
    }
}
