//! The demonstration area tells one true story, whatever day it is started on.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use calendar::clock::{self, Clock, DAY, HOUR, Moment};
use calendar::months;
use ground::db::{Db, Kind};
use ground::files::Files;
use ground::house::House;
use ground::routes::Access;
use ground::viewer::Role;
use jiff::civil::{Date, Weekday};
use outcomes::rules::Verdict;
use server::days_ahead::live_through;
use server::mailer::Mailer;
use sqlx::AssertSqlSafe;

use crate::canaries::reached;
use crate::page::links;
use crate::world::{Like, World, number, on_both};

/// Days on which it is started: in terms and holidays, beside clocks that change and a year that
/// ends.
const DAYS: [&str; 6] =
    ["2026-01-05", "2026-03-28", "2026-06-30", "2026-08-20", "2026-10-26", "2026-12-27"];

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("Monday", Weekday::Monday),
    ("Tuesday", Weekday::Tuesday),
    ("Wednesday", Weekday::Wednesday),
    ("Thursday", Weekday::Thursday),
    ("Friday", Weekday::Friday),
    ("Saturday", Weekday::Saturday),
    ("Sunday", Weekday::Sunday),
];

/// What somebody wrote: table, and columns.
const PROSE: [(&str, &[&str]); 30] = [
    ("rounds", &["title"]),
    ("topics", &["title", "happens_now", "would_help"]),
    ("plans", &["title", "what"]),
    ("planning_sessions", &["held_at", "decided", "notes"]),
    ("session_disputes", &["reason"]),
    ("statements", &["words"]),
    ("drafts", &["summary", "body"]),
    ("draft_answers", &["words"]),
    ("overrides", &["name", "reason"]),
    ("decisions", &["words", "decided_by"]),
    ("decision_answers", &["words", "decided_by"]),
    ("decision_overrides", &["name", "reason"]),
    ("equality_records", &["affected", "evidence", "done"]),
    ("notice_equality_records", &["affected", "evidence", "done"]),
    ("notices", &["title", "what", "why", "affected", "must_do", "changed"]),
    ("notice_questions", &["question"]),
    ("notice_answers", &["question", "answer"]),
    (
        "consultations",
        &["title", "about", "reasons", "can_change", "cannot_change", "who_for", "how_used"],
    ),
    ("update_versions", &["you_said", "we_did", "next"]),
    ("verdicts", &["words"]),
    ("doubts", &["words"]),
    ("comments", &["words"]),
    ("comment_responses", &["response", "action", "why_nothing"]),
    ("comment_verdicts", &["words"]),
    ("wait_reports", &["source"]),
    ("wait_verdicts", &["words"]),
    ("wait_doubts", &["words"]),
    ("meetings", &["title", "about", "led_to"]),
    ("recommendations", &["words"]),
    ("recommendation_answers", &["words"]),
];

/// What must not be, and how many of it there are.
const NEVER: [(&str, &str); 28] = [
    (
        "a topic by somebody who has not joined yet",
        "topics t JOIN accounts a ON a.id = t.author_id WHERE t.proposed_at < a.confirmed_at",
    ),
    (
        "a topic that was too late for its round",
        "topics t JOIN rounds r ON r.id = t.round_id WHERE t.proposed_at < r.propose_from
         OR t.proposed_at >= r.vote_from OR t.published_at < t.proposed_at",
    ),
    (
        "support outside the weeks of voting",
        "supports s JOIN topics t ON t.id = s.topic_id JOIN rounds r ON r.id = t.round_id
         WHERE s.given_at < r.vote_from OR s.given_at >= r.closes_at",
    ),
    (
        "a shortlist before the close",
        "rounds r JOIN confirmations c ON c.round_id = r.id
         WHERE r.counted_at < r.closes_at OR c.confirmed_at < r.counted_at",
    ),
    (
        "a plan that answers a topic before it is there",
        "plan_topics x JOIN topics t ON t.id = x.topic_id JOIN plans p ON p.id = x.plan_id
         WHERE x.tied_at < t.published_at OR x.tied_at < p.registered_at",
    ),
    (
        "a planning session before its plan",
        "planning_sessions s JOIN plans p ON p.id = s.plan_id
         WHERE s.recorded_at < p.registered_at",
    ),
    (
        "something said about a session to come",
        "planning_sessions s JOIN (SELECT session_id, confirmed_at AS at FROM session_confirmations
           UNION ALL SELECT session_id, disputed_at FROM session_disputes
           UNION ALL SELECT session_id, made_at FROM session_slips) said ON said.session_id = s.id
         WHERE said.at <= s.recorded_at OR said.at > {now}",
    ),
    (
        "a draft before its plan",
        "drafts d JOIN plans p ON p.id = d.plan_id WHERE d.first_recorded_at < p.registered_at
         OR d.published_at < d.first_recorded_at",
    ),
    (
        "a decision that is published before it was made, or before its plan",
        "decisions d JOIN plans p ON p.id = d.plan_id
         WHERE d.published_at < d.decided_at OR d.decided_at < p.registered_at",
    ),
    (
        "a notice that could not be approved in time",
        "notices n WHERE n.started_at < n.written_at
         OR (n.follows_id IS NULL AND n.started_at >= n.effect_at)",
    ),
    (
        "a correction before what it corrects",
        "notices n JOIN notices o ON o.id = n.follows_id WHERE n.started_at <= o.started_at",
    ),
    (
        "a subscription after the notice it brought",
        "ledger l JOIN notices n ON n.id = l.notice_id
         JOIN subscribers b ON b.id = l.subscriber_id WHERE b.confirmed_at > n.started_at",
    ),
    (
        "a question about what nobody was told",
        "notice_questions q JOIN notices n ON n.id = q.notice_id WHERE q.asked_at < n.started_at",
    ),
    (
        "an answer before its question",
        "notice_answers a JOIN notice_questions q ON q.answer_id = a.id
         WHERE a.answered_at < q.asked_at",
    ),
    (
        "results before the close",
        "releases r JOIN consultations c ON c.id = r.consultation_id
         WHERE r.counted_at < c.closes_at OR r.checked_at < r.counted_at",
    ),
    (
        "an outcome before its topic was chosen",
        "update_subjects b JOIN update_versions v ON v.update_id = b.update_id
         JOIN topics t ON t.id = b.topic_id LEFT JOIN confirmations c ON c.round_id = t.round_id
         WHERE c.confirmed_at IS NULL OR v.published_at < c.confirmed_at",
    ),
    (
        "an outcome before its results",
        "update_subjects b JOIN update_versions v ON v.update_id = b.update_id
         JOIN releases r ON r.consultation_id = b.consultation_id
         WHERE v.published_at < r.checked_at",
    ),
    (
        "a word of the forum on what nobody has said yet",
        "verdicts f JOIN update_versions v ON v.update_id = f.update_id AND v.version = f.version
         WHERE f.given_at < v.published_at",
    ),
    (
        "a doubt about what nobody has said yet",
        "doubts d JOIN update_versions v ON v.update_id = d.update_id AND v.version = d.version
         WHERE d.told_at < v.published_at",
    ),
    (
        "a word about waits that nobody has published yet",
        "wait_reports r LEFT JOIN wait_verdicts v ON v.report_id = r.id
         LEFT JOIN wait_doubts d ON d.report_id = r.id
         WHERE v.given_at < r.published_at OR d.told_at < r.published_at",
    ),
    (
        "a comment or an answer out of order",
        "comments c LEFT JOIN comment_responses r ON r.comment_id = c.id
         WHERE c.published_at < c.sent_at OR r.responded_at < c.published_at",
    ),
    (
        "a word of the forum on what nobody has promised yet",
        "comment_verdicts f JOIN comment_responses r ON r.id = f.response_id
         WHERE f.given_at < r.responded_at OR r.action = ''",
    ),
    (
        "something that has happened tomorrow",
        "(SELECT proposed_at AS at FROM topics UNION ALL SELECT published_at FROM topics
          UNION ALL SELECT at FROM plan_events UNION ALL SELECT started_at FROM notices
          UNION ALL SELECT sent_at FROM deliveries UNION ALL SELECT reached_at FROM ledger
          UNION ALL SELECT counted_at FROM rounds UNION ALL SELECT answered_at FROM notice_answers
          UNION ALL SELECT published_at FROM update_versions
          UNION ALL SELECT given_at FROM verdicts UNION ALL SELECT told_at FROM doubts
          UNION ALL SELECT given_at FROM comment_verdicts
          UNION ALL SELECT published_at FROM wait_reports
          UNION ALL SELECT told_at FROM wait_doubts
          UNION ALL SELECT sent_at FROM comments) happened WHERE at > {now}",
    ),
    ("a leader of nothing", "roles WHERE role = 'leader' AND organisation_id IS NULL"),
    (
        "a service that nobody runs",
        "services s LEFT JOIN service_organisations o ON o.service_id = s.id
         WHERE o.service_id IS NULL",
    ),
    (
        "a notice about a service that its writer does not run",
        "notices n JOIN notice_services ns ON ns.notice_id = n.id
         JOIN roles r ON r.account_id = n.written_by AND r.role = 'leader'
         LEFT JOIN service_organisations o ON o.service_id = ns.service_id
           AND o.organisation_id = r.organisation_id WHERE o.service_id IS NULL",
    ),
    (
        "a telephone number that may be somebody's",
        "notices WHERE phone <> '' AND phone NOT LIKE '0151 496 0%'",
    ),
    ("an address that may be somebody's", "accounts WHERE email NOT LIKE '%@example.org'"),
];

/// What there must be, so that every journey has something to see.
const SOME: [(&str, &str); 36] = [
    ("a round that is voting", "rounds WHERE vote_from <= {now} AND closes_at > {now}"),
    ("a shortlist that is confirmed", "confirmations"),
    (
        "a topic to check",
        "topics WHERE published_at IS NULL AND passed_on_at IS NULL AND declined_at IS NULL",
    ),
    ("a topic for the safeguarding lead", "topics WHERE passed_on_at IS NOT NULL"),
    ("a plan that may be published", "plans p WHERE p.id NOT IN (SELECT plan_id FROM shut_gates)"),
    ("a plan that may not", "shut_gates"),
    ("a plan that was published all the same", "overrides"),
    (
        "a decision that answers every topic and theme",
        "decisions d WHERE d.published_at IS NOT NULL AND d.early_id IS NULL
         AND d.id NOT IN (SELECT decision_id FROM held_decisions)
         AND EXISTS (SELECT 1 FROM decision_answers a JOIN released_themes h
           ON h.theme_id = a.thing_id WHERE a.decision_id = d.id)",
    ),
    ("a decision that was early", "decisions WHERE early_id IS NOT NULL"),
    (
        "a plan without a statement",
        "plans p WHERE NOT EXISTS (SELECT 1 FROM statements s WHERE s.plan_id = p.id)",
    ),
    ("a planning session that the forum confirmed", "session_confirmations WHERE for_forum = 1"),
    ("a planning session that the forum disputes", "session_disputes"),
    (
        "a planning session that one parent was at, with a slip that works",
        "session_confirmations c JOIN session_slips l ON l.id = c.slip_id AND l.ends_at > {now}
         WHERE NOT EXISTS (SELECT 1 FROM session_confirmations o WHERE o.session_id = c.session_id
           AND o.settles = 1)",
    ),
    ("a consultation with days left", "consultations WHERE closes_at > {now}"),
    (
        "results with hidden numbers",
        "releases WHERE results LIKE '%,null]%' OR results LIKE '%[null,%'",
    ),
    ("a change that is proposed", "notices WHERE started_at IS NOT NULL AND is_decided = 0"),
    ("a correction", "notices WHERE follow_kind = 'correction' AND started_at IS NOT NULL"),
    ("a withdrawal", "notices WHERE follow_kind = 'withdrawal' AND started_at IS NOT NULL"),
    ("a notice to approve", "notices WHERE approved_at IS NULL"),
    (
        "a change that takes something away and says who it affects",
        "notices n JOIN notice_equality_records e ON e.notice_id = n.id
         WHERE n.takes_away = 1 AND n.started_at IS NOT NULL",
    ),
    ("an email that came back", "returns"),
    ("a question to answer", "notice_questions WHERE answer_id IS NULL"),
    (
        "an outcome the forum has not judged",
        "updates u WHERE NOT EXISTS (SELECT 1 FROM verdicts f WHERE f.update_id = u.id)",
    ),
    ("a doubt", "doubts WHERE seen_at IS NULL"),
    ("a doubt about waits", "wait_doubts WHERE seen_at IS NULL"),
    (
        "a service with waits of two places over eighteen months",
        "(SELECT r.service_id FROM wait_figures f JOIN wait_reports r ON r.id = f.report_id
          GROUP BY r.service_id
          HAVING count(DISTINCT f.month) = 18 AND count(DISTINCT f.place_id) = 2) waits",
    ),
    ("a month with too few families to show", "wait_figures WHERE waiting IS NULL"),
    (
        "a wait that was corrected",
        "wait_figures f JOIN wait_figures g ON g.place_id = f.place_id AND g.month = f.month
           AND g.report_id <> f.report_id JOIN wait_reports r ON r.id = f.report_id
           JOIN wait_reports q ON q.id = g.report_id AND q.service_id = r.service_id",
    ),
    ("a meeting that led to something", "meetings WHERE led_to <> '' AND place_id IS NOT NULL"),
    (
        "a meeting to which two people went",
        "(SELECT meeting_id FROM meeting_representatives GROUP BY meeting_id
          HAVING count(*) = 2) pairs",
    ),
    (
        "a strategic plan whose draft answers one of two recommendations",
        "(SELECT u.draft_id FROM unanswered_recommendations u
          JOIN recommendation_answers a ON a.draft_id = u.draft_id GROUP BY u.draft_id
          HAVING count(*) = 1) half",
    ),
    ("a comment that was answered", "comment_responses"),
    (
        "a comment without what named somebody",
        "comments WHERE redacted_at IS NOT NULL AND words LIKE '%[a name]%'",
    ),
    ("a promise that the forum says was done", "comment_verdicts WHERE is_done = 1"),
    ("one that it says was not", "comment_verdicts WHERE is_done = 0"),
    (
        "a comment whose answer is overdue",
        "comments c WHERE c.published_at < {now} - 85 * CAST(86400000 AS BIGINT)
         AND NOT EXISTS (SELECT 1 FROM comment_responses r WHERE r.comment_id = c.id)",
    ),
];

#[test]
fn what_happens_by_itself_has_happened_after_days_that_pass_and_nothing_else_has() {
    on_both(async |world| {
        let world = world.demonstration().await;
        let folder = format!("file:{}", world.folder().join("mail").display());
        let from = "Forum <forum@example.org>";
        let mailer = Mailer::from_setting(&folder, from, "alongside.example.org").unwrap();
        let began = world.now();
        live_through(&world.house, &mailer, 14).await.unwrap();
        assert_eq!(world.now() - began, 14 * DAY);
        let late = number(&world, "SELECT max(counted_at - closes_at) FROM rounds").await;
        assert!((0..=3 * HOUR).contains(&late), "it was counted when it closed: {late}");
        assert_eq!(number(&world, "SELECT count(*) FROM confirmations").await, 1, "by hand alone");
        let days = "SELECT count(DISTINCT sent_at / 86400000) FROM deliveries WHERE sent_at > ";
        let days = number(&world, &format!("{days}{}", (began + DAY).millis())).await;
        assert!(days > 0, "emails went out on later days too");
        let organiser = world.sign_in("organiser@example.org").await;
        let desk = organiser.get("/forum").await;
        assert!(desk.says("Confirm the shortlist for Round 2"), "{}", desk.html);
    });
}

#[test]
fn the_demonstration_tells_one_true_story_whatever_day_it_is_started() {
    on_both(async |world| {
        let days = if world.db().kind() == Kind::Sqlite { &DAYS[..] } else { &DAYS[..1] };
        for day in days {
            let world = started(&world, day).await;
            for (what, rows) in NEVER {
                assert_eq!(count(&world, rows).await, 0, "{what}, started on {day}");
            }
            for (what, rows) in SOME {
                assert!(count(&world, rows).await > 0, "there is no {what}, started on {day}");
            }
            notices_name_the_days_they_are_about(&world, day).await;
            for (table, columns) in PROSE {
                for column in columns {
                    let texts = texts(&world, &format!("SELECT {column} FROM {table}")).await;
                    for text in texts {
                        names_no_day_that_is_not(&text, &format!("{table}.{column}, {day}"));
                    }
                }
            }
            for (path, html) in reached(&world.visitor()).await {
                names_no_other_weekday(&html, &format!("{path}, started on {day}"));
            }
        }
    });
}

#[test]
fn each_role_finds_its_pages_and_a_task_and_every_public_list_holds_two_things() {
    on_both(async |world| {
        let world = started(&world, DAYS[3]).await;
        let all = app::routes::all();
        let pages = || all.rules().iter().filter(|rule| rule.method == Method::GET);
        for role in Role::ALL {
            let who = match role {
                Role::Parent => "parent@example.org",
                Role::Organiser | Role::Safeguarding => "organiser@example.org",
                Role::Leader => "leader@example.org",
                Role::Admin => "admin@example.org",
            };
            let browser = world.sign_in(who).await;
            let theirs = pages()
                .filter(|rule| matches!(rule.access, Access::Only(roles) if roles.contains(&role)));
            for path in theirs.map(|rule| rule.path).filter(|path| !path.contains('{')) {
                assert_eq!(browser.get(path).await.status, StatusCode::OK, "{who}: {path}");
            }
        }
        for (who, desk) in [
            ("organiser@example.org", "/forum"),
            ("organiser@example.org", "/forum/safeguarding"),
            ("organiser@example.org", "/forum/local-offer"),
            ("leader@example.org", "/lead"),
            ("leader@example.org", "/lead/updates"),
            ("leader@example.org", "/lead/local-offer"),
            ("nhs@example.org", "/lead"),
            ("nhs@example.org", "/lead/updates"),
        ] {
            let page = world.sign_in(who).await.get(desk).await;
            assert!(page.says("class=\"queue\""), "{who} has nothing to do at {desk}");
        }
        let desk = world.sign_in("organiser@example.org").await.get("/forum").await;
        assert!(desk.says("Say whether it was done: a promise about Short breaks"));

        // A list is where the pages of single things begin.
        let public: BTreeSet<&str> =
            pages().filter(|rule| rule.access == Access::Anyone).map(|rule| rule.path).collect();
        let lists = public.iter().filter_map(|path| path.strip_suffix("/{id}"));
        let lists: Vec<&str> = lists.filter(|path| public.contains(path)).collect();
        assert!(lists.len() > 5, "only {lists:?} are lists");
        let visitor = world.visitor();
        for (list, each) in lists
            .into_iter()
            .map(|list| (list, list))
            .chain([("/local-offer", "/local-offer/comments")])
        {
            let page = visitor.get(list).await;
            let begin = format!("{each}/");
            let ids: BTreeSet<String> = links(&page.html)
                .iter()
                .filter_map(|(to, _)| to.strip_prefix(&begin)?.split(['?', '#', '/']).next())
                .filter_map(id::parse)
                .collect();
            // An inspection comes once in some years.
            let least = if list == "/reports" { 1 } else { 2 };
            assert!(ids.len() >= least, "{list} holds {}", ids.len());
        }
    });
}

#[test]
fn the_parent_you_sign_in_as_sees_what_came_of_what_she_said() {
    on_both(async |world| {
        let world = started(&world, DAYS[1]).await;
        let parent = world.sign_in("parent@example.org").await;
        let account = parent.account.as_str().into();
        let said = updates::store::contributions(world.db(), &account, (50, 0), world.now()).await;
        let said = said.unwrap();
        assert!(said.iter().any(|said| said.how == "proposed"));
        for verdict in [Verdict::Confirmed, Verdict::Disputed] {
            let is_there = said.iter().any(|said| {
                said.how == "supported"
                    && said.update.as_ref().is_some_and(|update| update.verdict == Some(verdict))
            });
            assert!(is_there, "{verdict:?}");
        }
        let subscribed = format!(
            "subscriptions s JOIN subscribers b ON b.id = s.subscriber_id
             WHERE s.ended_at IS NULL AND b.account_id = '{}'",
            parent.account
        );
        assert!(count(&world, &subscribed).await > 0);
    });
}

/// The demonstration, started on this day.
async fn started(world: &World, day: &str) -> World {
    let now = clock::read(day, "10:00").unwrap();
    let file = world.folder().join(format!("{day}.db"));
    let url = Like::Demonstration(now).copied(world.db().kind(), &file).await;
    let db = Db::open(&url).await.unwrap();
    let house = House::new(db, Files::in_memory(), Clock::by_hand(now), World::names());
    world.beside(house)
}

/// How many rows there are of this, with the time in it.
async fn count(world: &World, rows: &str) -> i64 {
    let sql =
        format!("SELECT count(*) FROM {rows}").replace("{now}", &world.now().millis().to_string());
    let mut connection = world.db().read().await.unwrap();
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *connection).await.unwrap()
}

async fn texts(world: &World, sql: &str) -> Vec<String> {
    let mut connection = world.db().read().await.unwrap();
    let sql = AssertSqlSafe(sql.to_owned());
    sqlx::query_scalar(sql).fetch_all(&mut *connection).await.unwrap()
}

/// A notice that names weekdays begins on one of them.
async fn notices_name_the_days_they_are_about(world: &World, day: &str) {
    use sqlx::Row as _;
    let mut connection = world.db().read().await.unwrap();
    let rows = sqlx::query("SELECT title, what, effect_at, decided_day, started_at FROM notices")
        .fetch_all(&mut *connection)
        .await
        .unwrap();
    for row in rows {
        let (title, what): (String, String) = (row.get("title"), row.get("what"));
        let weekday = clock::date(row.get("effect_at")).weekday();
        let named: Vec<Weekday> = WEEKDAYS
            .into_iter()
            .filter(|(name, _)| title.contains(name) || what.contains(name))
            .map(|(_, weekday)| weekday)
            .collect();
        assert!(
            named.is_empty() || named.contains(&weekday),
            "{title} begins on {weekday:?}, started on {day}"
        );
        let told = row.get::<Option<Moment>, _>("started_at").unwrap_or(world.now());
        assert!(
            row.get::<String, _>("decided_day") <= clock::fields(told).0,
            "{title} was told before it was decided, started on {day}"
        );
    }
}

/// Words that someone wrote name no season, no month without its year, and no weekday that a date
/// does not have.
fn names_no_day_that_is_not(text: &str, place: &str) {
    names_no_other_weekday(text, place);
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
    for (nth, word) in words.iter().enumerate() {
        let season = ["spring", "summer", "autumn", "winter"];
        assert!(!season.contains(&word.to_lowercase().as_str()), "{place}: {word} in “{text}”");
        let year = words.get(nth + 1).and_then(|year| year.parse::<u16>().ok());
        assert!(!months::NAMES.contains(word) || year > Some(2000), "{place}: {word} in “{text}”");
    }
}

/// Where a weekday stands before a date, the date has it.
fn names_no_other_weekday(text: &str, place: &str) {
    for (name, weekday) in WEEKDAYS {
        for (begins, _) in text.match_indices(name) {
            let mut words = text[begins + name.len()..].split([' ', '<', '.', ',', '&', '"', '\n']);
            let (Some(""), Some(day), Some(month), Some(year)) =
                (words.next(), words.next(), words.next(), words.next())
            else {
                continue;
            };
            let month = (1..).zip(months::NAMES).find(|(_, known)| *known == month);
            let (Ok(day), Some((month, _)), Ok(year)) = (day.parse(), month, year.parse()) else {
                continue;
            };
            let date = Date::new(year, month, day).unwrap();
            assert_eq!(date.weekday(), weekday, "{place}: {name} {date}");
        }
    }
}
