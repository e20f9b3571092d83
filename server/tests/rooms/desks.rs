//! The desks, and the way from each to the end of every task: by links and buttons alone, with no
//! address typed.

use axum::http::StatusCode;
use calendar::clock::{self, DAY, HOUR};
use ground::viewer::{Desk, Role};

use crate::consultations::answer;
use crate::fixtures::consultations::{ask_who_waits, begin, new_consultation, terms};
use crate::fixtures::notices::{fields as notice_fields, told};
use crate::fixtures::plans::{FAIR, decided, register};
use crate::page::links;
use crate::walk::Walk;
use crate::world::{Browser, World, change, on_both};

#[test]
fn an_organiser_goes_from_the_desk_to_published_results_by_links_alone() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let other = world.signed_in("organiser2@example.org", &[Role::Organiser]).await;
        let closes = clock::fields(world.now() + 60 * DAY).0;
        let mut said = terms("Short breaks", &closes, "anyone");
        said.push(("belongs", world.council.as_str()));

        let mut walk = Walk::from(&organiser, "/forum").await;
        walk.follow("Ask parents").await;
        walk.press("Continue to the questions", &said).await;
        assert!(walk.says("aria-current=\"step\">● Being written"), "{}", walk.page.html);
        walk.follow("Organisers’ desk").await;
        walk.follow("Finish writing it and open it").await;
        walk.follow("Add a question").await;
        walk.press("Save the question", &[("text", "Do you wait?"), ("kind", "yes-no")]).await;
        walk.follow("Check and open it").await;
        walk.press("Open it to parents", &[]).await;
        assert!(walk.says("✓ Opened") && walk.says("● Open for answers"), "{}", walk.page.html);
        let id = walk.at.split(['/', '?']).nth(3).unwrap().to_owned();
        walk.follow("Organisers’ desk").await;
        assert!(walk.says("Parents can answer until"), "{}", walk.page.html);
        walk.follow("Type in answers on paper").await;
        walk.follow("Type in a response").await;
        let sheet = [("channel", "paper"), ("q.question-1", "yes")];
        walk.press("Save", &sheet).await;
        for _ in 0..12 {
            let phone = world.visitor();
            let response = begin(&phone, &id).await;
            answer(&phone, &response, "question-1", "yes").await.leads_to();
            phone.post(&response, &[("step", "send")]).await.leads_to();
        }
        world.forward(61 * DAY);

        let own = Walk::from(&organiser, "/forum").await;
        let waits = "Another organiser must compare the sheets: Short breaks";
        assert!(own.says(waits), "{}", own.page.html);
        let mut walk = Walk::from(&other, "/forum").await;
        walk.follow("Compare 1 sheet: Short breaks").await;
        walk.follow("Sheet 1").await;
        walk.press("It matches the sheet", &[("q.question-1", "yes")]).await;
        walk.follow("Organisers’ desk").await;
        walk.follow("Read the answers: Short breaks").await;
        walk.follow("Continue to the results").await;
        walk.press("Count the answers", &[]).await;
        walk.follow("Organisers’ desk").await;
        let waits = "Another organiser must check the results: Short breaks";
        assert!(walk.says(waits) && !walk.says("Check the results: Short breaks"));

        let mut walk = Walk::from(&organiser, "/forum").await;
        walk.follow("Check the results: Short breaks").await;
        walk.press("Publish these results", &[]).await;
        assert!(walk.says("13 people answered."), "{}", walk.page.html);
        walk.follow("Your desk").await;
        assert!(walk.says("No consultation is under way."), "{}", walk.page.html);
        walk.follow("All the forum's consultations").await;
        assert!(walk.says("<h2>Published</h2>"), "{}", walk.page.html);
        walk.follow("Short breaks").await;
        walk.follow("See the published results").await;
    });
}

#[test]
fn every_consultation_is_in_the_organisers_list_by_what_is_next() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let opens = clock::fields(world.now() + 9 * DAY).0;
        let write = async |title: &str, opens_day: &str, is_opened: bool| {
            let closes = clock::fields(world.now() + 60 * DAY).0;
            let mut said = terms(title, &closes, "anyone");
            said.extend([("belongs", world.council.as_str()), ("opens_day", opens_day)]);
            let desk = new_consultation(&organiser, &said).await;
            ask_who_waits(&organiser, &desk).await;
            if is_opened {
                organiser.post(&desk, &[("step", "open")]).await.leads_to();
            }
        };
        let empty = organiser.get("/forum/consultations").await;
        assert!(empty.says("There are no consultations yet."), "{}", empty.html);
        write("One", "", false).await;
        write("Two", &opens, true).await;
        write("Three", "", true).await;
        let list = organiser.get("/forum/consultations").await;
        let order = ["Open</h2>", "Three</a>", "Opening later</h2>", "Two</a>", "Being written"];
        let places: Vec<_> = order.map(|words| list.html.find(words).unwrap()).to_vec();
        assert!(places.is_sorted(), "{}", list.html);
        world.forward(61 * DAY);
        let list = organiser.get("/forum/consultations").await;
        assert!(list.says("Closed: to be read and counted"), "{}", list.html);
        assert_eq!(list.html.matches("Read the answers</a>").count(), 2, "{}", list.html);
        for nth in 0..25 {
            write(&format!("More {nth}"), "", false).await;
        }
        let first = organiser.get("/forum/consultations").await;
        assert_eq!(first.html.matches("class=\"steps\"").count(), 20, "{}", first.html);
        assert!(first.says("/forum/consultations?page=2"), "{}", first.html);
        let second = organiser.get("/forum/consultations?page=2").await;
        assert_eq!(second.html.matches("class=\"steps\"").count(), 8, "{}", second.html);
    });
}

#[test]
fn an_organiser_checks_a_topic_and_takes_a_round_to_its_shortlist_by_links_alone() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let mut walk = Walk::from(&organiser, "/forum").await;
        walk.follow("Open a round").await;
        let times = [
            ("propose", world.now()),
            ("vote", world.now() + 20 * DAY),
            ("close", world.now() + 50 * DAY),
        ];
        let mut round = vec![("title".to_owned(), "Autumn".to_owned())];
        round.push(("seats".to_owned(), "2".to_owned()));
        for (name, at) in times {
            let (day, time) = clock::fields(at);
            round.extend([(format!("{name}_day"), day), (format!("{name}_time"), time)]);
        }
        let round: Vec<_> = round.iter().map(|(name, value)| (&**name, &**value)).collect();
        walk.press("Check this round", &round).await;
        walk.press("Open this round", &[]).await;

        let parent = world.parent(1).await;
        let topic = parent.propose("Buses").await;
        walk.follow("Organisers’ desk").await;
        assert!(walk.says("Waiting for you: 1 thing"), "{}", walk.page.html);
        walk.follow("Check the topic: Buses").await;
        walk.press("Save this decision", &[("decision", "publish")]).await;
        assert!(walk.says("We will email the parent") && walk.says("● Parents propose"));

        world.forward(20 * DAY + HOUR);
        for nth in 0..12 {
            world.supporter(nth, &world.south, &topic).await;
        }
        world.forward(30 * DAY);
        rounds::close_due(world.db(), &world.house.clock).await.unwrap();
        let mut walk = Walk::from(&organiser, "/forum").await;
        walk.follow("Confirm the shortlist for Autumn").await;
        walk.press("Confirm the shortlist", &[]).await;
        walk.follow("Organisers’ desk").await;
        assert!(walk.says("No voting round is under way."), "{}", walk.page.html);
    });
}

#[test]
fn a_plan_goes_from_the_leaders_desk_to_its_published_draft_by_links_alone() {
    on_both(async |world| {
        let topic = world.published("Buses").await;
        world.forward(20 * DAY);
        let (leader, organiser) =
            (world.signed_in("leader@example.org", &[Role::Leader]).await, world.organiser().await);
        let due = clock::fields(world.now() + 200 * DAY).0;
        let mut walk = Walk::from(&leader, "/lead").await;
        walk.follow("Register a plan").await;
        let plan = [
            ("title", "Transport to school"),
            ("what", "How children get to school."),
            ("organisations", world.council.as_str()),
            ("services", &world.transport),
            ("due_day", &due),
        ];
        walk.press("Check this plan", &plan).await;
        walk.press("Register this plan", &[]).await;
        walk.follow("Leaders’ desk").await;
        assert!(walk.says("✓ Registered") && walk.says("● Adding parents' topics"));
        walk.follow("Add the topics it answers").await;
        walk.press("Add these topics to the plan", &[("topics", &topic)]).await;
        walk.follow("Leaders’ desk").await;
        walk.follow("Record a planning session").await;
        let day = clock::fields(world.now()).0;
        let session = [
            ("day", day.as_str()),
            ("held_at", "Online"),
            ("parents", "12"),
            ("others", "3"),
            ("decided", "Four weeks"),
            ("audience", "everyone"),
        ];
        walk.press("Record this session", &session).await;
        walk.follow("Leaders’ desk").await;
        let waits = "The forum writes its statement: Transport to school";
        assert!(walk.says(waits), "{}", walk.page.html);

        let unconfirmed = "The forum or two parents confirm your planning session";
        assert!(walk.says(unconfirmed), "{}", walk.page.html);
        walk.follow(unconfirmed).await;
        walk.press("Make the slip", &[]).await;
        assert!(walk.says("Yes, I was there") && walk.says("/slips/"), "{}", walk.page.html);

        let mut theirs = Walk::from(&organiser, "/forum").await;
        theirs.follow("Write the forum's statement on Transport to school").await;
        theirs.press("Publish this statement", &[("words", "Good.")]).await;
        theirs.follow("Organisers’ desk").await;
        theirs.follow("Say whether a planning session took place: Transport to school").await;
        theirs.press("Confirm this session", &[]).await;
        assert!(theirs.says("You confirmed the planning session"), "{}", theirs.page.html);

        walk.follow("Leaders’ desk").await;
        assert!(!walk.says(waits) && !walk.says(unconfirmed), "{}", walk.page.html);
        walk.follow("Submit a draft").await;
        walk.press("Submit this draft", &[("summary", "In short"), ("body", "On time.")]).await;
        walk.follow("Leaders’ desk").await;
        walk.follow("Publish the draft").await;
        walk.follow("Buses").await;
        walk.press("Save this answer", &[("answer", "adopted"), ("words", "On page 1")]).await;
        walk.press("Publish this draft", &[]).await;
        walk.follow("Leaders’ desk").await;
        assert!(walk.says("Say what happened: Transport to school"), "{}", walk.page.html);
        assert!(walk.says("✓ Draft published") && walk.says("● Deciding"), "{}", walk.page.html);
        walk.follow("Write the decision").await;
        walk.press("Save the decision", &decided(&day)).await;
        walk.follow("Leaders’ desk").await;
        walk.follow("Publish the decision").await;
        walk.follow("Buses").await;
        walk.press("Save this answer", &[("answer", "adopted"), ("words", "From March")]).await;
        walk.follow("Say who it affects, and whether it is fair").await;
        walk.press("Continue", &FAIR[..7]).await;
        walk.press("Sign and publish it", &[]).await;
        walk.follow("Publish the decision").await;
        walk.press("Publish the decision", &[]).await;
        walk.follow("Leaders’ desk").await;
        assert!(walk.says("No plan of yours is under way."), "{}", walk.page.html);
        world.forward(180 * DAY);
        for (email, desk) in [("leader@example.org", "/lead"), ("organiser@example.org", "/forum")]
        {
            let desk = world.sign_in(email).await.get(desk).await;
            assert!(!desk.says("The plan is due"), "it is decided: {}", desk.html);
        }
    });
}

#[test]
fn a_plan_is_due_on_the_forums_desk_and_on_those_of_the_leaders_who_plan_it() {
    on_both(async |world| {
        world.organiser().await;
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let other = world.signed_in("other@example.org", &[Role::Leader]).await;
        register(&world, &leader).await;
        // A link to what they can't do leads to a page that says they may not.
        assert!(!leader.get("/contact").await.says("href=\"/topics/new\""));
        assert!(world.visitor().get("/contact").await.says("href=\"/topics/new\""));
        change(&world, "INSERT INTO organisations (id, name, position) VALUES ('x', 'NHS', 9)")
            .await;
        let leads = "UPDATE roles SET organisation_id = 'x' WHERE account_id =";
        change(&world, &format!("{leads} '{}'", other.account)).await;
        world.forward(180 * DAY);
        for (email, desk, is_there) in [
            ("leader@example.org", "/lead", true),
            ("other@example.org", "/lead", false),
            ("organiser@example.org", "/forum", true),
        ] {
            let desk = world.sign_in(email).await.get(desk).await;
            assert_eq!(desk.says("The plan is due"), is_there, "{email}: {}", desk.html);
        }
    });
}

#[test]
fn a_notice_is_written_approved_and_answered_by_links_alone() {
    on_both(async |world| {
        let writer = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let colleague = world.signed_in("leader2@example.org", &[Role::Leader]).await;
        let day = clock::fields(world.now() + 20 * DAY).0;
        let mut walk = Walk::from(&writer, "/lead").await;
        walk.follow("Write a change notice").await;
        let words = notice_fields("Later buses", &world.transport, &day);
        walk.press("Preview", &words).await;
        walk.follow("Leaders’ desk").await;
        assert!(walk.says("Another leader must approve: Later buses"), "{}", walk.page.html);
        assert!(!walk.says("Approve the change notice"), "{}", walk.page.html);

        let mut theirs = Walk::from(&colleague, "/lead").await;
        theirs.follow("Approve the change notice: Later buses").await;
        theirs.press("Approve this notice", &[]).await;
        told(&world).await;
        theirs.follow("Leaders’ desk").await;
        assert!(theirs.says("The change starts"), "{}", theirs.page.html);
        // What families were told about stays under way until it starts.
        assert!(theirs.says("Families told"), "{}", theirs.page.html);
        theirs.follow("Correct or withdraw it, or see the emails").await;
        assert!(theirs.says("Withdraw this notice"), "{}", theirs.page.html);
        theirs.follow("Correct this notice").await;
        let mut theirs = Walk::from(&colleague, "/lead").await;
        theirs.follow("Later buses").await;
        let notice = theirs.at.replace("/notices/", "");

        let ask = format!("/notices/{notice}/questions/new");
        let asks = [("question", "Which stop?"), ("email", "asks@example.org")];
        world.visitor().post(&ask, &asks).await.leads_to();
        let question = world.one("SELECT id FROM notice_questions").await;
        let mut walk = Walk::from(&writer, "/lead").await;
        walk.follow("Answer questions about: Later buses").await;
        let answer = [
            ("questions", question.as_str()),
            ("question", "Which stop is it?"),
            ("answer", "The old one."),
        ];
        walk.press("Publish the answer", &answer).await;
        walk.follow("Leaders’ desk").await;
        assert!(walk.says("Nothing to do."), "{}", walk.page.html);
    });
}

#[test]
fn what_waits_in_the_demonstration_is_done_from_each_desk_by_links_alone() {
    on_both(async |world| {
        let world = world.demonstration().await;
        let leaders = ["leader@example.org", "leader2@example.org", "nhs@example.org"];
        let organisers = ["organiser@example.org"];

        let browser = signed_in_where(&world, &leaders, "/lead", "Say what happened: ").await;
        let mut walk = Walk::from(&browser, "/lead").await;
        walk.follow("Say what happened: ").await;
        let said = [
            ("you_said", "The wait is too long."),
            ("we_did", "There is a second clinic now."),
            ("outcome", "done"),
        ];
        walk.press("Check your update", &said).await;
        walk.press("Publish", &[]).await;
        walk.follow("Leaders’ desk").await;
        assert!(walk.says("The forum checks what you said about: "));

        let browser = signed_in_where(&world, &leaders, "/lead", "Answer a comment").await;
        let mut walk = Walk::from(&browser, "/lead").await;
        walk.follow("Answer a comment").await;
        let nothing = [
            ("response", "We look at it."),
            ("will_do", "nothing"),
            ("why_nothing", "It is right."),
        ];
        walk.press("Check your answer", &nothing).await;
        walk.press("Publish the answer", &[]).await;

        let browser = signed_in_where(&world, &organisers, "/forum", "Check a comment").await;
        let mut walk = Walk::from(&browser, "/forum").await;
        walk.follow("Check a comment").await;
        walk.press("Save this decision", &[("decision", "publish")]).await;
        walk.follow("Organisers’ desk").await;
        walk.follow("Check what leaders say they did about: ").await;
        let view = [("verdict", "confirmed"), ("words", "Parents have found it so.")];
        walk.press("Publish the forum's view", &view).await;
        walk.follow("Organisers’ desk").await;
        walk.follow("Read what ").await;
        walk.press("I've read this", &[]).await;
        walk.follow("Organisers’ desk").await;
        walk.follow("Write the forum's statement on ").await;
        walk.press("Publish this statement", &[("words", "Good.")]).await;

        let mut walk = Walk::from(&browser, "/forum").await;
        walk.follow("Say whether it was done: ").await;
        let found = [("verdict", "not done"), ("words", "Two are still on it.")];
        walk.press("Publish what the forum found", &found).await;
        assert!(walk.says("The forum says this was not done"), "{}", walk.page.html);

        let mut walk = Walk::from(&browser, "/forum/safeguarding").await;
        let waiting = walk.page.html.matches("Read a topic").count();
        walk.follow("Read a topic").await;
        walk.press("Save this note", &[("note", "Rang the family.")]).await;
        walk.follow("Safeguarding desk").await;
        assert_eq!(walk.page.html.matches("Read a topic").count(), waiting - 1);
    });
}

/// The first of these people whose desk has a link that begins so, signed in.
async fn signed_in_where<'w>(
    world: &'w World,
    emails: &[&str],
    desk: &str,
    begins: &str,
) -> Browser<'w> {
    for email in emails {
        let browser = world.sign_in(email).await;
        let page = browser.get(desk).await;
        if links(&page.html).iter().any(|(_, words)| words.starts_with(begins)) {
            return browser;
        }
    }
    panic!("none of {emails:?} has “{begins}” at {desk}")
}

#[test]
fn an_administrator_of_an_empty_area_is_led_through_the_first_steps_which_tick_themselves_off() {
    on_both(async |world| {
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        for table in ["services", "places", "organisations"] {
            change(&world, &format!("UPDATE {table} SET retired_at = 1")).await;
        }
        let visitor = world.visitor();
        for (path, action) in [("/sign-up", "/sign-up"), ("/subscribe", "/subscribe")] {
            let page = visitor.get(path).await;
            assert!(page.says("still setting this up"), "{path}: {}", page.html);
            assert!(!page.says(&format!("action=\"{action}\"")), "{path}: {}", page.html);
        }
        let organiser = world.organiser().await;
        let missing = "has to name its places, services, organisations.";
        assert!(organiser.get("/forum").await.says(missing));
        change(&world, "DELETE FROM roles WHERE role = 'organiser'").await;

        let mut walk = Walk::from(&admin, "/admin").await;
        assert!(walk.says("First steps: 0 of 11 done"), "{}", walk.page.html);
        walk.follow("Send a test email").await;
        walk.press("Send it", &[]).await;
        assert!(walk.says("We are sending it") && walk.says("First steps: 0 of 11 done"));
        let emails = world.deliver().await;
        assert!(emails.iter().any(|email| email.subject == "Test: our emails arrive"));
        for (step, button, field) in [
            ("Name the places", "Add this place", ("place_name", "East")),
            ("Name the services", "Add this service", ("service_name", "Short breaks")),
            ("Name the organisations", "Add this organisation", ("organisation_name", "The NHS")),
        ] {
            walk.follow("Administration").await;
            walk.follow(step).await;
            walk.press(button, &[field]).await;
        }
        walk.follow("Administration").await;
        assert!(walk.says("First steps: 4 of 11 done"), "{}", walk.page.html);
        assert!(walk.says("✓ Done: Name the places"), "{}", walk.page.html);
        walk.follow("Invite a second administrator").await;
        let second = [("email", "second@example.org"), ("role", "admin")];
        walk.press("Send invitation", &second).await;
        walk.press("Yes, invite them as an administrator", &[]).await;
        walk.follow("Administration").await;
        assert!(walk.says("First steps: 5 of 11 done"), "{}", walk.page.html);
        assert!(walk.says("1 person hasn't accepted an invitation"), "{}", walk.page.html);
        let page = visitor.get("/sign-up").await;
        assert!(page.says("action=\"/sign-up\""), "{}", page.html);
    });
}

#[test]
fn whoever_works_for_the_area_begins_at_their_desk_unless_they_were_going_elsewhere() {
    on_both(async |world| {
        for role in Role::ALL {
            let email = format!("{}@example.org", role.word());
            world.person(&email, &[role], &world.south).await;
            let browser = world.visitor();
            let right = [("email", email.as_str()), ("password", "three small words")];
            let home = browser.post("/sign-in", &right).await.leads_to();
            let Some(Desk { path: desk, title, .. }) = role.desk() else {
                assert_eq!(browser.get(&home).await.status, StatusCode::OK);
                continue;
            };
            let to = browser.get(&home).await.leads_to();
            assert_eq!(to, format!("{desk}?done=signed-in"));
            let page = browser.get(&to).await;
            assert!(page.says("You are signed in") && page.says(title), "{}", page.html);
            let elsewhere = browser.get("/plans").await;
            let link = format!("<a href=\"{desk}\">Your desk</a>");
            let on_a_phone = format!("<div class=\"phone\">{link}");
            let is_first_there = elsewhere.says(&on_a_phone);
            assert!(is_first_there && elsewhere.html.matches(&link).count() == 2, "{desk}");
            let home = browser.get("/").await;
            assert_eq!(home.status, StatusCode::OK, "home is home at any other time");
            let then = [right[0], right[1], ("then", "/plans")];
            let going = world.visitor().post("/sign-in", &then).await.leads_to();
            assert_eq!(going, "/plans");
        }
    });
}

#[test]
fn somebody_with_several_roles_finds_the_way_from_each_desk_to_the_others() {
    on_both(async |world| {
        let everyone = world.signed_in("everyone@example.org", &Role::ALL).await;
        for role in Role::ALL {
            let Some(desk) = role.desk() else { continue };
            let mut walk = Walk::from(&everyone, desk.path).await;
            assert!(walk.says("aria-label=\"Your other desks\""), "{}", walk.page.html);
            for desk in Role::ALL.into_iter().filter_map(Role::desk) {
                walk.follow(desk.title).await;
                assert_eq!(walk.at, desk.path);
            }
        }
    });
}
