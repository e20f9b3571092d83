//! What every test stands in: the real router on a database of its own, a clock held by hand, a
//! worker driven by hand.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, mpsc};
use std::time::Duration;
use std::{env, fs, thread};

use accounts::store;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use calendar::clock::{Clock, DAY, HOUR, Millis, Moment};
use deliveries::{Email, EmailKind, Failure, Hand, Outcome, Sort, deliver_one};
use ground::db::{Db, Kind, Limits};
use ground::files::Files;
use ground::house::{AreaSettings, House, Names};
use ground::return_address::ReturnAddress;
use ground::routes::NoHurry;
use ground::viewer::{PersonFacts, Role};
use http_body_util::BodyExt as _;
use server::front::Front;
use server::jobs::{self, Wrong};
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use tower::ServiceExt as _;

/// The key that proves what comes back of emails.
pub const KEY: &str = "a key of thirty-two letters, or more";

/// When the clock of every world begins.
pub const BEGINS: Moment = Moment::from_millis(1_800_000_000_000);

/// A service of its own, with two services and two places in its area, and the council that runs
/// both and that leaders are from.
pub struct World {
    pub house: House,
    pub service: Front,
    pub council: String,
    pub transport: String,
    pub autism: String,
    pub north: String,
    pub south: String,
    /// The database's address.
    pub url: String,
    folder: TempDir,
}

/// Runs the test on SQLite, then on PostgreSQL. `make test` gives a PostgreSQL; without one a test
/// by hand runs on SQLite alone.
pub fn on_both(test: impl AsyncFn(World)) {
    on(&[Kind::Sqlite, Kind::Postgres], test);
}

/// Runs a test on SQLite, for what is only so there.
pub fn on_sqlite(test: impl AsyncFn(World)) {
    on(&[Kind::Sqlite], test);
}

/// Runs a test on PostgreSQL, for what is only so there, as that it has several writers at a time.
pub fn on_postgres(test: impl AsyncFn(World)) {
    on(&[Kind::Postgres], test);
}

/// Whether there is a PostgreSQL. By hand there may be none, and a test says that it was left out.
pub fn has_postgres() -> bool {
    let is_there = env::var("PGHOST").is_ok();
    assert!(
        is_there || (env::var("CI").is_err() && env::var("REQUIRE_POSTGRES").is_err()),
        "there is no PostgreSQL: run make test"
    );
    if !is_there {
        println!("not tried on PostgreSQL: there is none");
    }
    is_there
}

fn on(kinds: &[Kind], test: impl AsyncFn(World)) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        for kind in kinds {
            if *kind == Kind::Sqlite || has_postgres() {
                test(World::new(*kind).await).await;
            }
        }
    });
}

impl World {
    /// A world of one kind of database, in the runtime of whoever asks.
    pub async fn new(kind: Kind) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = Like::Tables.copied(kind, &folder.path().join("alongside.db")).await;
        let db = Db::open_within(&url, Limits::NO_HURRY).await.unwrap();
        let return_address = ReturnAddress::new("bounces@alongside.example.org", KEY).unwrap();
        let house = House::new(db, Files::in_memory(), Clock::by_hand(BEGINS), Self::names())
            .with_settings(AreaSettings {
                return_address: Some(Arc::new(return_address)),
                ..AreaSettings::default()
            });
        let mut tx = house.db.begin().await.unwrap();
        let mut ids = Vec::new();
        for (what, name) in [
            (area::AreaKind::Service, "Transport"),
            (area::AreaKind::Service, "Autism support"),
            (area::AreaKind::Place, "North Sefton"),
            (area::AreaKind::Place, "South Sefton"),
            (area::AreaKind::Organisation, "Sefton Council"),
        ] {
            ids.push(area::store::add(&mut tx, what, name, None).await.unwrap());
        }
        for service in &ids[..2] {
            area::store::set_rule(&mut tx, &service.as_str().into(), &ids[4..], None)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        let [transport, autism, north, south, council]: [String; 5] = ids.try_into().unwrap();
        // Nobody watches; what does is tried with the real program.
        house.health.well("writes", Duration::MAX);
        let service = server::edge::service(house.clone(), Vec::new());
        Self { house, service, council, transport, autism, north, south, url, folder }
    }

    pub fn names() -> Names {
        Names {
            area: "Sefton".into(),
            forum: "Sefton Parent Carer Forum".into(),
            public_url: "http://alongside.example.org".into(),
            program: None,
            demonstration: false,
        }
    }

    /// The same router around another house.
    pub fn around(self, house: House) -> Self {
        let service = server::edge::service(house.clone(), Vec::new());
        Self { house, service, ..self }
    }

    /// The same world in the hurry in which people are served: for what waits too long.
    pub async fn in_a_hurry(self) -> Self {
        let mut house = self.house.clone();
        house.db = Db::open(&self.url).await.unwrap();
        self.around(house)
    }

    /// A new world on a database of the same kind.
    pub async fn another(&self) -> Self {
        Self::new(self.db().kind()).await
    }

    /// Another house beside this one, with a folder of its own.
    pub fn beside(&self, house: House) -> Self {
        let service = server::edge::service(house.clone(), Vec::new());
        let [council, transport, autism, north, south, url] = Default::default();
        let folder = tempfile::tempdir().unwrap();
        Self { house, service, council, transport, autism, north, south, url, folder }
    }

    /// The demonstration area, in a database of its own. Its services, places and council stand for
    /// those of the world.
    pub async fn demonstration(self) -> Self {
        let file = self.folder().join("demonstration.db");
        let url = Like::Demonstration(BEGINS).copied(self.db().kind(), &file).await;
        let db = Db::open_within(&url, Limits::NO_HURRY).await.unwrap();
        let house = House::new(db, Files::in_memory(), Clock::by_hand(BEGINS), Self::names());
        house.health.well("writes", Duration::MAX);
        let there = self.around(house);
        let transport = there.one("SELECT id FROM services WHERE name = 'Transport'").await;
        let autism = there.one("SELECT id FROM services WHERE name = 'Autism support'").await;
        let north = there.one("SELECT id FROM places WHERE name = 'North Sefton'").await;
        let south = there.one("SELECT id FROM places WHERE name = 'South Sefton'").await;
        let council = there.one("SELECT id FROM organisations WHERE name = 'Sefton Council'").await;
        Self { transport, autism, north, south, council, url, ..there }
    }

    /// An area that has nothing in it yet, not even places, in a database of its own.
    pub async fn empty(self) -> Self {
        let url = Like::Tables.copied(self.db().kind(), &self.folder().join("empty.db")).await;
        let db = Db::open_within(&url, Limits::NO_HURRY).await.unwrap();
        let house = House::new(db, Files::in_memory(), Clock::by_hand(BEGINS), Self::names());
        house.health.well("writes", Duration::MAX);
        let [council, transport, autism, north, south] = Default::default();
        Self { council, transport, autism, north, south, url, ..self.around(house) }
    }

    /// The one text that a statement finds.
    pub async fn one(&self, sql: &str) -> String {
        let found = sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
            .fetch_optional(&mut *self.db().read().await.unwrap())
            .await
            .unwrap();
        found.unwrap_or_else(|| panic!("there is nothing: {sql}"))
    }

    /// A folder of its own.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub fn db(&self) -> &Db {
        &self.house.db
    }

    pub fn now(&self) -> Moment {
        self.house.clock.now()
    }

    pub fn forward(&self, by: Millis) {
        self.house.clock.forward(by);
    }

    /// Somebody who is not signed in.
    pub fn visitor(&self) -> Browser<'_> {
        self.browser(String::new(), String::new())
    }

    /// Somebody who is not signed in, at this network address.
    pub fn visitor_from(&self, address: &str) -> Browser<'_> {
        let from = Some(SocketAddr::new(address.parse().unwrap(), 4711));
        Browser { from, ..self.visitor() }
    }

    /// Somebody signed in, with these roles. Parents live in the south.
    pub async fn signed_in(&self, email: &str, roles: &[Role]) -> Browser<'_> {
        let account = self.person(email, roles, &self.south).await;
        self.session(account).await
    }

    /// Somebody who has an account already, signed in again.
    pub async fn sign_in(&self, email: &str) -> Browser<'_> {
        let mut connection = self.db().read().await.unwrap();
        let account = sqlx::query_scalar("SELECT id FROM accounts WHERE email = $1")
            .bind(email)
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        drop(connection);
        self.session(account).await
    }

    async fn session(&self, account: String) -> Browser<'_> {
        let token = id::secret();
        let session = store::NewSession {
            token_hash: id::hash(&token),
            account_id: account.as_str().into(),
            device: "Firefox on Linux".into(),
            now: self.now(),
            idle_ends_at: self.now() + 300 * DAY,
            ends_at: self.now() + 300 * DAY,
        };
        store::begin_session(self.db(), session).await.unwrap();
        self.browser(format!("session={token}"), account)
    }

    fn browser(&self, cookie: String, account: String) -> Browser<'_> {
        let (cookie, proves) = (RefCell::new(cookie), Cell::new(true));
        Browser { world: self, cookie, account, from: None, proves }
    }

    pub async fn parent(&self, nth: usize) -> Browser<'_> {
        self.signed_in(&format!("parent{nth}@example.org"), &[Role::Parent]).await
    }

    pub async fn organiser(&self) -> Browser<'_> {
        self.signed_in("organiser@example.org", &[Role::Organiser]).await
    }

    /// A leader of another organisation, which this gives a name.
    pub async fn leader_of(&self, email: &str, organisation: &str) -> Browser<'_> {
        let leader = self.signed_in(email, &[Role::Leader]).await;
        let mut tx = self.db().begin().await.unwrap();
        let other = area::store::add(&mut tx, area::AreaKind::Organisation, organisation, None)
            .await
            .unwrap();
        let (account, other) = (leader.account.as_str().into(), other.as_str().into());
        store::lead_for(&mut tx, &account, Some(&other)).await.unwrap();
        tx.commit().await.unwrap();
        leader
    }

    /// A leader whom no administrator has given an organisation yet.
    pub async fn leader_of_nothing(&self, email: &str) -> Browser<'_> {
        let leader = self.signed_in(email, &[Role::Leader]).await;
        let mut tx = self.db().begin().await.unwrap();
        store::lead_for(&mut tx, &leader.account.as_str().into(), None).await.unwrap();
        tx.commit().await.unwrap();
        leader
    }

    /// An account with these roles and the password "three small words". Leaders are from the
    /// council.
    pub async fn person(&self, email: &str, roles: &[Role], place: &str) -> String {
        // Once for all: to hash is slow by design, and what is tested here comes after it.
        static HASH: OnceCell<String> = OnceCell::const_new();
        let hash =
            HASH.get_or_init(|| accounts::hashed(&self.house, "three small words".into())).await;
        let account = store::NewAccount {
            email,
            shown_name: "Somebody",
            facts: PersonFacts::living_in(&place.into()),
            password_hash: Some(hash),
        };
        let mut tx = self.db().begin().await.unwrap();
        let made = store::make_account(&mut tx, &account, self.now()).await.unwrap();
        let id = made.expect("a new address");
        for role in roles {
            store::grant(&mut tx, &id, &[*role], self.now()).await.unwrap();
            if *role == Role::Leader && !self.council.is_empty() {
                store::lead_for(&mut tx, &id, Some(&self.council.as_str().into())).await.unwrap();
            }
        }
        tx.commit().await.unwrap();
        id.into()
    }

    /// A hand of this worker.
    pub fn hand(&self, worker: &str) -> Hand {
        Hand {
            db: self.house.db.clone(),
            clock: self.house.clock.clone(),
            worker: worker.to_owned(),
        }
    }

    /// Works until nothing is due, and gives the emails that went out, but for the receipts that
    /// nearly everyone gets for nearly everything.
    pub async fn deliver(&self) -> Vec<Email> {
        let emails = self.deliver_with_kinds().await.into_iter();
        let others = emails.filter(|(kind, _)| kind.sort() != Some(Sort::Receipts));
        others.map(|(_, email)| email).collect()
    }

    /// Works until nothing is due, and gives the receipts that went out.
    pub async fn receipts(&self) -> Vec<Email> {
        let emails = self.deliver_with_kinds().await.into_iter();
        let receipts = emails.filter(|(kind, _)| kind.sort() == Some(Sort::Receipts));
        receipts.map(|(_, email)| email).collect()
    }

    /// Works until nothing is due, and gives the emails that went out. One of each kind is written
    /// down, to be looked at as on a phone (`end2end/every-email-fits-a-phone.spec.mjs`).
    pub async fn deliver_with_kinds(&self) -> Vec<(EmailKind, Email)> {
        let mut all = Vec::new();
        for email in self.deliver_all().await {
            let word: String = sqlx::query_scalar("SELECT kind FROM deliveries WHERE id = $1")
                .bind(&email.id)
                .fetch_one(&mut *self.db().read().await.unwrap())
                .await
                .unwrap();
            let kind = EmailKind::read(&word).unwrap();
            write_down(kind, &email);
            all.push((kind, email));
        }
        all
    }

    async fn deliver_all(&self) -> Vec<Email> {
        let emails = RefCell::new(Vec::new());
        let send = |message: Email, _| {
            emails.borrow_mut().push(message);
            async { Ok::<(), Failure>(()) }
        };
        while deliver_one(&self.hand("1"), send).await.unwrap() != Outcome::NothingDue {}
        emails.into_inner()
    }

    /// A published topic by a parent of its own, and its id.
    pub async fn published(&self, title: &str) -> String {
        let author =
            self.signed_in(&format!("author{}@example.org", id::fresh()), &[Role::Parent]).await;
        let topic = author.propose(title).await;
        let organiser = self
            .signed_in(&format!("organiser{}@example.org", id::fresh()), &[Role::Organiser])
            .await;
        assert_eq!(
            organiser
                .post(&format!("/forum/topics/{topic}"), &[("decision", "publish")])
                .await
                .status,
            StatusCode::SEE_OTHER
        );
        topic
    }

    /// A round that proposes from now, votes from tomorrow and closes in eleven days; its id.
    pub async fn round(&self) -> String {
        let organiser = self
            .signed_in(&format!("organiser{}@example.org", id::fresh()), &[Role::Organiser])
            .await;
        let mut fields =
            vec![("title".to_owned(), "Autumn".to_owned()), ("seats".to_owned(), "2".to_owned())];
        for (name, at) in
            [("propose", self.now()), ("vote", self.now() + DAY), ("close", self.now() + 11 * DAY)]
        {
            let (day, time) = calendar::clock::fields(at);
            fields.extend([(format!("{name}_day"), day), (format!("{name}_time"), time)]);
        }
        fields.push(("step".to_owned(), "confirm".to_owned()));
        let fields: Vec<_> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let opened = organiser.post("/forum/rounds/new", &fields).await;
        opened.leads_to().split(['/', '?']).nth(2).unwrap().to_owned()
    }

    /// A voting round with one topic in it: (round, topic).
    pub async fn voting(&self, title: &str) -> (String, String) {
        let round = self.round().await;
        let topic = self.published(title).await;
        self.forward(DAY + HOUR);
        (round, topic)
    }

    /// Does each of the worker's jobs once, in the order of their list; their names, and how each
    /// went.
    pub async fn work(&self) -> Vec<(&'static str, Result<(), Wrong>)> {
        let presence = Arc::new(self.db().presence().await.unwrap());
        let list = jobs::all(&self.house, None, Some(self.folder().join("backups")), presence);
        jobs::each_once(&list, &self.house.health).await
    }

    /// Lets the round's time come, and the worker close it.
    pub async fn close(&self) {
        self.forward(11 * DAY);
        rounds::close_due(self.db(), &self.house.clock).await.unwrap();
    }
}

/// What is on the page that asks her to prove that it is her.
pub const PROVES: &str = "action=\"/prove\"";

/// A browser without scripts: it keeps its cookies and follows nothing by itself.
pub struct Browser<'w> {
    world: &'w World,
    cookie: RefCell<String>,
    pub account: String,
    /// Whether she proves that it is her where she is asked to, and presses the button then: tests
    /// let days pass between what one browser does.
    pub proves: Cell<bool>,
    from: Option<SocketAddr>,
}

impl Browser<'_> {
    /// The same browser at another network address, which has limits of its own.
    pub fn moved(self, nth: usize) -> Self {
        let address = std::net::Ipv4Addr::from(0x0a09_0000 + u32::try_from(nth).unwrap());
        Self { from: Some(SocketAddr::new(address.into(), 4711)), ..self }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path, &[], "").await
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.request(Method::POST, path, &[], body).await
    }

    /// A form with a file, as a browser sends it.
    pub async fn post_file(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        (name, content): (&str, &[u8]),
    ) -> Answer {
        let part = |(name, value): &(&str, &str)| {
            format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let fields: String = fields.iter().map(part).collect();
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"file\"; \
             filename=\"{name}\"\r\nContent-Type: text/html\r\n\r\n"
        );
        let body = [fields.as_bytes(), head.as_bytes(), content, b"\r\n--edge--\r\n"].concat();
        self.request(
            Method::POST,
            path,
            &[("content-type", "multipart/form-data; boundary=edge")],
            body,
        )
        .await
    }

    pub async fn request(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let answer = self.send_once(method, path, headers, body).await;
        let is_asked = answer.status == StatusCode::UNAUTHORIZED && answer.says(PROVES);
        if is_asked && self.proves.get() { self.prove(answer).await } else { answer }
    }

    /// What this browser would send as its cookies.
    pub fn cookies(&self) -> String {
        self.cookie.borrow().clone()
    }

    /// Takes the browser back to cookies it had.
    pub fn set_cookies(&self, cookies: String) {
        *self.cookie.borrow_mut() = cookies;
    }

    /// Types her password where she is asked to prove that it is her, and does what she had chosen.
    async fn prove(&self, asked: Answer) -> Answer {
        let then = if asked.says("name=\"then\"") { asked.sends("then") } else { String::new() };
        for password in ["three small words", "alongside-demo"] {
            let fields = [("then", then.as_str()), ("password", password)];
            let proved = self.send_form("/prove", &fields).await;
            if proved.status != StatusCode::SEE_OTHER {
                continue;
            }
            let to = proved.leads_to();
            return if to == "/go-on" {
                self.send_form("/go-on", &[("step", "do")]).await
            } else {
                self.send_once(Method::GET, &to, &[], "").await
            };
        }
        asked
    }

    async fn send_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send_once(Method::POST, path, &[], body).await
    }

    async fn send_once(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "alongside.example.org");
        if !self.cookie.borrow().is_empty() {
            request = request.header(header::COOKIE, self.cookie.borrow().as_str());
        }
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(body.into()).unwrap();
        request.extensions_mut().insert(NoHurry);
        if let Some(from) = self.from {
            request.extensions_mut().insert(ConnectInfo(from));
        }
        let answer = self.world.service.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap().split(';').next().unwrap();
            let name = cookie.split('=').next().unwrap();
            let mut held = self.cookie.borrow_mut();
            let others = held
                .split("; ")
                .filter(|other| !other.is_empty() && !other.starts_with(&format!("{name}=")));
            *held = others
                .chain((!cookie.ends_with('=')).then_some(cookie))
                .collect::<Vec<_>>()
                .join("; ");
        }
        Answer {
            status: parts.status,
            headers: parts.headers,
            bytes: bytes.len(),
            // In which direction letters run is not what a page says; `raw` has it.
            html: String::from_utf8_lossy(&bytes).replace(" dir=\"auto\"", ""),
            raw: bytes.to_vec(),
        }
    }

    /// Proposes a topic about transport; its id. No two come at the same moment: topics are in the
    /// order of their times, and their ids have none.
    pub async fn propose(&self, title: &str) -> String {
        let sent = self.post("/topics/new", &self.proposal(title)).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.html);
        self.world.forward(1);
        sent.leads_to().split(['/', '?']).nth(2).unwrap().to_owned()
    }

    pub fn proposal<'a>(&'a self, title: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("title", title),
            ("happens_now", "It is late."),
            ("would_help", "A plan."),
            ("services", &self.world.transport),
            ("step", "send"),
        ]
    }

    /// Asks for another email address.
    pub async fn changes_address(&self, email: &str) -> Answer {
        self.post("/account/email", &[("email", email)]).await
    }

    /// Asks for the link that shows that it is her, and presses its button in this browser; where
    /// that leads.
    pub async fn proves_by_link(&self) -> String {
        let sent = self.post("/prove/link", &[]).await;
        assert!(sent.says("Check your email"), "{}", sent.html);
        let emails = self.world.deliver().await;
        assert_eq!(emails.len(), 1, "{emails:?}");
        self.post(&link_to(&emails[0], "/sign-in/"), &[]).await.leads_to()
    }

    pub async fn support(&self, topic: &str, wish: &str) -> Answer {
        self.post(&format!("/topics/{topic}/support"), &[("wish", wish)]).await
    }
}

/// What came back. A form that was refused and that nobody looked at shows up far from here, so
/// somebody looks: at what it says, or whether it was done or refused as it should be.
#[must_use]
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub html: String,
    /// The same as bytes, for what is no text.
    pub raw: Vec<u8>,
    /// As they came over the wire.
    pub bytes: usize,
}

impl Answer {
    /// It was done: a page, or the way to one.
    #[track_caller]
    pub fn done(&self) {
        let is_done = self.status.is_success() || self.status.is_redirection();
        assert!(is_done, "{}: {}", self.status, self.html);
    }

    /// It was refused, and so.
    #[track_caller]
    pub fn refused(&self, status: StatusCode) {
        assert_eq!(self.status, status, "{}", self.html);
    }

    /// Any of these, where it is done at first and refused later.
    #[track_caller]
    pub fn is_one_of(&self, statuses: &[StatusCode]) {
        assert!(statuses.contains(&self.status), "{}: {}", self.status, self.html);
    }

    #[track_caller]
    pub fn leads_to(&self) -> String {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.html);
        self.headers[header::LOCATION].to_str().unwrap().to_owned()
    }

    /// What the first hidden field, or button, of this name sends.
    pub fn sends(&self, name: &str) -> String {
        let value = self
            .html
            .split(&format!("name=\"{name}\" value=\""))
            .nth(1)
            .expect("a field of this name");
        value.split('"').next().unwrap_or_default().to_owned()
    }

    pub fn says(&self, words: &str) -> bool {
        self.html.contains(words)
    }
}

/// The path of the first link in an email.
pub fn link(message: &Email) -> String {
    link_to(message, "/")
}

/// The path of the first link in an email that begins so.
pub fn link_to(message: &Email, begin: &str) -> String {
    let site = "http://alongside.example.org";
    let start = message.text.find(&format!("{site}{begin}")).expect("a link") + site.len();
    message.text[start..].split_whitespace().next().unwrap().to_owned()
}

/// Keeps the longest email of each kind in this run, in `target/tmp/emails`.
fn write_down(kind: EmailKind, email: &Email) {
    static LONGEST: Mutex<BTreeMap<&str, usize>> = Mutex::new(BTreeMap::new());
    let mut longest = LONGEST.lock().unwrap();
    let so_far = longest.entry(kind.word()).or_default();
    if email.html.len() > *so_far {
        *so_far = email.html.len();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("emails");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{}.html", kind.word())), &email.html).unwrap();
    }
}

/// Changes the database by hand, for what no page does.
pub async fn change(world: &World, sql: &str) {
    by_hand(world, sql).await.unwrap();
}

/// Likewise where the database may refuse it; how many rows were changed.
pub async fn by_hand(world: &World, sql: &str) -> Result<u64, sqlx::Error> {
    let mut tx = world.db().begin().await?;
    let done = sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut *tx).await;
    match done {
        Ok(done) => {
            tx.commit().await?;
            Ok(done.rows_affected())
        }
        Err(refused) => {
            // What it was refused for is what matters.
            let _ = tx.roll_back().await;
            Err(refused)
        }
    }
}

/// The one number that a statement finds.
pub async fn number(world: &World, sql: &str) -> i64 {
    let mut connection = world.db().read().await.unwrap();
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut *connection).await.unwrap()
}

/// A PostgreSQL database without tables, which goes when the test does.
pub async fn new_postgres_database() -> String {
    let url = new_database("").await;
    goes_with_the_test(&url);
    url
}

/// The address of the PostgreSQL.
fn postgres() -> String {
    let get = |name: &str| env::var(name).unwrap_or_default();
    format!(
        "postgres://{}:{}@{}:{}",
        get("PGUSER"),
        get("PGPASSWORD"),
        get("PGHOST"),
        get("PGPORT")
    )
}

/// Does this to the databases of the PostgreSQL.
async fn to_databases(sql: String) -> Result<(), sqlx::Error> {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(&format!("{}/postgres", postgres())).await?;
    sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await?;
    connection.close().await
}

async fn new_database(like: &str) -> String {
    let name = format!("world_{}", id::fresh().replace('-', ""));
    to_databases(format!("CREATE DATABASE {name}{like}")).await.unwrap();
    format!("{}/{name}", postgres())
}

fn goes_with_the_test(url: &str) {
    // Not first when the thread ends: it begins another.
    LazyLock::force(&GOING);
    let _ = GIVEN.try_with(|given| given.0.borrow_mut().push(url.to_owned()));
}

thread_local! {
    /// The PostgreSQL databases that the test in this thread was given.
    static GIVEN: Given = const { Given(RefCell::new(Vec::new())) };
}

/// What goes when the thread of a test ends, however the test ended: hundreds of databases would
/// fill the memory that they are in (`Makefile`), and PostgreSQL would look after each of them.
struct Given(RefCell<Vec<String>>);

impl Drop for Given {
    fn drop(&mut self) {
        for url in self.0.take() {
            // Where nobody takes them away any more, they go with the whole PostgreSQL.
            let _ = GOING.send(url);
        }
    }
}

/// Databases that nobody uses any more. No test waits until they are gone.
static GOING: LazyLock<mpsc::Sender<String>> = LazyLock::new(|| {
    let (send, going) = mpsc::channel::<String>();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        for url in going {
            let name = url.rsplit('/').next().unwrap_or_default();
            // The next one may go better.
            let _ = runtime
                .block_on(to_databases(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
        }
    });
    send
});

/// What the databases of tests are copies of. To migrate one takes longer than most tests, and to
/// fill it too: each is made once, by the first test that needs it, and is of this process alone,
/// so that none is ever older than the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Like {
    /// All tables, and nothing in them.
    Tables,
    /// The demonstration area, filled at this time.
    Demonstration(Moment),
}

/// One of them, as it is copied.
enum Made {
    /// A SQLite file.
    File(Vec<u8>),
    /// A PostgreSQL database; nobody may be connected to it while it is copied.
    Database(String),
}

impl Like {
    /// A copy for one test, which lies in this file where it is one; its address.
    pub async fn copied(self, kind: Kind, file: &Path) -> String {
        type All = Vec<((Kind, Like), Arc<OnceCell<Made>>)>;
        static ALL: Mutex<All> = Mutex::new(Vec::new());
        let made = {
            let mut all = ALL.lock().unwrap();
            let known =
                all.iter().find(|(like, _)| *like == (kind, self)).map(|(_, made)| made.clone());
            known.unwrap_or_else(|| {
                let made = Arc::<OnceCell<Made>>::default();
                all.push(((kind, self), made.clone()));
                made
            })
        };
        match made.get_or_init(|| self.made(kind)).await {
            Made::File(bytes) => {
                fs::write(file, bytes).unwrap();
                format!("sqlite://{}", file.display())
            }
            Made::Database(name) => {
                let url = new_database(&format!(" TEMPLATE {name}")).await;
                goes_with_the_test(&url);
                url
            }
        }
    }

    async fn made(self, kind: Kind) -> Made {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("alongside.db");
        let url = match kind {
            Kind::Sqlite => format!("sqlite://{}", file.display()),
            Kind::Postgres => new_database("").await,
        };
        let db = Db::open_within(&url, Limits::NO_HURRY).await.unwrap();
        db.migrate().await.unwrap();
        if let Self::Demonstration(at) = self {
            let (files, clock) = (Files::in_memory(), Clock::by_hand(at));
            let house = House::new(db.clone(), files, clock, World::names());
            assert!(server::demonstration::fill(&house).await.unwrap());
        }
        match kind {
            Kind::Sqlite => {
                // Into the file, which alone is copied.
                db.leave_no_copy().await.unwrap();
                db.close().await;
                Made::File(fs::read(&file).unwrap())
            }
            Kind::Postgres => {
                db.close().await;
                Made::Database(url.rsplit('/').next().unwrap_or_default().to_owned())
            }
        }
    }
}

impl World {
    /// A published topic in this round, as if it had been proposed in time for it.
    pub async fn published_into(&self, round: &str, title: &str) -> String {
        let author =
            self.signed_in(&format!("author{}@example.org", id::fresh()), &[Role::Parent]).await;
        self.published_into_by(&author, round, title).await
    }

    /// A published topic in this round by this author.
    pub async fn published_into_by(
        &self,
        author: &Browser<'_>,
        round: &str,
        title: &str,
    ) -> String {
        let topic = author.propose(title).await;
        let organiser = self
            .signed_in(&format!("organiser{}@example.org", id::fresh()), &[Role::Organiser])
            .await;
        organiser
            .post(&format!("/forum/topics/{topic}"), &[("decision", "publish")])
            .await
            .leads_to();
        sqlx::query("UPDATE topics SET round_id = $2 WHERE id = $1")
            .bind(&topic)
            .bind(round)
            .execute(&mut *self.db().read().await.unwrap())
            .await
            .unwrap();
        topic
    }

    /// Somebody of this place who supports the topic.
    pub async fn supporter(&self, nth: usize, place: &str, topic: &str) -> String {
        let account =
            self.person(&format!("supporter{nth}@example.org"), &[Role::Parent], place).await;
        self.supports(&account, topic).await;
        account
    }

    /// This person supports this topic too.
    pub async fn supports(&self, account: &str, topic: &str) {
        let (topic, account) = (topic.into(), account.into());
        let mut tx = self.db().begin().await.unwrap();
        let given = topics::support::store::give_with(&mut tx, &topic, &account, self.now());
        assert!(given.await.unwrap(), "voting is open");
        tx.commit().await.unwrap();
    }
}
