//! A question of another person's that more people want answered.

use notices::questions::forget_due;

use super::*;

/// A change with a question that a visitor asked and a leader shows to everyone: (the change, the
/// question).
async fn shown_question(world: &World, leaders: &(Browser<'_>, Browser<'_>)) -> (String, String) {
    let id = noticed(world, leaders, "Buses", 60).await;
    told(world).await;
    let asked = [("question", "Sam needs to know: which stop?"), ("email", "parent1@example.org")];
    let visitor = world.visitor();
    visitor.post(&format!("/notices/{id}/questions/new"), &asked).await.leads_to();
    let question: String = sqlx::query_scalar("SELECT id FROM notice_questions")
        .fetch_one(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
    let desk = format!("/lead/notices/{id}/questions");
    let none = leaders.0.post(&desk, &[("step", "show"), ("questions", &question)]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY, "in words for everyone");
    let show =
        [("step", "show"), ("questions", question.as_str()), ("question", "Which stop is it?")];
    for _ in 0..2 {
        let to = leaders.0.post(&desk, &show).await.leads_to();
        assert!(leaders.0.get(&to).await.says("Everyone can read it as “Which stop is it?”"));
    }
    assert_eq!(
        number(world, "SELECT count(*) FROM audit WHERE what = 'question shown'").await,
        1,
        "a double tap shows it once"
    );
    (id, question)
}

/// Presses the button, or takes it back.
async fn presses(who: &Browser<'_>, id: &str, question: &str, wish: &str) -> String {
    let sent = [("question", question), ("wish", wish)];
    who.post(&format!("/notices/{id}/questions/too"), &sent).await.leads_to()
}

const WANTED: &str = "SELECT count(*) FROM notice_wanted";

#[test]
fn whoever_joins_to_get_an_answer_is_told_that_they_have_joined() {
    on_both(async |world| {
        let leaders = leaders(&world).await;
        let (id, question) = shown_question(&world, &leaders).await;
        world.deliver().await;
        let phone = world.visitor();
        let wish = [("question", question.as_str()), ("wish", "know")];
        let asked = phone.post(&format!("/notices/{id}/questions/too"), &wish).await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
        phone.post("/sign-up", &[("email", "new@example.org")]).await.leads_to();
        let button = link(&world.deliver().await[0]);
        let chosen = [
            ("shown_name", "A new parent"),
            ("place", world.south.as_str()),
            ("password", "kettle harbour otter"),
        ];
        let to = phone.post(&button, &chosen).await.leads_to();
        assert!(to.starts_with(&format!("/notices/{id}?joined=yes#q-")), "{to}");
        let shown = phone.get(&to).await;
        assert!(shown.says("You have joined, and we will email you the answer"), "{}", shown.html);
        assert_eq!(number(&world, WANTED).await, 1);
    });
}

#[test]
fn who_wants_to_know_too_gets_the_answer_and_nobody_reads_how_few_they_are() {
    on_both(async |world| {
        let leaders = leaders(&world).await;
        let (id, question) = shown_question(&world, &leaders).await;
        let (page, desk) = (format!("/notices/{id}"), format!("/lead/notices/{id}/questions"));
        let seen = world.visitor().get(&page).await;
        assert!(
            seen.says("Which stop is it?")
                && seen.says("I want to know this too")
                && !seen.says("Sam"),
            "in the leader's words alone"
        );

        let asker = world.parent(1).await;
        assert!(asker.get(&page).await.says("You asked this"));
        assert!(presses(&asker, &id, &question, "know").await.ends_with("done=not-waiting"));
        assert_eq!(number(&world, WANTED).await, 0, "their own question");

        let parent = world.parent(2).await;
        for _ in 0..2 {
            presses(&parent, &id, &question, "know").await;
        }
        assert_eq!(number(&world, WANTED).await, 1, "a double tap counts once");
        let seen = parent.get(&page).await;
        assert!(seen.says("You want to know this too") && !seen.says("people want to know"));
        assert!(parent.get("/account/said").await.says("Which stop is it?"));
        presses(&parent, &id, &question, "take back").await;
        assert_eq!(number(&world, WANTED).await, 0, "they took it back");
        assert!(!parent.get("/account/said").await.says("Which stop is it?"));

        for nth in 2..11 {
            presses(&world.signed_in(&who(nth), &[Role::Parent]).await, &id, &question, "know")
                .await;
        }
        let few = world.visitor().get(&page).await;
        assert!(!few.says("people want to know"), "nine are not told from none");
        assert!(leaders.0.get(&desk).await.says("Fewer than 10 more people want to know"));
        presses(&world.signed_in(&who(11), &[Role::Parent]).await, &id, &question, "know").await;
        let ten = world.visitor().get(&page).await;
        assert!(ten.says("About 10 people want to know this too."));
        assert!(leaders.0.get(&desk).await.says("10 more people want to know"));

        let answer = [
            ("questions", question.as_str()),
            ("question", "Which stop is it?"),
            ("answer", "The one at the library."),
        ];
        leaders.0.post(&desk, &answer).await.leads_to();
        for _ in 0..2 {
            notices::answer_due(&world.house).await.unwrap();
        }
        let emails = world.deliver().await;
        assert_eq!(emails.len(), 11, "the one who asked, and ten who wanted to know too");
        let too = emails.iter().find(|email| email.to == who(5)).unwrap();
        assert!(
            too.text.contains("The one at the library.")
                && too.text.contains("I want to know this too")
                && !too.text.contains("Sam")
        );
        assert_eq!(number(&world, WANTED).await, 0, "nothing says who wanted to know");
        let late = presses(&parent, &id, &question, "know").await;
        assert!(late.ends_with("done=not-waiting"));
        assert!(parent.get(&late).await.says("Nothing was changed"));
    });
}

fn who(nth: usize) -> String {
    format!("too{nth}@example.org")
}

#[test]
fn who_waited_in_vain_is_told_whom_to_ask_and_is_forgotten() {
    on_both(async |world| {
        let leaders = leaders(&world).await;
        let (id, question) = shown_question(&world, &leaders).await;
        let parent = world.parent(2).await;
        presses(&parent, &id, &question, "know").await;
        world.forward(28 * DAY);
        for _ in 0..2 {
            forget_due(&world.house).await.unwrap();
        }
        let to = |emails: Vec<Email>| {
            let mut to: Vec<String> = emails.into_iter().map(|email| email.to).collect();
            to.sort();
            to
        };
        let emails = world.deliver().await;
        assert!(emails.iter().all(|email| email.text.contains("01234 567 890")
            && email.text.contains("Nobody has answered")));
        assert_eq!(to(emails), ["parent1@example.org", "parent2@example.org"]);
        assert_eq!(number(&world, WANTED).await, 0);

        let third = world.parent(3).await;
        presses(&third, &id, &question, "know").await;
        let desk = format!("/lead/notices/{id}/questions");
        leaders.0.post(&desk, &[("aside", &question)]).await.leads_to();
        assert!(!world.visitor().get(&format!("/notices/{id}")).await.says("Which stop is it?"));
        forget_due(&world.house).await.unwrap();
        assert_eq!(to(world.deliver().await), ["parent3@example.org"]);
        assert_eq!(number(&world, WANTED).await, 0);
    });
}

#[test]
fn a_visitor_who_wants_to_know_joins_or_signs_in_and_it_is_done() {
    on_both(async |world| {
        let leaders = leaders(&world).await;
        let (id, question) = shown_question(&world, &leaders).await;
        world.person("parent2@example.org", &[Role::Parent], &world.south).await;
        let visitor = world.visitor();
        let sent = [("question", question.as_str()), ("wish", "know")];
        let asked = visitor.post(&format!("/notices/{id}/questions/too"), &sent).await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
        assert!(asked.says("Join or sign in to hear the answer to a question"));
        let fields = [("email", "parent2@example.org"), ("password", "three small words")];
        visitor.post("/sign-in", &fields).await.leads_to();
        assert_eq!(number(&world, WANTED).await, 1);
        assert!(visitor.get(&format!("/notices/{id}")).await.says("You want to know this too"));
    });
}

#[test]
fn a_question_that_nobody_shows_and_one_of_another_change_cannot_be_wanted() {
    on_both(async |world| {
        let leaders = leaders(&world).await;
        let (_, question) = shown_question(&world, &leaders).await;
        let other = noticed(&world, &leaders, "Trams", 60).await;
        told(&world).await;
        let parent = world.parent(2).await;
        presses(&parent, &other, &question, "know").await;
        let fields = [("question", "And the trams?"), ("email", "two@example.org")];
        let ask = format!("/notices/{other}/questions/new");
        world.visitor().post(&ask, &fields).await.leads_to();
        let hidden: String =
            sqlx::query_scalar("SELECT id FROM notice_questions WHERE shown_at IS NULL")
                .fetch_one(&mut *world.db().read().await.unwrap())
                .await
                .unwrap();
        presses(&parent, &other, &hidden, "know").await;
        assert_eq!(number(&world, WANTED).await, 0);
        let none = [("question", question.as_str()), ("wish", "maybe")];
        let answer = parent.post(&format!("/notices/{other}/questions/too"), &none).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn twelve_addresses_of_one_mailbox_want_to_know_as_one_and_not_without_end() {
    on_both(async |world| {
        let leaders = leaders(&world).await;
        let (id, question) = shown_question(&world, &leaders).await;
        for nth in 0..12 {
            let email = format!("too+{nth}@example.org");
            let parent = world.signed_in(&email, &[Role::Parent]).await;
            presses(&parent, &id, &question, "know").await;
        }
        let page = world.visitor().get(&format!("/notices/{id}")).await;
        assert!(!page.says("people want to know"), "one is not told from none");
        let desk = leaders.0.get(&format!("/lead/notices/{id}/questions")).await;
        assert!(desk.says("Fewer than 10 more people want to know"));

        let parent = world.sign_in("too+1@example.org").await;
        for _ in 12..60 {
            presses(&parent, &id, &question, "know").await;
        }
        let sent = [("question", question.as_str()), ("wish", "know")];
        let refused = parent.post(&format!("/notices/{id}/questions/too"), &sent).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(refused.says("Try again in an hour"));
        presses(&parent, &id, &question, "take back").await;
        presses(&world.parent(3).await, &id, &question, "know").await;
    });
}
