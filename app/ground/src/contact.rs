//! Who runs this site and how people reach them: on the foot of every page.
//!
//! `area` keeps it in the database, where an administrator writes it. Each process holds a copy, so
//! that a page costs no statement for its foot; the process that saves it has it at once, and every
//! other within half a minute.

use std::sync::{Arc, PoisonError, RwLock};

/// What an administrator says about the forum. Whatever is empty is not shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// Who the forum is, in its own words, of several paragraphs.
    pub about: String,
    /// The name of a picture that [`crate::files`] keeps.
    pub picture: String,
    /// What the picture shows, for people who can't see it.
    pub picture_shows: String,
    /// Its telephone number, as people write it.
    pub phone: String,
    /// When someone answers, as in "Monday to Thursday, 10am to 2pm in term time".
    pub hours: String,
    pub email: String,
    /// Where post reaches it, line by line.
    pub post: String,
    /// The name of the area's advice service (SENDIASS).
    pub advice: String,
    pub advice_phone: String,
    pub advice_web: String,
    /// Who is responsible for the personal data, where that isn't the forum itself.
    pub controller: String,
}

impl Contact {
    /// Who gives families advice about their own child, in two sentences.
    #[must_use]
    pub fn advises(&self) -> String {
        let name = if self.advice.is_empty() {
            "The SEND information, advice and support service (SENDIASS)".to_owned()
        } else {
            format!("{}, the SEND information, advice and support service,", self.advice)
        };
        format!(
            "{name} can help with one child's or young person's support. It's free, independent \
             and private."
        )
    }

    /// The same and how to reach them, where there can be no links: on a page there are, by
    /// [`crate::ui::who_advises`].
    #[must_use]
    pub fn who_advises(&self) -> String {
        let ways = match (self.advice_phone.as_str(), self.advice_web.as_str()) {
            ("", "") => String::new(),
            (phone, "") => format!(" Call {phone}."),
            ("", web) => format!(" See {web} for how to reach them."),
            (phone, web) => format!(" Call {phone}, or see {web}"),
        };
        format!("{}{ways}", self.advises())
    }
}

/// The copy that a process holds. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct ContactNow(Arc<RwLock<Held>>);

#[derive(Debug, Default)]
struct Held {
    contact: Arc<Contact>,
    /// How often it was said anew.
    version: u64,
}

impl ContactNow {
    /// As it was last heard.
    #[must_use]
    pub fn get(&self) -> Arc<Contact> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contact.clone()
    }

    /// Which one it is: another, once it was said anew.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.0.read().unwrap_or_else(PoisonError::into_inner).version
    }

    /// From now on it is this.
    pub fn set(&self, contact: Contact) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).say(contact);
    }

    /// The same of what was read when this version was the last: it is older than one that was said
    /// meanwhile.
    pub fn set_after(&self, version: u64, contact: Contact) {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if held.version == version && *held.contact != contact {
            held.say(contact);
        }
    }
}

impl Held {
    fn say(&mut self, contact: Contact) {
        *self = Self { contact: Arc::new(contact), version: self.version + 1 };
    }
}

/// A telephone number as a link takes it: "0151 496 0000" is `tel:01514960000`. `None` where it has
/// too few digits to be one.
#[must_use]
pub fn phone_link(number: &str) -> Option<String> {
    let dialled = dialled(number);
    (!dialled.is_empty()).then(|| format!("tel:{dialled}"))
}

/// The digits to dial, with a + before them if it was written; empty where there are fewer than
/// three. What comes after the number, as in "ext. 4", is not dialled.
#[must_use]
pub fn dialled(shown: &str) -> String {
    let Some(begin) = shown.find(|c: char| c.is_ascii_digit() || c == '+') else {
        return String::new();
    };
    let digits: String = shown[begin..]
        .chars()
        .take_while(|c| is_within_number(*c) || matches!(c, '(' | '+'))
        .filter(|c| c.is_ascii_digit() || *c == '+')
        .collect();
    // +44 (0)151 is written for two kinds of reader: the 0 is only for those in this country.
    if let Some(rest) = digits.strip_prefix("+440") {
        return format!("+44{rest}");
    }
    if digits.len() < 3 { String::new() } else { digits }
}

/// What may be between the first and the last digit of a number.
#[must_use]
pub fn is_within_number(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, ' ' | '\u{a0}' | '-' | ')')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_becomes_a_link_without_its_spaces() {
        assert_eq!(phone_link("0151 496 0000").as_deref(), Some("tel:01514960000"));
        assert_eq!(phone_link("+44 (151) 496-0000").as_deref(), Some("tel:+441514960000"));
        assert_eq!(phone_link("+44 (0)151 496 0000").as_deref(), Some("tel:+441514960000"));
        assert_eq!(phone_link("0151 496 0000 ext. 4").as_deref(), Some("tel:01514960000"));
        assert_eq!(phone_link("ask us"), None);
    }

    #[test]
    fn who_advises_is_said_with_what_is_known_of_them() {
        let nothing = Contact::default().who_advises();
        assert!(nothing.starts_with("The SEND information") && nothing.ends_with("private."));
        let all = Contact {
            advice: "Invented SENDIASS".into(),
            advice_phone: "0151 496 0123".into(),
            advice_web: "https://example.org/advice".into(),
            ..Contact::default()
        };
        let said = all.who_advises();
        assert!(
            said.starts_with("Invented SENDIASS,")
                && said.ends_with("Call 0151 496 0123, or see https://example.org/advice"),
            "{said}"
        );
    }

    #[test]
    fn every_holder_of_the_copy_hears_of_a_change() {
        let (one, contact) =
            (ContactNow::default(), Contact { phone: "111".into(), ..Contact::default() });
        let other = one.clone();
        one.set(contact.clone());
        assert_eq!(*other.get(), contact);
    }

    #[test]
    fn what_was_read_before_a_change_does_not_take_it_back() {
        let phone = |phone: &str| Contact { phone: phone.into(), ..Contact::default() };
        let now = ContactNow::default();
        let read_at = now.version();
        now.set(phone("111"));
        now.set_after(read_at, Contact::default());
        assert_eq!(now.get().phone, "111");
        let read_at = now.version();
        now.set_after(read_at, phone("111"));
        assert_eq!(now.version(), read_at, "it is the same");
        now.set_after(read_at, phone("222"));
        assert_eq!((now.get().phone.as_str(), now.version()), ("222", read_at + 1));
    }
}
