//! Email addresses as people type and paste them: one, or a list of them.

use email_address::{EmailAddress, Options};
use unicode_normalization::UnicodeNormalization as _;

use crate::{beginning, line};

/// What an address looks like, after what is wrong with this one.
const LIKE: &str = "Enter an email address like name@example.org";

/// The most bytes that are looked through for one address: it has 254, and a name may be before it.
const LONGEST_PASTED: usize = 390;

/// How many characters of what is no address are shown again.
const LONGEST_SHOWN: usize = 80;

/// An email address, folded to the form the tables hold. What is often pasted with one is taken
/// away: a name before it, signs around it, marks that nobody sees. What matters is that an email
/// could get there; sending one is the real check.
///
/// # Errors
/// What is wrong with it, and what to do.
pub fn address(typed: &str) -> Result<String, String> {
    if typed.len() > LONGEST_PASTED {
        return Err(LIKE.to_owned());
    }
    let address = bare(typed);
    if address.is_empty() {
        return Err("Enter your email address".into());
    }
    if let Some(wrong) = wrong(&address) {
        return Err(format!("{wrong}. {LIKE}"));
    }
    let read = EmailAddress::parse_with_options(&address, as_people_type_it());
    let read = read.ok().filter(|_| address.len() <= 254).ok_or_else(|| LIKE.to_owned())?;
    let (name, host) = (read.local_part(), read.domain());
    // The standard lets a name in quotation marks hold anything. It gets no email.
    if name.starts_with('"') {
        return Err(LIKE.to_owned());
    }
    // Mail servers that take other letters before the @ are rare, and ours sends to none.
    if !name.is_ascii() {
        return Err("Use only plain letters (a to z) before the @. We can't email other addresses"
            .to_owned());
    }
    match url::Host::parse(host) {
        Ok(url::Host::Domain(host)) => Ok(format!("{name}@{host}")),
        _ => Err(LIKE.to_owned()),
    }
}

/// An address and nothing around it, at a host with a dot in its name.
fn as_people_type_it() -> Options {
    Options::default().with_required_tld().without_domain_literal().without_display_text()
}

/// A list of addresses as people paste it: one a line or many, with names, tabs, commas or
/// semicolons between them. Each is read when it is asked for, or given as it stands there with
/// what to do about it: a list may hold a hundred thousand, and nobody wants so many.
pub fn addresses(pasted: &str) -> impl Iterator<Item = Result<String, String>> {
    let records = pasted.split(['\n', '\r', ';']).filter(|record| !line(record).is_empty());
    records.flat_map(of_one_record)
}

/// The addresses of one line of a list; its names are no part of them.
fn of_one_record(record: &str) -> impl Iterator<Item = Result<String, String>> {
    let is_whole = |word: &str| {
        let word = bare(word);
        word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
    };
    let are_several = words(record).filter(|word| is_address(word)).nth(1).is_some();
    let is_list = are_several || words(record).any(is_whole);
    let each = is_list.then(|| words(record).filter(|word| is_address(word)).map(read));
    let whole = (!is_list).then(|| read(record));
    each.into_iter().flatten().chain(whole)
}

/// The words of one line of a list.
fn words(record: &str) -> impl Iterator<Item = &str> {
    let between = |c: char| c.is_whitespace() || matches!(c, ',' | '<' | '>');
    record.split(between).filter(|word| !line(word).is_empty())
}

/// An address of a list, or what to do about it and how it stands there.
fn read(typed: &str) -> Result<String, String> {
    let wrong = |what_to_do: String| format!("{what_to_do}: {}", beginning(typed, LONGEST_SHOWN));
    address(typed).map_err(wrong)
}

/// Whether a word of a list is meant as an address, with its @ or without: no name has a dot within
/// it.
fn is_address(word: &str) -> bool {
    let word = bare(word);
    let has_dot =
        || word.rsplit_once('.').is_some_and(|(before, after)| before.len() > 1 && after.len() > 1);
    word.contains('@') || has_dot()
}

/// What was typed without what is often pasted around an address.
fn bare(typed: &str) -> String {
    let plain: String = line(typed)
        .chars()
        .filter(|c| !is_mark(*c))
        .map(|c| if matches!(c, '‘' | '’' | 'ʼ' | '´' | '`') { '\'' } else { c })
        .nfkc()
        .collect::<String>()
        .to_lowercase();
    let inner = between_brackets(&plain).unwrap_or(&plain).trim();
    let inner = inner.trim_start_matches(is_around);
    let inner = inner.strip_prefix("mailto:").unwrap_or(inner);
    let query = inner.split_once('?').filter(|(address, _)| address.contains('@'));
    let inner = query.map_or(inner, |(address, _)| address).trim_start_matches(is_around);
    let inner = inner.trim_end_matches(|c: char| is_around(c) || matches!(c, '.' | '"'));
    // Of two, the name may be in them.
    let one = inner.strip_prefix('"').filter(|rest| !rest.contains('"'));
    one.unwrap_or(inner).to_owned()
}

/// What is in the angle brackets with which `Ann Other <ann@example.org>` ends.
fn between_brackets(text: &str) -> Option<&str> {
    let (name, after) = text.rsplit_once('<')?;
    let inner = after.split('>').next()?;
    // Some programs write the address as the name too. Another address there is a second one.
    let is_one = !name.contains('@') || name.trim().trim_matches('"') == inner;
    (is_one && inner.contains('@')).then_some(inner)
}

/// Whether it stands around an address, and is no part of one.
fn is_around(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '<' | '>'
                | '('
                | ')'
                | '['
                | ']'
                | ','
                | ';'
                | ':'
                | '“'
                | '”'
                | '„'
                | '«'
                | '»'
                | '\''
        )
}

/// What programs put between letters, where nobody sees it.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}')
}

/// What is wrong with an address, where that can be told.
fn wrong(address: &str) -> Option<String> {
    let Some((name, host)) = address.split_once('@') else {
        return Some("There is no @ in it".to_owned());
    };
    let is_host = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.');
    let odd = host.chars().find(|c| !is_host(*c));
    let hyphen = host.split('.').find(|part| part.starts_with('-') || part.ends_with('-'));
    let wrong = if name.is_empty() {
        "The name before the @ is missing".to_owned()
    } else if host.is_empty() {
        "The part after the @ is missing".to_owned()
    } else if host.contains('@') {
        "There is more than one @ in it".to_owned()
    } else if address.contains(' ') {
        "There is a space in it".to_owned()
    } else if let Some(odd) = odd {
        format!("There is “{odd}” after the @")
    } else if address.contains("..") {
        "There are two full stops together in it".to_owned()
    } else if name.starts_with('.') || name.ends_with('.') || host.starts_with('.') {
        "There is a full stop where none can be".to_owned()
    } else if !host.contains('.') {
        format!("“{host}” has no ending, like .org or .co.uk")
    } else if let Some(part) = hyphen {
        format!("“{part}” begins or ends with a hyphen")
    } else {
        return None;
    };
    Some(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_are_folded_and_what_no_email_could_reach_is_refused() {
        assert_eq!(address(" Parent@Example.ORG "), Ok("parent@example.org".into()));
        for wrong in [
            "",
            "  ",
            "parent",
            "@example.org",
            "parent@",
            "parent@example",
            "a b@example.org",
            "a..b@example.org",
            ".a@example.org",
            "a@b@example.org",
            "a@example..org",
            "\"x\"@example.org",
            "<b>@example.org",
            "ann@[127.0.0.1]",
            "ann@127.0.0.1",
            "ann@example.o!rg",
            "ann@-example.org",
            "ann@example-.org",
            "ann@sub.-example.org",
            "\"a@b\"@example.org",
        ] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_pasted_with_an_address_is_no_part_of_it() {
        for pasted in [
            "\u{200b}mum@example.org",
            "mum@exam\u{2060}ple.org\u{feff}",
            "\u{202a}mum@example.org\u{202c}",
            "\u{200e}mum@example.org",
            "mum@example.org.",
            "mum@example.org,",
            "<mum@example.org>",
            "(mum@example.org)",
            "“mum@example.org”",
            "'mum@example.org'",
            "\"mum@example.org\"",
            "mum@example.org\".",
            "mailto:mum@example.org",
            "mailto:mum@example.org?subject=Hello",
            "<mailto:Mum@example.org>.",
            "Mum Other <mum@example.org>",
            "\"Other, Mum\" <mum@example.org>;",
            "ｍｕｍ＠ｅｘａｍｐｌｅ．ｏｒｇ",
            "mum@example.org\u{a0}",
        ] {
            assert_eq!(address(pasted), Ok("mum@example.org".to_owned()), "{pasted}");
        }
        assert_eq!(address("Pat.O’Brien@example.org"), Ok("pat.o'brien@example.org".to_owned()));
    }

    #[test]
    fn what_is_wrong_with_an_address_is_named() {
        for (wrong, what) in [
            ("mum.example.org", "There is no @ in it"),
            ("@example.org", "The name before the @ is missing"),
            ("mum@", "The part after the @ is missing"),
            ("mum@a.org@example.org", "There is more than one @ in it"),
            ("mum @example.org", "There is a space in it"),
            ("mum@example,org", "There is “,” after the @"),
            ("mum@example..org", "There are two full stops together in it"),
            ("mum@example", "“example” has no ending, like .org or .co.uk"),
            ("mum@example-.org", "“example-” begins or ends with a hyphen"),
        ] {
            assert_eq!(address(wrong), Err(format!("{what}. {LIKE}")), "{wrong}");
        }
    }

    #[test]
    fn a_host_with_other_letters_is_written_as_mail_servers_know_it_and_such_a_name_is_refused() {
        assert_eq!(address("Anna@München.example"), Ok("anna@xn--mnchen-3ya.example".to_owned()));
        assert!(
            address("änna@example.org")
                .expect_err("refused")
                .starts_with("Use only plain letters (a to z) before the @")
        );
    }

    #[test]
    fn a_list_is_read_however_it_was_pasted_and_its_names_are_no_part_of_it() {
        for pasted in [
            "ann@example.org\nben@example.org",
            "ann@example.org, ben@example.org",
            "ann@example.org; ben@example.org;",
            "Ann Other\tann@example.org\r\nBen\tben@example.org\r\n",
            "Ann Other <ann@example.org>, J. Smith <ben@example.org>",
            "\"Other, Ann\" <ann@example.org>; 'Ben' <mailto:ben@example.org>",
            "ann@example.org ben@example.org",
            "1,Ann,ann@example.org\n2,Ben,ben@example.org",
        ] {
            let read: Result<Vec<String>, String> = addresses(pasted).collect();
            let both = ["ann@example.org".to_owned(), "ben@example.org".to_owned()];
            assert_eq!(read, Ok(both.to_vec()), "{pasted}");
        }
    }

    #[test]
    fn nothing_that_was_meant_as_an_address_is_left_out_of_a_list() {
        for (pasted, wrong) in [
            ("ann@example.org\nBen", "Ben"),
            ("ann@example.org, benexample.org", "benexample.org"),
            ("ann@example.org\nben@example", "ben@example"),
            ("ann@example.org\nben @example.org", "ben @example.org"),
        ] {
            let read: Vec<_> = addresses(pasted).collect();
            assert_eq!(read.first(), Some(&Ok("ann@example.org".to_owned())));
            let refused = read.get(1).and_then(|read| read.as_ref().err()).expect("a refusal");
            assert!(refused.ends_with(&format!(": {wrong}")), "{refused}");
            assert_eq!(read.len(), 2);
        }
        assert_eq!(addresses(" \n;; \t").count(), 0);
    }

    /// The texts that `cargo fuzz run forms` begins with, and lists as long as a form may be.
    #[test]
    fn hostile_lists_are_read_one_by_one_and_each_fault_is_short() {
        const FORM: usize = 1024 * 1024;
        let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/forms");
        let mut texts: Vec<String> = std::fs::read_dir(corpus)
            .expect("the corpus")
            .map(|entry| std::fs::read(entry.expect("a file").path()).expect("a text"))
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .collect();
        assert!(texts.len() >= 3, "{}", texts.len());
        texts.extend(
            ["a@b.cc,", "a@b.cc\n", "ab.cd ", "a@", "<", "\"", "x", "\u{200b}@;", "ﷺ", "a. \n"]
                .map(|text| text.repeat(FORM / text.len())),
        );
        for text in texts {
            for read in addresses(&text).take(1_000) {
                let (Ok(words) | Err(words)) = read;
                // Some of what is wrong is named as it stands there.
                assert!(words.len() <= 4 * LONGEST_PASTED, "{words}");
            }
        }
        let many = "ann@example.org,".repeat(FORM / 16);
        assert_eq!(addresses(&many).take(201).flatten().count(), 201, "and the rest is not read");
    }

    proptest! {
        #[test]
        fn an_address_that_is_read_is_read_again_as_itself(
            typed in "[ <(“]{0,2}[a-z.'’]{0,6}[@ ]{1,2}[a-z.\\-]{1,9}[.>)”, ]{0,3}",
        ) {
            if let Ok(read) = address(&typed) {
                prop_assert_eq!(address(&read), Ok(read.clone()));
                prop_assert_eq!(addresses(&read).collect::<Vec<_>>(), vec![Ok(read.clone())]);
            }
        }
    }
}
