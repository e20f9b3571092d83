//! A whole year as new volunteers live it, who know nothing but what the pages say: from an area
//! with nothing in it to published results and a verdict. Everyone comes by the home page, or by a
//! link in an email, and follows links and presses buttons from there.

use std::collections::BTreeMap;

use calendar::clock::{self, DAY, HOUR, Moment};
use deliveries::Email;
use ground::viewer::Role;

use crate::consultations::answer;
use crate::fixtures::consultations::{begin, terms};
use crate::fixtures::notices::{fields as notice_fields, told};
use crate::page::links;
use crate::walk::Walk;
use crate::world::{Browser, World, link, number, on_both};

const ADMIN: &str = "admin@example.org";
const ADMIN2: &str = "admin2@example.org";
const ORGANISER: &str = "organiser@example.org";
const ORGANISER2: &str = "organiser2@example.org";
const SAFEGUARDING: &str = "safeguarding@example.org";
const LEADER: &str = "leader@example.org";
const LEADER2: &str = "leader2@example.org";
const MUM: &str = "mum@example.org";
const DAD: &str = "dad@example.org";

/// Who the first administrator invites, and what their role will be.
const INVITED: [(&str, &str); 6] = [
    (ADMIN2, "admin"),
    (ORGANISER, "organiser"),
    (ORGANISER2, "organiser"),
    (SAFEGUARDING, "safeguarding"),
    (LEADER, "leader"),
    (LEADER2, "leader"),
];

const PASSWORD: &str = "three small words";
const BUSES: &str = "Buses that come on time";
const PLAN: &str = "Transport to school";

#[test]
fn a_year_from_an_empty_area_to_a_verdict_is_lived_by_links_alone() {
    on_both(async |world| {
        let world = world.empty().await;
        let year = Year::of(&world);
        year.sets_up_the_area().await;
        year.invites_everyone().await;
        year.parents_propose_and_vote().await;
        year.a_plan_waits_until_parents_were_involved().await;
        year.families_are_told_before_a_change().await;
        year.parents_are_asked_and_read_the_results().await;
        year.leaders_say_what_happened_and_the_forum_disagrees().await;
    });
}

/// Everyone, each with a browser of their own.
struct Year<'w> {
    world: &'w World,
    browsers: BTreeMap<&'static str, Browser<'w>>,
}

impl<'w> Year<'w> {
    fn of(world: &'w World) -> Self {
        let invited = INVITED.map(|(email, _)| email);
        let everyone = invited.into_iter().chain([ADMIN, MUM, DAD]);
        Self { world, browsers: everyone.map(|email| (email, world.visitor())).collect() }
    }

    /// Somebody comes to the home page, signs in where they aren't any more, and goes to their desk
    /// if they have one.
    async fn comes(&self, email: &str) -> Walk<'_, 'w> {
        let mut walk = Walk::from(&self.browsers[email], "/").await;
        let leads = |walk: &Walk<'_, '_>, to: &str| {
            links(&walk.page.html).iter().any(|(_, words)| words == to)
        };
        if leads(&walk, "Sign in") {
            walk.follow("Sign in").await;
            walk.press("Sign in", &[("email", email), ("password", PASSWORD)]).await;
        }
        if leads(&walk, "Your desk") {
            walk.follow("Your desk").await;
        }
        walk
    }

    /// Somebody opens the link in the email to them.
    async fn opens(&self, emails: &[Email], to: &str) -> Walk<'_, 'w> {
        let email = emails.iter().find(|email| email.to == to);
        let email = email.unwrap_or_else(|| panic!("no email went to {to}: {emails:?}"));
        Walk::from(&self.browsers[to], &link(email)).await
    }

    async fn accepts(&self, emails: &[Email], who: &str) -> Walk<'_, 'w> {
        let mut walk = self.opens(emails, who).await;
        let new = [("shown_name", "Somebody new"), ("password", PASSWORD)];
        walk.press("Accept and continue", &new).await;
        assert!(walk.says("Welcome. You are signed in"), "{}", walk.page.html);
        walk
    }

    /// The one thing of this name: what somebody ticks on a page is known by its id.
    async fn named(&self, table: &str, name: &str) -> String {
        self.world.one(&format!("SELECT id FROM {table} WHERE name = '{name}'")).await
    }

    /// The command on the machine invites the first administrator; the desk says the rest.
    async fn sets_up_the_area(&self) {
        let house = &self.world.house;
        accounts::invite(house, None, ADMIN.to_owned(), Role::Admin, None).await.unwrap();
        let emails = self.world.deliver().await;
        let mut walk = self.accepts(&emails, ADMIN).await;
        assert!(walk.says("First steps: 0 of 11 done"), "{}", walk.page.html);
        walk.follow("Send a test email").await;
        walk.press("Send it", &[]).await;
        walk.follow("Name the places").await;
        for (button, field) in [
            ("Add this place", ("place_name", "Ashford")),
            ("Add this place", ("place_name", "Milltown")),
            ("Add this service", ("service_name", "Transport")),
            ("Add this service", ("service_name", "Autism support")),
            ("Add this organisation", ("organisation_name", "Hillshire Council")),
        ] {
            walk.press(button, &[field]).await;
        }
        walk.follow("Administration").await;
        walk.follow("Say who runs each service").await;
        let council = self.named("organisations", "Hillshire Council").await;
        for service in ["Change Transport", "Change Autism support"] {
            walk.follow(service).await;
            walk.press("Save", &[("organisations", council.as_str())]).await;
        }
        for (name, first, last) in [
            ("Spring, first half", "2027-01-04", "2027-02-12"),
            ("Spring, second half", "2027-02-22", "2027-03-25"),
        ] {
            let term = [("term_name", name), ("first_day", first), ("last_day", last)];
            walk.press("Add this term", &term).await;
            walk.press("Save this term", &[]).await;
        }
        walk.follow("Administration").await;
        walk.follow("Say how to reach you").await;
        walk.press("Save", &[("phone", "0151 496 0000")]).await;
    }

    async fn invites_everyone(&self) {
        let council = self.named("organisations", "Hillshire Council").await;
        let mut walk = self.comes(ADMIN).await;
        for (who, role) in INVITED {
            walk.follow("Administration").await;
            walk.follow("People").await;
            let mut said = vec![("email", who), ("role", role)];
            if role == "leader" {
                said.push(("organisation", council.as_str()));
            }
            walk.press("Send invitation", &said).await;
            if role == "admin" {
                walk.press("Yes, invite them as an administrator", &[]).await;
            }
        }
        let emails = self.world.deliver().await;
        walk.follow("Administration").await;
        assert!(!walk.says("First steps:"), "all of them are done: {}", walk.page.html);
        for (who, role) in INVITED {
            let mut walk = self.accepts(&emails, who).await;
            let is_led = walk.says("You are a leader for Hillshire Council.");
            assert_eq!(is_led, role == "leader", "{}", walk.page.html);
            walk.follow("Guide for ").await;
            assert!(walk.says("On this page"), "{}", walk.page.html);
        }
    }

    async fn parents_propose_and_vote(&self) {
        let mut walk = self.comes(ORGANISER).await;
        walk.follow("Open a round").await;
        // The dates are filled in: four weeks to propose, and two to vote.
        walk.press("Check this round", &[("title", "Spring"), ("seats", "2")]).await;
        walk.press("Open this round", &[]).await;
        assert!(walk.says("The round is open"), "{}", walk.page.html);
        self.joins_and_proposes(MUM, "Ashford", BUSES).await;
        self.joins_and_proposes(DAD, "Milltown", "Someone to ask after a diagnosis").await;
        for topic in [BUSES, "Someone to ask after a diagnosis"] {
            let mut walk = self.comes(ORGANISER).await;
            walk.follow(&format!("Check the topic: {topic}")).await;
            walk.press("Save this decision", &[("decision", "publish")]).await;
        }

        let world = self.world;
        let voting = number(world, "SELECT vote_from FROM rounds").await;
        world.forward(Moment::from_millis(voting) - world.now() + HOUR);
        let mut walk = self.comes(DAD).await;
        walk.follow("Support topics: Spring").await;
        walk.press("Support this topic", &[]).await;
        assert!(walk.says("You can change your mind until voting closes."));
        let buses = world.one(&format!("SELECT id FROM topics WHERE title = '{BUSES}'")).await;
        let ashford = self.named("places", "Ashford").await;
        for nth in 0..12 {
            world.supporter(nth, &ashford, &buses).await;
        }
        let closes = number(world, "SELECT closes_at FROM rounds").await;
        world.forward(Moment::from_millis(closes) - world.now() + HOUR);
        rounds::close_due(world.db(), &world.house.clock).await.unwrap();
        let mut walk = self.comes(ORGANISER2).await;
        walk.follow("Confirm the shortlist for Spring").await;
        walk.press("Confirm the shortlist", &[]).await;

        let anyone = world.visitor();
        let mut walk = Walk::from(&anyone, "/").await;
        walk.follow("Results of Spring").await;
        assert!(walk.says("The shortlist") && walk.says(BUSES), "{}", walk.page.html);
    }

    async fn joins_and_proposes(&self, who: &str, place: &str, topic: &str) {
        let mut walk = Walk::from(&self.browsers[who], "/").await;
        walk.follow("Join in two minutes").await;
        walk.press("Join", &[("email", who)]).await;
        let emails = self.world.deliver().await;
        let mut walk = self.opens(&emails, who).await;
        let place = self.named("places", place).await;
        let new = [("shown_name", "A parent"), ("place", &place), ("password", PASSWORD)];
        walk.press("Confirm and continue", &new).await;
        assert!(walk.says("Welcome. Your email address is confirmed"), "{}", walk.page.html);
        walk.follow("Propose a topic").await;
        let transport = self.named("services", "Transport").await;
        let said = [
            ("title", topic),
            ("happens_now", "Nobody tells us."),
            ("would_help", "A plan."),
            ("services", transport.as_str()),
        ];
        walk.press("Check your topic", &said).await;
        walk.press("Send this topic", &[]).await;
        assert!(walk.says("Sent to the forum"), "{}", walk.page.html);
        self.world.forward(1);
    }

    async fn a_plan_waits_until_parents_were_involved(&self) {
        let world = self.world;
        let (day, due) = (clock::fields(world.now()).0, clock::fields(world.now() + 200 * DAY).0);
        let council = self.named("organisations", "Hillshire Council").await;
        let transport = self.named("services", "Transport").await;
        let topic = world.one(&format!("SELECT id FROM topics WHERE title = '{BUSES}'")).await;
        let mut walk = self.comes(LEADER).await;
        walk.follow("Register a plan").await;
        let plan = [
            ("title", PLAN),
            ("what", "How children get to school."),
            ("organisations", &council),
            ("services", &transport),
            ("due_day", &due),
        ];
        walk.press("Check this plan", &plan).await;
        walk.press("Register this plan", &[]).await;
        walk.follow("Leaders’ desk").await;
        assert!(walk.says("Not ready to publish: parents not involved yet"));
        walk.follow("Add the topics it answers").await;
        walk.press("Add these topics to the plan", &[("topics", &topic)]).await;
        walk.follow("Leaders’ desk").await;
        walk.follow(PLAN).await;
        walk.follow("Record a planning session").await;
        let session = [
            ("day", day.as_str()),
            ("held_at", "Online"),
            ("parents", "12"),
            ("others", "3"),
            ("decided", "A text message when a bus is late."),
            ("audience", "everyone"),
        ];
        walk.press("Record this session", &session).await;
        walk.follow("Leaders’ desk").await;
        walk.follow("Submit a draft").await;
        let draft = [("summary", "Buses on time."), ("body", "Every bus, every day.")];
        walk.press("Submit this draft", &draft).await;
        walk.follow("Leaders’ desk").await;
        walk.follow("Publish the draft").await;
        assert!(walk.says("Not done: ") && walk.says("We have to publish it anyway"));

        let mut theirs = self.comes(ORGANISER).await;
        theirs.follow(&format!("Write the forum's statement on {PLAN}")).await;
        theirs.press("Publish this statement", &[("words", "It is what we asked for.")]).await;

        walk.follow("Leaders’ desk").await;
        walk.follow("Publish the draft").await;
        assert!(walk.says("✓ Parents have been involved. Before you"), "{}", walk.page.html);
        walk.follow(BUSES).await;
        walk.press("Save this answer", &[("answer", "adopted"), ("words", "Page 1.")]).await;
        assert!(walk.says("✓ Ready to publish."), "{}", walk.page.html);
        walk.press("Publish this draft", &[]).await;
        let anyone = world.visitor();
        let mut walk = Walk::from(&anyone, "/").await;
        walk.follow("Plans").await;
        walk.follow(PLAN).await;
        walk.follow("Draft 1").await;
        assert!(walk.says("Buses on time."), "{}", walk.page.html);
    }

    async fn families_are_told_before_a_change(&self) {
        let world = self.world;
        world.forward(30 * DAY);
        let transport = self.named("services", "Transport").await;
        let mut walk = self.comes(MUM).await;
        walk.follow("Email me about changes").await;
        walk.press("Email me about changes", &[("services", &transport)]).await;

        let day = clock::fields(world.now() + 20 * DAY).0;
        let mut walk = self.comes(LEADER).await;
        walk.follow("Write a change notice").await;
        walk.press("Preview", &notice_fields("Route 5 is earlier", &transport, &day)).await;
        let mut walk = self.comes(LEADER2).await;
        walk.follow("Approve the change notice: Route 5 is earlier").await;
        walk.press("Approve this notice", &[]).await;
        let emails = told(world).await;
        let is_told = |email: &Email| {
            email.to == MUM && (email.subject.clone() + &email.text).contains("Route 5 is earlier")
        };
        assert!(emails.iter().any(is_told), "{emails:?}");

        let mut walk = self.comes(MUM).await;
        walk.follow("Changes").await;
        walk.follow("Route 5 is earlier").await;
        assert!(walk.says("Route 5 comes at 8:10"), "{}", walk.page.html);
        world.forward(21 * DAY);
        let mut walk = self.comes(LEADER).await;
        assert!(!walk.says("Route 5 is earlier"), "nothing of it waits: {}", walk.page.html);
        walk.follow("How are we doing?").await;
        walk.follow("Told before it started").await;
        assert!(walk.says("Route 5 is earlier"), "{}", walk.page.html);
    }

    async fn parents_are_asked_and_read_the_results(&self) {
        let world = self.world;
        let council = self.named("organisations", "Hillshire Council").await;
        let closes = clock::fields(world.now() + 42 * DAY).0;
        let mut said = terms("School buses", &closes, "anyone");
        said.push(("belongs", council.as_str()));
        let mut walk = self.comes(ORGANISER).await;
        walk.follow("Ask parents").await;
        walk.press("Continue to the questions", &said).await;
        for (text, kind) in [("Does it come on time?", "yes-no"), ("What would help?", "long-text")]
        {
            assert!(walk.says("<leptos-island"), "the builder is around the forms");
            walk.follow("Add a question").await;
            walk.press("Save the question", &[("text", text), ("kind", kind)]).await;
        }
        walk.follow("Check and open it").await;
        walk.press("Open it to parents", &[]).await;
        let id = walk.at.split(['/', '?']).nth(3).unwrap().to_owned();
        self.parents_answer(&id).await;

        world.forward(43 * DAY);
        let mut walk = self.comes(ORGANISER).await;
        walk.follow("Read the answers: School buses").await;
        walk.follow("What would help?").await;
        walk.press("Add this theme", &[("title", "A text message")]).await;
        let theme = world.one("SELECT id FROM themes").await;
        walk.press("Save its themes", &[("theme", &theme)]).await;
        walk.follow("Organisers’ desk").await;
        walk.follow("Count the answers: School buses").await;
        walk.press("Count the answers", &[]).await;
        let mut walk = self.comes(ORGANISER2).await;
        walk.follow("Check the results: School buses").await;
        walk.press("Publish these results", &[]).await;

        let anyone = world.visitor();
        let mut walk = Walk::from(&anyone, "/").await;
        walk.follow("All consultations").await;
        walk.follow("School buses").await;
        walk.follow("What parents said").await;
        assert!(walk.says("12 people answered."), "{}", walk.page.html);
    }

    /// Twelve parents: one as people do, the others so that there is something to publish.
    async fn parents_answer(&self, consultation: &str) {
        let phone = self.world.visitor();
        let mut walk = Walk::from(&phone, "/").await;
        walk.follow("Have your say").await;
        walk.follow("School buses").await;
        walk.press("Start", &[]).await;
        walk.press("Continue", &[("q.question-1", "no")]).await;
        walk.press("Continue", &[("q.question-2", "A text message when it is late.")]).await;
        walk.press("Send my answers", &[("quote", "yes")]).await;
        assert!(walk.says("Your answers count."), "{}", walk.page.html);
        for _ in 0..11 {
            let phone = self.world.visitor();
            let response = begin(&phone, consultation).await;
            answer(&phone, &response, "question-1", "no").await.leads_to();
            phone.post(&response, &[("step", "send")]).await.leads_to();
        }
    }

    async fn leaders_say_what_happened_and_the_forum_disagrees(&self) {
        self.world.forward(14 * DAY);
        let mut walk = self.comes(LEADER).await;
        walk.follow(&format!("Say what happened: {BUSES}")).await;
        let said = [
            ("you_said", "The bus is often late."),
            ("we_did", "Every bus has been on time since January."),
            ("outcome", "done"),
        ];
        walk.press("Check your update", &said).await;
        walk.press("Publish", &[]).await;
        walk.follow("Leaders’ desk").await;
        assert!(walk.says(&format!("The forum checks what you said about: {BUSES}")));

        let mut walk = self.comes(ORGANISER2).await;
        walk.follow(&format!("Check what leaders say they did about: {BUSES}")).await;
        let view = [("verdict", "disputed"), ("words", "Two of three buses were late this week.")];
        walk.press("Publish the forum's view", &view).await;

        let mut walk = self.comes(MUM).await;
        walk.follow("What happened").await;
        walk.follow("The bus is often late.").await;
        let both = ["Every bus has been on time", "Two of three buses were late this week."];
        assert!(both.iter().all(|words| walk.says(words)), "{}", walk.page.html);
        let mut walk = self.comes(LEADER2).await;
        assert!(!walk.says(&format!("Say what happened: {BUSES}")), "{}", walk.page.html);
        walk.follow("How are we doing?").await;
        assert_eq!(walk.at, "/record");
    }
}
