//! A consultation while it is open, as organisers watch it; reminders of personal links; results of
//! numbers, days and rankings; reading by several people.

use axum::http::StatusCode;
use calendar::clock::{DAY, HOUR};
use consultations::responses;
use deliveries::Email;
use ground::viewer::Role;
use questionnaires::answers::Answer as Given;

use crate::consultations::{answer, answered, begin, open, publish};
use crate::fixtures::consultations::new_for_anyone;
use crate::world::{World, link_to, number, on_both};

/// A day goes by, and the worker counts.
async fn a_day_later(world: &World) {
    world.forward(DAY);
    consultations::count_due(&world.house).await.unwrap();
    consultations::count_due(&world.house).await.unwrap();
}

#[test]
fn organisers_see_about_how_many_have_answered_a_day_late_and_in_tens() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "anyone").await;
        let desk = format!("/forum/consultations/{id}");
        let progress = format!("{desk}/progress");
        assert!(organiser.get(&desk).await.says(&format!("href=\"{progress}\"")));
        assert!(organiser.get(&progress).await.says("There is nothing to show yet."));
        // Whoever speaks for the forum is signed out after half a day, so she signs in each time.
        let looked = async || world.sign_in("organiser@example.org").await.get(&progress).await;
        answered(&world, &id, 25, 13).await;
        world.forward(HOUR);
        a_day_later(&world).await;
        assert!(looked().await.says("There is nothing to show yet."), "too soon");
        a_day_later(&world).await;
        assert!(looked().await.says("At least 30 answers by the end of"));
        answered(&world, &id, 9, 0).await;
        a_day_later(&world).await;
        a_day_later(&world).await;
        assert!(looked().await.says("At least 30 answers"), "nine more say nothing");
        answered(&world, &id, 1, 0).await;
        a_day_later(&world).await;
        assert!(looked().await.says("At least 30 answers"), "a day late");
        a_day_later(&world).await;
        let page = looked().await;
        assert!(page.says("At least 40 answers"), "{}", page.html);
    });
}

#[test]
fn organisers_say_how_many_answers_they_hope_for() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "anyone").await;
        let progress = format!("/forum/consultations/{id}/progress");
        let few = organiser.post(&progress, &[("aim", "9")]).await;
        assert!(
            few.status == StatusCode::UNPROCESSABLE_ENTITY
                && few.says("Enter a whole number from 10 to 1,000,000")
        );
        for _ in 0..2 {
            organiser.post(&progress, &[("aim", "1,200")]).await.leads_to();
        }
        assert!(organiser.get(&progress).await.says("value=\"1200\""));
        let noted = "SELECT count(*) FROM audit WHERE what = 'aim for answers set'
             AND detail = '1200'";
        assert_eq!(number(&world, noted).await, 1, "twice the same is once");
        answered(&world, &id, 30, 0).await;
        world.forward(HOUR);
        a_day_later(&world).await;
        a_day_later(&world).await;
        assert!(organiser.get(&progress).await.says("You hope for 1,200."));
    });
}

#[test]
fn a_family_that_has_not_used_its_link_is_reminded_once_and_nobody_can_tell_which() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "link").await;
        let links = format!("/forum/consultations/{id}/links");
        let addresses = ("addresses", "a@example.org\nb@example.org");
        organiser.post(&links, &[addresses, ("remind", "yes")]).await.done();
        let emails = world.deliver().await;
        let asked = emails.iter().filter(|email| email.subject.starts_with("Have your say"));
        assert_eq!(asked.count(), 2);
        let waiting = "SELECT count(*) FROM deliveries WHERE kind = 'asked again'";
        assert_eq!(number(&world, waiting).await, 2);
        assert_eq!(deliveries::store::waiting(world.db()).await.unwrap().owed, 0, "nor counts");
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let list = admin.get("/admin/emails").await;
        assert!(list.says("No emails are waiting to be sent."), "nor is listed: {}", list.html);

        let before = organiser.get(&links).await.html;
        let to_a = emails.iter().find(|email| email.to == "a@example.org").unwrap();
        let link = link_to(to_a, &format!("/consultations/{id}/links/"));
        let phone = world.visitor();
        phone.get(&link).await.leads_to();
        let response = begin(&phone, &id).await;
        answer(&phone, &response, "question-3", "Weekends").await.leads_to();
        phone.post(&response, &[("step", "send")]).await.leads_to();
        assert_eq!(number(&world, waiting).await, 1, "nothing is left of theirs");
        assert_eq!(organiser.get(&links).await.html, before, "organisers see no difference");
        let joined = "SELECT count(*) FROM personal_links l JOIN deliveries d
             ON d.dedup_key LIKE '%' || l.link_hash || '%'";
        assert_eq!(number(&world, joined).await, 0);

        world.forward(14 * DAY + HOUR);
        let reminders = world.deliver().await;
        let reminds = |email: &&Email| email.subject.starts_with("There is still time");
        let to: Vec<&str> = reminders.iter().filter(reminds).map(|email| &*email.to).collect();
        assert_eq!(to, ["b@example.org"]);
        world.forward(14 * DAY);
        assert_eq!(world.deliver().await.iter().filter(reminds).count(), 0, "once");
    });
}

#[test]
fn an_organiser_can_leave_reminders_out() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "link").await;
        let links = format!("/forum/consultations/{id}/links");
        organiser.post(&links, &[("addresses", "a@example.org")]).await.done();
        let emails = world.deliver().await;
        let asked = emails.iter().find(|email| email.to == "a@example.org").unwrap();
        assert!(!asked.text.contains("remind"), "{}", asked.text);
        let waiting = "SELECT count(*) FROM deliveries WHERE kind = 'asked again'";
        assert_eq!(number(&world, waiting).await, 0);
    });
}

/// So many responses with these weeks and this order.
async fn weeks(world: &World, id: &str, many: usize, weeks: i64, order: &[&str]) {
    let mut tx = world.db().begin().await.unwrap();
    for _ in 0..many {
        let code = id::code();
        let order = order.iter().map(|key| (*key).to_owned()).collect();
        responses::begin(&mut tx, &id.into(), 1, &code).await.unwrap();
        let answers = vec![
            ("question-1".to_owned(), Some(Given::Number(weeks))),
            ("question-2".to_owned(), Some(Given::Ranked(order))),
        ];
        responses::keep(&mut tx, &code, answers, None).await.unwrap();
        let agreed = responses::Agreed::default();
        responses::send(&mut tx, &id.into(), &code, None, agreed).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[test]
fn numbers_have_a_middle_in_ranges_that_were_chosen_and_rankings_have_an_order() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let other = world.signed_in("organiser2@example.org", &[Role::Organiser]).await;
        let desk = new_for_anyone(&world, &organiser, "Waits", 10).await;
        let new = format!("{desk}/questions/new");
        let number = [("text", "How many weeks?"), ("kind", "number"), ("least", "0")];
        let number = [number.as_slice(), &[("most", "52")]].concat();
        organiser.post(&new, &number).await.leads_to();
        let rank =
            [("text", "What matters most?"), ("kind", "rank"), ("options", "Sooner\nNearer")];
        organiser.post(&new, &rank).await.leads_to();
        organiser.post(&desk, &[("step", "open")]).await.leads_to();
        let id = desk.replace("/forum/consultations/", "");
        weeks(&world, &id, 20, 3, &["option-2", "option-1"]).await;
        weeks(&world, &id, 30, 5, &["option-2", "option-1"]).await;
        weeks(&world, &id, 15, 20, &["option-1", "option-2"]).await;
        world.forward(11 * DAY);
        let release = format!("{desk}/release");
        assert!(organiser.get(&release).await.says("Ranges for numbers and dates"));
        let wrong = [("step", "count"), ("ranges.question-1", "8, 4")];
        let wrong = organiser.post(&release, &wrong).await;
        assert!(
            wrong.status == StatusCode::UNPROCESSABLE_ENTITY
                && wrong.says("How many weeks?: Write the first number of each range")
                && wrong.says("value=\"8, 4\"")
        );
        let count = [("step", "count"), ("ranges.question-1", "4, 8")];
        organiser.post(&release, &count).await.leads_to();
        publish(&other, &release).await.leads_to();
        let results = format!("/consultations/{id}/results");
        let page = world.visitor().get(&results).await;
        assert!(page.says("0 to 3") && page.says("8 to 52"), "{}", page.html);
        assert!(page.says("is in the range <b>4 to 7</b>"), "{}", page.html);
        assert!(page.says("In order of average place"));
        let (nearer, sooner) = (page.html.find(">Nearer<"), page.html.find(">Sooner<"));
        assert!(nearer.is_some() && nearer < sooner, "what matters most is first");
        let csv = world.visitor().get(&format!("{results}.csv")).await;
        assert!(csv.says("How many weeks?,,4 to 7,the middle is in this range,,"), "{}", csv.html);
        assert!(csv.says("How many weeks?,,4 to 7,,,30"), "{}", csv.html);
        assert!(!organiser.get(&release).await.says("Ranges for numbers and dates"), "chosen once");
        let answers = organiser.post(&format!("{desk}/answers.csv"), &[]).await;
        assert!(answers.says("Online,1,No,20,"), "{}", answers.html);
    });
}

#[test]
fn several_answers_get_their_themes_at_once_and_two_readers_see_how_far_they_agree() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let other = world.signed_in("organiser2@example.org", &[Role::Organiser]).await;
        let id = open(&world, &organiser, "anyone").await;
        answered(&world, &id, 4, 0).await;
        world.forward(61 * DAY);
        let key = format!("/forum/consultations/{id}/answers/question-3");
        organiser.post(&key, &[("step", "add-theme"), ("title", "Weekends")]).await.leads_to();
        let mut connection = world.db().read().await.unwrap();
        let theme: String =
            sqlx::query_scalar("SELECT id FROM themes").fetch_one(&mut *connection).await.unwrap();
        let all: Vec<String> = sqlx::query_scalar("SELECT id FROM responses ORDER BY id")
            .fetch_all(&mut *connection)
            .await
            .unwrap();
        drop(connection);
        let none = organiser.post(&key, &[("step", "put-on"), ("theme", theme.as_str())]).await;
        assert!(
            none.status == StatusCode::UNPROCESSABLE_ENTITY
                && none.says("Tick the answers, and the themes they are about")
        );
        let put_on = [
            ("step", "put-on"),
            ("theme", theme.as_str()),
            ("answer", all[0].as_str()),
            ("answer", all[1].as_str()),
        ];
        organiser.post(&key, &put_on).await.leads_to();
        assert_eq!(number(&world, "SELECT count(*) FROM theme_answers").await, 2);
        assert!(organiser.get(&key).await.says("✓ Read by"));
        assert!(other.get(&key).await.says("Nobody has read the same answers"));

        let second = format!("{key}?second=yes");
        let page = other.get(&second).await;
        assert!(page.says("Save the themes I found"), "{}", page.html);
        let same = [("step", "found"), ("response", all[0].as_str()), ("theme", theme.as_str())];
        other.post(&second, &same).await.leads_to();
        other.post(&second, &[("step", "found"), ("response", all[1].as_str())]).await.leads_to();
        assert_eq!(
            number(&world, "SELECT count(*) FROM theme_answers").await,
            2,
            "what a second reader finds changes nothing of what stands"
        );
        let page = organiser.get(&key).await;
        assert!(page.says("themes to 2 answers, and the same ones to 1 of them (50%)"));
        assert!(organiser.get(&format!("{key}?differ=yes")).await.says("1 answers"));

        let shown: Vec<(&str, &str)> = all.iter().map(|id| ("shown", id.as_str())).collect();
        let read = [&[("step", "read")][..], &shown].concat();
        other.post(&key, &read).await.leads_to();
        assert_eq!(number(&world, "SELECT count(*) FROM answer_readings").await, 6);
        let list = organiser.get(&format!("/forum/consultations/{id}/answers")).await;
        assert!(list.says("4 read by somebody"));
        let take_off =
            [("step", "take-off"), ("theme", theme.as_str()), ("answer", all[0].as_str())];
        organiser.post(&key, &take_off).await.leads_to();
        assert_eq!(number(&world, "SELECT count(*) FROM theme_answers").await, 1);
    });
}
