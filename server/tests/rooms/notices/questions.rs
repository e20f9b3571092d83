use axum::http::header;
use notices::questions::forget_due;

use super::*;

#[test]
fn a_question_reaches_the_team_and_the_answer_everyone_who_asked() {
    on_both(async |world| {
        let leaders = leaders(&world).await;
        let day = clock::fields(world.now() + 30 * DAY).0;
        let words =
            [fields("Buses", &world.transport, &day), vec![("email", "team@example.org")]].concat();
        let page = leaders.0.post("/lead/notices/new", &words).await.leads_to();
        let id = page.split('?').next().unwrap().replace("/lead/notices/", "");
        let ask = format!("/notices/{id}/questions/new");
        assert_eq!(
            world.visitor().get(&ask).await.status,
            StatusCode::NOT_FOUND,
            "nobody is told yet"
        );
        leaders.1.post(&format!("/lead/notices/{id}"), &[]).await.leads_to();
        told(&world).await;

        let empty = world.visitor().post(&ask, &[]).await;
        assert!(
            empty.status == StatusCode::UNPROCESSABLE_ENTITY
                && empty.says("Write your question")
                && empty.says("name=\"email\"")
        );
        let parent = world.parent(1).await;
        let key = id::fresh();
        let one = [
            ("form_key", key.as_str()),
            ("question", "Which stop is it?"),
            ("email", "one@example.org"),
        ];
        for _ in 0..2 {
            world.visitor().post(&ask, &one).await.leads_to();
        }
        assert!(
            world
                .visitor()
                .get(&format!("/notices/{id}?done=asked"))
                .await
                .says("We've sent your question")
        );
        world.forward(MINUTE);
        parent.post(&ask, &[("question", "Where is the stop?")]).await.leads_to();
        world.forward(MINUTE);
        world
            .visitor()
            .post(&ask, &[("question", "My child Sam hates buses"), ("email", "two@example.org")])
            .await
            .leads_to();
        let emails = world.deliver().await;
        assert_eq!(
            emails.iter().map(|message| message.to.as_str()).collect::<Vec<_>>(),
            ["team@example.org"; 3],
            "a double tap asks once"
        );
        assert!(
            emails[0].text.contains("Which stop is it?")
                && !emails[0].text.contains("one@example.org")
        );
        assert!(
            !world.visitor().get(&format!("/notices/{id}")).await.says("Which stop is it?"),
            "nothing is public before the answer"
        );

        assert!(leaders.0.get("/lead").await.says("3 questions to answer."));
        let desk = format!("/lead/notices/{id}/questions");
        let page = leaders.0.get(&desk).await;
        assert!(
            page.says("Which stop is it?") && !page.says("one@example.org"),
            "a leader does not see who asked"
        );
        let all = "SELECT id FROM notice_questions ORDER BY asked_at, id";
        let questions: Vec<String> = sqlx::query_scalar(all)
            .fetch_all(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        let none = leaders
            .0
            .post(&desk, &[("question", "Which stop?"), ("answer", "The one at the library.")])
            .await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            none.says("Choose the questions this answers") && none.says("The one at the library.")
        );
        let key = id::fresh();
        let answer = [
            ("form_key", key.as_str()),
            ("questions", &questions[0]),
            ("questions", &questions[1]),
            ("question", "Which stop?"),
            ("answer", "The one at the library."),
        ];
        for _ in 0..2 {
            leaders.0.post(&desk, &answer).await.leads_to();
        }
        let other = [
            ("questions", questions[0].as_str()),
            ("question", "Which stop?"),
            ("answer", "Another answer."),
        ];
        let second = leaders.1.post(&desk, &other).await;
        assert!(
            second.status == StatusCode::UNPROCESSABLE_ENTITY && second.says("Another answer."),
            "what they wrote is not lost"
        );
        leaders.0.post(&desk, &[("aside", &questions[2])]).await.leads_to();
        let second = leaders.1.post(&desk, &other).await;
        assert!(second.says("no questions are waiting now") && second.says("Another answer."));
        notices::answer_due(&world.house).await.unwrap();
        notices::answer_due(&world.house).await.unwrap();
        let mut emails = world.deliver().await;
        emails.sort_by(|one, next| one.to.cmp(&next.to));
        let to: Vec<_> = emails.iter().map(|message| message.to.as_str()).collect();
        assert_eq!(to, ["one@example.org", "parent1@example.org", "two@example.org"]);
        assert!(
            emails[0].text.contains("The one at the library.")
                && emails[1].text.contains("The one at the library.")
        );
        assert!(
            emails[2].text.contains("won't answer it on the page")
                && emails[2].text.contains("01234 567 890")
        );
        assert!(
            !emails[2].text.contains("Sam"),
            "nobody has confirmed that address, so it gets nothing that anybody wrote"
        );
        let page = world.visitor().get(&format!("/notices/{id}")).await;
        assert!(
            page.says("Which stop?") && page.says("The one at the library.") && !page.says("Sam")
        );
        assert!(leaders.0.get(&desk).await.says("No questions are waiting."));
        assert_eq!(
            number(&world, "SELECT count(*) FROM notice_questions WHERE email IS NOT NULL").await,
            0,
            "no address is kept"
        );
        assert_eq!(
            number(&world, "SELECT count(*) FROM audit WHERE what = 'question answered'").await,
            1,
            "a double tap answers once"
        );
    });
}

#[test]
fn whoever_asked_a_question_that_nobody_answers_is_told_whom_to_ask_and_their_address_is_erased() {
    on_both(async |world| {
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 30).await;
        told(&world).await;
        let ask = format!("/notices/{id}/questions/new");
        world
            .visitor()
            .post(&ask, &[("question", "When?"), ("email", "one@example.org")])
            .await
            .leads_to();
        assert!(
            world.deliver().await.is_empty(),
            "the team has no address: it is asked on the leaders' desk"
        );
        world.forward(27 * DAY);
        forget_due(&world.house).await.unwrap();
        assert!(world.deliver().await.is_empty());
        world.forward(DAY);
        for _ in 0..2 {
            forget_due(&world.house).await.unwrap();
        }
        let emails = world.deliver().await;
        assert_eq!(
            emails.iter().map(|message| message.to.as_str()).collect::<Vec<_>>(),
            ["one@example.org"]
        );
        assert!(
            emails[0].text.contains("Nobody has answered")
                && emails[0].text.contains("01234 567 890")
        );
        assert_eq!(
            number(&world, "SELECT count(*) FROM notice_questions WHERE email IS NOT NULL").await,
            0
        );
    });
}

#[test]
fn a_team_is_not_flooded_with_questions_and_who_asked_several_hears_once_that_there_is_no_answer() {
    on_both(async |world| {
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 60).await;
        told(&world).await;
        let to = format!("/notices/{id}/questions/new");
        for nth in 0..40 {
            let (question, email) =
                (format!("Question {nth}?"), format!("parent{}@example.org", nth / 3));
            world
                .visitor_from(&format!("192.0.2.{}", nth / 10))
                .post(&to, &[("question", &question), ("email", &email)])
                .await
                .leads_to();
        }
        let other = [("question", "One more?"), ("email", "other@example.org")];
        let many = world.visitor_from("192.0.2.3").post(&to, &other).await;
        assert!(
            many.status == StatusCode::TOO_MANY_REQUESTS
                && many.headers[header::RETRY_AFTER] == "3600"
                && many.says("They have a lot of questions just now")
                && many.says("One more?")
        );
        world.visitor_from("198.51.100.1").post(&to, &other).await.leads_to();
        world.deliver().await;
        world.forward(29 * DAY);
        notices::questions::forget_due(&world.house).await.unwrap();
        assert_eq!(world.deliver().await.len(), 15, "one email to each of fifteen parents");
    });
}
