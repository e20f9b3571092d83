//! Every form on every page, and who sends it: what tests go through that send to every address.

use std::collections::BTreeMap;

use axum::http::{Method, StatusCode};
use ground::routes::{Access, Rule};

use crate::page::{Field, Form, forms};
use crate::things::{Address, Looker, Things, lookers};
use crate::world::Browser;

/// Where no page has a form, since a program sends it; what it sends.
const BY_PROGRAMS: [(&str, &[&str]); 4] = [
    ("/functions/topics-to-merge-into", &["words", "topic"]),
    ("/functions/change-questions", &["consultation", "version", "edits", "step"]),
    ("/functions/try-questions", &["consultation", "sent"]),
    ("/returns", &["from", "to"]),
];

/// What ends a session, or begins to, comes last.
const LAST: [&str; 3] = ["/account/sessions/end", "/sign-out", "/account/erase"];

/// A form that was found, and who sends it.
pub struct FoundForm {
    pub rule: Rule,
    pub who: Looker,
    pub form: Form,
    /// Whether it goes to what stands for the parameters of the address, and to nothing else.
    is_own: bool,
}

impl FoundForm {
    pub fn is_typed(&self) -> bool {
        self.form.fields.iter().any(Field::is_typed)
    }
}

/// Whether a path is one of these addresses.
fn fits(address: &str, path: &str) -> bool {
    let (address, path) = (address.split('/'), path.split('/'));
    address.clone().count() == path.clone().count()
        && address.zip(path).all(|(one, other)| one == other || one.starts_with('{'))
}

/// Who sends what is sent to an address, where this person found the form.
fn sender(access: Access, who: Looker) -> Looker {
    let may = match who {
        Looker::HalfIn | Looker::Chose => true,
        Looker::Person(_) if access.roles().is_empty() => true,
        _ => access == Access::Anyone || lookers(access).contains(&who),
    };
    if may { who } else { lookers(access)[0] }
}

/// Every form on every page, once for each of its buttons; those in which people type come first.
pub async fn all_forms(things: &Things<'_>) -> Vec<FoundForm> {
    let addresses = things.addresses();
    let mut pages = things.also.clone();
    for Address { rule, path } in addresses.iter().filter(|one| one.rule.method == Method::GET) {
        pages.extend(lookers(rule.access).iter().map(|who| (*who, path.clone())));
    }
    let posts: Vec<&Address> =
        addresses.iter().filter(|one| one.rule.method == Method::POST).collect();
    let mut found: BTreeMap<(&str, String, String), FoundForm> = BTreeMap::new();
    for (who, path) in pages {
        let page = things.browser(who).await.get(&path).await;
        if page.status != StatusCode::OK {
            continue;
        }
        for form in forms(&page.html, &path) {
            let to = form.to.split('?').next().unwrap_or_default();
            let address = posts
                .iter()
                .filter(|address| fits(address.rule.path, to))
                .min_by_key(|address| address.rule.path.matches('{').count())
                .unwrap_or_else(|| panic!("{path} has a form that goes to {to}, which is nowhere"));
            let rule = address.rule.clone();
            let button = form.fields.last().filter(|field| field.kind == "button");
            let button = button.map(|button| button.value.clone());
            // A button that names a thing is the same for each thing.
            let button = button.filter(|value| id::parse(value).is_none()).unwrap_or_default();
            let key = (rule.path, form.names().join(" "), button);
            let is_own = to == address.path;
            if found.get(&key).is_none_or(|before| is_own && !before.is_own) {
                let who = sender(rule.access, who);
                found.insert(key, FoundForm { rule, who, form, is_own });
            }
        }
    }
    let missing: Vec<&str> = posts
        .iter()
        .map(|address| address.rule.path)
        .filter(|path| !BY_PROGRAMS.iter().any(|(of, _)| of == path))
        .filter(|path| !found.keys().any(|(of, ..)| of == path))
        .collect();
    assert!(missing.is_empty(), "no page has a form that is sent to these: {missing:#?}");
    let mut found: Vec<FoundForm> = found.into_values().collect();
    for (path, names) in BY_PROGRAMS {
        let rule = posts.iter().find(|address| address.rule.path == path).unwrap().rule.clone();
        let field = |name: &&str| Field {
            name: (*name).to_owned(),
            kind: "text".to_owned(),
            value: String::new(),
            is_sent: true,
            is_secret: true,
        };
        let form = Form {
            to: path.to_owned(),
            is_multipart: false,
            fields: names.iter().map(field).collect(),
            button: String::new(),
        };
        let who = lookers(rule.access)[0];
        found.push(FoundForm { rule, who, form, is_own: true });
    }
    found.sort_by_key(|found| {
        (LAST.iter().position(|path| *path == found.rule.path), !found.is_typed())
    });
    found
}

/// Somebody's browser, which proves nothing by itself: to be asked for proof is an answer, too.
pub async fn opened<'w>(things: &Things<'w>, who: Looker) -> Browser<'w> {
    let browser = things.browser(who).await;
    browser.proves.set(false);
    browser
}
