//! A page taken apart as a browser does it: the forms on it with what each of them sends, its
//! links, and its parts.

use scraper::{ElementRef, Html, Selector};

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
    let page = Html::parse_document(html);
    let mut open: Vec<Open<'_>> =
        all(&page, "form").into_iter().map(|form| Open::of(form, path)).collect();
    for element in all(&page, "input, textarea, select, button") {
        let Some(form) = owner(element, &mut open) else { continue };
        let Some(control) = control(element) else { continue };
        if control.kind == "button" {
            let to = element.attr("formaction").map(|to| own_or(to, path));
            form.buttons.push((control, to, words(element)));
        } else if !control.name.is_empty() {
            form.fields.push(control);
        }
    }
    open.into_iter().filter(|form| form.is_post).flat_map(Open::ways).collect()
}

/// A form that is being read.
struct Open<'p> {
    form: ElementRef<'p>,
    to: String,
    is_post: bool,
    is_multipart: bool,
    fields: Vec<Field>,
    /// Each with the address it sends the form to, if that is another one, and its words.
    buttons: Vec<(Field, Option<String>, String)>,
}

impl<'p> Open<'p> {
    fn of(form: ElementRef<'p>, path: &str) -> Self {
        Self {
            form,
            to: own_or(form.attr("action").unwrap_or_default(), path),
            is_post: form.attr("method") == Some("post"),
            is_multipart: form.attr("enctype") == Some("multipart/form-data"),
            fields: Vec::new(),
            buttons: Vec::new(),
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

/// The form that a control belongs to: the one it names, which may stand anywhere on the page, or
/// else the one around it.
fn owner<'o, 'p>(control: ElementRef<'p>, open: &'o mut [Open<'p>]) -> Option<&'o mut Open<'p>> {
    if let Some(id) = control.attr("form") {
        return open.iter_mut().find(|open| open.form.attr("id") == Some(id));
    }
    let mut around = control.ancestors().filter_map(ElementRef::wrap);
    let form = around.find(|element| element.value().name() == "form")?;
    open.iter_mut().find(|open| open.form == form)
}

/// Where a form goes: to the page's own address where it names none.
fn own_or(to: &str, path: &str) -> String {
    let to = to.split('#').next().unwrap_or_default();
    if to.is_empty() { path.to_owned() } else { to.to_owned() }
}

/// The field that a control is; `None` for a button that sends nothing.
fn control(element: ElementRef<'_>) -> Option<Field> {
    let attribute = |name| element.attr(name).unwrap_or_default();
    let typed = attribute("type");
    let kind = match element.value().name() {
        "input" if typed.is_empty() => "text",
        "input" => typed,
        "button" if typed == "button" => return None,
        other => other,
    };
    let is_box = ["checkbox", "radio"].contains(&kind);
    let chosen = (kind == "select").then(|| chosen(element)).flatten();
    let is_sent = match kind {
        "select" => chosen.is_some(),
        _ => !is_box || element.attr("checked").is_some(),
    };
    let value = match (kind, element.attr("value")) {
        ("select", _) => chosen.unwrap_or_default(),
        ("textarea", _) => element.text().collect(),
        (_, Some(value)) => value.to_owned(),
        (_, None) if is_box => "on".to_owned(),
        (_, None) => String::new(),
    };
    let secrets = ["one-time-code", "current-password", "new-password"];
    Some(Field {
        name: attribute("name").to_owned(),
        kind: kind.to_owned(),
        value,
        is_sent,
        is_secret: kind == "password" || secrets.contains(&attribute("autocomplete")),
    })
}

/// What a list of choices sends: the one that is chosen, or the first.
fn chosen(select: ElementRef<'_>) -> Option<String> {
    let options = inside(select, "option");
    let is = options.iter().rfind(|option| option.attr("selected").is_some());
    let option = is.or(options.first())?;
    Some(option.attr("value").map_or_else(|| words(*option), str::to_owned))
}

/// The links of a page, in their order: (where each leads, what is read on it).
pub fn links(html: &str) -> Vec<(String, String)> {
    let page = Html::parse_document(html);
    let link = |link: ElementRef<'_>| Some((link.attr("href")?.to_owned(), words(link)));
    all(&page, "a").into_iter().filter_map(link).collect()
}

/// Where the first link leads that has this in its words or in its address.
pub fn leads(html: &str, words: &str) -> String {
    let mut links = links(html).into_iter();
    let link = links.find(|(to, read)| read.contains(words) || to.contains(words));
    link.unwrap_or_else(|| panic!("no link {words}: {html}")).0
}

/// The hidden fields of a page, in their order: (name, value).
pub fn hidden(html: &str) -> Vec<(String, String)> {
    let page = Html::parse_document(html);
    let fields = all(&page, "input[type=hidden]").into_iter().filter_map(control);
    fields.map(|field| (field.name, field.value)).collect()
}

/// The HTML inside the first of these that a page has, as in `main` or `ul.plain`.
pub fn part(html: &str, selector: &str) -> String {
    let first = parts(html, selector).into_iter().next();
    first.unwrap_or_else(|| panic!("no {selector}: {html}"))
}

/// The HTML inside each of these, in their order.
pub fn parts(html: &str, selector: &str) -> Vec<String> {
    let page = Html::parse_document(html);
    all(&page, selector).iter().map(ElementRef::inner_html).collect()
}

/// What is read in the first of these.
pub fn text(html: &str, selector: &str) -> String {
    let first = texts(html, selector).into_iter().next();
    first.unwrap_or_else(|| panic!("no {selector}: {html}"))
}

/// What is read in each of these, in their order.
pub fn texts(html: &str, selector: &str) -> Vec<String> {
    let page = Html::parse_document(html);
    all(&page, selector).into_iter().map(words).collect()
}

/// What each of these has in an attribute, in their order; those without it are left out.
pub fn attributes(html: &str, selector: &str, name: &str) -> Vec<String> {
    let page = Html::parse_document(html);
    let found = all(&page, selector).into_iter().filter_map(|element| element.attr(name));
    found.map(str::to_owned).collect()
}

fn all<'p>(page: &'p Html, selector: &str) -> Vec<ElementRef<'p>> {
    inside(page.root_element(), selector)
}

/// The elements inside this one that a selector finds, as they stand on the page.
fn inside<'p>(element: ElementRef<'p>, selector: &str) -> Vec<ElementRef<'p>> {
    let selector = Selector::parse(selector).unwrap_or_else(|_| panic!("a selector: {selector}"));
    element.select(&selector).collect()
}

/// What is read of an element.
fn words(element: ElementRef<'_>) -> String {
    let text: String = element.text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
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

#[test]
fn the_parts_of_a_page_are_those_that_a_browser_finds() {
    let html = "<!DOCTYPE html><title>A</title><main><h1>Buses &amp; <i>trams</i></h1>\
        <ul class=\"plain\"><li>One<li>Two</ul><input type=hidden name=\"a\" value='&lt;\"'>\
        <script>\"<h1>None</h1>\"</script><!-- <h1>None</h1> --></main><a href=\"/a?b=1&amp;c=2\">\
        On</a>";
    assert_eq!(texts(html, "h1"), ["Buses & trams"]);
    assert_eq!(parts(html, "ul.plain > li"), ["One", "Two"]);
    assert_eq!(attributes(html, "[href]", "href"), ["/a?b=1&c=2"]);
    assert_eq!((leads(html, "On"), leads(html, "/a?")), ("/a?b=1&c=2".into(), "/a?b=1&c=2".into()));
    assert_eq!(hidden(html), [("a".to_owned(), "<\"".to_owned())]);
    assert_eq!(part(html, "h1"), "Buses &amp; <i>trams</i>");
}
