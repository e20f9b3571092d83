//! What must be done every year: taken over from a file, counted backwards, told before it is due,
//! and shown as done, late or not done.

use axum::http::StatusCode;
use calendar::clock::{self, DAY};
use deliveries::EmailKind;
use ground::viewer::Role;

use crate::world::{Browser, World, by_hand, change, number, on_both};

const BANK: &str = "bank holidays source: https://example.org/bank-holidays\n\
    bank holidays checked: 2027-01-01\n\
    bank holidays until: 2027-12-31\n\
    bank holiday: 2027-05-03 Early May\n\
    bank holiday: 2027-05-31 Spring\n";

/// The transport statement, for the forum, and who is responsible put in its place.
fn transport(responsible: &str, due: &str) -> String {
    format!(
        "\nduty: transport-16\n\
         name: Publish the post-16 transport statement\n\
         rule: Our rule: published each year after asking young people.\n\
         source: https://example.org/transport\n\
         checked: 2027-01-01\n\
         responsible: {responsible}\n\
         due: {due}\n\
         by: document\n\
         public: yes\n\
         on: yes\n\
         step: The round must open | 60 school days before | round\n"
    )
}

/// A day of each duty in 2026, as a row.
const PASSED: &str = "SELECT id, 2026, '', '2026-01-01', fulfilled_by, name, rule, source,
    responsible, organisation_id, is_public, 0 FROM duties";

async fn admin(world: &World) -> Browser<'_> {
    world.signed_in("admin@example.org", &[Role::Admin]).await
}

/// The terms until the summer of 2027.
async fn terms(world: &World) {
    for (nth, (first, last)) in [
        ("2026-11-02", "2026-12-18"),
        ("2027-01-04", "2027-02-12"),
        ("2027-02-22", "2027-03-25"),
        ("2027-04-12", "2027-05-28"),
        ("2027-06-07", "2027-07-21"),
    ]
    .into_iter()
    .enumerate()
    {
        let term = format!("INSERT INTO terms VALUES ('term{nth}', 'Term', '{first}', '{last}')");
        change(world, &term).await;
    }
}

async fn takes_over(admin: &Browser<'_>, file: &str) {
    let sent = admin.post_file("/admin/duties/import", &[], ("duties.txt", file.as_bytes())).await;
    assert_eq!(sent.leads_to(), "/admin/duties?done=kept");
}

/// An area with its terms, which has taken over this; by whom.
async fn begun<'a>(world: &'a World, duties: &str) -> Browser<'a> {
    terms(world).await;
    let admin = admin(world).await;
    takes_over(&admin, &format!("{BANK}{duties}")).await;
    admin
}

async fn of_transport(world: &World) -> String {
    world.one("SELECT '/duties/' || id FROM duties WHERE word = 'transport-16'").await
}

/// Goes on to ten in the morning of this day.
fn on(world: &World, day: &str) {
    world.forward(clock::read(day, "10:00").unwrap() - world.now());
}

#[test]
fn an_administrator_begins_with_our_list_and_switches_on_what_the_area_does() {
    on_both(async |world| {
        let admin = admin(&world).await;
        assert!(admin.get("/admin").await.says("href=\"/admin/duties\""));
        let begun = admin.post("/admin/duties", &[("step", "own")]).await.leads_to();
        assert_eq!(begun, "/admin/duties?done=kept");
        let list = admin.get("/admin/duties").await;
        assert!(list.says("Publish the post-16 transport statement"), "{}", list.html);
        assert!(list.says("every year by 31 May. ○ Off") && !list.says("● On"), "{}", list.html);
        assert!(list.says("We know the bank holidays of England until Friday 31 December 2027"));
        let again = admin.post("/admin/duties", &[("step", "own")]).await.leads_to();
        assert_eq!(number(&world, "SELECT count(*) FROM duties").await, 9, "twice is once");
        let again = admin.get(&again).await;
        assert!(again.says("Nothing to add") && !again.says("Saved"), "{}", again.html);
        assert!(!again.says("transport-16"), "only files name it so: {}", again.html);
        change(&world, "UPDATE bank_holidays SET covers_until = '2028-12-31'").await;
        admin.post("/admin/duties", &[("step", "own")]).await.leads_to();
        let until = world.one("SELECT covers_until FROM bank_holidays").await;
        assert_eq!(until, "2028-12-31", "what goes on for longer stays");
        assert!(!world.visitor().get("/record/duties").await.says("transport statement"));

        let page = of_transport(&world).await.replace("/duties", "/admin/duties");
        let form = admin.get(&page).await;
        assert!(
            form.says("value=\"The voting round must open\"") && form.says("value=\"90\""),
            "{}",
            form.html
        );
        assert!(!form.says("| round"), "nobody learns how files write it: {}", form.html);
        assert!(form.says("Short name, used in files: <b>transport-16</b>"), "{}", form.html);
        let was = form.sends("was");
        let said = |due: &'static str| {
            [
                ("was", was.as_str()),
                ("name", "Publish the transport statement"),
                ("rule", "Ours."),
                ("source", "https://example.org"),
                ("checked", "2027-01-10"),
                ("responsible", "Sefton Council"),
                ("due", due),
                ("by", "document"),
                ("steps", "The round must open | 60 school days before | round"),
                ("public", "yes"),
                ("on", "yes"),
            ]
        };
        let due_on = |day: &'static str, month: &'static str| {
            [&said("each")[..], &[("due_day", day), ("due_month", month)]].concat()
        };
        let wrong = admin.post(&page, &due_on("31", "June")).await;
        assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.html);
        assert!(wrong.says("There is no 31 June") && wrong.says("value=\"31\""));
        let circle = admin.post(&page, &said("1 week before transport-16")).await;
        assert!(circle.says("this duty would come before itself"), "{}", circle.html);
        world.forward(1_000);
        admin.post(&page, &due_on("31", "May")).await.leads_to();
        let meanwhile = admin.post(&page, &said("30 May")).await;
        assert!(meanwhile.status == StatusCode::UNPROCESSABLE_ENTITY, "{}", meanwhile.html);
        assert!(meanwhile.says("Someone else has changed this duty"), "{}", meanwhile.html);
        let public = world.visitor().get("/record/duties").await;
        assert!(public.says("Publish the transport statement"), "{}", public.html);
        let noted = "SELECT count(*) FROM audit WHERE what = 'duty changed'";
        assert_eq!(number(&world, noted).await, 1);
    });
}

#[test]
fn a_file_is_taken_over_as_a_whole_or_not_at_all_and_comes_out_as_it_went_in() {
    on_both(async |world| {
        let admin = admin(&world).await;
        let wrong = transport("The Moon", "31 May").replace("on: yes", "on: perhaps");
        let wrong = format!("{BANK}{wrong}");
        let sent =
            admin.post_file("/admin/duties/import", &[], ("duties.txt", wrong.as_bytes())).await;
        assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY);
        for line in ["Line 12: responsible: Choose forum", "Line 16: on: Choose yes or no"] {
            assert!(sent.says(line), "{line}: {}", sent.html);
        }
        assert!(sent.says("href=\"/admin/duties/duties.txt\""), "what a file is like");
        assert_eq!(number(&world, "SELECT count(*) FROM duties").await, 0);
        assert_eq!(number(&world, "SELECT count(*) FROM bank_holidays").await, 0);
        assert!(admin.post("/admin/duties/import", &[]).await.says("Choose a file of duties"));

        let file = format!("{BANK}{}", transport("Sefton Council", "31 May"));
        takes_over(&admin, &file).await;
        let since = world.one("SELECT CAST(switched_on_at AS TEXT) FROM duties").await;
        let out = admin.get("/admin/duties/duties.txt").await;
        let lines = |text: &str| {
            let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
            lines.map(str::to_owned).collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(lines(&out.html), lines(&file));
        world.forward(DAY);
        takes_over(&admin, &out.html).await;
        assert_eq!(number(&world, "SELECT count(*) FROM duties").await, 1);
        let still = world.one("SELECT CAST(switched_on_at AS TEXT) FROM duties").await;
        assert_eq!(still, since, "what is on stays on since then");
    });
}

#[test]
fn it_is_counted_backwards_in_school_days_and_without_terms_it_says_which_to_enter() {
    on_both(async |world| {
        let admin = admin(&world).await;
        takes_over(&admin, &format!("{BANK}{}", transport("forum", "31 May"))).await;
        let visitor = world.visitor();
        let page = visitor.get("/record/duties").await;
        assert!(
            page.says("An administrator must first enter the school terms around Monday 31 May"),
            "{}",
            page.html
        );
        assert!(admin.get("/admin").await.says("Enter the next school terms"));
        terms(&world).await;
        let page = visitor.get("/record/duties").await;
        assert!(page.says("○ Due by Monday 31 May 2027"), "{}", page.html);
        assert!(page.says("The round must open by Thursday 11 February 2027"), "{}", page.html);
        assert!(page.says("isn't a school day. Aim for Friday 28 May 2027"), "{}", page.html);
        assert!(page.says("Our rule: published") && page.says("https://example.org/transport"));
        assert!(!admin.get("/admin").await.says("Enter the next school terms"));
        let desk = world.organiser().await.get("/forum").await;
        assert!(desk.says("The round must open</a>"), "{}", desk.html);
        assert!(desk.says("Due Thursday 11 February 2027"), "{}", desk.html);
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        assert!(!leader.get("/lead").await.says("The round must open"), "it is the forum's");
        // The terms end before the day.
        takes_over(&admin, &transport("forum", "31 August")).await;
        let page = visitor.get("/record/duties").await;
        assert!(page.says("enter the school terms around Tuesday 31 August 2027"), "{}", page.html);
    });
}

#[test]
fn whoever_is_responsible_is_told_eight_and_two_weeks_before_each_day_and_once_each() {
    on_both(async |world| {
        world.organiser().await;
        world.signed_in("leader@example.org", &[Role::Leader]).await;
        world.leader_of("nhs@example.org", "The NHS").await;
        begun(&world, &transport("Sefton Council", "31 May")).await;
        let told = async || {
            // As after a crash, or from two processes: once more is once.
            for _ in 0..2 {
                duties::remind_due(&world.house).await.unwrap();
            }
            let emails = world.deliver_with_kinds().await.into_iter();
            let ours = emails.filter(|(kind, _)| *kind == EmailKind::DutyDue);
            ours.map(|(_, email)| (email.to, email.subject)).collect::<Vec<_>>()
        };
        let step = "The round must open by Thursday 11 February 2027";
        let whole = "Publish the post-16 transport statement by Monday 31 May 2027";
        let one = |subject: &str| vec![("leader@example.org".to_owned(), subject.to_owned())];
        assert_eq!(told().await, one(step), "eight weeks before, and nobody else");
        on(&world, "2027-01-27");
        assert!(told().await.is_empty());
        on(&world, "2027-01-28");
        assert_eq!(told().await, one(step), "two weeks before");
        on(&world, "2027-04-04");
        assert!(told().await.is_empty(), "a step that is late is on the desk");
        on(&world, "2027-04-05");
        assert_eq!(told().await, one(whole));
        on(&world, "2027-05-16");
        assert!(told().await.is_empty());
        let done = [
            ("part", "2027"),
            ("done_on", "2027-05-14"),
            ("link", "https://example.org/statement"),
        ];
        let leader = world.sign_in("leader@example.org").await;
        leader.post(&of_transport(&world).await, &done).await.leads_to();
        on(&world, "2027-05-18");
        assert!(told().await.is_empty(), "it is done");
    });
}

#[test]
fn who_is_responsible_or_the_forum_says_that_it_is_done_and_everyone_sees_if_it_was_late() {
    on_both(async |world| {
        begun(&world, &transport("Sefton Council", "1 February")).await;
        let (duty, visitor) = (of_transport(&world).await, world.visitor());
        let nhs = world.leader_of("nhs@example.org", "The NHS").await;
        assert_eq!(nhs.get(&duty).await.status, StatusCode::NOT_FOUND);
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        assert!(leader.get("/lead").await.says("href=\"/duties\""));
        assert!(leader.get("/duties").await.says(&duty));
        on(&world, "2027-02-03");
        let late = visitor.get("/record/duties").await;
        assert!(late.says("× Late. It was due by Monday 1 February 2027"), "{}", late.html);
        assert!(visitor.get("/record").await.says("1 late"));
        assert!(leader.get("/lead").await.says("class=\"late\""));

        let say = async |who: &Browser<'_>, day: &str, link: &str| {
            who.post(&duty, &[("part", "2027"), ("done_on", day), ("link", link)]).await
        };
        let early = say(&leader, "2027-02-04", "https://example.org/x").await;
        assert!(early.says("Choose today or an earlier day"), "{}", early.html);
        assert!(early.says("value=\"2027-02-04\""), "what was typed is still there");
        let nothing = say(&leader, "2027-02-02", "").await;
        assert!(nothing.says("Enter an address that begins"), "{}", nothing.html);
        let link = "https://example.org/statement";
        let said = say(&leader, "2027-02-02", link).await.leads_to();
        assert_eq!(say(&leader, "2027-02-02", link).await.leads_to(), said, "tapped twice");
        let organiser = world.organiser().await;
        let again = say(&organiser, "2027-02-01", link).await;
        assert!(again.says("Someone has said this already"), "{}", again.html);
        let done = visitor.get("/record/duties").await;
        assert!(done.says("× Done late, on Tuesday 2 February 2027, says Sefton Council"));
        assert!(done.says(link) && visitor.get("/record").await.says("1 done late"));

        let report = world.one("SELECT id FROM duty_reports").await;
        let back = [("step", "take back"), ("report", report.as_str())];
        nhs.post(&duty, &back).await.refused(StatusCode::NOT_FOUND);
        organiser.post(&duty, &back).await.leads_to();
        assert!(visitor.get("/record/duties").await.says("× Late."));
        say(&organiser, "2027-02-01", link).await.leads_to();
        assert!(visitor.get("/record/duties").await.says("✓ Done on Monday 1 February 2027"));
        assert_eq!(number(&world, "SELECT count(*) FROM duty_reports").await, 2, "both stay");
        let noted = "SELECT count(*) FROM audit WHERE what = 'duty report taken back'";
        assert_eq!(number(&world, noted).await, 1);
    });
}

#[test]
fn a_step_is_done_by_a_round_that_everyone_can_see() {
    on_both(async |world| {
        begun(&world, &transport("forum", "31 May")).await;
        let (duty, round) = (of_transport(&world).await, world.round().await);
        let organiser = world.organiser().await;
        let day = clock::fields(world.now()).0;
        let send = async |thing: &str| {
            let fields =
                [("part", "2027 The round must open"), ("done_on", day.as_str()), ("thing", thing)];
            organiser.post(&duty, &fields).await
        };
        assert!(send("nothing").await.says("Choose a voting round from the list"));
        send(&round).await.leads_to();
        let page = world.visitor().get("/record/duties").await;
        assert!(page.says(&format!("href=\"/rounds/{round}\"")), "{}", page.html);
        assert!(page.says("✓ The round must open: done on"), "{}", page.html);
        assert!(!organiser.get("/forum").await.says("The round must open"));
    });
}

#[test]
fn what_was_said_about_a_duty_stays_whatever_the_statement() {
    on_both(async |world| {
        let admin = admin(&world).await;
        takes_over(&admin, &format!("{BANK}{}", transport("forum", "1 January"))).await;
        let organiser = world.organiser().await;
        let done = [("part", "2028"), ("done_on", "2027-01-14"), ("link", "https://example.org/a")];
        organiser.post(&of_transport(&world).await, &done).await.leads_to();
        change(&world, &format!("INSERT INTO duty_days {PASSED}")).await;
        for sql in [
            "DELETE FROM duty_reports",
            "UPDATE duty_reports SET done_on = '2027-01-01'",
            "UPDATE duty_reports SET taken_back_at = NULL",
            "DELETE FROM duties",
            "DELETE FROM duty_days",
            "UPDATE duty_days SET due_on = '2027-12-31'",
            "UPDATE duties SET word = 'another'",
            // Done on a day that has not come, by a round that is not there, about what is off.
            "INSERT INTO duty_reports SELECT 'r', duty_id, 2029, '', '2027-02-01', fulfilled_by,
               thing, organisation_id, said_on, said_at, NULL FROM duty_reports",
            "INSERT INTO duty_reports SELECT 'r', duty_id, 2029, '', done_on, 'round', 'none',
               organisation_id, said_on, said_at, NULL FROM duty_reports",
        ] {
            assert!(by_hand(&world, sql).await.is_err(), "{sql}");
        }
        change(&world, "UPDATE duties SET switched_on_at = NULL").await;
        let off = "INSERT INTO duty_reports SELECT 'r', duty_id, 2029, '', done_on, fulfilled_by,
             thing, organisation_id, said_on, said_at, NULL FROM duty_reports";
        assert!(by_hand(&world, off).await.is_err(), "it is off");
        let passed = format!("INSERT INTO duty_days {}", PASSED.replace("2026", "2025"));
        assert!(by_hand(&world, &passed).await.is_err(), "it is off");
        let done = "SELECT count(*) FROM duty_reports WHERE done_on = '2027-01-14'";
        assert_eq!(number(&world, done).await, 1);
    });
}

#[test]
fn administrators_are_told_before_the_bank_holidays_end() {
    on_both(async |world| {
        let admin = begun(&world, &transport("forum", "31 May")).await;
        assert!(!admin.get("/admin").await.says("Put in the new bank holidays"));
        on(&world, "2027-07-05");
        let desk = admin.get("/admin").await;
        assert!(desk.says("The bank holidays we know end on Friday 31 December 2027"));
        assert!(admin.get("/admin/duties").await.says("The bank holidays we know end on"));
        let newer = BANK.replace("until: 2027", "until: 2028");
        takes_over(&admin, &newer).await;
        assert!(!admin.get("/admin").await.says("Put in the new bank holidays"));
    });
}

#[test]
fn what_was_due_and_by_when_stays_when_a_duty_is_changed_made_private_or_switched_off() {
    on_both(async |world| {
        let admin = begun(&world, &transport("Sefton Council", "1 February")).await;
        let (duty, visitor) = (of_transport(&world).await, world.visitor());
        on(&world, "2027-02-03");
        let is_late = async |why: &str| {
            let page = visitor.get("/record/duties").await;
            let late = "× Late. It was due by Monday 1 February 2027";
            assert!(page.says(late), "{why}: {}", page.html);
            page
        };
        let _ = is_late("as it was entered").await;
        let form = duty.replace("/duties", "/admin/duties");
        let form = admin.get(&form).await;
        assert!(form.says("Years that are over stay as they were"), "{}", form.html);
        let later = transport("Sefton Council", "29 February");
        takes_over(&admin, &later).await;
        let page = is_late("its day was changed").await;
        assert!(page.says("○ Due by Tuesday 29 February 2028"), "{}", page.html);
        let other = later
            .replace("name: Publish the post-16", "name: Write the")
            .replace("Our rule", "Another rule");
        takes_over(&admin, &other).await;
        let page = is_late("it was renamed").await;
        for then in ["It was called “Publish the post-16 transport statement” then", "Our rule"]
        {
            assert!(page.says(then), "{then}: {}", page.html);
        }
        let other = other.replace("public: yes", "public: no");
        takes_over(&admin, &other).await;
        let page = is_late("it was made private").await;
        for private in ["29 February 2028", "Another rule", "Write the"] {
            assert!(!page.says(private), "{private}: {}", page.html);
        }
        takes_over(&admin, &other.replace("on: yes", "on: no")).await;
        let page = is_late("it was switched off").await;
        assert!(page.says("○ Switched off on Wednesday 3 February 2027"), "{}", page.html);
        assert!(visitor.get("/record").await.says("1 late"));
        takes_over(&admin, &later).await;
        let _ = is_late("it was switched on again").await;

        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let done = [
            ("part", "2027"),
            ("done_on", "2027-02-02"),
            ("link", "https://example.org/statement"),
        ];
        leader.post(&duty, &done).await.leads_to();
        takes_over(&admin, &other.replace("on: yes", "on: no")).await;
        let page = visitor.get("/record/duties").await;
        assert!(page.says("× Done late, on Tuesday 2 February 2027, says Sefton Council"));
    });
}

#[test]
fn a_step_whose_day_has_passed_stays_when_the_terms_are_changed() {
    on_both(async |world| {
        begun(&world, &transport("forum", "31 May")).await;
        on(&world, "2027-02-20");
        // Also from two processes.
        for _ in 0..2 {
            duties::keep_passed(&world.house).await.unwrap();
        }
        assert_eq!(number(&world, "SELECT count(*) FROM duty_days").await, 1);
        change(&world, "DELETE FROM terms").await;
        let page = world.visitor().get("/record/duties").await;
        let late = "× The round must open: this should have happened by Thursday 11 February 2027";
        assert!(page.says(late), "{}", page.html);
    });
}

#[test]
fn a_changed_day_makes_no_step_late_at_once_and_leaves_no_year_out() {
    on_both(async |world| {
        begun(&world, &transport("forum", "31 May")).await;
        let visitor = world.visitor();
        on(&world, "2027-02-01");
        let admin = world.sign_in("admin@example.org").await;
        takes_over(&admin, &transport("forum", "15 March")).await;
        let page = visitor.get("/record/duties").await;
        assert!(page.says("○ Due by Monday 15 March 2027"), "{}", page.html);
        assert!(page.says("The round must open: not counted this year"), "{}", page.html);
        assert!(!world.organiser().await.get("/forum").await.says("The round must open"));
        on(&world, "2027-03-01");
        let admin = world.sign_in("admin@example.org").await;
        takes_over(&admin, &transport("forum", "1 February")).await;
        let page = visitor.get("/record/duties").await;
        assert!(
            page.says("○ Due by Monday 15 March 2027"),
            "it can't be put behind: {}",
            page.html
        );
        on(&world, "2027-03-16");
        let page = visitor.get("/record/duties").await;
        assert!(page.says("× Late. It was due by Monday 15 March 2027"), "{}", page.html);
        assert!(page.says("○ Due by Tuesday 1 February 2028"), "{}", page.html);
    });
}

#[test]
fn a_step_that_was_done_is_still_there_when_it_is_renamed() {
    on_both(async |world| {
        let admin = begun(&world, &transport("forum", "31 May")).await;
        let (duty, round) = (of_transport(&world).await, world.round().await);
        let organiser = world.organiser().await;
        let day = clock::fields(world.now()).0;
        let done = [
            ("part", "2027 The round must open"),
            ("done_on", day.as_str()),
            ("thing", round.as_str()),
        ];
        organiser.post(&duty, &done).await.leads_to();
        takes_over(&admin, &transport("forum", "31 May").replace("must open", "opens")).await;
        let page = world.visitor().get("/record/duties").await;
        assert!(page.says("✓ The round must open: done on"), "{}", page.html);
        assert!(page.says("○ The round opens by"), "{}", page.html);
    });
}

#[test]
fn what_only_the_forum_sees_and_a_step_need_no_address_that_everyone_can_open() {
    on_both(async |world| {
        let private = transport("forum", "31 May").replace("public: yes", "public: no");
        begun(&world, &private.replace("| round", "| document")).await;
        let (duty, organiser) = (of_transport(&world).await, world.organiser().await);
        let page = organiser.get(&duty).await;
        assert!(page.says("Where the document can be read (optional)"), "{}", page.html);
        assert!(page.says("(for what is due Monday 31 May 2027)"), "{}", page.html);
        let say = async |part: &str, link: &str| {
            let fields = [("part", part), ("done_on", "2027-01-14"), ("link", link)];
            organiser.post(&duty, &fields).await
        };
        let wrong = say("2027", "a letter").await;
        assert!(wrong.says("Enter an address that begins"), "{}", wrong.html);
        say("2027", "").await.leads_to();
        say("2027 The round must open", "").await.leads_to();
        let page = organiser.get(&duty).await;
        assert!(page.says("✓ Done on Thursday 14 January 2027"), "{}", page.html);
        assert!(!page.says("See the document"), "there is none: {}", page.html);
    });
}
