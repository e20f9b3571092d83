//! Comments on the Local Offer: written by parents, read by the forum, answered by leaders, printed
//! by the year.

use axum::http::StatusCode;
use calendar::clock::{self, DAY};
use ground::ids::{Account, Comment, Id};
use ground::viewer::Role;
use local_offer::store;

use crate::kept::while_open;
use crate::record::{figures, packed};
use crate::world::{Browser, World, on_both, on_postgres};

const WORDS: &str = "The page on short breaks has a telephone number that nobody answers.";

/// Sends a comment; its id.
async fn sent(parent: &Browser<'_>, words: &str) -> String {
    let page = parent.post("/local-offer/comments/new", &[("words", words)]).await.leads_to();
    page.split(['/', '?']).nth(3).unwrap().to_owned()
}

async fn published(world: &World, words: &str) -> String {
    let comment = sent(&world.signed_in("writer@example.org", &[Role::Parent]).await, words).await;
    let organiser = world.signed_in("reads@example.org", &[Role::Organiser]).await;
    organiser
        .post(&format!("/forum/local-offer/{comment}"), &[("decision", "publish")])
        .await
        .leads_to();
    comment
}

#[test]
fn a_comment_is_read_first_then_published_without_its_author_and_answered_with_what_is_done() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let empty = parent.post("/local-offer/comments/new", &[("words", " ")]).await;
        assert!(
            empty.status == StatusCode::UNPROCESSABLE_ENTITY && empty.says("Write your comment")
        );
        let comment = sent(&parent, WORDS).await;
        let page = format!("/local-offer/comments/{comment}");
        let visitor = world.visitor();
        assert_eq!(visitor.get(&page).await.status, StatusCode::NOT_FOUND);
        assert!(!visitor.get("/local-offer").await.says(WORDS));
        assert!(
            parent.get(&page).await.says("Waiting to be checked")
                && parent.get("/account/said").await.says("Waiting to be checked")
        );

        let organiser = world.organiser().await;
        assert!(organiser.get("/forum/local-offer").await.says("The page on short breaks"));
        let desk = format!("/forum/local-offer/{comment}");
        let undecided = organiser.post(&desk, &[]).await;
        assert!(
            undecided.status == StatusCode::UNPROCESSABLE_ENTITY
                && undecided.says("Choose what should happen to this comment")
        );
        assert!(organiser.post(&desk, &[("decision", "decline")]).await.says("Choose the reason"));
        organiser.post(&desk, &[("decision", "publish")]).await.leads_to();
        let again = organiser.post(&desk, &[("decision", "decline"), ("reason", "names")]).await;
        assert!(again.says("Someone else has already decided"));
        let read = visitor.get(&page).await;
        assert!(
            read.says(WORDS) && read.says("The council must answer by") && !read.says("Somebody")
        );
        assert_eq!(
            world.deliver().await.iter().map(|email| email.subject.as_str()).collect::<Vec<_>>(),
            ["We've published your comment"]
        );

        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        assert!(leader.get("/lead/local-offer").await.says("The page on short breaks"));
        let answer = format!("/lead/local-offer/{comment}");
        let day = clock::fields(world.now() - DAY).0;
        let late = leader
            .post(
                &answer,
                &[("response", "We know."), ("action", "A new number"), ("action_by", &day)],
            )
            .await;
        assert!(
            late.status == StatusCode::UNPROCESSABLE_ENTITY
                && late.says("Choose today or a later day")
                && late.says("A new number")
        );
        assert!(leader.post(&answer, &[]).await.says("Write your answer"));
        leader
            .post(
                &answer,
                &[("response", "The number was wrong."), ("action", "We call back within a day.")],
            )
            .await
            .leads_to();
        let read = visitor.get(&page).await;
        assert!(
            read.says("The number was wrong.")
                && read.says("We call back within a day.")
                && read.says("✓ Answered")
        );
        let emails = world.deliver().await;
        assert!(
            emails.len() == 1
                && emails[0].text.contains("The number was wrong.")
                && emails[0].text.contains("We call back")
        );
        assert!(!parent.get(&page).await.says("Withdraw my comment"), "what is answered stays");
        assert!(!leader.get("/lead/local-offer").await.says("The page on short breaks"));
        let year = clock::date(world.now()).year();
        let year = visitor.get(&format!("/local-offer/years/{year}")).await;
        assert!(
            year.says("1 comment was published, and it has been answered.")
                && year.says(WORDS)
                && year.says("We call back")
        );
    });
}

#[test]
fn what_names_somebody_is_not_published_and_its_author_is_told_why() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let comment = sent(&parent, "Mrs Invented never rings back.").await;
        let organiser = world.organiser().await;
        organiser
            .post(
                &format!("/forum/local-offer/{comment}"),
                &[("decision", "decline"), ("reason", "names")],
            )
            .await
            .leads_to();
        assert!(world.deliver().await[0].text.contains("It names someone"));
        let page = format!("/local-offer/comments/{comment}");
        assert_eq!(world.visitor().get(&page).await.status, StatusCode::NOT_FOUND);
        assert!(parent.get(&page).await.says("Not published. It names someone"));
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        assert_eq!(
            leader.post(&format!("/lead/local-offer/{comment}"), &[("response", "x")]).await.status,
            StatusCode::NOT_FOUND
        );
        let year = world
            .visitor()
            .get(&format!("/local-offer/years/{}", clock::date(world.now()).year()))
            .await;
        assert!(
            year.says("Once the year is over, we will say here how many we left out.")
                && !year.says("We left out fewer than 10")
                && !year.says("Mrs Invented"),
            "a number that moves while somebody looks tells when"
        );
        let this_year = clock::date(world.now()).year();
        world.forward(366 * DAY);
        let over = world.visitor().get(&format!("/local-offer/years/{this_year}")).await;
        assert!(over.says("We left out fewer than 10") && !over.says("Mrs Invented"));
        for year in ["1999", "2999", "x"] {
            assert_eq!(
                world.visitor().get(&format!("/local-offer/years/{year}")).await.status,
                StatusCode::NOT_FOUND
            );
        }
    });
}

#[test]
fn what_tells_of_danger_goes_to_the_safeguarding_lead_alone() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let comment = sent(&parent, "My neighbour hits her child.").await;
        let (organiser, page) =
            (world.organiser().await, format!("/local-offer/comments/{comment}"));
        let desk = format!("/forum/local-offer/{comment}");
        organiser.post(&desk, &[("decision", "pass on")]).await.leads_to();
        for who in [&organiser, &parent, &world.visitor()] {
            assert_eq!(who.get(&page).await.status, StatusCode::NOT_FOUND);
        }
        assert_eq!(organiser.get(&desk).await.status, StatusCode::NOT_FOUND);
        assert!(!parent.get("/account/said").await.says("neighbour"));
        let emails = world.deliver().await;
        assert!(emails.iter().all(|email| !email.text.contains("neighbour")));
        let queue = "/forum/safeguarding/comments";
        assert_eq!(organiser.get(queue).await.status, StatusCode::FORBIDDEN);
        let lead = world.signed_in("lead@example.org", &[Role::Safeguarding]).await;
        assert!(
            lead.get(queue).await.html.contains(&comment)
                && !lead.get(queue).await.says("My neighbour hits her child.")
                && !lead.get(queue).await.says("Already looked after"),
            "the queue holds no words: opening one is recorded"
        );
        let own = format!("{queue}/{comment}");
        assert_eq!(organiser.get(&own).await.status, StatusCode::FORBIDDEN);
        let opened = lead.get(&own).await;
        assert!(opened.says("mailto:") && opened.says("My neighbour hits her child."));
        assert!(lead.get(&own).await.says("Who has opened it before"));
        assert!(lead.post(&own, &[]).await.says("Say in a few words what was done"));
        let long = "x".repeat(5_000);
        assert!(
            lead.post(&own, &[("note", &long)]).await.says(&long),
            "what is too long is not lost"
        );
        lead.post(&own, &[("note", "Rang the council.")]).await.leads_to();
        lead.post(&own, &[("note", "The council rang back.")]).await.leads_to();
        let noted = lead.get(&own).await;
        assert!(
            noted.says("Rang the council.") && noted.says("The council rang back."),
            "a second note takes nothing away"
        );
        assert!(
            lead.get(queue).await.says("Already looked after")
                && lead.get(queue).await.says("Nothing to do.")
        );
        let published = published(&world, WORDS).await;
        assert_eq!(
            lead.get(&format!("{queue}/{published}")).await.status,
            StatusCode::NOT_FOUND,
            "only what was passed on"
        );
    });
}

#[test]
fn words_that_were_passed_on_are_not_shown_where_an_author_withdraws_them() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let comment = sent(&parent, "My neighbour hits her child.").await;
        let withdrawal = format!("/local-offer/comments/{comment}/withdrawal");
        assert!(parent.get(&withdrawal).await.says("My neighbour"));
        let organiser = world.organiser().await;
        organiser
            .post(&format!("/forum/local-offer/{comment}"), &[("decision", "pass on")])
            .await
            .leads_to();
        let passed_on = parent.get(&withdrawal).await;
        assert!(passed_on.status == StatusCode::NOT_FOUND && !passed_on.says("My neighbour"));
        assert_eq!(parent.post(&withdrawal, &[]).await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_comment_is_answered_by_the_organisation_that_runs_the_service_and_by_name() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let fields = [("words", WORDS), ("service", world.transport.as_str())];
        let to = parent.post("/local-offer/comments/new", &fields).await.leads_to();
        let about_transport = to.split(['/', '?']).nth(3).unwrap().to_owned();
        let whole = sent(&parent, "The list is hard to find.").await;
        let organiser = world.organiser().await;
        for comment in [&about_transport, &whole] {
            organiser
                .post(&format!("/forum/local-offer/{comment}"), &[("decision", "publish")])
                .await
                .leads_to();
        }
        world.deliver().await;
        let hers = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let stranger = world.leader_of("leader2@example.org", "Another Trust").await;
        let nobodys = world.leader_of_nothing("leader3@example.org").await;
        let (page, answer) = (
            format!("/local-offer/comments/{about_transport}"),
            format!("/lead/local-offer/{about_transport}"),
        );
        let words = [("response", "We changed it.")];
        for leader in [&stranger, &nobodys] {
            assert!(!leader.get("/lead/local-offer").await.says("The page on short breaks"));
            assert!(!leader.get(&page).await.html.contains(&answer));
            assert_eq!(leader.get(&answer).await.status, StatusCode::NOT_FOUND);
            assert_eq!(leader.post(&answer, &words).await.status, StatusCode::NOT_FOUND);
        }
        assert!(nobodys.get("/lead/local-offer").await.says("You can't answer comments yet."));
        assert_eq!(
            nobodys.post(&format!("/lead/local-offer/{whole}"), &words).await.status,
            StatusCode::NOT_FOUND
        );
        assert!(!world.visitor().get(&page).await.says("We changed it."));
        assert!(hers.get(&page).await.html.contains(&answer));
        hers.post(&answer, &words).await.leads_to();
        assert!(world.visitor().get(&page).await.says("Sefton Council answered on "));
        let emails = world.deliver().await;
        assert!(emails[0].text.contains("Sefton Council has answered your comment"));
        // About the whole list, each organisation answers in its own name.
        stranger.post(&format!("/lead/local-offer/{whole}"), &words).await.leads_to();
        let read = world.visitor().get(&format!("/local-offer/comments/{whole}")).await;
        assert!(read.says("Another Trust answered on "), "{}", read.html);
    });
}

#[test]
fn a_comment_about_a_service_that_nobody_runs_says_what_to_do() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let fields = [("words", WORDS), ("service", world.autism.as_str())];
        let to = parent.post("/local-offer/comments/new", &fields).await.leads_to();
        let comment = to.split(['/', '?']).nth(3).unwrap().to_owned();
        let organiser = world.organiser().await;
        organiser
            .post(&format!("/forum/local-offer/{comment}"), &[("decision", "publish")])
            .await
            .leads_to();
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let service = format!("/admin/services/{}", world.autism);
        admin.post(&service, &[]).await.leads_to();
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let list = leader.get("/lead/local-offer").await;
        assert!(list.says("Nobody can answer these yet") && list.html.contains(&comment));
        let page = leader.get(&format!("/local-offer/comments/{comment}")).await;
        assert!(page.says("An administrator must first say which organisation runs this service."));
        let answer = format!("/lead/local-offer/{comment}");
        assert_eq!(leader.get(&answer).await.status, StatusCode::NOT_FOUND);
        admin.post(&service, &[("organisations", world.council.as_str())]).await.leads_to();
        leader.post(&answer, &[("response", "We look at it.")]).await.leads_to();
    });
}

#[test]
fn an_author_takes_a_comment_back_until_it_is_answered_and_nobody_else_can() {
    on_both(async |world| {
        let comment = published(&world, WORDS).await;
        let (page, withdrawal) = (
            format!("/local-offer/comments/{comment}"),
            format!("/local-offer/comments/{comment}/withdrawal"),
        );
        let other = world.parent(7).await;
        assert_eq!(other.post(&withdrawal, &[]).await.status, StatusCode::NOT_FOUND);
        let author = world.sign_in("writer@example.org").await;
        assert!(
            author.get(&page).await.says("Withdraw my comment")
                && author.get(&withdrawal).await.says(WORDS)
        );
        author.post(&withdrawal, &[]).await.leads_to();
        assert_eq!(world.visitor().get(&page).await.status, StatusCode::NOT_FOUND);
        assert!(!world.visitor().get("/local-offer").await.says(WORDS));
        assert!(author.get(&withdrawal).await.says("You can't withdraw this comment"));
    });
}

#[test]
fn a_comment_without_an_answer_is_overdue_for_everyone_to_see_and_in_the_pack() {
    on_both(async |world| {
        let comment = published(&world, WORDS).await;
        let day = clock::fields(world.now()).0;
        world.forward(world.house.settings.outcome_within + 2 * DAY);
        let page = world.visitor().get("/local-offer?show=unanswered").await;
        assert!(
            page.says("Overdue: the council should have answered by")
                && page.html.contains(&comment)
        );
        let now = figures(&packed(&world.house, &clock::fields(world.now()).0).await);
        assert_eq!((now["comments"].as_str(), now["comments_overdue"].as_str()), ("1", "1"));
        let then = figures(&packed(&world.house, &day).await);
        assert_eq!((then["comments"].as_str(), then["comments_overdue"].as_str()), ("1", "0"));
    });
}

#[test]
fn a_comment_that_is_taken_back_in_the_same_moment_is_not_answered() {
    on_postgres(async |world| {
        let comment = published(&world, WORDS).await;
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let (db, now) = (world.db().clone(), world.now());
        let (by, about) = (Id::<Account>::from(&*leader.account), Id::<Comment>::from(&*comment));
        let new = local_offer::rules::NewResponse {
            form_key: "a key".to_owned(),
            response: "We look at it.".to_owned(),
            action: String::new(),
            action_by: String::new(),
        };
        let answer = async move {
            let mut tx = db.begin().await?;
            store::hold(&mut tx, &about).await?;
            let answered = store::respond(&mut tx, &about, &new, &by, now).await?;
            tx.commit().await?;
            Ok::<_, sqlx::Error>(answered)
        };
        let withdrawal = format!("UPDATE comments SET withdrawn_at = 1 WHERE id = '{comment}'");
        assert!(!while_open(&world, &[&withdrawal], answer).await.unwrap());
    });
}
