//! The forum's year in one press: who took part and how often, meetings, consultations and
//! outcomes, with how each was counted, and no number of a few people.

use std::io::{Cursor, Read as _};

use axum::http::StatusCode;
use calendar::clock::DAY;
use consultations::responses;
use ground::viewer::Role;
use questionnaires::answers::Answer as Given;

use crate::consultations::publish as publish_results;
use crate::fixtures::consultations::{new_consultation, terms};
use crate::page::{part, parts};
use crate::updates::{DONE, publish};
use crate::world::{Browser, World, on_both};

const WHO: &str = "<h2>Parents and carers who took part</h2>";

/// The part of the page about who took part.
fn who(html: &str) -> String {
    parts(html, "section").into_iter().find(|part| part.starts_with(WHO)).unwrap()
}

/// A round in which 12 families of the north and 15 of the south voted on one topic; its topic.
async fn voted(world: &World) -> String {
    let (_, topic) = world.voting("Buses").await;
    for nth in 0..27 {
        let place = if nth < 12 { &world.north } else { &world.south };
        world.supporter(nth, place, &topic).await;
    }
    world.close().await;
    topic
}

#[test]
fn an_organiser_finds_who_took_part_from_the_desk_and_nobody_of_a_few_can_be_worked_out() {
    on_both(async |world| {
        let topic = voted(&world).await;
        // It is March: the round closed in January.
        world.forward(40 * DAY);
        let organiser = world.organiser().await;
        assert!(organiser.get("/forum").await.says("href=\"/forum/year\""));
        let page = organiser.get("/forum/year").await;
        assert!(page.says("Sunday 1 March 2026 to Sunday 28 February 2027"), "{}", page.html);
        let shown = who(&page.html);
        // 27 voted and one proposed.
        assert!(shown.contains(">30</td>"), "{shown}");
        assert!(shown.contains("From North Sefton") && shown.contains(">10</td>"), "{shown}");
        assert!(
            !shown.contains(">28<") && !shown.contains(">27<") && !shown.contains(">1<"),
            "{shown}"
        );
        let hidden = shown.matches("not shown, to protect people</td>").count();
        assert_eq!(hidden, 6, "one who only proposed would be worked out from the others: {shown}");
        assert!(
            shown.contains("How we counted:") && shown.contains("To the nearest ten"),
            "{shown}"
        );
        assert!(
            page.says("South Sefton: 15") && page.says("North Sefton: 12"),
            "as the round has it"
        );

        // A day more or less changes nothing about people: they are counted over whole months.
        let rows = |html: &str| part(&who(html), "table");
        let of = async |from: &str, until: &str| {
            let page = organiser.get(&format!("/forum/year?from={from}&until={until}")).await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.html);
            page.html
        };
        let whole = rows(&of("2026-11-01", "2027-02-28").await);
        assert_eq!(rows(&of("2026-10-02", "2027-03-05").await), whole);
        let too_short = of("2027-01-01", "2027-02-28").await;
        assert!(who(&too_short).contains("fewer than three whole months"), "{too_short}");
        assert!(!who(&too_short).contains(">30</td>"));
        let before = of("2026-09-01", "2026-12-31").await;
        assert!(who(&before).contains(">0</td>"), "the round had not closed: {before}");

        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let said = publish(&leader, &topic, &DONE).await;
        let today = calendar::clock::fields(world.now()).0;
        let page = organiser.get(&format!("/forum/year?from=2026-11-01&until={today}")).await;
        assert!(page.says("1 outcome. ") && page.says("The buses come too late."), "{}", page.html);
        assert!(!said.is_empty());
    });
}

#[test]
fn days_that_are_none_are_refused_and_the_workbook_holds_what_the_page_says() {
    on_both(async |world| {
        voted(&world).await;
        world.forward(40 * DAY);
        let organiser = world.organiser().await;
        for (query, what_to_do) in [
            ("from=2026-02-30&until=2027-01-01", "Enter a day like 1 December 2026"),
            ("from=2027-02-01&until=2027-01-01", "not before the first"),
            ("from=2026-01-01&until=2031-01-01", "Choose today or an earlier day"),
            ("from=2020-01-01&until=2027-01-01", "at most three years"),
        ] {
            let page = organiser.get(&format!("/forum/year?{query}")).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
            assert!(page.says(what_to_do) && page.says("There is a problem"), "{}", page.html);
            let file = organiser.get(&format!("/forum/year/year.xlsx?{query}")).await;
            assert_eq!(file.leads_to(), format!("/forum/year?{query}"));
        }
        let file = organiser.get("/forum/year/year.xlsx?from=2026-11-01&until=2027-02-28").await;
        assert_eq!(file.status, StatusCode::OK);
        let named = file.headers["content-disposition"].to_str().unwrap();
        assert!(named.contains("year-2026-11-01-2027-02-28.xlsx"), "{named}");
        let mut archive = zip::ZipArchive::new(Cursor::new(&file.raw[..])).unwrap();
        let mut words = String::new();
        archive.by_name("xl/sharedStrings.xml").unwrap().read_to_string(&mut words).unwrap();
        for said in ["Everyone who took part", "How we counted: ", "Autumn"] {
            assert!(words.contains(said), "{said}: {words}");
        }
        let mut people = String::new();
        archive.by_name("xl/worksheets/sheet1.xml").unwrap().read_to_string(&mut people).unwrap();
        assert!(people.contains("<v>30</v>"), "a number that can be added up: {people}");
        assert_eq!(words.matches("How we counted: ").count(), 7, "each part says how");
        assert!(archive.by_name("xl/worksheets/sheet7.xml").is_ok(), "a sheet for each part");
    });
}

/// A yearly survey that these many agreed and disagreed in, closed, counted and published.
async fn survey(
    world: &World,
    (organiser, other): (&Browser<'_>, &Browser<'_>),
    title: &str,
    (agree, disagree): (usize, usize),
) {
    let closes = calendar::clock::fields(world.now() + 30 * DAY).0;
    let mut said = terms(title, &closes, "anyone");
    said.push(("belongs", world.council.as_str()));
    let desk = new_consultation(organiser, &said).await;
    organiser.post(&desk, &[("copy", "needs-found")]).await.leads_to();
    organiser.post(&desk, &[("step", "open")]).await.leads_to();
    let id = desk.replace("/forum/consultations/", "");
    let mut tx = world.db().begin().await.unwrap();
    for nth in 0..agree + disagree {
        let code = id::code();
        responses::begin(&mut tx, &id.as_str().into(), 1, &code).await.unwrap();
        let key = if nth < agree { "agree" } else { "disagree" };
        let answers = vec![("needs-found".to_owned(), Some(Given::Chosen(vec![key.to_owned()])))];
        responses::keep(&mut tx, &code, answers, None).await.unwrap();
        let agreed = responses::Agreed { may_quote: false, wants_outcome: false };
        responses::send(&mut tx, &id.as_str().into(), &code, None, agreed).await.unwrap();
    }
    tx.commit().await.unwrap();
    world.forward(31 * DAY);
    let release = format!("{desk}/release");
    organiser.post(&release, &[("step", "count")]).await.leads_to();
    publish_results(other, &release).await.leads_to();
}

#[test]
fn the_yearly_survey_of_the_library_is_shown_beside_that_of_the_year_before() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let other = world.signed_in("organiser2@example.org", &[Role::Organiser]).await;
        survey(&world, (&organiser, &other), "How was 2026?", (20, 30)).await;
        world.forward(250 * DAY);
        let organiser = world.sign_in("organiser@example.org").await;
        let other = world.sign_in("organiser2@example.org").await;
        survey(&world, (&organiser, &other), "How was 2027?", (45, 15)).await;
        let today = calendar::clock::fields(world.now()).0;
        let page = organiser.get(&format!("/forum/year?from=2027-06-01&until={today}")).await;
        assert!(page.says("How was 2027?”, closed"), "{}", page.html);
        assert!(page.says("Before: “How was 2026?”"), "{}", page.html);
        assert!(page.says("75% (45 of 60)") && page.says("40% (20 of 50)"), "{}", page.html);
        assert!(page.says("needs were found and understood"), "{}", page.html);
    });
}
