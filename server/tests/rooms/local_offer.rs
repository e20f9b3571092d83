//! Comments on the Local Offer: written by parents, read by the forum, answered by leaders, printed
//! by the year.

use std::collections::BTreeSet;

use app::erase::erase_due;
use axum::http::StatusCode;
use calendar::clock::{self, DAY, HOUR};
use ground::db::Kind;
use ground::ids::{Account, Comment, Id};
use ground::viewer::Role;
use local_offer::store;

use crate::bytes::in_the_bytes;
use crate::erase::columns_with;
use crate::fixtures::local_offer::{answer, comment, promise};
use crate::kept::while_open;
use crate::page::texts;
use crate::record::{figures, packed};
use crate::world::{
    Answer, Browser, World, by_hand, change, link_to, number, on_both, on_postgres,
};

const WORDS: &str = "The page on short breaks has a telephone number that nobody answers.";

/// Sends a comment; its id.
async fn sent(parent: &Browser<'_>, words: &str) -> String {
    let page = parent.post("/local-offer/comments/new", &comment(words)).await.leads_to();
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
            empty.status == StatusCode::UNPROCESSABLE_ENTITY
                && empty.says("Write your comment")
                && empty.says("Choose what it is about")
                && empty.says("Choose whose view it is")
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
        let again =
            organiser.post(&desk, &[("decision", "decline"), ("reason", "one child")]).await;
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
        let to = format!("/lead/local-offer/{comment}");
        let by = |days: i64| clock::fields(world.now() + days * DAY).0;
        let late = leader.post(&to, &promise("We know.", ("A new number", &by(-1)))).await;
        assert!(
            late.status == StatusCode::UNPROCESSABLE_ENTITY
                && late.says("Choose today or a later day")
                && late.says("A new number")
        );
        assert!(leader.post(&to, &[]).await.says("Write your answer"));
        let by = by(9);
        let promises = promise("The number was wrong.", ("We call back within a day.", &by));
        leader.post(&to, &promises).await.leads_to();
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
fn what_names_somebody_is_published_without_that_and_nobody_else_reads_the_rest() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let comment = sent(&parent, "Mrs Invented never rings back, says the page.").await;
        let organiser = world.organiser().await;
        let desk = format!("/forum/local-offer/{comment}");
        for (instead, says) in [
            ("Mrs Invented never rings back, says the page.", "Take out the words that name"),
            ("[A name] always rings back, says the page.", "Only take words out"),
        ] {
            let fields = [("decision", "redact"), ("instead", instead)];
            let refused = organiser.post(&desk, &fields).await;
            assert!(
                refused.status == StatusCode::UNPROCESSABLE_ENTITY
                    && refused.says(says)
                    && refused.says(instead),
                "{}",
                refused.html
            );
        }
        let instead = "[A name] never rings back, says the page.";
        let fields = [("decision", "redact"), ("instead", instead)];
        organiser.post(&desk, &fields).await.leads_to();
        let again = organiser.post(&desk, &fields).await;
        assert!(again.says("Someone else has already decided"));
        let emails = world.deliver().await;
        assert!(emails[0].text.contains("took out words that name someone"), "{}", emails[0].text);
        assert!(!emails[0].text.contains("Invented"));

        let page = format!("/local-offer/comments/{comment}");
        let (visitor, year) = (world.visitor(), clock::date(world.now()).year());
        let read = visitor.get(&page).await;
        assert!(read.says(instead) && read.says("The forum took out words that name someone"));
        app::search::refresh(&world.house).await.unwrap();
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let other = world.parent(2).await;
        for who in [&visitor, &leader, &other] {
            for path in [
                page.clone(),
                "/local-offer".to_owned(),
                format!("/local-offer/years/{year}"),
                format!("/local-offer/years/{year}/comments.csv"),
                "/search?q=invented".to_owned(),
                format!("/lead/local-offer/{comment}"),
            ] {
                assert!(!who.get(&path).await.says("Mrs Invented"), "{path}");
            }
        }
        // Its author and the forum read what was sent, for four weeks.
        for (days, is_there) in [(0, true), (27, true), (2, false)] {
            world.forward(days * DAY);
            local_offer::forget_due(world.db(), world.now()).await.unwrap();
            for (who, path) in [("parent1@example.org", &page), ("organiser@example.org", &desk)] {
                let read = world.sign_in(who).await.get(path).await;
                assert!(read.says(instead), "{path}");
                assert_eq!(read.says("Mrs Invented"), is_there, "{path}, {days} days later");
            }
        }
    });
}

#[test]
fn a_comment_is_left_out_for_two_reasons_and_who_wrote_of_one_child_learns_who_can_help() {
    on_both(async |world| {
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let contact = [
            ("advice", "Invented SENDIASS"),
            ("advice_phone", "0151 496 0123"),
            ("advice_web", "https://example.org/advice"),
        ];
        admin.post("/admin/contact", &contact).await.leads_to();
        let parent = world.parent(1).await;
        let organiser = world.organiser().await;
        let comment = sent(&parent, "My son has no place in September.").await;
        let desk = format!("/forum/local-offer/{comment}");
        for reason in ["names", "abusive", "other"] {
            let refused =
                organiser.post(&desk, &[("decision", "decline"), ("reason", reason)]).await;
            assert!(refused.says("Choose the reason"), "{reason}");
            let sql = format!(
                "UPDATE comments SET declined_at = 1, decline_reason = '{reason}',
                 decided_by = author_id WHERE id = '{comment}'"
            );
            assert!(by_hand(&world, &sql).await.is_err(), "{reason}");
        }
        let decline = [("decision", "decline"), ("reason", "one child")];
        organiser.post(&desk, &decline).await.leads_to();
        let emails = world.deliver().await;
        assert!(
            emails[0].text.contains("It is about one child's or young person's own support")
                && emails[0].text.contains("Invented SENDIASS")
                && emails[0].text.contains("0151 496 0123"),
            "{}",
            emails[0].text
        );
        let page = format!("/local-offer/comments/{comment}");
        let own = parent.get(&page).await;
        assert!(own.says("Not published.") && own.says("Invented SENDIASS"), "{}", own.html);
        let visitor = world.visitor();
        let form = visitor.get("/local-offer/comments/without-account").await;
        let sent = visitor.get("/local-offer/comments/sent?email=yes").await;
        for page in [&own, &form, &sent] {
            assert!(
                page.html.contains("href=\"tel:01514960123\"")
                    && page.html.contains("href=\"https://example.org/advice\""),
                "{}",
                page.html
            );
        }
        assert_eq!(world.visitor().get(&page).await.status, StatusCode::NOT_FOUND);
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        assert_eq!(
            leader.post(&format!("/lead/local-offer/{comment}"), &[("response", "x")]).await.status,
            StatusCode::NOT_FOUND
        );
        let this_year = clock::date(world.now()).year();
        let year = world.visitor().get(&format!("/local-offer/years/{this_year}")).await;
        assert!(
            year.says("Once the year is over, we will say here how many we left out.")
                && !year.says("We left out fewer than 10")
                && !year.says("My son"),
            "a number that moves while somebody looks tells when"
        );
        world.forward(366 * DAY);
        let over = world.visitor().get(&format!("/local-offer/years/{this_year}")).await;
        assert!(over.says("We left out fewer than 10") && !over.says("My son"));
        for year in ["1999", "2999", "x"] {
            for end in ["", "/comments.csv"] {
                let path = format!("/local-offer/years/{year}{end}");
                assert_eq!(world.visitor().get(&path).await.status, StatusCode::NOT_FOUND);
            }
        }
    });
}

#[test]
fn a_stranger_comments_with_an_address_that_is_confirmed_and_forgotten_once_it_is_answered() {
    on_both(async |world| {
        let key = id::fresh();
        let fields =
            [&comment(WORDS)[..], &[("form_key", key.as_str()), ("email", "stranger@example.org")]]
                .concat();
        let visitor = world.visitor();
        let form = "/local-offer/comments/without-account";
        assert!(visitor.get("/local-offer").await.html.contains(form));
        assert!(visitor.get(form).await.says("can't tell you what happens"));
        let mistyped = [&comment(WORDS)[..], &[("email", "stranger@")]].concat();
        let refused = visitor.post(form, &mistyped).await;
        assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.says(WORDS));
        for _ in 0..2 {
            let to = visitor.post(form, &fields).await.leads_to();
            let next = visitor.get(&to).await;
            assert!(next.says("Check your email") && next.says("Read what others say"));
        }
        let emails = world.receipts().await;
        assert_eq!(emails.len(), 1, "a double tap is one comment");
        assert!(!emails[0].text.contains("short breaks"), "nobody has read it yet");
        let comment = world.one("SELECT id FROM comments").await;
        let organiser = world.organiser().await;
        let desk = format!("/forum/local-offer/{comment}");
        organiser.post(&desk, &[("decision", "publish")]).await.leads_to();
        assert!(world.deliver().await.is_empty(), "nothing goes to an address nobody confirmed");

        let link = link_to(&emails[0], "/local-offer/emails/");
        let asked = visitor.get(&link).await;
        assert!(asked.says("Shall we email you the answer?") && !asked.says("short breaks"));
        for _ in 0..2 {
            let to = visitor.post(&link, &[]).await.leads_to();
            assert!(visitor.get(&to).await.says("We will email you the answer"));
        }
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let answer = answer("The number was wrong.");
        leader.post(&format!("/lead/local-offer/{comment}"), &answer).await.leads_to();
        let emails = world.deliver().await;
        assert!(emails.len() == 1 && emails[0].to == "stranger@example.org");
        assert_eq!(number(&world, "SELECT count(*) FROM comment_addresses").await, 0);
        assert_eq!(visitor.get(&link).await.status, StatusCode::GONE);
        assert_eq!(visitor.post(&link, &[]).await.status, StatusCode::GONE);
    });
}

#[test]
fn a_stranger_comments_without_an_address_and_the_page_says_that_nobody_can_answer_by_email() {
    on_both(async |world| {
        let visitor = world.visitor();
        let form = "/local-offer/comments/without-account";
        let to = visitor.post(form, &comment(WORDS)).await.leads_to();
        assert!(visitor.get(&to).await.says("You gave no email address"));
        let comment = world.one("SELECT id FROM comments").await;
        let organiser = world.organiser().await;
        assert!(organiser.get("/forum/local-offer").await.html.contains(&comment));
        let desk = format!("/forum/local-offer/{comment}");
        organiser.post(&desk, &[("decision", "publish")]).await.leads_to();
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let answer = answer("The number was wrong.");
        leader.post(&format!("/lead/local-offer/{comment}"), &answer).await.leads_to();
        assert!(world.deliver().await.is_empty());
        let read = visitor.get(&format!("/local-offer/comments/{comment}")).await;
        assert!(read.says(WORDS) && read.says("The number was wrong."));
        assert!(read.says("A parent or carer") && !read.says("Someone who has left"));
    });
}

#[test]
fn an_address_that_nobody_confirms_goes_after_a_week_and_any_other_after_a_year_or_when_asked() {
    on_both(async |world| {
        let form = "/local-offer/comments/without-account";
        let mut links = Vec::new();
        for nth in 0..3 {
            let (email, words) = (format!("s{nth}@example.org"), format!("Number {nth}"));
            let fields = [&comment(&words)[..], &[("email", email.as_str())]].concat();
            world.visitor().post(form, &fields).await.leads_to();
            links.push(link_to(&world.receipts().await[0], "/local-offer/emails/"));
        }
        for link in &links[1..] {
            world.visitor().post(link, &[]).await.leads_to();
        }
        let deleted = world.visitor().post(&links[2], &[("step", "delete")]).await;
        assert!(deleted.says("We have deleted your email address"));
        let left = async || number(&world, "SELECT count(*) FROM comment_addresses").await;
        assert_eq!(left().await, 2);
        world.forward(8 * DAY);
        assert_eq!(world.visitor().get(&links[0]).await.status, StatusCode::GONE);
        assert_eq!(world.visitor().post(&links[0], &[]).await.status, StatusCode::GONE);
        local_offer::forget_due(world.db(), world.now()).await.unwrap();
        assert_eq!(left().await, 1);
        world.forward(358 * DAY);
        local_offer::forget_due(world.db(), world.now()).await.unwrap();
        assert_eq!(left().await, 0);
        assert_eq!(number(&world, "SELECT count(*) FROM comments").await, 3, "comments stay");
    });
}

#[test]
fn strangers_send_a_few_comments_an_hour_and_lose_nothing_of_one_too_many() {
    on_both(async |world| {
        let form = "/local-offer/comments/without-account";
        let visitor = world.visitor();
        for nth in 0..15 {
            visitor.post(form, &comment(&format!("Number {nth}"))).await.leads_to();
        }
        let refused = visitor.post(form, &comment("One too many")).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(refused.says("One too many") && refused.says("Try again in"), "{}", refused.html);
        // Whoever is signed in has limits of their own.
        sent(&world.parent(1).await, "From an account").await;
        assert_eq!(number(&world, "SELECT count(*) FROM comments").await, 16);
        world.forward(HOUR + 1);
        visitor.post(form, &comment("One too many")).await.leads_to();
    });
}

/// A comment that is answered with something that is promised by a day: how many days from now.
async fn promised(world: &World, leader: &Browser<'_>, days: i64) -> String {
    let comment = published(world, WORDS).await;
    let day = clock::fields(world.now() + days * DAY).0;
    let answer = promise("We know.", ("A new number", &day));
    leader.post(&format!("/lead/local-offer/{comment}"), &answer).await.leads_to();
    world.deliver().await;
    comment
}

/// What the forum says about what was promised, and what it found.
async fn judged(world: &World, comment: &str, says: (&str, &str), key: &str) -> Answer {
    let organiser = world.sign_in("organiser@example.org").await;
    let desk = format!("/forum/local-offer/{comment}/done");
    let response = organiser.get(&desk).await.sends("response");
    let fields = [
        ("form_key", key),
        ("response", response.as_str()),
        ("verdict", says.0),
        ("words", says.1),
    ];
    organiser.post(&desk, &fields).await
}

#[test]
fn the_forum_says_whether_what_was_promised_was_done_and_both_words_of_it_are_read() {
    on_both(async |world| {
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let comment = promised(&world, &leader, 10).await;
        let organiser = world.organiser().await;
        let (desk, page) = (
            format!("/forum/local-offer/{comment}/done"),
            format!("/local-offer/comments/{comment}"),
        );
        assert!(organiser.get(&page).await.html.contains(&desk));
        let visitor = world.visitor();
        assert!(visitor.get(&page).await.says("The forum has not said yet if this was done."));
        let year = clock::date(world.now()).year();
        let (key, found) = (id::fresh(), "It rings and rings.");
        let unsaid = judged(&world, &comment, ("", ""), &key).await;
        assert!(unsaid.says("Choose whether it was done"));
        let early = judged(&world, &comment, ("not done", found), &key).await;
        assert!(early.says("Wait until") && early.says(found));
        let form = organiser.get(&desk).await;
        assert!(
            form.says("Until that day is over you can only say that it was done")
                && !form.html.contains("value=\"not done\""),
            "{}",
            form.html
        );
        world.forward(11 * DAY);
        let silent = judged(&world, &comment, ("not done", " "), &key).await;
        assert!(silent.says("Say what parents have found"));
        for _ in 0..2 {
            judged(&world, &comment, ("not done", found), &key).await.leads_to();
        }
        assert_eq!(number(&world, "SELECT count(*) FROM comment_verdicts").await, 1);
        let read = visitor.get(&page).await;
        assert!(read.says("The forum says this was not done") && read.says(found));
        let organiser = world.sign_in("organiser@example.org").await;
        assert!(!organiser.get("/forum/local-offer").await.html.contains(&desk));
        judged(&world, &comment, ("done", ""), &id::fresh()).await.leads_to();
        let read = visitor.get(&format!("/local-offer/years/{year}")).await;
        for words in [
            "What is in it, how good it is, and what is missing",
            "Whose view: A parent or carer",
            "The forum says this was not done",
            "The forum says this was done",
        ] {
            assert!(read.says(words), "{words}: {}", read.html);
        }
        let table = visitor.get(&format!("/local-offer/years/{year}/comments.csv")).await;
        assert!(
            table.html.contains("A new number") && table.html.contains(",yes,"),
            "{}",
            table.html
        );
        let pack = packed(&world.house, &clock::fields(world.now()).0).await;
        assert!(
            crate::record::record(&pack).to_string().contains("content"),
            "the pack says what it is about"
        );
    });
}

#[test]
fn what_is_promised_has_a_day_and_nothing_a_reason_and_all_of_it_is_checked_before_it_is_public() {
    on_both(async |world| {
        let comment = published(&world, WORDS).await;
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let (to, page) =
            (format!("/lead/local-offer/{comment}"), format!("/local-offer/comments/{comment}"));
        let day = clock::fields(world.now() + 9 * DAY).0;
        let words = ("response", "We know about the number.");
        for (fields, says) in [
            (vec![words], "Choose whether something will be done"),
            (
                vec![words, ("will_do", "action"), ("action", "A new number")],
                "Say by which day it will be done",
            ),
            (
                vec![words, ("will_do", "action"), ("action_by", day.as_str())],
                "Say what will be done",
            ),
            (vec![words, ("will_do", "nothing")], "Say why nothing more will be done"),
        ] {
            let refused = leader.post(&to, &fields).await;
            assert!(
                refused.status == StatusCode::UNPROCESSABLE_ENTITY
                    && refused.says(says)
                    && refused.says(words.1),
                "{says}: {}",
                refused.html
            );
        }
        let mut answer = answer(words.1).to_vec();
        let key = id::fresh();
        answer.push(("form_key", key.as_str()));
        let first: Vec<_> = answer.iter().copied().filter(|(name, _)| *name != "step").collect();
        let check = leader.post(&to, &first).await;
        assert!(
            check.status == StatusCode::OK
                && check.says("Check your answer")
                && check.says("Sefton Council")
                && check.says("It is put right."),
            "{}",
            check.html
        );
        let change = [&first[..], &[("step", "change")]].concat();
        assert!(leader.post(&to, &change).await.says(words.1));
        assert_eq!(number(&world, "SELECT count(*) FROM comment_responses").await, 0);
        assert!(leader.get(&page).await.says("Answer this comment"));
        let done = leader.post(&to, &answer).await.leads_to();
        let read = leader.get(&done).await;
        assert!(
            read.says("We will email it to whoever wrote the comment")
                && read.says("Nothing more will be done: ")
                && read.says("It is put right.")
                && read.says("Add to the answer")
                && !read.says("Answer this comment"),
            "{}",
            read.html
        );
        leader.post(&to, &answer).await.leads_to();
        assert_eq!(number(&world, "SELECT count(*) FROM comment_responses").await, 1);
        let emails = world.deliver().await;
        let why = "Nothing more will be done: It is put right.";
        assert!(emails.iter().any(|email| email.text.contains(why)), "{emails:?}");

        let leader = &leader.account;
        for (nth, (action, by, why, is_whole)) in [
            ("A page", "", "", false),
            ("", "", "", false),
            ("A page", "2027-01-01", "No", false),
            ("A page", "2027-01-01", "", true),
        ]
        .into_iter()
        .enumerate()
        {
            let sql = format!(
                "INSERT INTO comment_responses (id, form_key, comment_id, response, action,
                 action_by, why_nothing, responded_by, responded_at)
                 VALUES ('{nth}', '{nth}', '{comment}', 'a', '{action}', '{by}', '{why}',
                 '{leader}', 0)"
            );
            assert_eq!(by_hand(&world, &sql).await.is_ok(), is_whole, "{nth}");
        }
        let why = "UPDATE comment_responses SET why_nothing = 'Another reason'";
        assert!(by_hand(&world, why).await.is_err(), "what was said stays");
    });
}

#[test]
fn whoever_answers_or_decides_is_told_whether_the_author_hears_of_it() {
    on_both(async |world| {
        let form = "/local-offer/comments/without-account";
        let (organiser, parent) = (world.organiser().await, world.parent(1).await);
        for (decision, says) in [
            (vec![("decision", "publish")], "Everyone can read it now"),
            (
                vec![("decision", "redact"), ("instead", "[A name] is rude.")],
                "Published without the words you took out",
            ),
            (vec![("decision", "decline"), ("reason", "vexatious")], "Not published"),
            (vec![("decision", "pass on")], "Only the safeguarding lead can read it now."),
        ] {
            let by_account = sent(&parent, "Mr Invented is rude.").await;
            world.visitor().post(form, &comment("Mr Invented is rude.")).await.leads_to();
            let author = ground::erasing::NOBODY;
            let sql = format!(
                "SELECT id FROM comments WHERE author_id = '{author}' AND decided_by IS NULL"
            );
            for (id, email) in [
                (by_account, "We will email whoever wrote it."),
                (world.one(&sql).await, "they left us no email address"),
            ] {
                let desk = format!("/forum/local-offer/{id}");
                let to = organiser.post(&desk, &decision).await.leads_to();
                let page = organiser.get(&to).await;
                assert!(page.says(says) && page.says(email), "{says}: {}", page.html);
            }
        }
        world.deliver().await;
        let sql = format!(
            "SELECT id FROM comments WHERE author_id = '{}' AND published_at IS NOT NULL
             ORDER BY redacted_at IS NULL LIMIT 1",
            ground::erasing::NOBODY
        );
        let strangers = world.one(&sql).await;
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let to = format!("/lead/local-offer/{strangers}");
        assert!(leader.get(&to).await.says("We can't email it"));
        let done = leader.post(&to, &answer("We know.")).await.leads_to();
        let read = leader.get(&done).await;
        assert!(read.says("left us no email address") && !read.says("We will email"));
        assert!(world.deliver().await.is_empty());
    });
}

#[test]
fn whoever_is_asked_to_join_can_comment_without_an_account_and_loses_nothing() {
    on_both(async |world| {
        let (visitor, form) = (world.visitor(), "/local-offer/comments/without-account");
        let wall = visitor.get("/local-offer/comments/new").await;
        assert_eq!(wall.status, StatusCode::UNAUTHORIZED);
        assert!(wall.html.contains(&format!("href=\"{form}\"")), "{}", wall.html);
        let wall = visitor.post("/local-offer/comments/new", &comment(WORDS)).await;
        assert!(wall.html.contains(&format!("action=\"{form}\"")), "{}", wall.html);
        assert_eq!(wall.sends("step"), "without account");
        let fields = [&comment(WORDS)[..], &[("step", "without account")]].concat();
        let again = visitor.post(form, &fields).await;
        assert!(again.status == StatusCode::OK && again.says(WORDS), "{}", again.html);
        assert_eq!(number(&world, "SELECT count(*) FROM comments").await, 0);
        // Not everything can be done without one.
        let topic = visitor.get("/topics/new").await;
        assert!(!topic.says("Continue without an account"), "{}", topic.html);
    });
}

#[test]
fn a_promise_is_on_the_desk_once_its_day_is_over_and_until_the_forum_has_said_if_it_was_done() {
    on_both(async |world| {
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let comment = promised(&world, &leader, 10).await;
        world.organiser().await;
        let both = [Role::Leader, Role::Organiser];
        world.signed_in("two-hats@example.org", &both).await;
        let to = format!("/forum/local-offer/{comment}/done");
        let shows = async |who: &str, path: &str| {
            world.sign_in(who).await.get(path).await.html.contains(&to)
        };
        let organiser = "organiser@example.org";
        world.forward(9 * DAY);
        assert!(!shows(organiser, "/forum").await, "it is not due yet");
        assert!(!shows(organiser, "/forum/local-offer").await, "nor there");
        world.forward(2 * DAY);
        let desk = world.sign_in(organiser).await.get("/forum").await;
        assert!(desk.says("Say whether it was done: a promise about the Local Offer"));
        assert!(shows(organiser, "/forum").await && shows(organiser, "/forum/local-offer").await);
        assert!(!shows("two-hats@example.org", "/forum").await, "it is not for them to say");
        judged(&world, &comment, ("not done", "It rings."), &id::fresh()).await.leads_to();
        assert!(!shows(organiser, "/forum").await && !shows(organiser, "/forum/local-offer").await);
    });
}

#[test]
fn whoever_wrote_a_comment_hears_what_the_forum_says_about_what_was_promised() {
    on_both(async |world| {
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        world.organiser().await;
        let form = "/local-offer/comments/without-account";
        let fields = [&comment(WORDS)[..], &[("email", "stranger@example.org")]].concat();
        world.visitor().post(form, &fields).await.leads_to();
        let link = link_to(&world.receipts().await[0], "/local-offer/emails/");
        world.visitor().post(&link, &[]).await.leads_to();
        let strangers = world.one("SELECT id FROM comments").await;
        let desk = format!("/forum/local-offer/{strangers}");
        let publish = [("decision", "publish")];
        world.sign_in("organiser@example.org").await.post(&desk, &publish).await.leads_to();
        let day = clock::fields(world.now() + 10 * DAY).0;
        let promises = promise("We know.", ("A new number", &day));
        leader.post(&format!("/lead/local-offer/{strangers}"), &promises).await.leads_to();
        let with_account = promised(&world, &leader, 10).await;
        world.forward(11 * DAY);
        for (comment, to) in
            [(&strangers, "stranger@example.org"), (&with_account, "writer@example.org")]
        {
            for (verdict, says) in [("not done", "was not done"), ("done", "was done")] {
                let key = id::fresh();
                for _ in 0..2 {
                    judged(&world, comment, (verdict, "We rang it."), &key).await.leads_to();
                }
                let emails = world.deliver().await;
                assert_eq!(emails.len(), 1, "{to}, {verdict}");
                let email = &emails[0];
                assert!(
                    email.to == to
                        && email.subject.ends_with(says)
                        && email.text.contains("A new number")
                        && email.text.contains("We rang it."),
                    "{}",
                    email.text
                );
            }
        }
        // Nothing more will go there.
        assert_eq!(number(&world, "SELECT count(*) FROM comment_addresses").await, 0);
    });
}

#[test]
fn a_stranger_withdraws_a_comment_by_the_link_in_the_email_until_it_is_answered() {
    on_both(async |world| {
        let form = "/local-offer/comments/without-account";
        let organiser = world.organiser().await;
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let visitor = world.visitor();
        for is_answered in [false, true] {
            let words = format!("The list is wrong: {is_answered}");
            let address = format!("{is_answered}@example.org");
            let fields = [&comment(&words)[..], &[("email", address.as_str())]].concat();
            visitor.post(form, &fields).await.leads_to();
            let email = world.receipts().await.pop().unwrap();
            assert!(email.text.contains("/withdrawal"), "{}", email.text);
            let link = link_to(&email, "/local-offer/emails/");
            let to = visitor.post(&link, &[]).await.leads_to();
            let withdrawal = format!("{link}/withdrawal");
            assert!(visitor.get(&to).await.html.contains(&withdrawal));
            let sql = "SELECT id FROM comments WHERE decided_by IS NULL";
            let comment = world.one(sql).await;
            let desk = format!("/forum/local-offer/{comment}");
            organiser.post(&desk, &[("decision", "publish")]).await.leads_to();
            world.deliver().await;
            let asks = visitor.get(&withdrawal).await;
            assert!(asks.says("we can't bring it back") && !asks.says(&words), "{}", asks.html);
            let page = format!("/local-offer/comments/{comment}");
            if is_answered {
                let day = clock::fields(world.now() + 10 * DAY).0;
                let promises = promise("We know.", ("A new list", &day));
                leader.post(&format!("/lead/local-offer/{comment}"), &promises).await.leads_to();
                let late = visitor.post(&withdrawal, &[]).await.leads_to();
                assert!(visitor.get(&late).await.says("You can't withdraw this comment any more"));
                assert!(visitor.get(&page).await.says(&words));
            } else {
                let done = visitor.post(&withdrawal, &[]).await;
                assert!(done.says("You withdrew your comment"), "{}", done.html);
                assert_eq!(visitor.get(&page).await.status, StatusCode::NOT_FOUND);
                assert_eq!(number(&world, "SELECT count(*) FROM comment_addresses").await, 0);
                assert_eq!(visitor.post(&withdrawal, &[]).await.status, StatusCode::GONE);
                assert_eq!(visitor.get(&withdrawal).await.status, StatusCode::GONE);
            }
        }
    });
}

#[test]
fn what_a_stranger_withdraws_is_found_nowhere_whatever_the_forum_took_out_of_it() {
    on_both(async |world| {
        let form = "/local-offer/comments/without-account";
        let (organiser, visitor) = (world.organiser().await, world.visitor());
        let (publish, instead) = ([("decision", "publish")], "A canarybird waits for [a name].");
        let redact = [("decision", "redact"), ("instead", instead)];
        let decisions: [&[(&str, &str)]; 3] = [&[], &publish, &redact];
        for (nth, decision) in decisions.into_iter().enumerate() {
            let address = format!("canarybird-{nth}@example.org");
            let words = format!("A canarybird waits for Kanarienvogel, {nth}.");
            let fields = [&comment(&words)[..], &[("email", address.as_str())]].concat();
            visitor.post(form, &fields).await.leads_to();
            let link = link_to(&world.receipts().await.pop().unwrap(), "/local-offer/emails/");
            visitor.post(&link, &[]).await.leads_to();
            if !decision.is_empty() {
                let id = world.one("SELECT id FROM comments WHERE withdrawn_at IS NULL").await;
                organiser.post(&format!("/forum/local-offer/{id}"), decision).await.leads_to();
            }
            app::search::refresh(&world.house).await.unwrap();
            world.deliver().await;
            let before = in_the_bytes(&world, &["canarybird"]).await;
            assert!(!before.is_empty(), "it is looked for where it is");
            let early = "UPDATE comments SET words = 'Deleted' WHERE withdrawn_at IS NULL";
            assert!(by_hand(&world, early).await.is_err(), "the schema keeps it until then");
            let done = visitor.post(&format!("{link}/withdrawal"), &[]).await;
            assert!(done.says("We have deleted what you wrote"), "{}", done.html);
            world.deliver().await;
            app::search::refresh(&world.house).await.unwrap();
            erase_due(&world.house).await.unwrap();
            world.house.db.leave_no_copy().await.unwrap();
            for word in ["canarybird", "kanarienvogel"] {
                assert_eq!(columns_with(&world, word).await, BTreeSet::new(), "{decision:?}");
            }
            let left = in_the_bytes(&world, &["canarybird", "kanarienvogel"]).await;
            assert_eq!(left, BTreeSet::new(), "{decision:?}");
        }
        let that = "SELECT count(*) FROM comments WHERE words = 'Deleted' AND as_sent IS NULL";
        assert_eq!(number(&world, that).await, 3, "that there was one stays");
    });
}

#[test]
fn what_is_declined_of_a_stranger_is_found_nowhere_four_weeks_later_and_a_parent_keeps_theirs() {
    on_both(async |world| {
        let form = "/local-offer/comments/without-account";
        let (organiser, visitor) = (world.organiser().await, world.visitor());
        let parent = world.parent(1).await;
        let mine = sent(&parent, "A parrot waits for my son.").await;
        let words = comment("A canarybird waits.");
        let fields = [&words[..], &[("email", "bird@example.org")]].concat();
        visitor.post(form, &fields).await.leads_to();
        let emails = world.receipts().await;
        let receipt = emails.iter().find(|email| email.to == "bird@example.org").unwrap();
        let link = link_to(receipt, "/local-offer/emails/");
        let decline = [("decision", "decline"), ("reason", "one child")];
        let theirs = format!("SELECT id FROM comments WHERE id <> '{mine}'");
        for id in [&mine, &world.one(&theirs).await] {
            organiser.post(&format!("/forum/local-offer/{id}"), &decline).await.leads_to();
        }
        // They find out that it was declined.
        visitor.post(&link, &[]).await.leads_to();
        world.deliver().await;
        for (days, left) in [(27, 1), (2, 0)] {
            world.forward(days * DAY);
            local_offer::forget_due(world.db(), world.now()).await.unwrap();
            let with = async |what: &str| {
                let sql = format!("SELECT count(*) FROM comments WHERE words LIKE '%{what}%'");
                number(&world, &sql).await
            };
            assert_eq!(with("canarybird").await, left, "{days} days later");
            assert_eq!(with("parrot").await, 1, "its author still reads it");
            let addresses = "SELECT count(*) FROM comment_addresses";
            assert_eq!(number(&world, addresses).await, left, "{days} days later");
        }
        erase_due(&world.house).await.unwrap();
        world.house.db.leave_no_copy().await.unwrap();
        assert_eq!(columns_with(&world, "canarybird").await, BTreeSet::new());
        assert_eq!(in_the_bytes(&world, &["canarybird"]).await, BTreeSet::new());
        let own = world.sign_in("parent1@example.org").await;
        assert!(own.get(&format!("/local-offer/comments/{mine}")).await.says("A parrot waits"));
        let declined = "SELECT count(*) FROM comments WHERE declined_at IS NOT NULL";
        assert_eq!(number(&world, declined).await, 2, "that there were two stays");
    });
}

#[test]
fn a_year_is_printed_without_the_ways_to_other_pages_and_leads_to_the_year_before() {
    on_both(async |world| {
        let year = clock::date(world.now()).year();
        let page = world.visitor().get(&format!("/local-offer/years/{year}")).await;
        assert!(page.says(&format!("Comments from {}", year - 1)), "{}", page.html);
        for back in ["a.back", "p.no-print > a.back"] {
            assert_eq!(texts(&page.html, back), ["Local Offer"]);
        }
    });
}

#[test]
fn nobody_says_for_the_forum_that_what_they_promised_themselves_was_done() {
    on_both(async |world| {
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let comment = promised(&world, &leader, 10).await;
        let both = [Role::Leader, Role::Organiser];
        let two_hats = world.signed_in("two-hats@example.org", &both).await;
        let desk = format!("/forum/local-offer/{comment}/done");
        let page = two_hats.get(&desk).await;
        assert!(page.says("Ask another organiser") && !page.html.contains("name=\"verdict\""));
        let response = world.one("SELECT id FROM comment_responses").await;
        let fields = [("response", response.as_str()), ("verdict", "done")];
        let refused = two_hats.post(&desk, &fields).await;
        assert!(
            refused.status == StatusCode::UNPROCESSABLE_ENTITY
                && refused.says("Ask another organiser"),
            "{}",
            refused.html
        );
        assert_eq!(leader.post(&desk, &fields).await.status, StatusCode::FORBIDDEN);
        let organiser = world.organiser().await;
        for (nth, account) in [&two_hats.account, &leader.account].into_iter().enumerate() {
            let sql = format!(
                "INSERT INTO comment_verdicts (id, form_key, response_id, is_done, words, given_by,
                 given_at) VALUES ('{nth}', '{nth}', '{response}', 1, '', '{account}', 0)"
            );
            assert!(by_hand(&world, &sql).await.is_err(), "{nth}");
        }
        assert_eq!(number(&world, "SELECT count(*) FROM comment_verdicts").await, 0);
        organiser.post(&desk, &fields).await.leads_to();
        // Where nothing was promised there is nothing to say.
        let silent = sent(&world.parent(2).await, "Another comment").await;
        let none = organiser.get(&format!("/forum/local-offer/{silent}/done")).await;
        assert_eq!(none.status, StatusCode::NOT_FOUND);
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
        let fields = [&comment(WORDS)[..], &[("service", world.transport.as_str())]].concat();
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
        let words = crate::fixtures::local_offer::answer("We changed it.");
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
        let fields = [&comment(WORDS)[..], &[("service", world.autism.as_str())]].concat();
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
        let to = format!("/lead/local-offer/{comment}");
        assert_eq!(leader.get(&to).await.status, StatusCode::NOT_FOUND);
        admin.post(&service, &[("organisations", world.council.as_str())]).await.leads_to();
        leader.post(&to, &answer("We look at it.")).await.leads_to();
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
            will_do: local_offer::rules::WillDo::Nothing { why: "It is right.".to_owned() },
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

#[test]
fn an_account_that_is_erased_leaves_neither_what_was_taken_out_nor_its_address() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let about = sent(&parent, "Mrs Invented never rings back.").await;
        let organiser = world.organiser().await;
        let instead = [("decision", "redact"), ("instead", "[A name] never rings back.")];
        organiser.post(&format!("/forum/local-offer/{about}"), &instead).await.leads_to();
        let email = "parent1@example.org";
        let fields = [&comment(WORDS)[..], &[("email", email)]].concat();
        let form = "/local-offer/comments/without-account";
        world.visitor().post(form, &fields).await.leads_to();
        let there = async || {
            let as_sent = "SELECT count(*) FROM comments WHERE as_sent IS NOT NULL";
            let addresses = "SELECT count(*) FROM comment_addresses";
            (number(&world, as_sent).await, number(&world, addresses).await)
        };
        assert_eq!(there().await, (1, 1));
        change(&world, &format!("UPDATE accounts SET erased_at = 1 WHERE email = '{email}'")).await;
        let account = Id::<Account>::from(&*parent.account);
        let mut tx = world.db().begin().await.unwrap();
        local_offer::forget(&mut tx, (&account, email), false, world.now()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(there().await, (0, 0));
        let read = world.visitor().get(&format!("/local-offer/comments/{about}")).await;
        assert!(read.says("[A name] never rings back."), "what was published stays");
    });
}

#[test]
fn comments_that_were_declined_for_naming_somebody_come_back_to_the_queue() {
    const SQLITE: &str =
        include_str!("../../../migrations/0058_comments_by_the_regulation/sqlite.sql");
    const POSTGRES: &str =
        include_str!("../../../migrations/0058_comments_by_the_regulation/postgres.sql");
    on_both(async |world| {
        let (parent, organiser) = (world.parent(1).await, world.organiser().await);
        let (migration, on) = match world.db().kind() {
            Kind::Sqlite => (SQLITE, ""),
            Kind::Postgres => (POSTGRES, " ON comments"),
        };
        let guard = "new_comments_are_left_out_for_two_reasons";
        change(&world, &format!("DROP TRIGGER {guard}{on}")).await;
        let mut ids = Vec::new();
        for (words, reason, withdrawn) in [
            ("Mrs Invented never rings back.", "names", "NULL"),
            ("Mr Invented is rude.", "names", "2"),
            ("Deleted", "names", "2"),
            ("Everything is rubbish.", "abusive", "NULL"),
        ] {
            let id = id::random();
            let (author, by) = (&parent.account, &organiser.account);
            let sql = format!(
                "INSERT INTO comments (id, form_key, author_id, words, sent_at, decided_by,
                 declined_at, decline_reason, withdrawn_at) VALUES ('{id}', '{id}', '{author}',
                 '{words}', 1, '{by}', 2, '{reason}', {withdrawn})"
            );
            change(&world, &sql).await;
            ids.push(id);
        }
        let back = migration.split("-- The regulation knows").next().unwrap();
        let mut tx = world.db().begin().await.unwrap();
        sqlx::raw_sql(back).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        let queue = organiser.get("/forum/local-offer").await;
        let there: Vec<bool> = ids.iter().map(|id| queue.html.contains(id)).collect();
        assert_eq!(there, [true, false, false, false]);
        let own = parent.get(&format!("/local-offer/comments/{}", ids[3])).await;
        assert!(own.says("It is abusive"), "an earlier reason is still read");
        let instead = [("decision", "redact"), ("instead", "[A name] never rings back.")];
        organiser.post(&format!("/forum/local-offer/{}", ids[0]), &instead).await.leads_to();
        let read = world.visitor().get(&format!("/local-offer/comments/{}", ids[0])).await;
        assert!(read.says("[A name] never rings back."));
    });
}
