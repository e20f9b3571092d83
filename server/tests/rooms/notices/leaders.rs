use super::*;

#[test]
fn what_is_missing_in_a_notice_is_named_and_what_was_typed_stays() {
    on_both(async |world| {
        let (writer, _) = leaders(&world).await;
        let empty = writer.post("/lead/notices/new", &[]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(empty.says("Choose at least one service") && empty.says("Enter the day it starts"));
        let past = writer
            .post(
                "/lead/notices/new",
                &fields("A change\nBcc: all@example.org", &world.transport, "2020-01-01"),
            )
            .await;
        assert!(past.says("Choose a day in the future") && past.says("Be at the stop by 8:05."));
        let start = writer.get("/lead/notices/new?like=transport").await;
        assert!(start.says("New pick-up times on "));
    });
}

/// Says who runs a service, and how early families are told.
async fn runs(world: &World, service: &str, run_by: &[String], days: Option<i64>) {
    let mut tx = world.db().begin().await.unwrap();
    area::store::set_rule(&mut tx, &service.into(), run_by, days).await.unwrap();
    tx.commit().await.unwrap();
}

#[test]
fn only_leaders_of_those_who_run_a_service_write_approve_change_correct_and_withdraw() {
    on_both(async |world| {
        let both = leaders(&world).await;
        let stranger = world.leader_of("leader3@example.org", "Another Trust").await;
        let day = clock::fields(world.now() + 30 * DAY).0;
        let refused =
            stranger.post("/lead/notices/new", &fields("Not theirs", &world.transport, &day)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            refused.says(
                "Leave out Transport. Only leaders of the organisations that run it can write \
                 about it"
            ) && refused.says("Route 5 comes at 8:10")
        );

        let page =
            written(&both.0, "/lead/notices/new", &fields("Hers", &world.transport, &day)).await;
        assert_eq!(
            stranger.get(&page).await.status,
            StatusCode::NOT_FOUND,
            "nor do they read what is not told yet"
        );
        assert!(
            both.1.get("/lead/notices").await.says("Hers")
                && !stranger.get("/lead/notices").await.says("Hers")
        );
        for (path, sent) in [
            (page.clone(), vec![]),
            (format!("{page}/words"), fields("Other words", &world.transport, &day)),
            (format!("{page}/correction"), vec![("changed", "x")]),
            (format!("{page}/withdrawal"), vec![("changed", "x")]),
        ] {
            assert_eq!(stranger.post(&path, &sent).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        change(&world, "UPDATE services SET retired_at = 1 WHERE name = 'Transport'").await;
        assert_eq!(
            stranger.get(&page).await.status,
            StatusCode::NOT_FOUND,
            "nor when its service is no more"
        );
        change(&world, "UPDATE services SET retired_at = NULL").await;
        both.1.post(&page, &[]).await.leads_to();
        assert_eq!(
            number(&world, "SELECT count(*) FROM notices WHERE approved_at IS NOT NULL").await,
            1
        );
        let call_back = [("step", "call back")];
        assert_eq!(stranger.post(&page, &call_back).await.status, StatusCode::NOT_FOUND);
        both.0.post(&page, &call_back).await.leads_to();
    });
}

#[test]
fn a_service_that_nobody_is_said_to_run_belongs_to_no_leader_until_an_administrator_says_so() {
    on_both(async |world| {
        let (writer, colleague) = leaders(&world).await;
        let day = clock::fields(world.now() + 30 * DAY).0;
        let sent = fields("Nobody runs it", &world.autism, &day);
        let before = written(&writer, "/lead/notices/new", &sent).await;
        runs(&world, &world.autism, &[], None).await;
        let form = writer.get("/lead/notices/new").await;
        assert!(
            form.says("Until an administrator says who runs them, nobody can write about: Autism"),
            "{}",
            form.html
        );
        let refused = writer.post("/lead/notices/new", &sent).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says("ask an administrator to say who runs it"));
        for leader in [&writer, &colleague] {
            assert_eq!(leader.get(&before).await.status, StatusCode::NOT_FOUND);
            assert_eq!(leader.post(&before, &[]).await.status, StatusCode::NOT_FOUND);
        }
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        assert!(admin.get("/admin/telling").await.says("nobody can write about it"));
        admin
            .post(
                &format!("/admin/services/{}", world.autism),
                &[("organisations", world.council.as_str())],
            )
            .await
            .leads_to();
        colleague.post(&before, &[]).await.leads_to();
    });
}

#[test]
fn a_leader_without_an_organisation_is_told_so_and_speaks_for_nobody() {
    on_both(async |world| {
        let leader = world.leader_of_nothing("leader@example.org").await;
        assert!(leader.get("/lead").await.says("which organisation you are from"));
        let form = leader.get("/lead/notices/new").await;
        assert!(form.says("You can't write about any service yet"));
        let day = clock::fields(world.now() + 30 * DAY).0;
        let refused =
            leader.post("/lead/notices/new", &fields("A change", &world.transport, &day)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let council = world.signed_in("leader2@example.org", &[Role::Leader]).await;
        assert!(council.get("/lead").await.says("You are a leader for Sefton Council."));
    });
}

#[test]
fn the_area_can_let_whoever_writes_a_notice_send_it() {
    on_both(async |world| {
        let (writer, _) = leaders(&world).await;
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let day = clock::fields(world.now() + 30 * DAY).0;
        let page =
            written(&writer, "/lead/notices/new", &fields("Alone", &world.transport, &day)).await;
        assert_eq!(writer.post(&page, &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        admin
            .post("/admin/telling", &[("step", "second person"), ("second_person", "no")])
            .await
            .leads_to();
        assert!(writer.get(&page).await.says("Approve this notice"));
        writer.post(&page, &[]).await.leads_to();
        assert_eq!(
            number(&world, "SELECT count(*) FROM notices WHERE approved_at IS NOT NULL").await,
            1
        );
        told(&world).await;
        let [first, second] = [(); 2].map(async |()| {
            let follows =
                format!("/lead/notices/{}/withdrawal", page.replace("/lead/notices/", ""));
            writer
                .post(&follows, &[("changed", "No.")])
                .await
                .leads_to()
                .split('?')
                .next()
                .unwrap()
                .to_owned()
        });
        let (first, second) = (first.await, second.await);
        writer.post(&first, &[]).await.leads_to();
        told(&world).await;
        assert!(
            writer.post(&second, &[]).await.says(
                "Another correction or withdrawal of the same notice has already been approved"
            )
        );
    });
}

#[test]
fn a_leader_is_warned_when_families_would_be_told_later_than_the_areas_rule() {
    on_both(async |world| {
        runs(&world, &world.transport, std::slice::from_ref(&world.council), Some(20)).await;
        let (writer, _) = leaders(&world).await;
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        // 15 January 2027 is a Friday. Half-term is the week of 15 February.
        let term = [
            ("step", "confirm"),
            ("what", "term"),
            ("term_name", "Spring"),
            ("first_day", "2027-01-04"),
            ("last_day", "2027-02-12"),
        ];
        admin.post("/admin/telling", &term).await.leads_to();
        let closed = [
            ("step", "confirm"),
            ("what", "closed"),
            ("closed_name", "Snow day"),
            ("closed_day", "2027-01-18"),
        ];
        admin.post("/admin/telling", &closed).await.leads_to();
        let twice = admin.post("/admin/telling", &closed).await;
        assert!(
            twice.status == StatusCode::UNPROCESSABLE_ENTITY
                && twice.says("This one is already in the list")
        );
        assert!(admin.get("/admin/telling").await.says("Snow day"));
        let preview = async |day: &str| {
            let page = writer
                .post("/lead/notices/new", &fields("Buses", &world.transport, day))
                .await
                .leads_to();
            writer.get(page.split('?').next().unwrap()).await
        };
        // From Tuesday 19 January: 19 school days until 12 February, and none in the weeks after.
        assert!(preview("2027-02-12").await.says(
            "Families would be told 18 school days before it starts. The area's rule for \
             Transport is 20 school days."
        ));
        assert!(
            preview("2027-02-22").await.says("19 school days before")
                && preview("2027-02-22").await.says("know all the term dates up to that day")
        );
        let next = [
            ("step", "confirm"),
            ("what", "term"),
            ("term_name", "Spring, second half"),
            ("first_day", "2027-02-22"),
            ("last_day", "2027-03-25"),
        ];
        admin.post("/admin/telling", &next).await.leads_to();
        assert!(!preview("2027-02-23").await.says("The area's rule"), "20 school days are enough");
        // On Monday morning the next weekly digest is five days away.
        world.forward(3 * DAY);
        assert!(preview("2027-02-26").await.says(
            "Families would be told 23 school days before it starts, but 19 school days if they \
             get a weekly email. The area's rule for Transport is 20 school days."
        ));
        assert!(!preview("2027-03-01").await.says("The area's rule"));
    });
}

#[test]
fn the_preview_says_how_many_would_be_told_to_the_nearest_ten_only() {
    on_both(async |world| {
        for nth in 0..12 {
            subscriber(
                &world,
                &format!("south{nth}@example.org"),
                &world.transport,
                &world.south,
                "at once",
            )
            .await;
        }
        let (writer, _) = leaders(&world).await;
        let day = clock::fields(world.now() + 30 * DAY).0;
        let page = writer
            .post("/lead/notices/new", &fields("Buses", &world.transport, &day))
            .await
            .leads_to();
        let preview = writer.get(page.split('?').next().unwrap()).await;
        assert!(
            preview.says("about 10")
                && preview.says("about 10 out of about 40")
                && !preview.says(">12<")
        );
    });
}

#[test]
fn whoever_changes_the_words_does_not_approve_them_and_nobody_approves_words_they_have_not_read() {
    on_both(async |world| {
        let (writer, colleague) = leaders(&world).await;
        let day = clock::fields(world.now() + 30 * DAY).0;
        let page =
            written(&writer, "/lead/notices/new", &fields("Harmless", &world.transport, &day))
                .await;
        let seen = colleague.get(&page).await.sends("seen");
        world.forward(MINUTE);
        writer
            .post(&format!("{page}/words"), &fields("Other words", &world.transport, &day))
            .await
            .leads_to();
        let late = colleague.post(&page, &[("seen", &seen)]).await;
        assert!(
            late.status == StatusCode::UNPROCESSABLE_ENTITY
                && late.says("Someone changed it while you were reading")
        );
        world.forward(MINUTE);
        colleague
            .post(&format!("{page}/words"), &fields("Hers", &world.transport, &day))
            .await
            .leads_to();
        assert!(
            colleague
                .post(&page, &[])
                .await
                .says("Ask a colleague to approve it. You wrote it yourself")
        );
        writer.post(&page, &[]).await.leads_to();
        assert_eq!(
            number(&world, "SELECT count(*) FROM notices WHERE approved_at IS NOT NULL").await,
            1
        );
    });
}

#[test]
fn a_change_that_holds_already_or_would_before_people_are_told_is_not_approved() {
    on_both(async |world| {
        let (writer, colleague) = leaders(&world).await;
        let day = clock::fields(world.now() + 2 * DAY).0;
        let page =
            written(&writer, "/lead/notices/new", &fields("Soon", &world.transport, &day)).await;
        let later = clock::fields(world.now() + 3 * DAY).0;
        let timed = colleague.post(&page, &[("start_day", &later)]).await;
        assert!(
            timed.status == StatusCode::UNPROCESSABLE_ENTITY
                && timed.says("they would not be told before it starts")
        );
        world.forward(3 * DAY);
        assert!(colleague.post(&page, &[]).await.says("they would not be told before it starts"));
    });
}

#[test]
fn a_draft_that_is_discarded_waits_for_nobody_and_can_be_brought_back() {
    on_both(async |world| {
        let (writer, colleague) = leaders(&world).await;
        let day = clock::fields(world.now() + 30 * DAY).0;
        let page =
            written(&writer, "/lead/notices/new", &fields("Not to be", &world.transport, &day))
                .await;
        let discarded = writer.post(&page, &[("step", "discard")]).await.leads_to();
        assert!(writer.get(&discarded).await.says("Draft discarded"));
        assert!(
            !colleague.get("/lead/notices").await.says("Not to be")
                && !colleague.get("/lead").await.says("Not to be")
        );
        assert!(colleague.get("/lead/notices?show=discarded").await.says("Not to be"));
        assert_eq!(
            colleague.post(&page, &[]).await.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "nor can it be approved"
        );
        writer.post(&page, &[("step", "bring back")]).await.leads_to();
        assert!(colleague.get("/lead/notices").await.says("Not to be"));
        colleague.post(&page, &[]).await.leads_to();
        writer.post(&page, &[("step", "discard")]).await.leads_to();
        assert_eq!(told(&world).await.len(), 0);
        assert_eq!(
            number(
                &world,
                "SELECT count(*) FROM notices WHERE started_at IS NOT NULL AND discarded_at IS NULL"
            )
            .await,
            1
        );
    });
}

#[test]
fn the_list_of_notices_that_wait_is_paged() {
    on_both(async |world| {
        let (writer, _) = leaders(&world).await;
        let day = clock::fields(world.now() + 30 * DAY).0;
        for nth in 0..21 {
            written(
                &writer,
                "/lead/notices/new",
                &fields(&format!("Change {nth}."), &world.transport, &day),
            )
            .await;
        }
        let first = writer.get("/lead/notices").await;
        assert!(
            first.says("Change 0.")
                && first.says("Change 19.")
                && !first.says("Change 20.")
                && first.says("Show more")
        );
        assert!(writer.get("/lead/notices?page=2").await.says("Change 20."));
    });
}

#[test]
fn whoever_approves_for_a_day_that_is_late_is_told_so_once() {
    on_both(async |world| {
        runs(&world, &world.transport, std::slice::from_ref(&world.council), Some(20)).await;
        let both = leaders(&world).await;
        // 15 January 2027 is a Friday, and 1 March a Monday: 31 days from Monday to Friday lie
        // between.
        let page =
            written(&both.0, "/lead/notices/new", &fields("Buses", &world.transport, "2027-03-01"))
                .await;
        assert!(!both.1.get(&page).await.says("The area's rule"));
        let start = [("start_day", "2027-02-15"), ("start_time", "08:00")];
        let late = both.1.post(&page, &start).await;
        assert!(
            late.status == StatusCode::UNPROCESSABLE_ENTITY
                && late.says("Families would be told 9 school days before")
        );
        let hidden = late.sends("late");
        both.1.post(&page, &[start[0], start[1], ("late", &hidden)]).await.leads_to();
        assert_eq!(
            number(&world, "SELECT count(*) FROM notices WHERE approved_at IS NOT NULL").await,
            1
        );
    });
}

#[test]
fn the_preview_says_which_digest_would_come_too_late() {
    on_both(async |world| {
        let (writer, _) = leaders(&world).await;
        let day = clock::fields(world.now() + DAY).0;
        let page =
            written(&writer, "/lead/notices/new", &fields("Soon", &world.transport, &day)).await;
        let preview = writer.get(&page).await;
        assert_eq!(
            preview
                .html
                .matches("This one straight away: the next email would be too late")
                .count(),
            1,
            "the weekly one"
        );
    });
}

#[test]
fn an_hour_without_a_day_tells_nobody() {
    on_both(async |world| {
        let (writer, colleague) = leaders(&world).await;
        let day = clock::fields(world.now() + 30 * DAY).0;
        let page =
            written(&writer, "/lead/notices/new", &fields("Buses", &world.transport, &day)).await;
        let refused = colleague.post(&page, &[("start_day", ""), ("start_time", "16:00")]).await;
        assert!(
            refused.status == StatusCode::UNPROCESSABLE_ENTITY
                && refused.says("Enter a day and a time, or leave both empty")
        );
        assert_eq!(
            number(&world, "SELECT count(*) FROM notices WHERE approved_at IS NOT NULL").await,
            0
        );
    });
}

#[test]
fn people_are_told_before_the_day_by_which_they_are_to_do_something() {
    on_both(async |world| {
        subscriber(&world, "weekly@example.org", &world.transport, "", "weekly").await;
        let (writer, colleague) = leaders(&world).await;
        forward_to(&world, "Monday", "12:00");
        let (day, by) =
            (clock::fields(world.now() + 21 * DAY).0, clock::fields(world.now() + 3 * DAY).0);
        let words = [fields("Buses", &world.transport, &day), vec![("must_do_by", &by)]].concat();
        let page = written(&writer, "/lead/notices/new", &words).await;
        let start = clock::fields(world.now() + 10 * DAY).0;
        assert!(
            colleague
                .post(&page, &[("start_day", &start)])
                .await
                .says("they would only hear after that day")
        );
        assert!(
            colleague
                .get(&page)
                .await
                .says("This one straight away: the next email would be too late")
        );
        colleague.post(&page, &[]).await.leads_to();
        assert_eq!(told(&world).await.len(), 1, "their digest comes after the day");
    });
}

#[test]
fn words_that_meet_a_colleagues_change_are_not_lost() {
    on_both(async |world| {
        let (writer, colleague) = leaders(&world).await;
        let day = clock::fields(world.now() + 30 * DAY).0;
        let page =
            written(&writer, "/lead/notices/new", &fields("First", &world.transport, &day)).await;
        let words = format!("{page}/words");
        let (own, others) =
            (writer.get(&words).await.sends("seen"), colleague.get(&words).await.sends("seen"));
        world.forward(MINUTE);
        colleague
            .post(
                &words,
                &[fields("A colleague’s", &world.transport, &day), vec![("seen", &others)]]
                    .concat(),
            )
            .await
            .leads_to();
        let mine = [fields("Mine", &world.transport, &day), vec![("seen", own.as_str())]].concat();
        let refused = writer.post(&words, &mine).await;
        assert!(
            refused.status == StatusCode::UNPROCESSABLE_ENTITY
                && refused.says("a colleague has changed it since")
        );
        assert!(refused.says("value=\"Mine\"") && writer.get(&page).await.says("A colleague’s"));
        let again = refused.sends("seen");
        writer
            .post(
                &words,
                &[fields("Mine", &world.transport, &day), vec![("seen", again.as_str())]].concat(),
            )
            .await
            .leads_to();
        assert!(writer.get(&page).await.says("Mine"));

        writer.post(&page, &[("step", "discard")]).await.leads_to();
        let refused = writer.post(&words, &fields("After", &world.transport, &day)).await;
        assert!(refused.says("it has been discarded since") && refused.says("value=\"After\""));
        assert!(colleague.post(&page, &[]).await.says("Restore it first"));
        writer.post(&page, &[("step", "bring back")]).await.leads_to();
        colleague
            .post(&page, &[("start_day", &clock::fields(world.now() + 2 * DAY).0)])
            .await
            .leads_to();
        let discarded = writer.post(&page, &[("step", "discard")]).await.leads_to();
        assert!(
            writer.get(&discarded).await.says("A colleague has approved it"),
            "it is not said to be discarded"
        );
        writer.post(&page, &[("step", "call back")]).await.leads_to();
        colleague.post(&page, &[]).await.leads_to();
        told(&world).await;

        let withdrawal = format!("{page}/withdrawal");
        let timed = written(&writer, &withdrawal, &[("changed", "In time.")]).await;
        colleague
            .post(&timed, &[("start_day", &clock::fields(world.now() + 5 * DAY).0)])
            .await
            .leads_to();
        let other = written(&writer, &withdrawal, &[("changed", "Now.")]).await;
        assert!(
            colleague
                .post(&other, &[])
                .await
                .says("waiting for its time. Undo that approval first")
        );
        colleague.post(&timed, &[("step", "call back")]).await.leads_to();
        colleague.post(&other, &[]).await.leads_to();
        told(&world).await;
        let late = writer.post(&withdrawal, &[("changed", "Words of theirs.")]).await;
        assert!(late.status == StatusCode::UNPROCESSABLE_ENTITY && late.says("Words of theirs."));
    });
}
