//! A change that takes something away: held until somebody has signed who it affects, or goes ahead
//! by name; what everyone reads of that; and that plain SQL gets no further.

use axum::http::StatusCode;
use calendar::clock::{self, DAY};

use super::{fields, leaders, told, written};
use crate::fixtures::plans::{FAIR, REASON};
use crate::world::{World, by_hand, number, on_both};

const PAST: [(&str, &str); 3] =
    [("name", "Invented Officer"), ("reason", REASON), ("step", "confirm")];

/// The words of a change about transport that takes something away.
fn taking<'f>(world: &'f World, title: &'f str, day: &'f str) -> Vec<(&'f str, &'f str)> {
    let mut words = fields(title, &world.transport, day);
    words.retain(|(name, _)| *name != "takes_away");
    words.extend([("takes_away", "costs"), ("takes_away", "reduces")]);
    words
}

fn in_thirty_days(world: &World) -> String {
    clock::fields(world.now() + 30 * DAY).0
}

#[test]
fn a_change_that_takes_something_away_is_held_until_it_is_signed_who_it_affects() {
    on_both(async |world| {
        let ((writer, colleague), visitor) = (leaders(&world).await, world.visitor());
        let day = in_thirty_days(&world);
        let mut unsaid = taking(&world, "Fewer buses", &day);
        unsaid.retain(|(name, _)| *name != "takes_away");
        let refused = writer.post("/lead/notices/new", &unsaid).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says("Say if it ends or reduces a service, or raises its cost"));
        let words = taking(&world, "Fewer buses", &day);
        let page = written(&writer, "/lead/notices/new", &words).await;
        let (desk, public) =
            (format!("{page}/equality"), format!("{}/equality", page.replace("/lead", "")));
        assert!(writer.get(&page).await.says("Say who it affects, and whether it is fair"));
        let held = colleague.post(&page, &[]).await;
        assert_eq!(held.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(held.says("Say first who it affects"), "{}", held.html);
        let by_sql = "UPDATE notices SET approved_by = written_by, approved_at = written_at,
           starts_at = written_at";
        assert!(by_hand(&world, by_sql).await.is_err(), "the schema holds it too");

        let mut small = FAIR.to_vec();
        small[3] = ("numbers", "Children on route 5; 9");
        let refused = writer.post(&desk, &small).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says("With fewer than ten people") && refused.says("every day."));
        let (mut first, key) = (FAIR.to_vec(), id::fresh());
        first.push(("form_key", key.as_str()));
        for _ in 0..2 {
            writer.post(&desk, &first).await.leads_to();
        }
        assert_eq!(number(&world, "SELECT count(*) FROM notice_equality_records").await, 1);
        assert_eq!(visitor.get(&public).await.status, StatusCode::NOT_FOUND, "not told yet");
        assert!(colleague.get(&public).await.says("We counted for a week."));
        assert!(!colleague.get(&page).await.says("Say who it affects, and whether it is fair"));
        colleague.post(&page, &[]).await.leads_to();
        told(&world).await;

        let shown = visitor.get(&page.replace("/lead", "")).await;
        assert!(
            shown.says("Is it fair to everyone?")
                && shown.says("This reduces a service and costs families more.")
                && !shown.says("Leaders went ahead"),
            "{}",
            shown.html
        );
        let shown = visitor.get(&public).await;
        let takes = "This reduces a service and costs families more.";
        for words in ["Disability", "Equality Act 2010", "Children on route 5", "40", takes] {
            assert!(shown.says(words), "{words}: {}", shown.html);
        }
        world.forward(DAY);
        assert!(writer.get(&desk).await.says("We counted for a week."), "it is filled in");
        assert_eq!(writer.post(&desk, &FAIR).await.leads_to(), public);
        assert!(visitor.get(&public).await.says("It was signed before on"));
        for sql in [
            "UPDATE notice_equality_records SET affected = 'Nobody'",
            "DELETE FROM notice_equality_numbers",
            "UPDATE notices SET takes_away = 0",
            "UPDATE notices SET takes = 'ends'",
            "UPDATE notice_equality_records SET takes = 'ends'",
            "INSERT INTO notice_equality_numbers (record_id, position, label, people)
             SELECT id, 9, 'A small group', 4 FROM notice_equality_records",
        ] {
            assert!(by_hand(&world, sql).await.is_err(), "the schema lets this through: {sql}");
        }
        world.forward(31 * DAY);
        let record = visitor.get("/record/told").await;
        assert!(record.says("✓ It takes something away, and says who it affects"));
    });
}

#[test]
fn what_is_only_proposed_or_no_longer_happening_is_not_held() {
    on_both(async |world| {
        let (writer, colleague) = leaders(&world).await;
        let day = in_thirty_days(&world);
        let mut words = taking(&world, "Perhaps fewer buses", &day);
        words.retain(|(name, _)| !["decided", "decided_day"].contains(name));
        words.push(("decided", "no"));
        let page = written(&writer, "/lead/notices/new", &words).await;
        colleague.post(&page, &[]).await.leads_to();
        told(&world).await;

        let mut words = taking(&world, "Fewer buses", &day);
        words.push(("changed", "It has been decided."));
        let decided = written(&writer, &format!("{page}/correction"), &words).await;
        let held = colleague.post(&decided, &[]).await;
        assert_eq!(held.status, StatusCode::UNPROCESSABLE_ENTITY, "now it is decided");
        writer.post(&decided, &[("step", "discard")]).await.leads_to();
        let off = [("changed", "There will be as many buses.")];
        let off = written(&writer, &format!("{page}/withdrawal"), &off).await;
        colleague.post(&off, &[]).await.leads_to();
        told(&world).await;
        let shown = world.visitor().get(&off.replace("/lead", "")).await;
        assert!(shown.says("This change is no longer happening"), "{}", shown.html);
    });
}

#[test]
fn going_ahead_before_saying_who_it_affects_takes_two_steps_and_everyone_always_sees_it() {
    on_both(async |world| {
        let (writer, colleague) = leaders(&world).await;
        let day = in_thirty_days(&world);
        let words = taking(&world, "Fewer buses", &day);
        let page = written(&writer, "/lead/notices/new", &words).await;
        let form = format!("{page}/override");
        let short = writer.post(&form, &[("name", "Invented Officer"), ("reason", "Hurry")]).await;
        assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(short.says("at least 80 characters") && short.says("Hurry"));
        let check = writer.post(&form, &PAST[..2]).await;
        assert!(check.says("Check this: everyone will see it"), "{}", check.html);
        assert_eq!(number(&world, "SELECT count(*) FROM notice_overrides").await, 0);
        for _ in 0..2 {
            let done = writer.post(&form, &PAST).await.leads_to();
            assert_eq!(done, format!("{page}?done=passed"));
        }
        let another = writer.post(&form, &[("name", "Another"), PAST[1], PAST[2]]).await;
        assert!(another.says("We couldn't save this.") && another.says("Another"));
        assert_eq!(writer.get(&form).await.leads_to(), page, "nothing holds it any more");
        colleague.post(&page, &[]).await.leads_to();
        told(&world).await;
        let public = page.replace("/lead", "");
        for is_signed in [false, true] {
            let shown = world.visitor().get(&public).await;
            assert!(
                shown.says("Leaders went ahead with this before saying who it affects")
                    && shown.says(REASON)
                    && shown.says("Invented Officer"),
                "signed: {is_signed}: {}",
                shown.html
            );
            if !is_signed {
                writer.post(&format!("{page}/equality"), &FAIR).await.leads_to();
            }
        }
        for sql in ["UPDATE notice_overrides SET reason = name", "DELETE FROM notice_overrides"] {
            assert!(by_hand(&world, sql).await.is_err(), "the schema lets this through: {sql}");
        }
        world.forward(31 * DAY);
        let record = world.visitor().get("/record/told").await;
        assert!(record.says("× Leaders went ahead before saying who it affects"));
    });
}
