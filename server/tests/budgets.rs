//! How many SQL statements a page or a form may cost, whatever the length of its lists: as many as
//! read well, and never more with more rows. A page asks them on one connection, one after another.
//! What was heard is planned, too: no statement reads a table from end to end that grows.
//!
//! A test of its own, since the counting listens to the whole process.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::disallowed_methods, reason = "a test reads what it was answered")]
#![allow(dead_code, reason = "the world is made for the tests of the rooms")]

#[path = "rooms/code.rs"]
mod code;
#[path = "rooms/device.rs"]
mod device;
#[path = "rooms/fixtures/mod.rs"]
mod fixtures;
#[path = "rooms/found.rs"]
mod found;
#[path = "budgets/heard.rs"]
mod heard;
#[path = "rooms/page.rs"]
mod page;
#[path = "rooms/planner.rs"]
mod planner;
#[path = "rooms/things.rs"]
mod things;
#[path = "rooms/world.rs"]
mod world;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::Method;
use calendar::clock::{DAY, MINUTE};
use fixtures::notices::{noticed, told};
use ground::db::Reader;
use ground::viewer::Role;
use page::Form;
use server::jobs;
use things::{Address, Things, lookers};
use tokio::time::timeout;
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use world::{Answer, Browser, World, change, link, on_both};

/// What a page may cost, and what a form may.
const PAGE: usize = 10;
const FORM: usize = 12;
/// What a page may cost a parent that parents open most.
const OFTEN: usize = 3;

/// Addresses that may cost more: each with how many, and why.
const EXCEPTIONS: [(&str, &str, usize, &str); 3] = [
    (
        "POST",
        "/account/email/{token}",
        16,
        "an address changes seldom: what belongs to it moves in every room, in the same write",
    ),
    (
        "POST",
        "/account/email/undo/{token}",
        29,
        "an address comes back once in a lifetime: sessions, links and emails end, in every room",
    ),
    (
        "POST",
        "/subscriptions/{token}",
        14,
        "what was announced before they asked is owed to them in the same write",
    ),
];

static STATEMENTS: AtomicUsize = AtomicUsize::new(0);

/// Held while a test counts: what another ran would be counted too.
fn alone() -> MutexGuard<'static, ()> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    // The second test finds that the first has begun to listen.
    let _ = tracing_subscriber::registry().with(Counting).try_init();
    alone
}

/// Counts what sqlx says it ran, but for the beginning and end of transactions, and what a
/// new connection is told.
struct Counting;

impl<S: tracing::Subscriber> Layer<S> for Counting {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            let mut said = Said::default();
            event.record(&mut said);
            heard::note(if said.whole.is_empty() { &said.summary } else { &said.whole });
            // The database of a test that is over goes while the next one counts.
            if !["BEGIN", "RELEASE", "COMMIT", "ROLLBACK", "PRAGMA", "SET", "DROP DATABASE"]
                .iter()
                .any(|word| said.summary.starts_with(word))
            {
                STATEMENTS.fetch_add(1, Ordering::SeqCst);
            }
        }
    }
}

/// A statement in the words of sqlx: how it begins, and all of it where that is more.
#[derive(Default)]
struct Said {
    summary: String,
    whole: String,
}

impl Visit for Said {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.whole),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

async fn counted<T>(request: impl Future<Output = T>) -> (usize, T) {
    STATEMENTS.store(0, Ordering::SeqCst);
    heard::serves(true);
    let answer = request.await;
    heard::serves(false);
    (STATEMENTS.load(Ordering::SeqCst), answer)
}

/// How many statements something may cost that asks the database at all.
fn at_most(most: usize) -> RangeInclusive<usize> {
    1..=most
}

#[test]
fn of_many_who_ask_for_a_page_at_once_one_pays_for_it() {
    let _alone = alone();
    on_both(async |world| {
        world.published("Quiet rooms").await;
        let visitor = |nth| world.visitor_from(&format!("198.51.100.{nth}"));
        let all: Vec<_> = (0..30).map(visitor).collect();
        let (once, first) = counted(all[0].get("/topics")).await;
        first.done();
        world.published("Later buses").await;
        let asked = futures_util::future::join_all(all.iter().map(|one| one.get("/topics")));
        let (statements, answers) = counted(asked).await;
        assert!(answers.iter().all(|answer| answer.says("Later buses")));
        assert!(at_most(once).contains(&statements), "{statements} where one pays {once}");
    });
}

#[test]
fn a_page_costs_at_most_ten_statements_and_a_form_twelve_with_a_thousand_topics() {
    let _alone = alone();
    on_both(async |world| {
        heard::begin();
        let (round, topic) = world.voting("Buses").await;
        let everyone = world.signed_in("everyone@example.org", &Role::ALL).await;
        fixtures::topics::a_thousand(&world, &round).await;
        let waiting = everyone.propose("Waiting").await;
        let to_merge = everyone.propose("To merge").await;
        accounts::invite(&world.house, None, "new@example.org".into(), Role::Organiser, None)
            .await
            .unwrap();
        let invitation = world.deliver().await.pop().map(|email| link(&email)).unwrap();
        let joins = world.visitor();
        sends(&joins, "/sign-up", &[("email", "joins@example.org")]).await;
        let join = world.deliver().await.pop().map(|email| link(&email)).unwrap();
        opens(&joins, &join).await;
        let chosen = [
            ("shown_name", "New"),
            ("place", world.north.as_str()),
            ("password", "three small words"),
        ];
        sends(&joins, &join, &chosen).await;
        for path in [
            "/",
            "/topics",
            "/topics?search=topic",
            "/have-your-say",
            "/search?q=topic",
            "/search?q=tpoic+speach",
            "/admin/characteristics",
            "/admin/contact",
            "/admin/search-words",
            "/account/emails",
            "/account/emails/tasks",
            "/topics/new",
            "/rounds",
            "/account",
            "/account/details",
            "/account/email",
            "/account/password",
            "/account/export",
            "/account/erase",
            "/forum",
            "/admin/people",
            "/admin/people?has=leader&search=a",
            "/admin/invitations",
            "/admin/audit",
            "/admin/emails",
            "/admin/storage",
            "/admin/subscribers",
            "/admin/roles",
            "/admin/area",
            "/forum/safeguarding",
            "/forum/safeguarding/topics",
            "/admin",
            "/admin/test-email",
            "/plans",
            "/lead",
            "/lead/plans/new",
            "/subscribe",
            "/account/subscriptions",
            "/account/emails",
            "/notices",
            "/lead/notices",
            "/lead/notices/new",
            "/services",
            "/notices.atom",
            "/admin/telling",
            "/admin/duties",
            "/admin/duties/new",
            "/admin/second-step",
            "/account/second-step",
            "/account/passkeys",
            "/account/passkeys/new",
            "/sign-in/passkey",
            "/prove",
            "/forum/unreached",
            "/consultations",
            "/forum/consultations",
            "/forum/consultations/new",
        ]
        .map(str::to_owned)
        .into_iter()
        .chain([
            format!("/topics/{topic}"),
            format!("/rounds/{round}"),
            format!("/forum/topics/{waiting}"),
        ]) {
            let (statements, answer) = counted(everyone.get(&path)).await;
            assert_eq!(answer.status, 200, "{path}");
            println!("GET {path}: {statements} statements, {} bytes of HTML", answer.html.len());
            assert!(answer.html.len() < 100_000, "GET {path}: a page does not grow with its list");
            assert!(at_most(PAGE).contains(&statements), "GET {path}: {statements} statements");
        }
        for path in ["/sitemap.xml", "/sitemap/1"] {
            opens(&everyone, path).await;
        }
        let details = [("shown_name", "Everyone"), ("place", world.north.as_str())];
        sends(&everyone, "/account/details", &details).await;
        sends(&everyone, "/account/export", &[]).await;
        opens(&everyone, "/account/export/copy.zip").await;
        let waits = world.visitor();
        let asked = waits.post("/account/email", &[("email", "joins-elsewhere@example.org")]).await;
        asked.refused(axum::http::StatusCode::UNAUTHORIZED);
        let signs_in = [("email", "joins@example.org"), ("password", "three small words")];
        assert_eq!(waits.post("/sign-in", &signs_in).await.leads_to(), "/go-on");
        opens(&waits, "/go-on").await;
        sends(&waits, "/go-on", &[("step", "do")]).await;
        let proposal = everyone.proposal("Another");
        let support = format!("/topics/{topic}/support");
        let decision = format!("/forum/topics/{waiting}");
        let merger = format!("/forum/topics/{to_merge}");
        let answers =
            [("shown_name", "New"), ("password", "three small words"), ("place", &world.north)];
        let subscription = [
            ("services", world.transport.as_str()),
            ("services", &world.autism),
            ("places", &world.north),
            ("cadence", "daily"),
        ];
        let forms: [(&str, &[(&str, &str)]); 11] = [
            ("/subscribe", &subscription),
            ("/account/subscriptions", &[("step", "stop all")]),
            ("/account/emails", &[("sort", "said"), ("step", "stop")]),
            ("/account/emails", &[("sort", "said"), ("step", "start")]),
            ("/account/emails/tasks", &[("topic", "at once"), ("due", "never")]),
            ("/topics/new", &proposal),
            (&support, &[("wish", "support")]),
            (&decision, &[("decision", "publish")]),
            (&merger, &[("decision", "merge"), ("into", &waiting)]),
            ("/sign-in/link", &[("email", "everyone@example.org")]),
            ("/sign-in", &[("email", "everyone@example.org"), ("password", "three small words")]),
        ];
        let council = world.council.clone();
        let plan = [
            ("title", "Plan"),
            ("what", "Buses"),
            ("organisations", &council),
            ("services", &world.transport),
            ("places", &world.north),
            ("due_day", "2030-01-01"),
            ("step", "confirm"),
        ];
        let (statements, answer) = counted(everyone.post("/lead/plans/new", &plan)).await;
        println!("POST /lead/plans/new: {statements} statements");
        assert!(
            at_most(FORM).contains(&statements),
            "POST /lead/plans/new: {statements} statements"
        );
        let plan = answer.leads_to().split('?').next().unwrap().to_owned();
        let (lead, forum) = (format!("/lead{plan}"), format!("/forum{plan}"));
        let (tie, sessions, drafts) =
            (format!("{lead}/topics"), format!("{lead}/sessions"), format!("{lead}/drafts"));
        let (statement, draft) = (format!("{forum}/statement"), format!("{lead}/drafts/1"));
        let (answer, passing) = (format!("{draft}/topics/{topic}"), format!("{draft}/override"));
        let session = [
            ("day", "2026-01-01"),
            ("held_at", "Online"),
            ("parents", "12"),
            ("others", "1"),
            ("decided", "A"),
            ("audience", "forum"),
        ];
        let reason = "A reason that is long enough for everyone to understand what was decided \
            here, and why it was.";
        let decision = format!("{lead}/decision");
        let (answered, ahead, decided) = (
            format!("{decision}/answers/{topic}"),
            format!("{decision}/override"),
            format!("{decision}/publication"),
        );
        let words = fixtures::plans::decided("2026-01-01");
        let equality = format!("{lead}/equality");
        let planning: [(&str, &[(&str, &str)]); 11] = [
            (&tie, &[("topics", &topic)]),
            (&sessions, &session),
            (&drafts, &[("summary", "Short"), ("body", "Long")]),
            (&answer, &[("answer", "adopted"), ("words", "Page 1")]),
            (&passing, &[("name", "A name"), ("reason", reason), ("step", "pass")]),
            (&draft, &[]),
            (&equality, &fixtures::plans::FAIR),
            (&decision, &words),
            (&answered, &[("answer", "adopted"), ("words", "From March")]),
            (&ahead, &[("name", "A name"), ("reason", reason), ("step", "confirm")]),
            (&decided, &[]),
        ];
        let visitor = world.visitor();
        let notice_words = [
            ("title", "Later buses"),
            ("what", "Buses come later"),
            ("services", &world.transport),
            ("places", &world.north),
            ("effect", "day"),
            ("effect_day", "2035-01-01"),
            ("decided", "no"),
            ("why", "A road is closed"),
            ("affected", "Children on route 5"),
            ("entitlement", "no"),
            ("takes_away", "reduces"),
            ("whom", "The team"),
            ("phone", "01234"),
        ];
        let (statements, answer) = counted(everyone.post("/lead/notices/new", &notice_words)).await;
        println!("POST /lead/notices/new: {statements} statements");
        assert!(
            at_most(FORM).contains(&statements),
            "POST /lead/notices/new: {statements} statements"
        );
        let notice = answer.leads_to().split('?').next().unwrap().to_owned();
        everyone
            .post("/admin/telling", &[("step", "second person"), ("second_person", "no")])
            .await
            .leads_to();
        let (told, service) =
            (notice.replace("/lead", ""), format!("/admin/services/{}", world.transport));
        let (ask, questions, correction) = (
            format!("{told}/questions/new"),
            format!("{notice}/questions"),
            format!("{notice}/correction"),
        );
        let withdrawal = format!("{notice}/withdrawal");
        opens(&everyone, &notice).await;
        everyone
            .post("/subscribe", &[("services", &world.transport), ("cadence", "at once")])
            .await
            .leads_to();
        sends(&everyone, &format!("{notice}/words"), &notice_words).await;
        let fair = format!("{notice}/equality");
        sends(&everyone, &fair, &fixtures::plans::FAIR).await;
        opens(&everyone, &fair).await;
        sends(&everyone, &notice, &[]).await;
        notices::start_due(&world.house).await.unwrap();
        notices::tell_due(&world.house).await.unwrap();
        world.deliver().await;
        for path in [
            &told,
            &correction,
            &withdrawal,
            &ask,
            &questions,
            &service,
            &format!("/services/{}", world.transport),
            &format!("{told}/poster"),
            &format!("{told}/equality"),
        ] {
            opens(&everyone, path).await;
        }
        sends(&everyone, &ask, &[("question", "Which stop?")]).await;
        let question: String = sqlx::query_scalar("SELECT id FROM notice_questions")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        let show =
            [("questions", question.as_str()), ("question", "Which stop?"), ("step", "show")];
        sends(&everyone, &questions, &show).await;
        let too = world.parent(1).await;
        let wish = |wish| [("question", question.as_str()), ("wish", wish)];
        sends(&too, &format!("{told}/questions/too"), &wish("know")).await;
        opens(&too, &told).await;
        opens(&too, "/account/said").await;
        sends(&too, &format!("{told}/questions/too"), &wish("take back")).await;
        sends(&too, "/account/email", &[("email", "moved@example.org")]).await;
        sends(&too, "/account/erase", &[("published", "take down")]).await;
        let answer = [
            ("questions", question.as_str()),
            ("question", "Which stop?"),
            ("answer", "The old one."),
        ];
        sends(&everyone, &questions, &answer).await;
        let (family, unheard) = email_that_came_back(&world).await;
        sends(
            &everyone,
            "/forum/unreached",
            &[("family", &family), ("notices", &unheard), ("how", "phone")],
        )
        .await;
        sends(&everyone, &format!("{told}/read"), &[]).await;
        sends(&everyone, &withdrawal, &[("changed", "The road is open.")]).await;
        sends(&everyone, &service, &[("organisations", &council), ("notice_days", "20")]).await;
        let forms = forms.into_iter().chain(planning).collect::<Vec<_>>();
        // Whoever registered a plan does not speak for the forum about it.
        let other = world.signed_in("other@example.org", &[Role::Organiser]).await;
        let forms = forms.into_iter().map(|(path, fields)| (&everyone, path, fields)).chain([
            (&visitor, &*invitation, &answers as &[_]),
            (&other, &*statement, &[("words", "Good.")] as &[_]),
        ]);
        for (who, path, fields) in forms {
            let (statements, answer) = counted(who.post(path, fields)).await;
            assert!(
                answer.status.is_redirection() || answer.status.is_success(),
                "{path}: {}",
                answer.status
            );
            println!("POST {path}: {statements} statements");
            assert!(at_most(FORM).contains(&statements), "POST {path}: {statements} statements");
        }
        for path in [
            plan.clone(),
            tie,
            format!("{plan}/drafts/1"),
            format!("{plan}/decision"),
            format!("{plan}/equality"),
            format!("{lead}/equality"),
            format!("/topics/{topic}"),
        ] {
            let (statements, answer) = counted(everyone.get(&path)).await;
            assert_eq!(answer.status, 200, "{path}");
            println!("GET {path}: {statements} statements");
            assert!(at_most(PAGE).contains(&statements), "GET {path}: {statements} statements");
        }
        a_second_step(&world).await;
        asking_and_answering(&world, &everyone).await;
        saying_what_came_of_it(&world, &round, &plan).await;
        a_passkey(&world).await;
        heard::judged(&world).await.reads_no_growing_table();
    });
}

#[test]
fn home_topics_and_changes_cost_a_parent_three_statements_also_when_something_is_new() {
    let _alone = alone();
    on_both(async |world| {
        let (_, topic) = world.voting("Buses").await;
        let leaders = (
            world.signed_in("leader@example.org", &[Role::Leader]).await,
            world.signed_in("leader2@example.org", &[Role::Leader]).await,
        );
        noticed(&world, &leaders, "Taxis come later", 60).await;
        told(&world).await;
        let parent = world.parent(1).await;
        parent.propose("Of their own").await;
        parent.support(&topic, "support").await.done();
        let wanted = [("services", world.transport.as_str()), ("cadence", "daily")];
        parent.post("/subscribe", &wanted).await.done();
        for is_back in [false, true] {
            if is_back {
                world.forward(3 * DAY);
                world.published("Something new").await;
                // The first page of a visit notes that the session is used.
                parent.get("/").await.done();
            }
            for path in ["/", "/topics", "/notices"] {
                let (statements, answer) = counted(parent.get(path)).await;
                println!("GET {path}: {statements} statements, for a parent");
                assert_eq!(answer.status, 200, "{path}");
                assert!(
                    at_most(OFTEN).contains(&statements),
                    "GET {path}: {statements} statements"
                );
            }
            let home = parent.get("/").await;
            for shown in ["Support topics", "Of their own", "for you", "Taxis come later"] {
                assert!(home.says(shown), "{shown}: {}", home.html);
            }
            assert_eq!(home.says("New since") && home.says("Something new"), is_back);
        }
    });
}

/// What was sent to an address, and what it cost most.
struct Costs(BTreeMap<(String, &'static str), usize>);

impl Costs {
    fn note(&mut self, method: &Method, path: &'static str, statements: usize) {
        let most = self.0.entry((method.to_string(), path)).or_default();
        *most = (*most).max(statements);
    }

    /// Those that are over their budgets, and exceptions that nothing needs.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for ((method, path), statements) in &self.0 {
            println!("{method} {path}: {statements} statements");
            let budget = if method == "GET" { PAGE } else { FORM };
            let exception = EXCEPTIONS.iter().find(|(of, at, ..)| of == method && at == path);
            let most = exception.map_or(budget, |(_, _, most, _)| *most);
            if *statements > most {
                faults.push(format!("{method} {path}: {statements} statements"));
            }
            if exception.is_some() && *statements <= budget {
                faults.push(format!("{method} {path} needs no exception: {statements} statements"));
            }
        }
        faults
    }
}

/// A page that waits for itself never comes; any other does long before.
const STUCK: Duration = Duration::from_secs(5 * 60);

/// All connections for questions but one, for as long as they are held: who asks on two at once
/// waits for them. Where many ask at once, they would all wait for each other.
async fn all_connections_but_one(world: &World) -> Vec<Reader> {
    let mut held = Vec::new();
    for _ in 1..world.db().kind().questions_at_once() {
        held.push(world.db().read().await.unwrap());
    }
    held
}

/// Lets the worker do all its jobs, now and when what is due by then comes. The daily backup is
/// none of them: it reads everything.
async fn the_worker_works(world: &World) {
    change(world, "UPDATE service_state SET emails_held_at = NULL").await;
    for _ in 0..2 {
        counted(world.deliver()).await;
        let presence = Arc::new(world.db().presence().await.unwrap());
        let all = jobs::all(&world.house, None, None, presence);
        let (_, done) = counted(jobs::each_once(&all, &world.house.health)).await;
        for (name, went) in done {
            println!("{name}: {went:?}");
        }
        world.forward(40 * DAY);
    }
}

/// The demonstration's pages and forms, whoever opens and sends them. What is refused is counted
/// too.
#[test]
fn every_address_keeps_to_its_budget_and_reads_no_growing_table_from_end_to_end() {
    let _alone = alone();
    on_both(async |world| {
        heard::begin();
        let world = world.demonstration().await;
        let things = Things::new(&world).await;
        let mut costs = Costs(BTreeMap::new());
        for Address { rule, path } in things.addresses() {
            if rule.method != Method::GET {
                continue;
            }
            for who in lookers(rule.access) {
                let browser = found::opened(&things, *who).await;
                let others = all_connections_but_one(&world).await;
                let page = timeout(STUCK, counted(browser.get(&path))).await;
                drop(others);
                let (statements, _) = page.unwrap_or_else(|_stuck| {
                    panic!("GET {path} asks on more than one connection at once")
                });
                costs.note(&rule.method, rule.path, statements);
            }
        }
        for found in found::all_forms(&things).await {
            let browser = found::opened(&things, found.who).await;
            let (statements, _) = counted(sent(&browser, &found.form)).await;
            costs.note(&found.rule.method, found.rule.path, statements);
        }
        let all = app::routes::all();
        let not_counted: Vec<String> = all
            .rules()
            .iter()
            .filter(|rule| !costs.0.contains_key(&(rule.method.to_string(), rule.path)))
            .map(|rule| format!("{} {}", rule.method, rule.path))
            .collect();
        assert!(not_counted.is_empty(), "nothing was sent to these: {not_counted:#?}");
        let faults = costs.faults();
        assert!(faults.is_empty(), "{faults:#?}");
        the_worker_works(&world).await;
        let judged = heard::judged(&world).await;
        judged.reads_no_growing_table();
        judged.heard_most();
    });
}

/// What somebody leaves in a field, or types into it.
fn value(field: &page::Field) -> &str {
    if field.is_typed() { "Words" } else { &field.value }
}

/// Sends a form as its page has it, with a word in each field.
async fn sent(browser: &Browser<'_>, form: &Form) -> Answer {
    let is_sent = |field: &&page::Field| field.is_sent && field.kind != "file";
    let fields: Vec<(&str, &str)> = form
        .fields
        .iter()
        .filter(is_sent)
        .map(|field| (field.name.as_str(), value(field)))
        .collect();
    if form.is_multipart {
        browser.post_file(&form.to, &fields, ("a.pdf", b"%PDF-1.7\n%%EOF")).await
    } else {
        browser.post(&form.to, &fields).await
    }
}

/// A second step, from the day on which it is asked to the day on which it is reset.
async fn a_second_step(world: &World) {
    let admin = world.signed_in("second@example.org", &[Role::Admin]).await;
    world.person("third@example.org", &[Role::Admin], &world.south).await;
    let day = calendar::clock::fields(world.now() + 7 * DAY).0;
    sends(&admin, "/admin/second-step", &[("from_day", &day)]).await;
    let leader = world.signed_in("fourth@example.org", &[Role::Leader]).await;
    let (own, set_up) = ("/account/second-step", "/account/second-step/set-up");
    sends(&leader, own, &[("step", "begin")]).await;
    opens(&leader, set_up).await;
    let page = leader.get(set_up).await;
    let secret = page.html.split("secret=").nth(1).unwrap();
    let secret: String = secret.chars().take_while(char::is_ascii_alphanumeric).collect();
    let code = || {
        let secret = totp_rs::Secret::try_from_base32(&secret).unwrap();
        let app = totp_rs::Builder::new().with_secret(secret).build().unwrap();
        app.generate(u64::try_from(world.now().millis() / 1000).unwrap()).to_string()
    };
    for (path, fields) in [(set_up, ("code", code().as_str())), (own, ("step", "codes"))] {
        let (statements, answer) = counted(leader.post(path, &[fields])).await;
        println!("POST {path}: {statements} statements");
        assert!(
            answer.status == 200 && at_most(FORM).contains(&statements),
            "POST {path}: {}, {statements} statements",
            answer.status
        );
    }
    opens(&leader, own).await;
    world.forward(MINUTE);
    let phone = world.visitor();
    let password = ("password", "three small words");
    sends(&phone, "/sign-in", &[("email", "fourth@example.org"), password]).await;
    opens(&phone, "/sign-in/code").await;
    sends(&phone, "/sign-in/code", &[("code", code().as_str())]).await;
    sends(&phone, "/prove", &[password]).await;
    let new = [("current", "three small words"), ("password", "kettle harbour otter")];
    sends(&phone, "/account/password", &new).await;
    opens(&admin, &format!("/admin/people/{}", leader.account)).await;
    let sessions = format!("/admin/people/{}/sessions", leader.account);
    sends(&admin, "/admin/test-email", &[]).await;
    opens(&admin, &sessions).await;
    sends(&admin, &sessions, &[]).await;
    let reset = format!("/admin/people/{}/second-step", leader.account);
    opens(&admin, &reset).await;
    sends(&admin, &reset, &[]).await;
    let suspension = format!("/admin/people/{}/suspension", leader.account);
    opens(&admin, &suspension).await;
    for change in ["suspend", "restore"] {
        sends(&admin, &suspension, &[("change", change)]).await;
    }
    sends(&admin, "/admin/second-step", &[("step", "stop")]).await;
    sends(&admin, "/admin/emails", &[("step", "again")]).await;
}

/// A passkey of staff, who cost most, from the day it is added to the day it is removed.
async fn a_passkey(world: &World) {
    let leader = world.signed_in("fifth@example.org", &[Role::Leader]).await;
    let device = device::Device::new(&leader);
    let phone = world.visitor();
    let used = async |browser: &Browser<'_>, path: &str| {
        let (statements, told) = counted(device::begins(browser, path)).await;
        println!("POST {path} to begin: {statements} statements");
        assert!(
            at_most(FORM).contains(&statements),
            "POST {path} to begin: {statements} statements"
        );
        assert_eq!(told.status, 200, "{path}: {}", told.html);
        let asked: serde_json::Value = serde_json::from_str(&told.html).unwrap();
        let challenge = asked["challenge"].as_str().unwrap();
        let fields =
            if path == device::ADD { device.makes(challenge) } else { device.signs(challenge) };
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        sends(browser, path, &fields).await;
    };
    used(&leader, device::ADD).await;
    used(&phone, device::SIGN_IN).await;
    world.forward(16 * MINUTE);
    used(&phone, "/prove/passkey").await;
    let list = phone.get("/account/passkeys").await;
    let path = list.html.split("action=\"/account/passkeys/").nth(1).unwrap();
    let path = format!("/account/passkeys/{}", path.split('"').next().unwrap());
    sends(&phone, &path, &[]).await;
}

/// A consultation, from the first word to the last answer.
async fn asking_and_answering(world: &World, everyone: &Browser<'_>) {
    let said = [
        "title",
        "about",
        "reasons",
        "can_change",
        "cannot_change",
        "who_for",
        "how_used",
        "who_sees",
    ]
    .map(|field| (field, "Words"));
    let terms = [&said[..], &[("access", "signed in"), ("closes_day", "2027-03-15")]].concat();
    let (statements, answer) = counted(everyone.post("/forum/consultations/new", &terms)).await;
    assert!(
        at_most(FORM).contains(&statements),
        "POST /forum/consultations/new: {statements} statements"
    );
    let desk = answer.leads_to().split('?').next().unwrap().to_owned();
    let (public, question) = (desk.replace("/forum", ""), format!("{desk}/questions/new"));
    sends(everyone, &question, &[("text", "Do you wait?"), ("kind", "yes-no")]).await;
    sends(everyone, &question, &[("text", "Why?"), ("kind", "long-text")]).await;
    sends(everyone, &format!("{desk}/words"), &terms).await;
    for path in [
        &desk,
        &question,
        &format!("{desk}/words"),
        &format!("{desk}/preview"),
        &format!("{desk}/release"),
    ] {
        opens(everyone, path).await;
    }
    sends(everyone, &desk, &[("step", "open")]).await;
    let whose = [("step", "organisation"), ("organisation", world.council.as_str())];
    sends(everyone, &desk, &whose).await;
    opens(everyone, &public).await;
    let (statements, answer) = counted(everyone.post(&format!("{public}/answers"), &[])).await;
    assert!(at_most(FORM).contains(&statements), "POST {public}/answers: {statements} statements");
    let first = answer.leads_to();
    let response = first.split("/questions/").next().unwrap().to_owned();
    for path in [&first, &response, &format!("{response}/all")] {
        opens(everyone, path).await;
    }
    for path in [&first, &format!("{response}/all")] {
        sends(everyone, path, &[("q.question-1", "yes")]).await;
    }
    let to_her = [("step", "email"), ("email", "answers@example.org")];
    sends(everyone, &response, &to_her).await;
    for step in ["send", "withdraw"] {
        sends(everyone, &response, &[("step", step)]).await;
    }
    opens(everyone, &format!("{public}/paper")).await;
    let (typed, wording) = (format!("{desk}/typed/new"), format!("{desk}/wording/question-1"));
    sends(
        everyone,
        &typed,
        &[("channel", "paper"), ("q.question-1", "yes"), ("q.question-2", "Since May.")],
    )
    .await;
    sends(everyone, &wording, &[("text", "Do you wait now?"), ("note", "It did not say when.")])
        .await;
    sends(everyone, &desk, &[("step", "version")]).await;
    sends(everyone, &desk, &[("step", "ask")]).await;
    for path in [&typed, &wording, &desk, &format!("{desk}/typed")] {
        opens(everyone, path).await;
    }
    // After the close somebody else compares, reads, and counts.
    world.forward(365 * DAY);
    let other = world.signed_in("reader@example.org", &[Role::Organiser, Role::Safeguarding]).await;
    opens(&other, &format!("{desk}/typed/1")).await;
    sends(
        &other,
        &format!("{desk}/typed/1"),
        &[("q.question-1", "no"), ("q.question-2", "Since June.")],
    )
    .await;
    let answers = format!("{desk}/answers/question-2");
    for path in [&format!("{desk}/answers"), &answers, &format!("{answers}?q=june")] {
        opens(&other, path).await;
    }
    let found = other.get(&answers).await.html;
    let response = found
        .split("name=\"response\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    sends(&other, &answers, &[("step", "add-theme"), ("title", "Waiting")]).await;
    sends(
        &other,
        &answers,
        &[
            ("step", "redact"),
            ("response", &response),
            ("words", "Since [a month]."),
            ("reason", "A test"),
        ],
    )
    .await;
    sends(&other, &answers, &[("step", "danger"), ("response", &response)]).await;
    opens(&other, "/forum/safeguarding/answers").await;
    let queue = other.get("/forum/safeguarding/answers").await.html;
    let concern = queue
        .split("/forum/safeguarding/answers/")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    opens(&other, &format!("/forum/safeguarding/answers/{concern}")).await;
    sends(&other, &format!("/forum/safeguarding/answers/{concern}"), &[("note", "Rang.")]).await;
    sends(&other, &format!("{desk}/release"), &[("step", "count")]).await;
    opens(&other, &format!("{desk}/release")).await;
}

/// What came of it, from the leader's claim to the record of it.
async fn saying_what_came_of_it(world: &World, round: &str, plan: &str) {
    rounds::close_due(world.db(), &world.house.clock).await.unwrap();
    let leader = world.signed_in("after@example.org", &[Role::Leader]).await;
    // She answers for it: her organisation runs the service that its topics are about.
    let runs = "UPDATE roles SET organisation_id = (SELECT max(organisation_id)
         FROM service_organisations WHERE service_id = $2) WHERE account_id = $1";
    let leads = sqlx::query(runs).bind(&leader.account).bind(&world.transport);
    leads.execute(&mut *world.db().read().await.unwrap()).await.unwrap();
    let forum = world.signed_in("judge@example.org", &[Role::Organiser, Role::Parent]).await;
    let about = format!("round:{round}");
    let words = [
        ("you_said", "Late."),
        ("we_did", "Earlier."),
        ("outcome", "done"),
        ("about", about.as_str()),
        ("step", "publish"),
    ];
    opens(&leader, &format!("/lead/updates/new?about={about}")).await;
    opens(&forum, &format!("/forum/rounds/{round}/shortlist")).await;
    for page in ["", "?page=2"] {
        opens(&forum, &format!("/rounds/{round}{page}")).await;
    }
    let (statements, answer) = counted(leader.post("/lead/updates/new", &words)).await;
    println!("POST /lead/updates/new: {statements} statements");
    assert!(at_most(FORM).contains(&statements), "POST /lead/updates/new: {statements} statements");
    let update = answer.leads_to().split('?').next().unwrap().to_owned();
    let (lead, judge, doubt) =
        (format!("/lead{update}"), format!("/forum{update}"), format!("{update}/doubts/new"));
    opens(&leader, &lead).await;
    for path in ["/lead/updates/about", "/lead"] {
        opens(&leader, path).await;
    }
    for path in [&update, &judge, &doubt] {
        opens(&forum, path).await;
    }
    sends(&forum, &doubt, &[("words", "It is late still.")]).await;
    let disputed = [("version", "1"), ("verdict", "disputed"), ("words", "It is not so.")];
    let (statements, answer) =
        counted(forum.post_file(&judge, &disputed, ("count.pdf", b"%PDF-1.7\n%%EOF"))).await;
    assert!(
        answer.status.is_redirection() && at_most(FORM).contains(&statements),
        "POST {judge} with a file: {statements} statements"
    );
    let saved = format!(
        "{update}/files/{}",
        forum.get(&update).await.html.split("/files/").nth(1).unwrap().split('"').next().unwrap()
    );
    opens(&forum, &saved).await;
    sends(&forum, &judge, &disputed).await;
    let found = forum.get("/forum/updates").await;
    sends(&forum, "/forum/updates", &[("doubt", &found.sends("doubt"))]).await;
    let changed =
        [&words[..2], &[("outcome", "partly"), ("version", "1"), ("step", "publish")]].concat();
    sends(&leader, &lead, &changed).await;
    opens(&leader, "/lead/updates").await;
    let about = [("subject", "content"), ("voice", "parent")];
    let words = [about[0], about[1], ("words", "It is out of date.")];
    let (statements, answer) = counted(forum.post("/local-offer/comments/new", &words)).await;
    assert!(
        at_most(FORM).contains(&statements),
        "POST /local-offer/comments/new: {statements} statements"
    );
    let comment = answer.leads_to().split('?').next().unwrap().replace("/comments", "");
    opens(&forum, "/forum/local-offer").await;
    sends(&forum, &format!("/forum{comment}"), &[("decision", "publish")]).await;
    let day = calendar::clock::fields(world.now() + 7 * DAY).0;
    let promises = fixtures::local_offer::promise("We look at it.", ("A new list", &day));
    sends(&leader, &format!("/lead{comment}"), &promises).await;
    opens(&leader, "/lead/local-offer").await;
    let done = format!("/forum{comment}/done");
    let response = forum.get(&done).await.sends("response");
    opens(&forum, &done).await;
    sends(&forum, &done, &[("response", &response), ("verdict", "done")]).await;
    let stranger = [&words[..], &[("email", "stranger@example.org")]].concat();
    sends(&world.visitor(), "/local-offer/comments/without-account", &stranger).await;
    let lead = world
        .signed_in(
            "lead-of-comments@example.org",
            &[Role::Safeguarding, Role::Parent, Role::Organiser],
        )
        .await;
    let danger = lead
        .post("/local-offer/comments/new", &[about[0], about[1], ("words", "He hits her.")])
        .await
        .leads_to()
        .replace("/local-offer/comments/", "");
    let danger = danger.split('?').next().unwrap();
    lead.post(&format!("/forum/local-offer/{danger}"), &[("decision", "pass on")]).await.leads_to();
    sends(&lead, &format!("/forum/safeguarding/comments/{danger}"), &[("note", "Rang.")]).await;
    for path in ["/forum/safeguarding/comments", &format!("/forum/safeguarding/comments/{danger}")]
    {
        opens(&lead, path).await;
    }
    for path in [
        "/local-offer",
        "/local-offer?show=unanswered",
        "/local-offer/years/2027",
        "/local-offer/years/2027/comments.csv",
        "/local-offer/comments/new",
        "/local-offer/comments/without-account",
    ] {
        opens(&forum, path).await;
    }
    let pages = [
        "/updates",
        "/updates?show=awaited",
        "/updates?show=disputed",
        "/forum/updates",
        "/account/said",
        "/updates/receipt",
        "/slips",
    ];
    let record = [
        "/record",
        "/record/told",
        "/record/duties",
        "/duties",
        "/record/outcomes",
        "/record/places",
        "/forum/evidence-pack",
        "/forum/year",
        "/forum/year/year.xlsx",
        "/forum/meetings",
        "/forum/meetings/new",
        "/forum/representatives",
        "/reports",
        "/reports/new",
        &format!("/record{plan}"),
    ];
    for path in pages.iter().chain(&record) {
        opens(&forum, path).await;
    }
    represented(world, &forum).await;
    recommended(world, &forum).await;
    // Every table of the record at once: always the same few statements, once a month (ADR 0017),
    // and one for each of its tables.
    let day = calendar::clock::fields(world.now()).0;
    let (statements, answer) =
        counted(forum.post("/forum/evidence-pack", &[("as_of", &day)])).await;
    println!("POST /forum/evidence-pack: {statements} statements");
    assert!(
        answer.status == 200 && at_most(FORM + 3).contains(&statements),
        "POST /forum/evidence-pack: {}, {statements} statements",
        answer.status
    );
}

/// Somebody who represents the forum, and a meeting that is entered and corrected.
async fn represented(world: &World, forum: &Browser<'_>) {
    sends(forum, "/forum/representatives", &[("name", "Invented Representative")]).await;
    let who = world.one("SELECT id FROM representatives").await;
    let day = calendar::clock::fields(world.now()).0;
    let meeting = [
        ("title", "Board"),
        ("held_on", day.as_str()),
        ("representatives", who.as_str()),
        ("about", "Buses."),
    ];
    sends(forum, "/forum/meetings/new", &meeting).await;
    let page = world.one("SELECT '/forum/meetings/' || id FROM meetings").await;
    opens(forum, &page).await;
    let was = forum.get(&page).await.sends("was");
    let corrected = [&meeting[..], &[("led_to", "A bus."), ("was", was.as_str())]].concat();
    sends(forum, &page, &corrected).await;
    sends(forum, &page, &[("step", "take out")]).await;
    for step in ["step down", "take away"] {
        sends(forum, "/forum/representatives", &[("who", who.as_str()), ("step", step)]).await;
    }
}

/// A report with a recommendation, and its end.
async fn recommended(world: &World, forum: &Browser<'_>) {
    let kind = world.one("SELECT id FROM plan_kinds WHERE name LIKE 'Strategic%'").await;
    let day = calendar::clock::fields(world.now()).0;
    let report = [
        ("title", "Inspection"),
        ("published_on", day.as_str()),
        ("source", "https://example.org"),
        ("kind", kind.as_str()),
        ("lines", "1. Shorten the waits (page 12)"),
        ("step", "confirm"),
    ];
    sends(forum, "/reports/new", &report).await;
    let page = world.one("SELECT '/reports/' || id FROM reports").await;
    for path in [page.clone(), format!("/forum{page}")] {
        opens(forum, &path).await;
    }
    sends(forum, &format!("/forum{page}"), &[]).await;
}

async fn opens(who: &Browser<'_>, path: &str) {
    let (statements, answer) = counted(who.get(path)).await;
    println!("GET {path}: {statements} statements");
    assert!(
        answer.status == 200 && at_most(PAGE).contains(&statements),
        "GET {path}: {}, {statements} statements",
        answer.status
    );
}

async fn sends(who: &Browser<'_>, path: &str, fields: &[(&str, &str)]) {
    let (statements, answer) = counted(who.post(path, fields)).await;
    println!("POST {path}: {statements} statements");
    assert!(
        answer.status.is_redirection() && at_most(FORM).contains(&statements),
        "POST {path}: {}, {statements} statements",
        answer.status
    );
}

/// Lets the email about a notice come back: its family and the notice.
async fn email_that_came_back(world: &World) -> (String, String) {
    let mut tx = world.db().begin().await.unwrap();
    let (family, notice, delivery): (String, String, String) = sqlx::query_as(
        "SELECT subscriber_id, notice_id, delivery_id FROM ledger WHERE delivery_id IS NOT NULL",
    )
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO returns (delivery_id, kind, at, reason) VALUES ($1, 'bounced', 0, '')",
    )
    .bind(delivery)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    (id::hash(&family), notice)
}
