//! One living thing for each parameter of each address: what tests that go through all addresses
//! put in place of `{id}`, `{token}` and the rest, and who looks at each.
//!
//! Most of it is in the demonstration ([`OF_THE_DEMONSTRATION`]), which the tests in a browser
//! serve too; what it has none of is made as people would make it. An address with a parameter that
//! nothing stands for fails by its name.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use axum::body::Bytes;
use axum::http::{Method, StatusCode};
use calendar::clock::{self, DAY};
use ground::routes::{Access, LEAVING, Rule};
use ground::viewer::Role;
use serde_json::json;

use crate::device::Device;
use crate::fixtures::consultations::{
    ask_who_waits, begin, new_consultation, open, read_questions, terms,
};
use crate::fixtures::notices::{fields, noticed, told};
use crate::fixtures::plans::{REASON, decided, meet, register, session_of};
use crate::page::text;
use crate::world::{Browser, World, change, link_to};

/// The address of a page begins so, has this parameter, and this statement finds what stands for it
/// in the demonstration, on both databases. Where several begin so, the longest counts.
const OF_THE_DEMONSTRATION: [(&str, &str, &str); 70] = [
    ("/admin/people/{id}", "id", "SELECT id FROM accounts WHERE email = 'parent2@example.org'"),
    // Somebody who looks at nothing here: nobody looks at anything while they are suspended.
    (
        "/admin/people/{id}/suspension",
        "id",
        "SELECT id FROM accounts WHERE email = 'family10@example.org'",
    ),
    // One that nothing else here is about: to change it changes who answers.
    ("/admin/area/{what}/{id}", "what", "SELECT CAST('place' AS TEXT)"),
    ("/admin/area/{what}/{id}", "id", "SELECT id FROM places WHERE name = 'South Sefton'"),
    ("/admin/plan-kinds/{id}", "id", "SELECT id FROM plan_kinds ORDER BY position DESC LIMIT 1"),
    ("/admin/services/{id}", "id", "SELECT id FROM services ORDER BY position DESC LIMIT 1"),
    ("/admin/duties/{id}", "id", "SELECT id FROM duties WHERE word = 'needs-assessment'"),
    ("/consultations/{id}", "id", OPEN),
    ("/consultations/{id}/answers/{code}/questions/{key}", "key", WAITING),
    ("/consultations/{id}/results", "id", CLOSED),
    ("/duties/{id}", "id", "SELECT id FROM duties WHERE word = 'transport-16'"),
    ("/forum/consultations/{id}", "id", OPEN),
    ("/forum/consultations/{id}/answers", "id", CLOSED),
    ("/forum/consultations/{id}/answers/{key}", "key", "SELECT CAST('better' AS TEXT)"),
    ("/forum/consultations/{id}/links", "id", NONE),
    ("/forum/consultations/{id}/questions/{key}", "key", WAITING),
    ("/forum/consultations/{id}/release", "id", CLOSED),
    ("/forum/consultations/{id}/takedown", "id", CLOSED),
    ("/forum/consultations/{id}/typed/new", "id", OPEN),
    ("/forum/consultations/{id}/wording/{key}", "id", OPEN),
    ("/forum/consultations/{id}/wording/{key}", "key", WAITING),
    (
        "/forum/local-offer/{id}",
        "id",
        "SELECT id FROM comments WHERE words LIKE 'The pages cannot be read%'",
    ),
    (
        "/forum/local-offer/{id}/done",
        "id",
        "SELECT id FROM comments WHERE words LIKE 'The page on short breaks says%'",
    ),
    ("/forum/local-offer/{id}/takedown", "id", PUBLISHED),
    ("/forum/meetings/{id}", "id", "SELECT id FROM meetings ORDER BY held_on DESC LIMIT 1"),
    ("/forum/notices/answers/{id}", "id", NONE),
    ("/forum/notices/questions/{id}", "id", NONE),
    ("/forum/plans/{id}", "id", "SELECT id FROM plans WHERE title LIKE 'An autism pathway%'"),
    ("/forum/reports/{id}", "id", REPORT),
    ("/forum/rounds/{id}", "id", "SELECT id FROM rounds ORDER BY closes_at LIMIT 1"),
    ("/forum/safeguarding/{id}", "id", "SELECT id FROM topics WHERE passed_on_at IS NOT NULL"),
    ("/forum/safeguarding/taken-down/{id}", "id", NONE),
    ("/forum/sessions/{id}", "id", MET),
    ("/forum/topics/{id}", "id", "SELECT id FROM topics WHERE title LIKE 'Hearing tests%'"),
    (
        "/forum/topics/{id}/takedown",
        "id",
        "SELECT id FROM topics WHERE title = 'A published autism pathway'",
    ),
    ("/forum/updates/{id}", "id", CLAIMED),
    ("/forum/waits/{id}", "id", "SELECT id FROM wait_reports ORDER BY published_at DESC LIMIT 1"),
    ("/lead/local-offer/{id}", "id", PUBLISHED),
    ("/lead/notices/{id}", "id", "SELECT id FROM notices WHERE title LIKE 'The Saturday club%'"),
    ("/lead/notices/{id}/correction", "id", ROUTE),
    (
        "/lead/plans/{id}/decision/correction",
        "id",
        "SELECT plan_id FROM decisions WHERE early_id IS NOT NULL",
    ),
    ("/notices/{id}/equality", "id", "SELECT notice_id FROM notice_equality_records"),
    ("/lead/notices/{id}/questions", "id", ROUTE),
    ("/lead/notices/{id}/withdrawal", "id", ROUTE),
    (RECOMMENDATION, "id", "SELECT plan_id FROM kinds_of_plans"),
    (RECOMMENDATION, "version", "SELECT CAST('1' AS TEXT)"),
    (RECOMMENDATION, "topic", "SELECT id FROM recommendations WHERE number = '1'"),
    ("/lead/plans/{id}", "id", "SELECT id FROM plans WHERE title = 'Weekends and holidays'"),
    ("/lead/sessions/{id}", "id", MET),
    ("/lead/sessions/{id}/dispute", "id", "SELECT session_id FROM session_disputes"),
    ("/lead/updates/{id}", "id", DISPUTED),
    ("/lead/updates/{id}/verdict", "id", DISPUTED),
    ("/lead/waits/{id}", "id", TRANSPORT),
    ("/local-offer/comments/{id}", "id", PUBLISHED),
    ("/notices/{id}", "id", ROUTE),
    ("/places/{id}", "id", "SELECT id FROM places WHERE name = 'South Sefton'"),
    ("/plans/{id}", "id", DRAFTED),
    ("/plans/{id}/drafts/{version}", "version", "SELECT CAST('1' AS TEXT)"),
    ("/plans/{id}/drafts/{version}/changes", "id", NONE),
    ("/plans/{id}/drafts/{version}/file", "id", NONE),
    ("/record/plans/{id}", "id", DRAFTED),
    ("/reports/{id}", "id", REPORT),
    ("/rounds/{id}", "id", "SELECT id FROM rounds ORDER BY closes_at DESC LIMIT 1"),
    ("/services/{id}", "id", TRANSPORT),
    ("/sessions/{id}", "id", MET),
    ("/sitemap/{page}", "page", "SELECT CAST('1' AS TEXT)"),
    ("/slips/{link}", "link", "SELECT id FROM session_slips"),
    // The parent who looks at it proposed it, so she may withdraw it.
    ("/topics/{id}", "id", "SELECT id FROM topics WHERE title = 'A published autism pathway'"),
    ("/updates/{id}", "id", CLAIMED),
    ("/waits/{id}", "id", "SELECT id FROM services WHERE name = 'Occupational therapy'"),
];

/// What the demonstration has none of, though it has something at an address that begins so.
const NONE: &str = "";
const TRANSPORT: &str = "SELECT id FROM services WHERE name = 'Transport'";
/// A consultation that is open, one that has its results, and a question of the first.
const OPEN: &str = "SELECT id FROM consultations WHERE title LIKE 'After a diagnosis%'";
const CLOSED: &str = "SELECT id FROM consultations WHERE title LIKE 'How long do you wait%'";
const WAITING: &str = "SELECT CAST('waiting' AS TEXT)";
/// A planning session that only leaders say was held.
const MET: &str = "SELECT s.id FROM planning_sessions s
     WHERE NOT EXISTS (SELECT 1 FROM session_confirmations c WHERE c.session_id = s.id
       AND c.settles = 1)
       AND NOT EXISTS (SELECT 1 FROM session_disputes d WHERE d.session_id = s.id)
     ORDER BY s.recorded_at LIMIT 1";
/// What a leader says, which nobody has checked, and which the forum disputes.
const CLAIMED: &str = "SELECT update_id FROM update_versions
     WHERE you_said LIKE 'Families in the south wait%'";
const DISPUTED: &str = "SELECT update_id FROM update_versions
     WHERE version = 1 AND you_said LIKE 'The sensory room is closed%'";
/// The report of an inspection, and where a draft answers what it recommends.
const REPORT: &str = "SELECT id FROM reports";
const RECOMMENDATION: &str = "/lead/plans/{id}/drafts/{version}/recommendations";
/// A comment of hers that everyone can read, and the council has not answered.
const PUBLISHED: &str = "SELECT id FROM comments WHERE words LIKE 'There is nothing in it%'";
/// A change that has been told and is to come.
const ROUTE: &str = "SELECT id FROM notices WHERE title LIKE 'The route 5 school bus will come%'";
/// A plan with a draft that everyone can read.
const DRAFTED: &str = "SELECT id FROM plans WHERE title = 'Shorter waits for occupational therapy'";

const PARENT: Looker = Looker::Person("parent@example.org");
const ORGANISER: Looker = Looker::Person("organiser@example.org");
const LEADER: Looker = Looker::Person("leader@example.org");
const ADMIN: Looker = Looker::Person("admin@example.org");

/// What everyone in the demonstration has as a password.
const PASSWORD: &str = "alongside-demo";

const PDF: &[u8] = b"%PDF-1.7 when the buses came\n%%EOF";

/// Whose browser it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looker {
    /// Somebody who is not signed in, each time from another network address.
    Visitor,
    /// Somebody who gave her password, and not yet the code from her phone.
    HalfIn,
    /// Somebody who chose something before she signed in, and is asked whether to do it.
    Chose,
    /// Who has this address, signed in.
    Person(&'static str),
}

/// Who looks at what this lets in. What is for everyone shows a parent more than a visitor, and
/// what is for everyone signed in has parts for staff alone.
pub const fn lookers(access: Access) -> &'static [Looker] {
    match access {
        Access::Anyone => &[Looker::Visitor, PARENT],
        Access::SignedIn | Access::Fresh([]) => &[PARENT, LEADER],
        Access::Only([]) => &[],
        Access::Only([role, ..]) | Access::Fresh([role, ..]) => match role {
            Role::Parent => &[PARENT],
            Role::Organiser | Role::Safeguarding => &[ORGANISER],
            Role::Leader => &[LEADER],
            Role::Admin => &[ADMIN],
        },
    }
}

/// An address with what stands for its parameters.
#[derive(Clone, Debug)]
pub struct Address {
    /// As in the table of routes.
    pub rule: Rule,
    /// As it can be opened.
    pub path: String,
}

/// What stands for the parameters, in a demonstration to which it adds what that has none of.
pub struct Things<'w> {
    world: &'w World,
    /// As in [`OF_THE_DEMONSTRATION`], with what was found.
    values: Vec<(&'static str, &'static str, String)>,
    /// Pages with forms that are at no address of their own.
    pub also: Vec<(Looker, String)>,
    visitors: Cell<u32>,
}

/// An address with what is nobody's in place of each parameter.
pub fn nobodys(path: &str) -> String {
    let nobodys = id::fresh();
    filled(path, |parameter| match parameter {
        "id" | "topic" | "session" | "thing" => nobodys.as_str(),
        "what" => "place",
        "version" | "page" => "1",
        "year" => "2026",
        "code" => "0000-0000-0000-0000",
        "key" => "no-such-question",
        // Whole, and given to nobody.
        "token" | "link" => "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "file" | "sheet" => "no-such-thing",
        other => panic!("{path}: what stands for {other} that is nobody's?"),
    })
}

/// An address with these values for its parameters.
pub fn filled<'v>(path: &str, value: impl Fn(&str) -> &'v str) -> String {
    parameters(path).fold(path.to_owned(), |filled, parameter| {
        filled.replace(&format!("{{{parameter}}}"), value(parameter))
    })
}

/// The names of the parameters of an address.
fn parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split('}').next())
}

/// The longest of these that an address begins with, for this parameter.
fn standing_for<'v, V>(
    values: &'v [(&'static str, &'static str, V)],
    path: &str,
    parameter: &str,
) -> Option<&'v V> {
    let all = values.iter().filter(|(begins, of, _)| path.starts_with(begins) && *of == parameter);
    all.max_by_key(|(begins, ..)| begins.len()).map(|(.., value)| value)
}

/// The last part of an address, without a query: most often an id.
fn last(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

impl<'w> Things<'w> {
    /// Adds to a demonstration ([`World::demonstration`]).
    pub async fn new(world: &'w World) -> Self {
        let mut things =
            Self { world, values: Vec::new(), also: Vec::new(), visitors: Cell::new(0) };
        let there = OF_THE_DEMONSTRATION.into_iter().filter(|(.., sql)| *sql != NONE);
        for (begins, parameter, sql) in there {
            things.put(begins, parameter, world.one(sql).await);
        }
        // First what time must pass over.
        things.came_on_paper().await;
        things.consultations().await;
        things.round_to_confirm().await;
        things.plan_with_drafts().await;
        things.notices().await;
        things.updates_and_comments().await;
        things.ways_in().await;
        things.subscriber().await;
        let year = clock::date(world.now()).year().to_string();
        things.put("/local-offer/years/{year}", "year", year);
        things.also.push((Looker::HalfIn, "/sign-in/code".to_owned()));
        things.also.push((Looker::Chose, "/go-on".to_owned()));
        // An email that was tried once and waits for its next try.
        let asks = [("email", "parent2@example.org")];
        assert_eq!(things.visitor().post("/sign-in/link", &asks).await.status, StatusCode::OK);
        let later = (world.now() + DAY).millis();
        let tried =
            format!("UPDATE deliveries SET tries = 1, next_at = {later} WHERE next_at IS NOT NULL");
        change(world, &tried).await;
        // From now on no email goes.
        change(world, "UPDATE service_state SET emails_held_at = 1").await;
        things
    }

    /// Every address, with what stands for its parameters.
    pub fn addresses(&self) -> Vec<Address> {
        let (mut all, mut missing) = (Vec::new(), BTreeSet::new());
        for rule in app::routes::all().rules() {
            let mut path = rule.path.to_owned();
            for parameter in parameters(rule.path) {
                match standing_for(&self.values, rule.path, parameter) {
                    Some(value) => path = path.replace(&format!("{{{parameter}}}"), value),
                    None => _ = missing.insert(format!("{{{parameter}}} of {}", rule.path)),
                }
            }
            all.push(Address { rule: rule.clone(), path });
        }
        assert!(
            missing.is_empty(),
            "nothing stands for these: add it in server/tests/rooms/things.rs: {missing:#?}"
        );
        all
    }

    /// Somebody's browser, newly opened.
    pub async fn browser(&self, who: Looker) -> Browser<'w> {
        let password = ("password", PASSWORD);
        match who {
            Looker::Visitor => self.visitor(),
            Looker::Person(email) => self.world.sign_in(email).await,
            Looker::HalfIn => {
                let browser = self.visitor();
                let sent = [("email", "nhs@example.org"), password];
                assert_eq!(browser.post("/sign-in", &sent).await.leads_to(), "/sign-in/code");
                browser
            }
            Looker::Chose => {
                let browser = self.visitor();
                let chosen = browser.post("/forum/rounds/new", &[("title", "Another")]).await;
                assert_eq!(chosen.status, StatusCode::UNAUTHORIZED);
                let sent = [("email", "organiser2@example.org"), password];
                assert_eq!(browser.post("/sign-in", &sent).await.leads_to(), "/go-on");
                browser
            }
        }
    }

    fn visitor(&self) -> Browser<'w> {
        self.visitors.set(self.visitors.get() + 1);
        let [_, one, two, three] = self.visitors.get().to_be_bytes();
        self.world.visitor_from(&format!("10.{one}.{two}.{three}"))
    }

    fn put(&mut self, begins: &'static str, parameter: &'static str, value: String) {
        self.values.retain(|(other, of, _)| (*other, *of) != (begins, parameter));
        self.values.push((begins, parameter, value));
    }

    /// The email that goes out now and has a link that begins so; the last part of the link.
    async fn emailed(&self, begins: &str) -> String {
        let emails = self.world.deliver().await;
        let email = emails.iter().find(|email| email.text.contains(&format!(".org{begins}")));
        last(&link_to(email.unwrap_or_else(|| panic!("no email has {begins}")), begins))
    }

    /// A consultation that has closed, with sheets that somebody else typed in.
    async fn came_on_paper(&mut self) {
        let organiser = self.browser(ORGANISER).await;
        let closes = clock::fields(self.world.now() + DAY).0;
        let words = terms("What came on paper", &closes, "anyone");
        let desk = written(&organiser, &words).await;
        organiser.post(&desk, &[("step", "open")]).await.leads_to();
        let typed = format!("{desk}/typed");
        let other = self.browser(Looker::Person("organiser2@example.org")).await;
        for _ in 0..3 {
            let sheet = [("channel", "paper"), ("q.question-1", "yes")];
            other.post(&format!("{typed}/new"), &sheet).await.leads_to();
        }
        self.world.forward(2 * DAY);
        let organiser = self.browser(ORGANISER).await;
        let list = organiser.get(&typed).await;
        let sheet = (1..=3).find(|sheet| list.says(&format!("typed/{sheet}\"")));
        let sheet = sheet.unwrap_or_else(|| panic!("no sheet is to be compared: {}", list.html));
        self.put("/forum/consultations/{id}/typed", "id", last(&desk));
        self.put("/forum/consultations/{id}/typed/{sheet}", "sheet", sheet.to_string());
        self.also.push((ORGANISER, format!("{desk}/release")));
    }

    /// One that is being written, one that people take part in by links of their own, answers that
    /// were begun, and one that was passed on.
    async fn consultations(&mut self) {
        let (world, organiser) = (self.world, self.browser(ORGANISER).await);
        let closes = clock::fields(world.now() + 60 * DAY).0;
        let desk = written(&organiser, &terms("Being written", &closes, "anyone")).await;
        self.put("/forum/consultations/{id}", "id", last(&desk));
        self.put("/forum/consultations/{id}/questions/{key}", "key", "question-1".to_owned());
        self.also.push((ORGANISER, format!("{desk}/questions/new")));
        let questions = organiser.get(&format!("{desk}/questions.json")).await.html;
        read_questions(&organiser, &desk, questions.as_bytes()).await;

        let id = open(world, &organiser, "link").await;
        let links = format!("/forum/consultations/{id}/links");
        let printed = organiser.post(&links, &[("many", "1")]).await;
        let slip = text(&printed.html, "li.on-paper");
        let link = slip.split(&format!("/consultations/{id}/links/")).nth(1).unwrap().to_owned();
        self.put("/forum/consultations/{id}/links", "id", id.clone());
        self.put("/forum/consultations/{id}/dates", "id", id.clone());
        self.put("/forum/consultations/{id}/withdrawal", "id", id.clone());
        self.put("/consultations/{id}/links/{link}", "id", id);
        self.put("/consultations/{id}/links/{link}", "link", link);

        let response = begin(&self.visitor(), &world.one(OPEN).await).await;
        self.put("/consultations/{id}/answers/{code}", "code", last(&response));
        change(
            world,
            "INSERT INTO took_part (consultation_id, account_id, mark, wants_outcome)
             SELECT c.id, a.id, 'a mark', 1 FROM consultations c, accounts a
             WHERE c.title LIKE 'How long do you wait%' AND a.email = 'parent@example.org'",
        )
        .await;

        let closed = world.one(CLOSED).await;
        let response = world
            .one(&format!(
                "SELECT id FROM responses WHERE consultation_id = '{closed}'
                 AND answers LIKE '%Someone who comes into school%' ORDER BY id LIMIT 1"
            ))
            .await;
        let answers = format!("/forum/consultations/{closed}/answers/better");
        let danger = [("response", response.as_str()), ("step", "danger")];
        organiser.post(&answers, &danger).await.leads_to();
        let concern = world.one("SELECT id FROM answer_concerns").await;
        self.put("/forum/safeguarding/answers/{id}", "id", concern);

        let icon = Bytes::from_static(include_bytes!("../../pictures/icon-192.png"));
        let picture = world.house.files.keep_picture(icon).await.unwrap().expect("a picture");
        self.put("/pictures/{file}", "file", picture.clone());
        let texts = [("picture", picture.as_str()), ("picture_shows", "Eight parents")];
        let mut tx = world.db().begin().await.unwrap();
        area::texts::save(&mut tx, &texts, world.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// A round that is counted, and whose list nobody has confirmed.
    async fn round_to_confirm(&mut self) {
        let (world, round, now) = (self.world, id::fresh(), self.world.now());
        sqlx::query(
            "INSERT INTO rounds (id, title, seats, propose_from, vote_from, closes_at, form_key)
             VALUES ($1, 'Round 0', 1, $2, $3, $4, $1)",
        )
        .bind(&round)
        .bind(now - 400 * DAY)
        .bind(now - 380 * DAY)
        .bind(now - 360 * DAY)
        .execute(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
        world.published_into(&round, "A bus that waits").await;
        rounds::close_due(world.db(), &world.house.clock).await.unwrap();
        self.put("/forum/rounds/{id}", "id", round);
        // One that can still be cancelled.
        let announced = id::fresh();
        sqlx::query(
            "INSERT INTO rounds (id, title, seats, propose_from, vote_from, closes_at, form_key)
             VALUES ($1, 'Round 9', 1, $2, $3, $4, $1)",
        )
        .bind(&announced)
        .bind(now + 140 * DAY)
        .bind(now + 160 * DAY)
        .bind(now + 180 * DAY)
        .execute(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
        self.put("/forum/rounds/{id}/cancellation", "id", announced.clone());
        self.put("/forum/rounds/{id}/dates", "id", announced);
    }

    /// A plan with three drafts: a file and a text that everyone can read, and one that waits.
    async fn plan_with_drafts(&mut self) {
        let (world, leader) = (self.world, self.browser(LEADER).await);
        // One that nothing rests on yet.
        let untouched = register(world, &leader).await;
        self.put("/lead/plans/{id}/cancellation", "id", untouched.clone());
        self.put("/lead/plans/{id}/due", "id", untouched);
        let plan = register(world, &leader).await;
        meet(world, &leader, &plan).await;
        let session =
            world.one(&format!("SELECT id FROM planning_sessions WHERE plan_id = '{plan}'")).await;
        self.put("/lead/plans/{id}/sessions/{session}", "id", plan.clone());
        self.put("/lead/plans/{id}/sessions/{session}", "session", session.clone());
        // A slip that works today, whatever time has passed over the first.
        leader.post(&format!("/lead/sessions/{session}/slip"), &[]).await.leads_to();
        let slip = format!("SELECT id FROM session_slips WHERE session_id = '{session}'");
        self.put("/slips/{link}", "link", world.one(&slip).await);
        for begins in ["/sessions/{id}", "/forum/sessions/{id}"] {
            self.put(begins, "id", session.clone());
        }
        // And one whose slip nobody has made.
        meet(world, &leader, &plan).await;
        self.put("/lead/sessions/{id}", "id", session_of(world, &plan).await);
        let topic = world.one("SELECT id FROM topics WHERE title LIKE 'Tell us before%'").await;
        let topics = format!("/lead/plans/{plan}/topics");
        leader.post(&topics, &[("topics", &topic)]).await.leads_to();
        let to = format!("/lead/plans/{plan}/drafts");
        let file = [("summary", "In short"), ("body", "")];
        let first = leader.post_file(&to, &file, ("plan.pdf", PDF)).await.leads_to();
        published(&leader, &first, &topic).await;
        let text = [("summary", "In short"), ("body", "# Buses\n\nThey come on time.")];
        let second = leader.post(&to, &text).await.leads_to();
        published(&leader, &second, &topic).await;
        let text = [("summary", "In short"), ("body", "# Buses\n\nThey come at 8:10.")];
        leader.post(&to, &text).await.leads_to();
        for (begins, version) in [
            ("/plans/{id}/drafts/{version}/file", "1"),
            ("/plans/{id}/drafts/{version}/changes", "2"),
            ("/lead/plans/{id}/drafts/{version}", "3"),
        ] {
            self.put(begins, "id", plan.clone());
            self.put(begins, "version", version.to_owned());
        }
        let decide = format!("/lead/plans/{plan}/decision");
        leader.post(&decide, &decided(&clock::fields(world.now()).0)).await.leads_to();
        self.put("/lead/plans/{id}/decision", "id", plan);
        self.put("/lead/plans/{id}/decision/answers/{thing}", "thing", topic.clone());
        self.put("/lead/plans/{id}/drafts/{version}/topics/{topic}", "topic", topic);
    }

    /// A change that has just been told, with its email; and a question that a leader shows.
    async fn notices(&mut self) {
        let world = self.world;
        let colleague = self.browser(Looker::Person("leader2@example.org")).await;
        let both = (self.browser(LEADER).await, colleague);
        noticed(world, &both, "The bus to the park will wait", 90).await;
        let emails = told(world).await;
        let link = emails.iter().find_map(|email| email.one_click.as_deref());
        let token = last(link.expect("an email about a change"));
        self.put("/read/{token}", "token", token.clone());
        self.put("/unsubscribe/{token}", "token", token);
        // One that takes something away, which nobody has signed for.
        let day = clock::fields(world.now() + 60 * DAY).0;
        let mut takes = fields("The Sunday club will close", &world.transport, &day);
        takes.retain(|(name, _)| *name != "takes_away");
        takes.push(("takes_away", "ends"));
        let held = last(&both.0.post("/lead/notices/new", &takes).await.leads_to());
        for begins in ["/lead/notices/{id}/equality", "/lead/notices/{id}/override"] {
            self.put(begins, "id", held.clone());
        }
        let (notice, question) = (
            world.one(ROUTE).await,
            world.one("SELECT id FROM notice_questions WHERE answer_id IS NULL").await,
        );
        let shown = [
            ("step", "show"),
            ("questions", question.as_str()),
            ("question", "Can children be picked up at home?"),
        ];
        let desk = format!("/lead/notices/{notice}/questions");
        both.0.post(&desk, &shown).await.leads_to();
        self.put("/forum/notices/questions/{id}", "id", question);
        let asks = [("question", "Who will drive?"), ("email", "asks@example.org")];
        let ask = format!("/notices/{notice}/questions/new");
        self.visitor().post(&ask, &asks).await.leads_to();
        let another = [("question", "May she take her bike?"), ("email", "bike@example.org")];
        self.visitor().post(&ask, &another).await.leads_to();
        let bike = "SELECT id FROM notice_questions WHERE question LIKE 'May she%'";
        let bike = world.one(bike).await;
        let answer = [
            ("questions", bike.as_str()),
            ("question", "Can bikes go on the bus?"),
            ("answer", "Yes, one on each bus."),
        ];
        both.0.post(&desk, &answer).await.leads_to();
        let answer = "SELECT id FROM notice_answers WHERE answer LIKE 'Yes, one%'";
        self.put("/forum/notices/answers/{id}", "id", world.one(answer).await);
    }

    /// An update with a file, and a comment for the safeguarding lead.
    async fn updates_and_comments(&mut self) {
        let (world, leader) = (self.world, self.browser(LEADER).await);
        let update = world.one(DISPUTED).await;
        let words = [
            ("you_said", "The sensory room is closed at weekends."),
            ("we_did", "It is open on Saturdays and on Sundays."),
            ("outcome", "partly"),
            ("version", "1"),
            ("step", "publish"),
        ];
        let to = format!("/lead/updates/{update}");
        leader.post_file(&to, &words, ("times.pdf", PDF)).await.leads_to();
        self.put("/updates/{id}/files/{file}", "id", update.clone());
        let file = world.one("SELECT id FROM evidence_files").await;
        self.put("/updates/{id}/files/{file}", "file", file);
        let awaited = world.one("SELECT id FROM topics WHERE title LIKE 'Someone to talk%'").await;
        self.also.push((LEADER, format!("/lead/updates/new?about=topic:{awaited}")));

        let (parent, organiser) = (self.browser(PARENT).await, self.browser(ORGANISER).await);
        // The forum's view of what they say now waits for them to read it.
        let disputed =
            [("version", "2"), ("verdict", "disputed"), ("words", "It is closed on Sundays.")];
        organiser.post(&format!("/forum/updates/{update}"), &disputed).await.leads_to();
        let comment = crate::fixtures::local_offer::comment("Something on the page frightens us.");
        let sent = parent.post("/local-offer/comments/new", &comment).await.leads_to();
        let comment = last(&sent);
        let decision = [("decision", "pass on")];
        organiser.post(&format!("/forum/local-offer/{comment}"), &decision).await.leads_to();
        self.put("/forum/safeguarding/comments/{id}", "id", comment);

        let stranger = crate::fixtures::local_offer::comment("Nobody answers the telephone.");
        let stranger = [&stranger[..], &[("email", "commented@example.org")]].concat();
        let form = "/local-offer/comments/without-account";
        self.visitor().post(form, &stranger).await.leads_to();
        let begins = "/local-offer/emails/";
        let emails = world.receipts().await;
        let asks = emails.iter().find(|email| email.to == "commented@example.org").unwrap();
        self.put("/local-offer/emails/{token}", "token", last(&link_to(asks, begins)));

        let names = crate::fixtures::local_offer::comment("The lady at the desk has a name.");
        let sent = parent.post("/local-offer/comments/new", &names).await.leads_to();
        let desk = format!("/forum/local-offer/{}", last(&sent));
        organiser.post(&desk, &[("decision", "publish")]).await.leads_to();
        let down = [("reason", "names"), ("words", "keep")];
        organiser.post(&format!("{desk}/takedown"), &down).await.leads_to();
        let taken_down = world.one("SELECT id FROM takedowns").await;
        self.put("/forum/safeguarding/taken-down/{id}", "id", taken_down);
    }

    /// What emails, passkeys and codes let people do.
    async fn ways_in(&mut self) {
        let (world, visitor) = (self.world, self.visitor());
        let parent = self.browser(PARENT).await;
        Device::new(&parent).is_added(&parent, "My phone").await.leads_to();
        let passkey = world.one("SELECT id FROM passkeys").await;
        self.put("/account/passkeys/{id}", "id", passkey);
        change(
            world,
            "INSERT INTO second_factors (account_id, secret, confirmed_at)
             SELECT id, 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', 1 FROM accounts
             WHERE email = 'nhs@example.org'",
        )
        .await;
        let with_one = world.one("SELECT account_id FROM second_factors").await;
        self.put("/admin/people/{id}/second-step", "id", with_one);
        let leader = self.browser(LEADER).await;
        leader.post("/account/second-step", &[("step", "begin")]).await.leads_to();

        visitor.post("/sign-up", &[("email", "new@example.org")]).await.leads_to();
        let token = self.emailed("/sign-up/").await;
        self.put("/sign-up/{token}", "token", token);
        let known = [("email", "parent2@example.org")];
        visitor.post("/sign-in/link", &known).await.done();
        let token = self.emailed("/sign-in/").await;
        self.put("/sign-in/{token}", "token", token);
        visitor.post("/forgotten-password", &known).await.leads_to();
        let token = self.emailed("/new-password/").await;
        self.put("/new-password/{token}", "token", token);

        let moves = self.browser(Looker::Person("family9@example.org")).await;
        moves.changes_address("moved@example.org").await.leads_to();
        let token = self.emailed("/account/email/").await;
        moves.post(&format!("/account/email/{token}"), &[]).await.done();
        let token = self.emailed("/account/email/undo/").await;
        self.put("/account/email/undo/{token}", "token", token);
        let moves = self.browser(Looker::Person("parent2@example.org")).await;
        moves.changes_address("second@example.org").await.leads_to();
        let token = self.emailed("/account/email/").await;
        // Only whoever is signed in to that account has a button there.
        let second = Looker::Person("parent2@example.org");
        self.also.push((second, format!("/account/email/{token}")));
        self.put("/account/email/{token}", "token", token);

        let leaves = self.browser(Looker::Person("family11@example.org")).await;
        leaves.post("/account/erase", &[]).await.leads_to();
        let token = self.emailed("/account/erase/").await;
        self.put("/account/erase/{token}", "token", token);
        // Whoever comes back meanwhile is asked whether to keep her account.
        self.also.push((Looker::Person("family11@example.org"), LEAVING.to_owned()));
        let invites = [("email", "invited@example.org"), ("role", "organiser")];
        self.browser(ADMIN).await.post("/admin/people", &invites).await.leads_to();
        let token = self.emailed("/invitations/").await;
        self.put("/invitations/{token}", "token", token);
        let invited = "SELECT id FROM invitations WHERE email = 'invited@example.org'";
        let invited = world.one(invited).await;
        self.put("/admin/invitations/{id}", "id", invited);
        let person =
            self.world.one("SELECT id FROM accounts WHERE email = 'parent2@example.org'").await;
        let change = format!("/admin/people/{person}/roles?role=organiser&change=give");
        self.also.push((ADMIN, change));
    }

    /// Somebody without an account who is told about changes, and one who has not confirmed it yet.
    async fn subscriber(&mut self) {
        let (world, visitor) = (self.world, self.visitor());
        let asks = async |email: &str| {
            let fields = [("email", email), ("services", &world.autism), ("cadence", "at once")];
            visitor.post("/subscribe", &fields).await.leads_to();
            self.emailed("/subscribe/").await
        };
        let confirmed = asks("told@example.org").await;
        let own = visitor.post(&format!("/subscribe/{confirmed}"), &[]).await.leads_to();
        let waits = asks("asks@example.org").await;
        let own = last(&own);
        visitor.post(&format!("/subscriptions/{own}/copy"), &[]).await.leads_to();
        let copy = self.emailed("/copies/").await;
        self.put("/subscribe/{token}", "token", waits);
        self.put("/subscriptions/{token}", "token", own);
        self.put("/copies/{token}", "token", copy);
    }
}

/// A consultation with one question, as an organiser writes it; its desk.
async fn written(organiser: &Browser<'_>, words: &[(&str, &str)]) -> String {
    let desk = new_consultation(organiser, words).await;
    ask_who_waits(organiser, &desk).await;
    desk
}

/// Answers the one topic of a draft and publishes it, although parents were not involved as agreed.
async fn published(leader: &Browser<'_>, draft: &str, topic: &str) {
    let answer = [("answer", "adopted"), ("words", "On page 1")];
    leader.post(&format!("{draft}/topics/{topic}"), &answer).await.leads_to();
    let pass = [("name", "Invented Officer"), ("reason", REASON), ("step", "pass")];
    leader.post(&format!("{draft}/override"), &pass).await.leads_to();
    leader.post(draft, &[]).await.leads_to();
}

/// The tests in a browser go to every page too (`end2end/pages.mjs`): here is the list, with who
/// looks at each, and the statement for each parameter. Where that is `null`, the demonstration has
/// none.
#[test]
fn every_page_is_written_down_for_the_tests_in_a_browser() {
    let mut pages = Vec::new();
    for rule in app::routes::all().rules().iter().filter(|rule| rule.method == Method::GET) {
        let values: BTreeMap<&str, Option<&&str>> = parameters(rule.path)
            .map(|parameter| {
                let sql = standing_for(&OF_THE_DEMONSTRATION, rule.path, parameter);
                (parameter, sql.filter(|sql| **sql != NONE))
            })
            .collect();
        let who = lookers(rule.access).iter().map(|who| match who {
            Looker::Person(email) => *email,
            _ => "",
        });
        pages.push(json!({ "path": rule.path, "who": who.collect::<Vec<_>>(), "values": values }));
    }
    assert!(pages.len() > 100, "{} pages", pages.len());
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages.json");
    fs::write(file, serde_json::to_string_pretty(&pages).unwrap()).unwrap();
}

#[test]
fn an_address_without_a_living_thing_is_found_by_its_name() {
    let values = [("/topics/{id}", "id", 1), ("/topics/{id}/support", "id", 2)];
    assert_eq!(standing_for(&values, "/topics/{id}", "id"), Some(&1));
    assert_eq!(standing_for(&values, "/topics/{id}/support/{nth}", "id"), Some(&2));
    assert_eq!(standing_for(&values, "/topics/{id}/support/{nth}", "nth"), None);
    assert_eq!(standing_for(&values, "/rounds/{id}", "id"), None);
    let all: Vec<&str> = parameters("/a/{id}/b/{version}/c").collect();
    assert_eq!(all, ["id", "version"]);
}
