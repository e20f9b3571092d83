//! The names that XLSForm has for its columns and types, with the others that pyxform reads as the
//! same (its `aliases.py` and `question_type_dictionary.py`), and why some can't be imported.

use super::super::text::folded;

/// A name here, with the names in files that mean the same: in lower case, `_` for spaces, `::`
/// between parts.
type Table = &'static [(&'static str, &'static [&'static str])];

/// The columns of the sheet `survey`.
pub(super) const SURVEY: Table = &[
    ("type", &["type", "command"]),
    ("name", &["name", "tag", "value"]),
    ("label", &["label", "caption"]),
    ("hint", &["hint"]),
    ("relevant", &["relevant", "relevance", "bind::relevant", "bind::relevance"]),
    ("required", &["required", "bind::required"]),
    ("disabled", &["disabled"]),
    ("constraint", &["constraint", "bind::constraint"]),
    ("appearance", &["appearance", "control::appearance", "body::appearance"]),
    ("parameters", &["parameters"]),
    ("calculation", &["calculation", "calculate", "bind::calculate", "bind::calculation"]),
    ("default", &["default"]),
    ("choice_filter", &["choice_filter"]),
    ("readonly", &["readonly", "read_only", "bind::readonly", "bind::read_only"]),
    ("guidance_hint", &["guidance_hint"]),
    (
        "message",
        &[
            "constraint_message",
            "constraining_message",
            "bind::jr:constraintmsg",
            "required_message",
            "requiredmsg",
            "bind::jr:requiredmsg",
            "no_app_error_string",
            "noapperrorstring",
            "bind::jr:noapperrorstring",
            "jr::constraintmsg",
            "jr::requiredmsg",
        ],
    ),
    (
        "media",
        &[
            "image",
            "big-image",
            "audio",
            "video",
            "media::image",
            "media::big-image",
            "media::audio",
            "media::video",
            "autoplay",
            "control::autoplay",
        ],
    ),
    ("repeat_count", &["repeat_count", "count", "jr::count", "control::jr:count"]),
    ("rows", &["rows", "control::rows", "body::rows"]),
    (
        "program",
        &[
            "instance::odk:tag",
            "compact_tag",
            "save_to",
            "bind::entities:saveto",
            "trigger",
            "intent",
            "body::intent",
            "query",
            "bind::type",
            "sms_field",
            "sms_option",
            "sms_separator",
            "sms_allow_media",
            "sms_date_format",
            "sms_datetime_format",
            "sms_response",
        ],
    ),
];

/// The columns of the sheet `choices`.
pub(super) const CHOICES: Table = &[
    ("list_name", &["list_name", "listname"]),
    ("name", &["name", "value"]),
    ("label", &["label", "caption"]),
    (
        "media",
        &[
            "image",
            "big-image",
            "audio",
            "video",
            "media::image",
            "media::big-image",
            "media::audio",
            "media::video",
        ],
    ),
];

/// The columns of the sheet `settings`.
pub(super) const SETTINGS: Table = &[
    ("default_language", &["default_language"]),
    ("form_title", &["form_title", "title", "set_form_title"]),
];

/// Why the text under a heading was left out. `sheet`: the headings that mean something in its
/// sheet; any other means nothing there, whatever it means elsewhere.
pub(super) fn why(sheet: Table, name: &str) -> &'static str {
    match name {
        _ if sheet.iter().all(|(known, _)| *known != name) => "there is nothing like it here",
        "name" | "label" | "type" | "list_name" | "relevant" | "disabled" => {
            "another column means the same, and that one was read"
        }
        "form_title" => "you can say it under “Change the details”",
        "hint" => "a group has only a heading here, and a question one hint",
        "required" => "each question says it for itself here, in one column",
        "constraint" => "people can answer whatever they like, but for numbers with a range",
        "appearance" | "rows" => "how a question looks is always the same here",
        "parameters" => "how a question looks and works is always the same here",
        "calculation" => "calculations can't be made here",
        "default" => "answers are never filled in from the start",
        "choice_filter" => "people can choose from all options",
        "readonly" => "people can always answer",
        "guidance_hint" => "there is one help text for each question, the hint",
        "message" => "what is said about a wrong answer is always the same here",
        "media" => "pictures, sounds and films can't be imported. You can add pictures here",
        "repeat_count" => "questions are asked once",
        "program" => "it is for other programs",
        _ => "there is nothing like it here",
    }
}

/// The types of rows.
const TYPES: Table = &[
    (
        "select_one",
        &["select one", "select one from", "select1", "add select one prompt using", "q select1"],
    ),
    (
        "select_multiple",
        &[
            "select multiple",
            "select multiple from",
            "select all that apply",
            "select all that apply from",
            "add select multiple prompt using",
            "q select",
        ],
    ),
    (
        "options in a file",
        &[
            "select one from file",
            "select multiple from file",
            "select one external",
            "select multiple external",
        ],
    ),
    ("rank", &["rank"]),
    ("text", &["text", "string", "q string", "add text prompt"]),
    ("integer", &["integer", "int", "q int", "add integer prompt"]),
    ("decimal", &["decimal", "q decimal", "add decimal prompt"]),
    ("range", &["range"]),
    ("date", &["date", "q date", "add date prompt"]),
    ("time", &["time", "q time", "add time prompt"]),
    ("datetime", &["datetime", "date time", "q datetime", "add date time prompt"]),
    ("note", &["note", "add note prompt"]),
    ("acknowledge", &["acknowledge", "trigger", "q acknowledge", "add acknowledge prompt"]),
    ("begin group", &["begin group"]),
    ("begin repeat", &["begin repeat", "begin loop", "begin lgroup", "begin looped group"]),
    ("end group", &["end group", "end repeat", "end loop", "end lgroup", "end looped group"]),
    ("calculation", &["calculate", "q calculate", "add calculate prompt", "hidden"]),
    (
        "about the person",
        &[
            "start",
            "start time",
            "get start time",
            "end",
            "end time",
            "get end time",
            "today",
            "get today",
            "deviceid",
            "device id",
            "get device id",
            "imei",
            "uri:deviceid",
            "username",
            "uri:username",
            "phonenumber",
            "phone number",
            "get phone number",
            "uri:phonenumber",
            "email",
            "uri:email",
            "simserial",
            "sim id",
            "get sim id",
            "uri:simserial",
            "subscriberid",
            "subscriber id",
            "get subscriber id",
            "uri:subscriberid",
            "start-geopoint",
            "background-geopoint",
            "background-audio",
            "audit",
        ],
    ),
];

/// What a row is.
pub(super) struct Kind {
    /// Its type here; empty where there is none like it.
    pub what: &'static str,
    /// What follows the type: the list of its options, with more words behind it.
    pub rest: String,
}

impl Kind {
    /// The list of its options.
    pub fn list(&self) -> &str {
        self.rest.split(' ').next().unwrap_or_default()
    }

    /// Whether people can also choose something else.
    pub fn has_other(&self) -> bool {
        let behind = self.rest.split_once(' ').map_or("", |(_, behind)| behind);
        let behind = behind.to_lowercase().replace('_', " ");
        ["or other", "or specify other"].contains(&behind.as_str())
    }

    /// What stands in the type and means nothing that is read.
    pub fn unread(&self) -> &str {
        match self.what {
            "select_one" | "select_multiple" | "rank" if self.has_other() => "",
            "select_one" | "select_multiple" | "rank" => {
                self.rest.split_once(' ').map_or("", |(_, behind)| behind)
            }
            _ => &self.rest,
        }
    }
}

/// Reads the type of a row. The longest name that it begins with counts.
pub(super) fn kind(written: &str) -> Kind {
    let written = folded(written).split_whitespace().collect::<Vec<_>>().join(" ");
    // Byte for byte as long.
    let like = written.to_ascii_lowercase().replace('_', " ");
    let begins = |name: &&&str| {
        like.strip_prefix(**name).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    let all = TYPES.iter().flat_map(|(what, names)| names.iter().map(move |name| (*what, name)));
    let longest = all.filter(|(_, name)| begins(name)).max_by_key(|(_, name)| name.len());
    let (what, rest) = longest.map_or(("", ""), |(what, name)| (what, &written[name.len()..]));
    Kind { what, rest: rest.trim().to_owned() }
}

/// A heading.
#[derive(Debug)]
pub(super) struct Head {
    /// As it is in the file.
    pub written: String,
    /// As it is called here; as in the file where it is unknown.
    pub name: String,
    /// The language after `::`, in lower case; empty for none.
    pub language: String,
    /// Whether it is written by the name it has here.
    pub is_own: bool,
}

impl Head {
    /// Reads a heading, by the names that its sheet has.
    pub fn of(written: &str, known: Table) -> Self {
        let like = folded(written).to_lowercase();
        let by = if like.contains("::") { "::" } else { ":" };
        let parts: Vec<String> = like
            .split(by)
            .map(|part| part.split_whitespace().collect::<Vec<_>>().join("_"))
            .filter(|part| !part.is_empty())
            .collect();
        let whole = parts.join("::");
        let called = |name: &str| {
            let (known, _) = known.iter().find(|(_, names)| names.contains(&name))?;
            Some((*known).to_owned())
        };
        let head = |name: String, language: &str| Self {
            written: written.to_owned(),
            is_own: name == whole,
            name,
            language: language.to_owned(),
        };
        if let Some(name) = called(&whole) {
            return head(name, "");
        }
        if let Some((language, before)) = parts.split_last()
            && let Some(name) = called(&before.join("::"))
        {
            return head(name, language);
        }
        head(whole.clone(), "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_read_by_every_name_they_have() {
        let read = |written: &str| {
            let head = Head::of(written, SURVEY);
            format!("{} {}", head.name, head.language)
        };
        for relevant in
            ["relevant", "Relevance", "bind:relevant", "bind::relevant", " bind :: relevant"]
        {
            assert_eq!(read(relevant), "relevant ", "{relevant}");
        }
        assert_eq!(read("bind::required"), "required ");
        assert_eq!(read("label::English (en)"), "label english_(en)");
        assert_eq!(read("caption : Polski"), "label polski");
        assert_eq!(read("media::image::English"), "media english");
        assert_eq!(read("bind::jr:constraintMsg"), "message ");
        assert_eq!(read("jr:count"), "repeat_count ");
        assert_eq!(read("Constraint\u{a0}message"), "message ");
        assert_eq!(read("my notes"), "my_notes ");
        assert_eq!(Head::of("List name", CHOICES).name, "list_name");
    }

    #[test]
    fn why_a_column_was_left_out_goes_by_what_it_means_in_its_sheet() {
        assert!(why(SURVEY, "type").starts_with("another column"));
        for (sheet, name) in [(CHOICES, "type"), (CHOICES, "hint"), (SETTINGS, "name")] {
            assert_eq!(why(sheet, name), "there is nothing like it here", "{name}");
        }
        for title in ["form_title", "Title"] {
            assert!(why(SETTINGS, &Head::of(title, SETTINGS).name).contains("Change the details"));
        }
    }

    #[test]
    fn types_are_read_by_every_name_they_have() {
        let read = |written: &str| {
            let kind = kind(written);
            format!("{}|{}", kind.what, kind.rest)
        };
        assert_eq!(read("select_one Yes_No"), "select_one|Yes_No");
        assert_eq!(read("Select One  from a or_other"), "select_one|a or_other");
        assert_eq!(read("select all that apply from b"), "select_multiple|b");
        assert_eq!(read("select_one_from_file c.csv"), "options in a file|c.csv");
        assert_eq!(read("begin_group"), "begin group|");
        assert_eq!(read("end repeat"), "end group|");
        assert_eq!(read("end"), "about the person|");
        assert_eq!(read("string"), "text|");
        assert_eq!(read("textual"), "|");
        assert_eq!(read("select_one\u{a0}yn"), "select_one|yn");
        assert_eq!(read("geopoint"), "|");
    }

    #[test]
    fn what_stands_behind_a_type_is_read_or_is_known_to_be_unread() {
        let read = |written: &str| {
            let kind = kind(written);
            (kind.list().to_owned(), kind.has_other(), kind.unread().to_owned())
        };
        let of = |list: &str, other, unread: &str| (list.to_owned(), other, unread.to_owned());
        for other in ["or_other", "or other", "or specify other", "OR_OTHER"] {
            assert_eq!(read(&format!("select_one from a {other}")), of("a", true, ""), "{other}");
        }
        assert_eq!(read("select_one this_or_other"), of("this_or_other", false, ""));
        assert_eq!(read("select_multiple a shuffled"), of("a", false, "shuffled"));
        assert_eq!(read("text long").2, "long");
    }
}
