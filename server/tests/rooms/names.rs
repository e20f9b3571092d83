//! The names that things have in addresses and on pages. What the forum and leaders make may have
//! one that tells when; what a parent's own act makes may not: a proxy's log, or somebody who saw
//! her with her phone, has the other half.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::{Method, StatusCode, header};
use calendar::clock;
use ground::viewer::Role;

use crate::erase::rows;
use crate::things::Things;
use crate::world::{Browser, World, on_both};

/// What the forum and leaders make: its page says when, too.
const OF_THE_FORUM: [&str; 15] = [
    "consultations",
    "drafts",
    "evidence_files",
    "notice_answers",
    "notices",
    "organisations",
    "places",
    "planning_sessions",
    "plans",
    "reports",
    "rounds",
    "services",
    "terms",
    "updates",
    "wait_reports",
];

/// What somebody of the team makes, and only the team reads.
const OF_THE_TEAM: [&str; 10] = [
    "answer_concerns",
    "comment_responses",
    "duties",
    "duty_reports",
    "meetings",
    "plan_kinds",
    "recommendations",
    "representatives",
    "takedowns",
    "themes",
];

/// Who looks, with which roles. Administrators are shown accounts.
const LOOKERS: [(&str, &[Role]); 3] = [
    ("parent2@example.org", &[Role::Parent]),
    ("organiser@example.org", &[Role::Organiser, Role::Safeguarding]),
    ("leader@example.org", &[Role::Leader]),
];

/// How the addresses begin of what is a person's own: it names what they did themselves.
const THEIR_OWN: [&str; 5] = ["/account", "/go-on", "/prove", "/sign-", "/subscri"];

/// What parents write, and others may come to see.
const OF_PARENTS: [&str; 5] = ["comments", "doubts", "notice_questions", "topics", "wait_doubts"];

/// The ids of all rows, each with its table.
async fn tables(world: &World) -> BTreeMap<String, String> {
    let columns = world.db().columns().await.unwrap();
    let mut tables = BTreeMap::new();
    for (table, line) in rows(world).await {
        let Some(at) = columns[&table].iter().position(|column| column == "id") else { continue };
        let values: Vec<Option<String>> = serde_json::from_str(&line).unwrap();
        if let Some(id) = values[at].as_deref().and_then(id::parse) {
            tables.insert(id, table);
        }
    }
    tables
}

/// Whether the id is one that holds the time it was made.
fn tells_when(id: &str) -> bool {
    id.as_bytes()[14] != b'4'
}

/// Everything in a text that can be an id.
fn ids_in(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_ascii_hexdigit() && c != '-');
    words.filter_map(|word| id::parse(word.get(word.len().checked_sub(36)?..)?))
}

/// The paths of this service that a page leads to.
fn leads_to(page: &str) -> impl Iterator<Item = String> {
    let links = page.split("href=\"/").skip(1);
    let listed = page.split("<loc>http://alongside.example.org/").skip(1);
    links.chain(listed).filter_map(|rest| {
        let path = rest.split(['"', '<', '?', '#']).next()?;
        (!path.starts_with('/')).then(|| format!("/{path}"))
    })
}

/// A row that a page names: its table, its id, and the page.
type NamedRow = (String, String, String);

/// Opens these pages and all that they lead to: which there are, and the rows that they name.
async fn read_through(
    browser: &Browser<'_>,
    tables: &BTreeMap<String, String>,
    mut to_open: Vec<String>,
) -> (BTreeSet<String>, BTreeSet<NamedRow>) {
    let (mut opened, mut named) = (BTreeSet::new(), BTreeSet::new());
    while let Some(path) = to_open.pop() {
        if !opened.insert(path.clone()) {
            continue;
        }
        let page = browser.get(&path).await;
        assert!(!page.status.is_server_error(), "{path}: {}", page.status);
        // Neither tells when something last changed: a tag is made of what is sent alone.
        assert!(!page.headers.contains_key(header::LAST_MODIFIED), "{path}");
        if let Some(tag) = page.headers.get(header::ETAG) {
            let of_what_is_sent = format!("\"{}\"", id::sha256(&page.raw));
            assert_eq!(tag.to_str().unwrap().trim_start_matches("W/"), of_what_is_sent, "{path}");
        }
        if page.status == StatusCode::OK {
            to_open.extend(leads_to(&page.html));
            let known = ids_in(&page.html).filter_map(|id| Some((tables.get(&id)?, id)));
            named.extend(known.map(|(table, id)| (table.clone(), id, path.clone())));
        }
    }
    (opened, named)
}

#[test]
fn nothing_that_everyone_can_open_names_what_tells_when_a_parent_did_something() {
    on_both(async |world| {
        let world = world.demonstration().await;
        let tables = tables(&world).await;
        for of in OF_PARENTS {
            let mut ids = tables.iter().filter(|(_, table)| table.as_str() == of).peekable();
            assert!(ids.peek().is_some(), "the demonstration has none of {of}");
            for (id, _) in ids {
                assert!(!tells_when(id), "{of}: {id}");
            }
        }

        let mut to_open = vec!["/".to_owned(), "/sitemap/1".to_owned(), "/notices.atom".to_owned()];
        let comments = tables.iter().filter(|(_, table)| table.as_str() == "comments");
        to_open.extend(comments.map(|(id, _)| format!("/local-offer/comments/{id}")));
        let visitor = world.visitor();
        let (opened, named) = read_through(&visitor, &tables, to_open).await;
        for (table, id, path) in &named {
            let is_parents = OF_PARENTS.contains(&table.as_str());
            assert!(
                is_parents || OF_THE_FORUM.contains(&table.as_str()),
                "{path} names a row of {table}, {id}: whose act made it?"
            );
            assert!(!is_parents || !tells_when(id), "{path} names {id} of {table}");
        }
        for of in ["topics", "notices", "plans", "rounds", "updates"] {
            assert!(named.iter().any(|(table, ..)| table == of), "no page names one of {of}");
        }
        assert!(opened.len() > 50, "only {} pages were found", opened.len());
    });
}

#[test]
fn nothing_that_another_role_can_open_names_what_tells_when_a_parent_did_something() {
    on_both(async |world| {
        let world = world.demonstration().await;
        let addresses = Things::new(&world).await.addresses();
        let tables = tables(&world).await;
        for (email, roles) in LOOKERS {
            let theirs = addresses.iter().filter(|one| {
                let needed = one.rule.access.roles();
                one.rule.method == Method::GET && needed.iter().any(|role| roles.contains(role))
            });
            let to_open = theirs.map(|one| one.path.clone()).chain(["/".to_owned()]).collect();
            let browser = world.sign_in(email).await;
            let (opened, named) = read_through(&browser, &tables, to_open).await;
            let named = named
                .iter()
                .filter(|(.., path)| !THEIR_OWN.iter().any(|begins| path.starts_with(begins)));
            let mut all = BTreeSet::new();
            for (table, id, path) in named {
                all.insert(table.as_str());
                let is_parents = OF_PARENTS.contains(&table.as_str());
                let is_known =
                    OF_THE_FORUM.contains(&table.as_str()) || OF_THE_TEAM.contains(&table.as_str());
                assert!(
                    is_parents || is_known,
                    "{email}: {path} names a row of {table}, {id}: whose act made it?"
                );
                assert!(!is_parents || !tells_when(id), "{email}: {path} names {id} of {table}");
            }
            for of in ["topics", "notices", "plans", "rounds", "updates"] {
                assert!(all.contains(of), "{email}: no page names one of {of}");
            }
            assert!(opened.len() > 50, "{email}: only {} pages were found", opened.len());
        }
    });
}

#[test]
fn organisers_read_on_which_day_a_parent_wrote_and_not_in_which_minute() {
    on_both(async |world| {
        let (parent, organiser) = (world.parent(1).await, world.organiser().await);
        let minute = clock::machine(world.now())[..16].to_owned();
        let words = crate::fixtures::local_offer::comment("Nobody answers the telephone.");
        let comment = parent.post("/local-offer/comments/new", &words).await.leads_to();
        let comment = comment.split(['/', '?']).nth(3).unwrap().to_owned();
        let topic = parent.propose("Buses").await;
        for (path, says) in [
            (format!("/forum/topics/{topic}"), "Proposed on"),
            (format!("/forum/local-offer/{comment}"), "sent on"),
            ("/forum/local-offer".into(), "Sent on"),
            ("/forum".into(), "Buses"),
        ] {
            let page = organiser.get(&path).await;
            assert!(page.says(says), "{path}: {}", page.html);
            assert!(!page.says(&minute), "{path} has {minute}");
        }
    });
}
