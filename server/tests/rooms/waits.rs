//! How long families wait: published by who runs the service, judged by the forum, doubted by
//! parents, and never about a few people.

use axum::http::StatusCode;
use calendar::clock::{self, DAY, MINUTE};
use deliveries::tasks::tell_due;
use ground::viewer::Role;
use record::history::AsOf;
use record::pack;

use crate::page::hidden;
use crate::world::{Answer, Browser, World, by_hand, link_to, number, on_both};

/// The test's clock says January 2027.
const CSV: &str = "place,month,waiting,median,longest\n\
    North Sefton,2026-11,\"1,057\",9,31\n\
    South Sefton,Nov-26,64,24,40\n\
    North Sefton,01/12/2026,60,9,30\n\
    South Sefton,2026-12,7,3,4\n";

const SOURCED: [(&str, &str); 2] = [("source", "The waiting list"), ("target", "18")];

async fn leader(world: &World) -> Browser<'_> {
    world.signed_in("leader@example.org", &[Role::Leader]).await
}

/// The leader and the organiser, signed in again on another day.
async fn again(world: &World) -> (Browser<'_>, Browser<'_>) {
    (world.sign_in("leader@example.org").await, world.sign_in("organiser@example.org").await)
}

fn desk(world: &World) -> String {
    format!("/lead/waits/{}", world.transport)
}

fn page(world: &World) -> String {
    format!("/waits/{}", world.transport)
}

async fn check(world: &World, leader: &Browser<'_>, csv: &str) -> Answer {
    let key = id::fresh();
    let fields = [&SOURCED[..], &[("form_key", key.as_str())]].concat();
    leader.post_file(&desk(world), &fields, ("waits.csv", csv.as_bytes())).await
}

/// Presses "Publish" on the page on which it is checked.
async fn press(world: &World, leader: &Browser<'_>, checked: &Answer) -> Answer {
    assert!(checked.says("Check it before it is published"), "{}", checked.html);
    let fields = hidden(&checked.html);
    let mut all: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    all.push(("step", "publish"));
    leader.post(&desk(world), &all).await
}

async fn publish(world: &World, leader: &Browser<'_>, csv: &str) {
    let checked = check(world, leader, csv).await;
    let to = press(world, leader, &checked).await.leads_to();
    assert!(to.starts_with(&page(world)), "{to}");
}

async fn reports(world: &World) -> i64 {
    number(world, "SELECT count(*) FROM wait_reports").await
}

#[test]
fn a_leader_goes_from_the_desk_to_a_file_checks_it_and_everyone_sees_places_side_by_side() {
    on_both(async |world| {
        let leader = leader(&world).await;
        assert!(leader.get("/lead").await.says("href=\"/lead/waits\""));
        assert!(leader.get("/lead/waits").await.says(&desk(&world)));
        let form = leader.get(&desk(&world)).await;
        assert!(form.says("value=\"December 2026\""), "the last month that is over: {}", form.html);
        assert!(form.says(&format!("{}/places.csv", desk(&world))));
        let begin = leader.get(&format!("{}/places.csv", desk(&world))).await;
        assert!(begin.says("North Sefton,2026-12,,,"), "{}", begin.html);

        let checked = check(&world, &leader, CSV).await;
        assert!(checked.says("24 weeks (longest 40, 64 waiting)"), "{}", checked.html);
        assert!(checked.says("Not shown: fewer than 10 waiting"), "{}", checked.html);
        assert_eq!(reports(&world).await, 0, "nothing is kept before it is published");
        press(&world, &leader, &checked).await.leads_to();
        press(&world, &leader, &checked).await.leads_to();
        assert_eq!(reports(&world).await, 1, "a double tap publishes once");
        let noted = "SELECT count(*) FROM audit WHERE what = 'waits published'";
        assert_eq!(number(&world, noted).await, 1);

        let visitor = world.visitor();
        let sentence = "In November 2026 families in South Sefton waited 24 weeks, in North Sefton \
                        9: 2.7 times as long.";
        for path in [
            "/waits".to_owned(),
            page(&world),
            format!("/services/{}", world.transport),
            "/record".to_owned(),
        ] {
            let shown = visitor.get(&path).await;
            assert!(shown.says(sentence), "{path}: {}", shown.html);
        }
        let shown = visitor.get(&page(&world)).await;
        assert!(shown.says("<svg") && shown.says("longest 31, 1,057 waiting"), "{}", shown.html);
        assert!(shown.says("Sefton Council says so – not checked yet"), "{}", shown.html);
        assert!(shown.says("Source: The waiting list") && shown.says("The target is 18 weeks."));
        assert!(visitor.get("/services").await.says("href=\"/waits\""));
        for (file, says) in [
            ("waits.csv", "South Sefton,2026-12,fewer than 10,,,now,"),
            ("waits.json", "\"median_weeks\":24"),
            ("waits.json", "\"not_shown\":\"fewer than 10\""),
        ] {
            let file = visitor.get(&format!("{}/{file}", page(&world))).await;
            assert!(file.says(says), "{}", file.html);
        }
        let feed = visitor.get("/waits.atom").await;
        assert!(feed.says("How long families wait: Transport"), "{}", feed.html);
        assert!(feed.says("November 2026 to December 2026"), "{}", feed.html);
    });
}

#[test]
fn a_number_of_a_few_people_is_nowhere_not_even_in_the_tables() {
    on_both(async |world| {
        let leader = leader(&world).await;
        let csv = "place,month,waiting,median,longest\nNorth Sefton,2026-12,7,33333,44444\n\
                   South Sefton,2026-12,12,24,40\n";
        let checked = check(&world, &leader, csv).await;
        assert!(!checked.says("33333") && !checked.says(";7;"), "{}", checked.html);
        press(&world, &leader, &checked).await.leads_to();
        let kept = "SELECT count(*) FROM wait_figures WHERE waiting IS NULL AND median IS NULL
            AND longest IS NULL";
        assert_eq!(number(&world, kept).await, 1);
        // What became too few is not worked out from what was there before, nor the other way.
        let csv = "place,month,waiting,median,longest\nSouth Sefton,2026-12,9,24,40\n";
        publish(&world, &leader, csv).await;
        let shown = world.visitor().get(&page(&world)).await;
        assert!(shown.says("Not shown: fewer than 10 waiting"), "{}", shown.html);
        assert!(shown.says(": 24 weeks"), "what it was before is still shown: {}", shown.html);
        // Nor does the schema take a small number.
        let report = "INSERT INTO wait_reports (id, form_key, service_id, nth, figures,
            organisation_id, source, published_by, published_at)
            SELECT 'r', 'r', service_id, 3, 1, organisation_id, 'x', published_by, 1
            FROM wait_reports WHERE nth = 1";
        assert_eq!(by_hand(&world, report).await.unwrap(), 1);
        let insert = |waiting: u8| {
            let world = &world;
            async move {
                let sql = format!(
                    "INSERT INTO wait_figures (report_id, place_id, month, waiting, median, longest)
                     VALUES ('r', '{}', '2026-10', {waiting}, 1, 2)",
                    world.north
                );
                by_hand(world, &sql).await
            }
        };
        assert!(insert(9).await.is_err());
        assert!(insert(10).await.is_ok());
    });
}

#[test]
fn every_line_that_is_wrong_is_named_and_nothing_is_lost_or_taken_over() {
    on_both(async |world| {
        let leader = leader(&world).await;
        let csv = "place,month,waiting,median,longest\n\
                   Suoth Sefton,2026-12,64,24,40\n\
                   South Sefton,2027-01,64,24,40\n\
                   South Sefton,2026-12,64,24,40\n\
                   South Sefton,Dec-26,65,24,40\n";
        for csv in [csv.to_owned(), format!("\u{feff}{}", csv.replace('\n', "\r\n"))] {
            let refused = check(&world, &leader, &csv).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            for line in [
                "Line 2: there is no place called “Suoth Sefton”. Do you mean South Sefton?",
                "Line 3: January 2027 is not over yet",
                "Line 5: South Sefton in December 2026 is in the file twice",
                "value=\"The waiting list\"",
            ] {
                assert!(refused.says(line), "{line}: {}", refused.html);
            }
        }
        let waiting = format!("waiting-{}", world.south);
        let typed = [("month", "December 2026"), (waiting.as_str(), "64"), SOURCED[0]];
        let refused = leader.post(&desk(&world), &typed).await;
        assert!(refused.says("South Sefton: “” is not a number of weeks"), "{}", refused.html);
        assert!(refused.says("value=\"64\""), "what was typed is still there: {}", refused.html);
        let both = leader.post_file(&desk(&world), &typed, ("waits.csv", CSV.as_bytes())).await;
        assert!(both.says("Choose a file or type the numbers, not both"), "{}", both.html);
        let large = vec![b'x'; 200 * 1024];
        let large = leader.post_file(&desk(&world), &SOURCED, ("waits.csv", &large)).await;
        assert!(large.says("Choose a smaller file"), "{}", large.html);
        let empty = leader.post(&desk(&world), &[]).await;
        assert!(empty.says("Enter the numbers for a place"), "{}", empty.html);
        assert_eq!(reports(&world).await, 0);
    });
}

#[test]
fn numbers_are_typed_for_one_month_and_a_late_month_is_missing() {
    on_both(async |world| {
        let leader = leader(&world).await;
        let fields: Vec<(String, &str)> = ["waiting", "median", "longest"]
            .into_iter()
            .zip(["64", "24.4", "40"])
            .map(|(column, value)| (format!("{column}-{}", world.south), value))
            .collect();
        let typed = async |month: &str| {
            let mut all: Vec<(&str, &str)> =
                fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
            all.extend([("month", month), SOURCED[0]]);
            let checked = leader.post(&desk(&world), &all).await;
            press(&world, &leader, &checked).await.leads_to();
        };
        typed("September 2026").await;
        typed("2026-11").await;
        let shown = world.visitor().get(&page(&world)).await;
        assert_eq!(shown.html.matches("24 weeks").count(), 2, "{}", shown.html);
        assert_eq!(shown.html.matches("Not published yet").count(), 1, "December is late");
        assert_eq!(shown.html.matches(">Not published<").count(), 1, "October is missing");
        let desk = leader.get("/lead/waits").await;
        assert!(desk.says("December 2026 is missing"), "{}", desk.html);
        let task = "Publish how long families wait: Transport";
        assert!(leader.get("/lead").await.says(task), "the desk asks for it");
        typed("December 2026").await;
        assert!(!leader.get("/lead").await.says(task));
    });
}

#[test]
fn what_is_corrected_stays_in_sight_and_the_pack_of_a_day_before_is_the_same() {
    on_both(async |world| {
        let leader = leader(&world).await;
        publish(&world, &leader, CSV).await;
        let day = AsOf::read(&clock::fields(world.now()).0, world.now()).unwrap();
        world.forward(2 * DAY);
        let day = AsOf::read(&day.day, world.now()).unwrap();
        let before = pack::make(&world.house, &day).await.unwrap();
        let csv = "place,month,waiting,median,longest\nSouth Sefton,2026-11,64,22,40\n\
                   North Sefton,2026-11,1057,9,31\n";
        let checked = check(&world, &leader, csv).await;
        assert!(checked.says(">24 weeks (longest 40, 64 waiting)<"), "{}", checked.html);
        assert!(!checked.says("North Sefton, November"), "what stays the same is left out");
        press(&world, &leader, &checked).await.leads_to();
        let shown = world.visitor().get(&page(&world)).await;
        assert!(shown.says("22 weeks") && shown.says(": 24 weeks</span>"), "{}", shown.html);
        assert_eq!(pack::make(&world.house, &day).await.unwrap(), before);
        let table = before.files.iter().find(|(name, _)| name == "waits.csv").unwrap();
        let table = String::from_utf8_lossy(&table.1).into_owned();
        assert!(table.contains("Transport,South Sefton,2026-11,64,24,40,18,now,"), "{table}");
        assert!(table.contains("South Sefton,2026-12,too few to say,"), "{table}");
        let same = leader.post_file(&desk(&world), &SOURCED, ("a.csv", csv.as_bytes())).await;
        assert!(same.says("All of this is published already"), "{}", same.html);
    });
}

#[test]
fn two_leaders_at_once_see_what_the_other_published_and_lose_nothing() {
    on_both(async |world| {
        let (leader, colleague) =
            (leader(&world).await, world.signed_in("leader2@example.org", &[Role::Leader]).await);
        let mine = check(&world, &leader, CSV).await;
        let theirs = "place,month,waiting,median,longest\nSouth Sefton,2026-11,64,23,40\n";
        publish(&world, &colleague, theirs).await;
        let again = press(&world, &leader, &mine).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.says("Someone else has just published"), "{}", again.html);
        assert!(again.says(">23 weeks (longest 40, 64 waiting)<"), "{}", again.html);
        press(&world, &leader, &again).await.leads_to();
        assert_eq!(reports(&world).await, 2);
        let back = [&hidden(&again.html)[..], &[("step".to_owned(), "change".to_owned())]].concat();
        let back: Vec<(&str, &str)> =
            back.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let form = leader.post(&desk(&world), &back).await;
        assert!(form.says("value=\"The waiting list\""), "{}", form.html);
    });
}

#[test]
fn only_leaders_of_who_runs_a_service_publish_and_nobody_judges_their_own() {
    on_both(async |world| {
        let other = world.leader_of("nhs@example.org", "The NHS").await;
        assert_eq!(other.get(&desk(&world)).await.status, StatusCode::NOT_FOUND);
        assert_eq!(check(&world, &other, CSV).await.status, StatusCode::NOT_FOUND);
        let both = world.signed_in("both@example.org", &[Role::Leader, Role::Organiser]).await;
        publish(&world, &both, CSV).await;
        let colleague =
            world.signed_in("colleague@example.org", &[Role::Leader, Role::Organiser]).await;
        let id = world.one("SELECT id FROM wait_reports").await;
        let judge = format!("/forum/waits/{id}");
        for own in [&both, &colleague] {
            assert!(own.get(&judge).await.says("Nobody speaks for both sides"));
            assert!(!own.get("/forum").await.says("Check how long families wait: Transport"));
            let tried = own.post(&judge, &[("verdict", "confirmed")]).await;
            assert_eq!(tried.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(tried.says("Ask another organiser"), "{}", tried.html);
        }
        for sql in [
            "INSERT INTO wait_verdicts (id, form_key, report_id, verdict, words, given_by, given_at)
             SELECT 'a', 'a', id, 'confirmed', '', published_by, 1 FROM wait_reports",
            "INSERT INTO wait_figures (report_id, place_id, month, waiting, median, longest)
             SELECT r.id, p.id, '2026-01', 20, 1, 2 FROM wait_reports r, places p",
            "INSERT INTO wait_reports (id, form_key, service_id, nth, figures, organisation_id,
             source, published_by, published_at)
             SELECT 'a', 'a', r.service_id, 2, 1, o.id, 'x', r.published_by, 1
             FROM wait_reports r, organisations o WHERE o.id <> r.organisation_id",
            "INSERT INTO wait_reports (id, form_key, service_id, nth, figures, organisation_id,
             source, published_by, published_at)
             SELECT 'a', 'a', service_id, 3, 1, organisation_id, 'x', published_by, 1
             FROM wait_reports",
        ] {
            assert!(by_hand(&world, sql).await.is_err(), "{sql}");
        }
        assert_eq!(number(&world, "SELECT count(*) FROM wait_verdicts").await, 0);
    });
}

#[test]
fn a_parent_says_that_it_is_not_their_experience_and_the_forum_disputes_it_in_public() {
    on_both(async |world| {
        publish(&world, &leader(&world).await, CSV).await;
        let (parent, organiser) = (world.parent(1).await, world.organiser().await);
        let doubts = format!("{}/doubts/new", page(&world));
        let shown = parent.get(&page(&world)).await;
        assert!(shown.says(&doubts) && shown.says("That's not my experience"), "{}", shown.html);
        let form = parent.get(&doubts).await;
        let (key, report) = (form.sends("form_key"), form.sends("report"));
        let words = "It was 31 weeks for us, not 24.";
        assert!(parent.post(&doubts, &[("words", " ")]).await.says("Tell us what happened"));
        let fields = [("form_key", key.as_str()), ("report", &report), ("words", words)];
        for _ in 0..2 {
            let to = parent.post(&doubts, &fields).await.leads_to();
            assert!(parent.get(&to).await.says("Only its organisers can read it."));
        }
        assert_eq!(number(&world, "SELECT count(*) FROM wait_doubts").await, 1);
        assert_eq!(world.receipts().await.len(), 1, "one receipt");
        assert!(!world.visitor().get(&page(&world)).await.says(words));

        let desk = organiser.get("/forum").await;
        assert!(desk.says("Check how long families wait: Transport"), "{}", desk.html);
        assert!(desk.says("Read what parents told us about how long they wait: 1"));
        let list = organiser.get("/forum/waits").await;
        assert!(list.says(words) && list.says("Transport"), "{}", list.html);
        let seen = [("doubt", list.sends("doubt"))];
        let seen = [("doubt", seen[0].1.as_str())];
        organiser.post("/forum/waits", &seen).await.leads_to();
        assert!(!organiser.get("/forum/waits").await.says(words));

        let judge = format!("/forum/waits/{report}");
        let form = organiser.get(&judge).await;
        assert!(form.says(words), "whoever judges reads it again: {}", form.html);
        let bare = [("verdict", "disputed")];
        assert!(organiser.post(&judge, &bare).await.says("Say what parents have found"));
        let key = form.sends("form_key");
        let disputed = [
            ("form_key", key.as_str()),
            ("verdict", "disputed"),
            ("words", "Ten families in the south told us of 30 weeks."),
        ];
        for _ in 0..2 {
            organiser.post(&judge, &disputed).await.leads_to();
        }
        let shown = world.visitor().get(&page(&world)).await;
        assert!(shown.says("The forum disagrees") && shown.says("told us of 30 weeks"));
        assert!(shown.says("24 weeks"), "both stay: {}", shown.html);
        assert!(!organiser.get("/forum").await.says("Check how long families wait: Transport"));
        world.forward(MINUTE);
        let confirmed = [("verdict", "confirmed")];
        organiser.post(&judge, &confirmed).await.leads_to();
        assert!(world.visitor().get(&page(&world)).await.says("The forum agrees"));
        let feed = world.visitor().get("/waits.atom").await;
        assert!(feed.says("The forum agrees"), "{}", feed.html);
    });
}

#[test]
fn months_are_paged_and_a_service_without_any_says_so() {
    on_both(async |world| {
        let leader = leader(&world).await;
        let visitor = world.visitor();
        let nothing = visitor.get(&page(&world)).await;
        assert!(nothing.says("Nobody has published how long families wait for this yet."));
        let doubts = format!("{}/doubts/new", page(&world));
        let parent = world.parent(1).await;
        assert_eq!(parent.get(&doubts).await.status, StatusCode::NOT_FOUND, "about what?");
        let csv = format!("{CSV}South Sefton,2024-03,64,19,40\n");
        publish(&world, &leader, &csv).await;
        let first = visitor.get(&page(&world)).await;
        assert!(!first.says("19 weeks") && first.says("?page=2"), "{}", first.html);
        let second = visitor.get(&format!("{}?page=2", page(&world))).await;
        assert!(second.says("March 2024") && second.says("19 weeks"), "{}", second.html);
        assert!(!second.says("?page=3"));
        let none = visitor.get(&format!("/waits/{}", id::fresh())).await;
        assert_eq!(none.status, StatusCode::NOT_FOUND);
    });
}

/// A file about November: the weeks in the north and in the south.
fn november(north: u32, south: u32) -> String {
    format!(
        "place,month,waiting,median,longest\nNorth Sefton,2026-11,1057,{north},31\n\
         South Sefton,2026-11,64,{south},40\n"
    )
}

/// The service's publication of this number.
async fn report(world: &World, nth: u32) -> String {
    world.one(&format!("SELECT id FROM wait_reports WHERE nth = {nth}")).await
}

async fn judge(organiser: &Browser<'_>, report: &str, verdict: &str) {
    let fields = [("verdict", verdict), ("words", "Ten families told us of 30 weeks.")];
    organiser.post(&format!("/forum/waits/{report}"), &fields).await.leads_to();
}

#[test]
fn a_number_that_the_forum_disputes_says_so_wherever_it_stands() {
    on_both(async |world| {
        let (leader, organiser) = (leader(&world).await, world.organiser().await);
        let visitor = world.visitor();
        publish(&world, &leader, &november(9, 24)).await;
        let paths = [
            "/waits".to_owned(),
            page(&world),
            format!("/services/{}", world.transport),
            "/record".to_owned(),
            format!("{}/waits.json", page(&world)),
            "/waits.atom".to_owned(),
        ];
        for path in &paths {
            let shown = visitor.get(path).await;
            assert!(shown.says("Sefton Council says so – not checked yet"), "{path}");
        }
        judge(&organiser, &report(&world, 1).await, "disputed").await;
        for path in &paths {
            let shown = visitor.get(path).await;
            assert!(shown.says("× The forum disagrees"), "{path}: {}", shown.html);
            assert!(!shown.says("not checked yet"), "{path}: {}", shown.html);
        }
        let shown = visitor.get(&page(&world)).await;
        let (head, rest) = shown.html.split_once("class=\"chart\"").unwrap();
        let sentence = "9: 2.7 times as long. × The forum disagrees.";
        assert!(head.contains(sentence), "what the page is about, for others' links: {head}");
        assert!(head.contains("disagrees with numbers of 1 of these 2 months"), "{head}");
        let cell = "<b>× The forum disagrees</b>";
        assert_eq!(rest.matches(cell).count(), 3, "beside both in the table, and below: {rest}");
        let csv = visitor.get(&format!("{}/waits.csv", page(&world))).await;
        assert_eq!(csv.html.matches(",disputed,").count(), 2, "{}", csv.html);

        // What corrects it is not disputed, and what it corrects still is.
        let csv = "place,month,waiting,median,longest\nSouth Sefton,2026-11,64,30,40\n";
        publish(&world, &leader, csv).await;
        let shown = visitor.get(&page(&world)).await;
        for says in [
            "South Sefton: ○ Sefton Council says so – not checked yet. North Sefton: × The forum \
             disagrees",
            ": 24 weeks (× The forum disagrees)",
        ] {
            assert!(shown.says(says), "{says}: {}", shown.html);
        }
        let day = clock::fields(world.now()).0;
        world.forward(2 * DAY);
        let day = AsOf::read(&day, world.now()).unwrap();
        let pack = pack::make(&world.house, &day).await.unwrap();
        let file = |name: &str| {
            let (_, bytes) = pack.files.iter().find(|(known, _)| known == name).unwrap();
            String::from_utf8_lossy(bytes).into_owned()
        };
        assert_eq!(file("waits.csv").matches(",disputed,").count(), 2, "{}", file("waits.csv"));
        let figures = file("figures.csv");
        let disputed = figures.lines().find(|line| line.starts_with("waits_disputed,"));
        assert!(disputed.is_some_and(|line| line.contains(",1,")), "{figures}");
    });
}

#[test]
fn each_publication_waits_for_the_forum_until_it_is_judged_or_all_of_it_is_corrected() {
    on_both(async |world| {
        let (leader, _) = (leader(&world).await, world.organiser().await);
        publish(&world, &leader, &november(9, 24)).await;
        world.forward(DAY);
        let (leader, organiser) = again(&world).await;
        let csv = "place,month,waiting,median,longest\nSouth Sefton,2026-12,64,25,40\n";
        publish(&world, &leader, csv).await;
        let (first, second) = (report(&world, 1).await, report(&world, 2).await);
        judge(&organiser, &second, "confirmed").await;
        let waits = async |id: &str| {
            let (_, organiser) = again(&world).await;
            let (desk, list) = (organiser.get("/forum").await, organiser.get("/forum/waits").await);
            let to = format!("/forum/waits/{id}\"");
            assert_eq!(desk.says(&to), list.says(&to), "{id}: {}", desk.html);
            desk.says(&to)
        };
        assert!(waits(&first).await, "the newer one was judged, and this one still is not");
        assert!(!waits(&second).await);

        // Whoever judges sees the numbers, and what has become of them.
        world.forward(DAY);
        let (leader, organiser) = again(&world).await;
        let csv = "place,month,waiting,median,longest\nSouth Sefton,2026-11,64,22,40\n";
        publish(&world, &leader, csv).await;
        let third = report(&world, 3).await;
        assert!(waits(&first).await && waits(&third).await, "the north still counts");
        for (id, says) in [
            (&first, "9 weeks (longest 31, 1,057 waiting)"),
            (&first, "24 weeks (longest 40, 64 waiting)"),
            (&first, "Corrected since: 22 weeks (longest 40, 64 waiting)"),
            (&third, "South Sefton, November 2026"),
            (&third, "Before: 24 weeks (longest 40, 64 waiting)"),
            (&third, "The target is 18 weeks."),
        ] {
            let form = organiser.get(&format!("/forum/waits/{id}")).await;
            assert!(form.says(says), "{says}: {}", form.html);
        }
        publish(&world, &leader, &november(10, 23)).await;
        assert!(!waits(&first).await && !waits(&third).await, "nothing of them counts any more");
        assert!(waits(&report(&world, 4).await).await);
        let shown = world.visitor().get(&page(&world)).await;
        let corrected = "All of this was corrected before the forum had checked it";
        assert_eq!(shown.html.matches(corrected).count(), 2, "{}", shown.html);
        assert!(world.visitor().get("/waits.atom").await.says(corrected));
    });
}

#[test]
fn organisers_are_emailed_about_a_publication_and_a_parents_doubt_unless_they_are_its_other_side() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let colleague =
            world.signed_in("colleague@example.org", &[Role::Leader, Role::Organiser]).await;
        for person in [&organiser, &colleague] {
            for task in ["waits", "wait-doubt"] {
                let to = person.post("/account/emails/tasks", &[(task, "at once")]).await;
                to.leads_to();
            }
        }
        let told = async || {
            tell_due(&world.house).await.unwrap();
            let emails = world.deliver().await.into_iter();
            let mut told: Vec<_> =
                emails.map(|email| (email.to.clone(), email.subject.clone(), email)).collect();
            told.sort_by(|one, next| one.0.cmp(&next.0));
            told
        };
        publish(&world, &leader(&world).await, CSV).await;
        let emails = told().await;
        let [(to, subject, email)] = &emails[..] else { panic!("{emails:?}") };
        assert_eq!(
            (to.as_str(), subject.as_str()),
            ("organiser@example.org", "Check how long families wait",)
        );
        let task = link_to(email, "/forum/waits/");
        assert!(task.ends_with(&report(&world, 1).await), "{task}");
        assert!(organiser.get(&task).await.says("24 weeks (longest 40, 64 waiting)"));
        assert!(told().await.is_empty(), "once");

        let parent = world.parent(1).await;
        let words = [("words", "Sam waited 31 weeks.")];
        parent.post(&format!("{}/doubts/new", page(&world)), &words).await.leads_to();
        let emails = told().await;
        let subjects: Vec<_> =
            emails.iter().map(|(to, subject, _)| (to.as_str(), subject.as_str())).collect();
        let subject = "Someone says about waiting times: that's not my experience";
        assert_eq!(
            subjects,
            [("colleague@example.org", subject), ("organiser@example.org", subject)]
        );
        assert!(emails.iter().all(|(.., email)| !email.text.contains("Sam")), "{emails:?}");
        let list = organiser.get(&link_to(&emails[1].2, "/forum/waits")).await;
        organiser.post("/forum/waits", &[("doubt", &list.sends("doubt"))]).await.leads_to();
        judge(&organiser, &report(&world, 1).await, "confirmed").await;
        let left = "SELECT count(*) FROM waiting_tasks WHERE task IN ('waits', 'wait-doubt')";
        assert_eq!(number(&world, left).await, 0);
    });
}
