//! How often ten hot requests ask for memory: a counter that repeats where a time does not, and
//! that grows with the work. Each must stay within 3 % of its figure in `allocations.txt`, in both
//! directions: what has become cheaper is written down, so that it stays so.
//!
//! It repeats because all that a request does here runs in one thread, on a clock that stands
//! still, with caches that are warm; only this thread is counted. SQLite answers from a thread of
//! its own: whether this one waits for a row or finds it there costs an allocation or two, so each
//! request is made again and again, and the lowest count is its figure.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(dead_code, reason = "the world is made for the tests of the rooms")]

#[path = "rooms/page.rs"]
mod page;
#[path = "rooms/world.rs"]
mod world;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::{env, fs};

use ground::db::Kind;
use page::Form;
use tokio::runtime::{Builder, Runtime};
use world::{Answer, Browser, World};

/// How often each is asked for.
const AGAIN: usize = 30;

/// In a hundred: how far from its figure a count may be.
const WITHIN: u64 = 3;

/// A topic that can be voted for now.
const VOTED_ON: &str = "SELECT t.id FROM topics t JOIN rounds r ON r.id = t.round_id
     WHERE r.closed_at IS NULL AND t.published_at IS NOT NULL AND t.merged_at IS NULL
       AND t.withdrawn_at IS NULL ORDER BY t.published_at, t.id LIMIT 1";

const ROUND: &str = "SELECT id FROM rounds WHERE closed_at IS NULL ORDER BY closes_at LIMIT 1";

const SURVEY: &str = "SELECT id FROM consultations WHERE title LIKE 'After a diagnosis%'";

/// The demonstration, and the one thread in which everything happens.
struct Scene {
    world: World,
    runtime: Runtime,
}

impl Scene {
    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let world =
            runtime.block_on(async { World::new(Kind::Sqlite).await.demonstration().await });
        Self { world, runtime }
    }

    fn one(&self, sql: &str) -> String {
        self.runtime.block_on(self.world.one(sql))
    }

    /// What came, and how often memory was asked for until it was there.
    fn counted(&self, request: impl Future<Output = Answer>) -> (u64, Answer) {
        let mut answer = None;
        let asked = allocation_counter::measure(|| {
            answer = Some(self.runtime.block_on(request));
        });
        (asked.count_total, answer.unwrap())
    }

    fn get(&self, browser: &Browser<'_>, path: &str) -> u64 {
        lowest(|| {
            let (asked, answer) = self.counted(browser.get(path));
            answer.done();
            asked
        })
    }

    /// Votes, and takes the vote back: the two figures.
    fn vote(&self, parent: &Browser<'_>, topic: &str) -> [u64; 2] {
        let wish = |wish| {
            let (asked, answer) = self.counted(parent.support(topic, wish));
            answer.leads_to();
            asked
        };
        // Whatever the demonstration says: from here on each wish changes something.
        wish("take back");
        let both: Vec<[u64; 2]> =
            (0..AGAIN).map(|_| [wish("support"), wish("take back")]).collect();
        [0, 1].map(|at| both.iter().map(|pair| pair[at]).min().unwrap())
    }

    /// Reads all questions on one page, and answers them: the two figures.
    fn answers(&self, visitor: &Browser<'_>, survey: &str) -> [u64; 2] {
        let begin = format!("{survey}/answers");
        let begun = self.runtime.block_on(visitor.post(&begin, &[]));
        let first = begun.leads_to();
        let all = format!("{}/all", first.split("/questions").next().unwrap());
        let page = self.runtime.block_on(visitor.get(&all));
        let fields = filled(page::forms(&page.html, &all));
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let read = self.get(visitor, &all);
        let saved = lowest(|| {
            let (asked, answer) = self.counted(visitor.post(&all, &fields));
            answer.leads_to();
            asked
        });
        [read, saved]
    }
}

/// The fewest of all attempts.
fn lowest(attempt: impl FnMut() -> u64) -> u64 {
    std::iter::repeat_with(attempt).take(AGAIN).min().unwrap()
}

/// What somebody sends who takes the first of all choices.
fn filled(forms: Vec<Form>) -> Vec<(String, String)> {
    let asks = |form: &Form| form.names().iter().any(|name| name.starts_with("q."));
    let form = forms.into_iter().find(asks).expect("a form with questions");
    let mut sent: Vec<(String, String)> = Vec::new();
    for field in form.fields {
        if sent.iter().all(|(name, _)| *name != field.name) {
            let value = if field.is_typed() { "12".to_owned() } else { field.value };
            sent.push((field.name, value));
        }
    }
    sent
}

/// The ten, each with how often it asked for memory.
fn figures(scene: &Scene) -> BTreeMap<&'static str, u64> {
    let (topic, round) = (scene.one(VOTED_ON), scene.one(ROUND));
    let survey = format!("/consultations/{}", scene.one(SURVEY));
    let (visitor, own) = (scene.world.visitor(), scene.world.visitor());
    // Whoever names a session gets no page that is kept for all.
    own.set_cookies("session=ended".to_owned());
    let parent = scene.runtime.block_on(scene.world.sign_in("parent@example.org"));
    let [vote, vote_taken_back] = scene.vote(&parent, &topic);
    let [questions, answers] = scene.answers(&scene.world.visitor(), &survey);
    BTreeMap::from([
        ("home, as it is kept for visitors", scene.get(&visitor, "/")),
        ("home, made for a visitor", scene.get(&own, "/")),
        ("home, made for a parent", scene.get(&parent, "/")),
        ("topics, made for a parent", scene.get(&parent, "/topics")),
        ("topics, searched by a parent", scene.get(&parent, "/topics?search=school")),
        ("the round that is voting, for a parent", scene.get(&parent, &format!("/rounds/{round}"))),
        ("a vote", vote),
        ("a vote taken back", vote_taken_back),
        ("all questions of a survey", questions),
        ("their answers, saved", answers),
    ])
}

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/allocations.txt")
}

/// The figures that are written down: a count and a name on each line.
fn written(text: &str) -> BTreeMap<&str, u64> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let pairs = lines.map(|line| line.trim().split_once("  ").expect("a count and a name"));
    pairs.map(|(count, name)| (name.trim(), count.parse().expect("a count"))).collect()
}

fn write(text: &str, figures: &BTreeMap<&str, u64>) {
    let head = text.lines().filter(|line| line.starts_with('#')).map(str::to_owned);
    let rows = figures.iter().map(|(name, count)| format!("{count:>8}  {name}"));
    let lines: Vec<String> = head.chain(rows).collect();
    fs::write(file(), lines.join("\n") + "\n").unwrap();
}

#[test]
fn ten_hot_requests_ask_for_memory_as_often_as_is_written_down() {
    let text = fs::read_to_string(file()).unwrap();
    let figures = figures(&Scene::new());
    for (name, count) in &figures {
        println!("{count:>8}  {name}");
    }
    if env::var("UPDATE_ALLOCATIONS").is_ok() {
        return write(&text, &figures);
    }
    let written = written(&text);
    let is_far = |name: &str, count: u64| {
        written.get(name).is_none_or(|was| count.abs_diff(*was) * 100 > was * WITHIN)
    };
    let far: Vec<String> = figures
        .iter()
        .filter(|(name, count)| is_far(name, **count))
        .map(|(name, count)| format!("{name}: {count}, written down {:?}", written.get(name)))
        .collect();
    assert!(
        far.is_empty() && written.len() == figures.len(),
        "{far:#?}\nIf that is meant: UPDATE_ALLOCATIONS=1 cargo test -p server --test allocations"
    );
}
