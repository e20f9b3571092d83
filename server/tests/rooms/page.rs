//! A page taken apart: the forms on it, and what each of them sends. The pages are our own, and
//! valid (`end2end/everyone-can-use-every-page.spec.mjs`), so this reads no more of HTML than they
//! use.

use std::collections::BTreeMap;

/// One way to send a form: a form on a page, with the button that sends it.
#[derive(Clone, Debug)]
pub struct Form {
    /// Where it is sent: a path, with its query.
    pub to: String,
    /// Whether it is sent in parts, as a form with a file is.
    pub is_multipart: bool,
    /// Its fields in their order; each choice is one.
    pub fields: Vec<Field>,
    /// What is read on the button that sends it; empty where it has none.
    pub button: String,
}

/// One field of a form, or one choice.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    /// What kind of `input` it is; or `textarea`, `select`, `button`.
    pub kind: String,
    /// What it sends as the page stands.
    pub value: String,
    /// Whether it is sent as the page stands: a box that is ticked, or anything that is no box.
    pub is_sent: bool,
    /// Whether it is never shown again: a password, or a code that was sent to a phone.
    pub is_secret: bool,
}

impl Form {
    /// The names under which something is sent, each once, in their order.
    pub fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for field in &self.fields {
            if !names.contains(&field.name.as_str()) {
                names.push(&field.name);
            }
        }
        names
    }

    /// What it sends as the page stands, but for files.
    pub fn as_it_stands(&self) -> Vec<(&str, &str)> {
        let sent = self.fields.iter().filter(|field| field.is_sent && field.kind != "file");
        sent.map(|field| (field.name.as_str(), field.value.as_str())).collect()
    }
}

impl Field {
    /// Whether a person types into it.
    pub fn is_typed(&self) -> bool {
        !["hidden", "checkbox", "radio", "file", "select", "button"].contains(&self.kind.as_str())
    }
}

/// The forms of a page that are sent by POST, once for each of their buttons. `path` is the page's
/// own address.
pub fn forms(html: &str, path: &str) -> Vec<Form> {
    let tags = tags(html);
    // A button may stand outside its form, and before it.
    let ids: Vec<Option<&String>> =
        tags.iter().filter(|tag| tag.name == "form").map(|tag| tag.attributes.get("id")).collect();
    let (mut open, mut begun) = (Vec::new(), 0);
    let (mut here, mut select): (Option<usize>, Option<(Field, usize)>) = (None, None);
    for tag in &tags {
        let of = match tag.attributes.get("form") {
            Some(id) => ids.iter().position(|other| *other == Some(id)),
            None => here,
        };
        match tag.name {
            "form" => {
                here = Some(begun);
                open_at(&mut open, begun).begin(tag, path);
                begun += 1;
            }
            "/form" => here = None,
            "input" | "textarea" | "button" => {
                let (Some(of), Some(control)) = (of, tag.control()) else { continue };
                if control.kind == "button" {
                    let to = tag.attributes.get("formaction").map(|to| own_or(to, path));
                    open_at(&mut open, of).buttons.push((control, to, words(tag.text)));
                } else {
                    open_at(&mut open, of).push(control);
                }
            }
            "select" => select = of.zip(tag.control()).map(|(of, field)| (field, of)),
            "option" => {
                if let Some((field, _)) = &mut select {
                    // The first one, or the one that is chosen.
                    if !field.is_sent || tag.attributes.contains_key("selected") {
                        field.value = tag.attribute("value");
                        field.is_sent = true;
                    }
                }
            }
            "/select" => {
                if let Some((field, of)) = select.take() {
                    open_at(&mut open, of).push(field);
                }
            }
            _ => {}
        }
    }
    open.into_iter().filter(|form| form.is_post).flat_map(Open::ways).collect()
}

/// The form at this place; one that a button names may not have begun.
fn open_at(open: &mut Vec<Open>, at: usize) -> &mut Open {
    while open.len() <= at {
        open.push(Open::default());
    }
    &mut open[at]
}

/// A form that is being read.
#[derive(Default)]
struct Open {
    to: String,
    is_post: bool,
    is_multipart: bool,
    fields: Vec<Field>,
    /// Each with the address it sends the form to, if that is another one, and its words.
    buttons: Vec<(Field, Option<String>, String)>,
}

impl Open {
    fn begin(&mut self, tag: &Tag<'_>, path: &str) {
        self.to = own_or(&tag.attribute("action"), path);
        self.is_post = tag.attribute("method") == "post";
        self.is_multipart = tag.attribute("enctype") == "multipart/form-data";
    }

    fn push(&mut self, field: Field) {
        if !field.name.is_empty() {
            self.fields.push(field);
        }
    }

    fn ways(self) -> Vec<Form> {
        let Self { to: own, is_multipart, fields, buttons, .. } = self;
        if buttons.is_empty() {
            return vec![Form { to: own, is_multipart, fields, button: String::new() }];
        }
        let way = |(button, to, words): (Field, Option<String>, String)| {
            let mut fields = fields.clone();
            fields.extend((!button.name.is_empty()).then_some(button));
            let to = to.unwrap_or_else(|| own.clone());
            Form { to, is_multipart, fields, button: words }
        };
        buttons.into_iter().map(way).collect()
    }
}

/// Where a form goes: to the page's own address where it names none.
fn own_or(to: &str, path: &str) -> String {
    let to = to.split('#').next().unwrap_or_default();
    if to.is_empty() { path.to_owned() } else { to.to_owned() }
}

/// A tag with its attributes, and for a text of several lines what is in it.
struct Tag<'p> {
    /// As in `form` or `/form`.
    name: &'p str,
    attributes: BTreeMap<&'p str, String>,
    text: &'p str,
}

impl Tag<'_> {
    fn attribute(&self, name: &str) -> String {
        self.attributes.get(name).cloned().unwrap_or_default()
    }

    /// The field it is; `None` for a button that sends nothing.
    fn control(&self) -> Option<Field> {
        let typed = self.attribute("type");
        let kind = match self.name {
            "input" if typed.is_empty() => "text",
            "input" => typed.as_str(),
            other => other,
        };
        if self.name == "button" && typed == "button" {
            return None;
        }
        let is_box = ["checkbox", "radio"].contains(&kind);
        let value = match (self.attributes.get("value"), self.name) {
            (_, "textarea") => unescaped(self.text.strip_prefix('\n').unwrap_or(self.text)),
            (Some(value), _) => value.clone(),
            (None, _) if is_box => "on".to_owned(),
            (None, _) => String::new(),
        };
        let autocomplete = self.attribute("autocomplete");
        Some(Field {
            name: self.attribute("name"),
            kind: kind.to_owned(),
            value,
            is_sent: self.name != "select" && (!is_box || self.attributes.contains_key("checked")),
            is_secret: kind == "password"
                || ["one-time-code", "current-password", "new-password"]
                    .contains(&autocomplete.as_str()),
        })
    }
}

fn tags(html: &str) -> Vec<Tag<'_>> {
    let (mut tags, mut rest) = (Vec::new(), html);
    while let Some((_, after)) = rest.split_once('<') {
        let Some(ends) = end_of_tag(after) else { break };
        let (inside, left) = (&after[..ends], &after[ends + 1..]);
        rest = left;
        let name_ends =
            inside.find(|letter: char| letter.is_ascii_whitespace()).unwrap_or(inside.len());
        let (name, attributes) = inside.split_at(name_ends);
        let name = if name.len() > 1 { name.trim_end_matches('/') } else { name };
        let text = match name {
            // What is read on it, with the tags in it, which are read as tags too.
            "button" => rest.split("</button>").next().unwrap_or_default(),
            // What is in these is no HTML.
            "script" | "style" | "textarea" => {
                let text = rest.split("</").next().unwrap_or_default();
                rest = &rest[text.len()..];
                text
            }
            _ => "",
        };
        tags.push(Tag { name, attributes: attributes_in(attributes), text });
    }
    tags
}

/// Where a tag ends: a `>` in the value of an attribute is no end.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut is_quoted = false;
    text.char_indices().find_map(|(at, letter)| {
        is_quoted ^= letter == '"';
        (letter == '>' && !is_quoted).then_some(at)
    })
}

fn attributes_in(text: &str) -> BTreeMap<&str, String> {
    let (mut found, mut rest) = (BTreeMap::new(), text.trim_start());
    while !rest.is_empty() {
        let is_end = |letter: char| letter == '=' || letter.is_ascii_whitespace();
        let (name, after) = rest.split_at(rest.find(is_end).unwrap_or(rest.len()));
        let (value, left) = match after.strip_prefix('=') {
            None => ("", after),
            Some(value) => match value.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
                None => {
                    let ends = value.find(|letter: char| letter.is_ascii_whitespace());
                    value.split_at(ends.unwrap_or(value.len()))
                }
            },
        };
        found.insert(name, unescaped(value));
        rest = left.trim_start();
    }
    found
}

/// The links of a page, in their order: (where each leads, what is read on it).
pub fn links(html: &str) -> Vec<(String, String)> {
    let link = |rest: &str| {
        let ends = end_of_tag(rest)?;
        let to = attributes_in(&rest[..ends]).get("href")?.clone();
        Some((to, words(rest[ends + 1..].split("</a>").next()?)))
    };
    html.split("<a ").skip(1).filter_map(link).collect()
}

/// What is read of a piece of HTML.
fn words(html: &str) -> String {
    let (mut plain, mut rest) = (String::new(), html);
    while let Some((before, after)) = rest.split_once('<') {
        plain += before;
        rest = end_of_tag(after).map_or("", |ends| &after[ends + 1..]);
    }
    unescaped(&(plain + rest)).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text without the escapes of HTML.
fn unescaped(text: &str) -> String {
    // The last one makes the sign that the others begin with.
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (escape, letter)| text.replace(escape, letter))
}

#[test]
fn a_form_is_read_with_its_choices_its_texts_and_each_of_its_buttons() {
    let html = "<form class=\"row\" method=\"get\"><input name=\"search\"></form>\
        <script>if (1 < 2) \"<form>\"</script>\
        <form id=\"one\" method=\"post\" enctype=\"multipart/form-data\">\
        <input type=\"hidden\" name=\"form_key\" value=\"a &amp; &quot;b&quot; > c\"/>\
        <textarea id=\"words\" name=\"words\">\n\nTwo\n&lt;lines&gt;</textarea>\
        <input type=\"checkbox\" name=\"box\" value=\"1\"><input type=\"checkbox\" name=\"box\" \
        value=\"2\" checked><select name=\"how\"><option value=\"a\">A</option>\
        <option value=\"b\" selected>B</option></select>\
        <input type=\"password\" name=\"password\"><button name=\"step\" value=\"send\">Go</button>\
        </form><button form=\"one\" formaction=\"/elsewhere?a=1#here\">Save</button>\
        <form method=\"post\" action=\"/sign-out\"></form>";
    let found = forms(html, "/here?x=y");
    let to: Vec<&str> = found.iter().map(|form| form.to.as_str()).collect();
    assert_eq!(to, ["/here?x=y", "/elsewhere?a=1", "/sign-out"]);
    assert!(found[0].is_multipart && !found[2].is_multipart);
    assert_eq!(found[0].names(), ["form_key", "words", "box", "how", "password", "step"]);
    let sent = [
        ("form_key", "a & \"b\" > c"),
        ("words", "\nTwo\n<lines>"),
        ("box", "2"),
        ("how", "b"),
        ("password", ""),
        ("step", "send"),
    ];
    assert_eq!(found[0].as_it_stands(), sent);
    assert_eq!(found[1].as_it_stands(), sent[..5]);
    let typed: Vec<&str> =
        found[0].fields.iter().filter(|field| field.is_typed()).map(|field| &*field.name).collect();
    assert_eq!(typed, ["words", "password"]);
    assert!(found[0].fields.iter().any(|field| field.name == "password" && field.is_secret));
    assert!(found[2].fields.is_empty());
    let read: Vec<&str> = found.iter().map(|form| form.button.as_str()).collect();
    assert_eq!(read, ["Go", "Save", ""]);
}

#[test]
fn a_link_is_read_with_where_it_leads() {
    let html = "<p><a class=\"back\" href=\"/lead?a=1&amp;b=2\">Leaders’ <b>desk</b></a></p>\
        <abbr>No link</abbr><a href=\"#here\"> Here </a>";
    let found = [("/lead?a=1&b=2", "Leaders’ desk"), ("#here", "Here")];
    assert_eq!(links(html), found.map(|(to, words)| (to.to_owned(), words.to_owned())));
}
