use super::*;

#[test]
fn a_correction_goes_to_exactly_the_people_of_the_original_ledger_and_the_old_page_says_so() {
    on_both(async |world| {
        for (email, cadence) in [
            ("one@example.org", "at once"),
            ("daily@example.org", "daily"),
            ("stops@example.org", "at once"),
            ("moves@example.org", "at once"),
        ] {
            subscriber(&world, email, &world.transport, "", cadence).await;
        }
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 30).await;
        let emails = told(&world).await;
        assert_eq!(emails.len(), 3, "the digest waits");
        let stops = emails.iter().find(|message| message.to == "stops@example.org").unwrap();
        world
            .visitor()
            .post(
                &stops.one_click.clone().unwrap().replace("http://alongside.example.org", ""),
                &[],
            )
            .await
            .done();
        subscriber(&world, "late@example.org", &world.transport, "", "at once").await;
        // They have another address since: what they had asked for has ended, and not because they
        // chose so.
        subscriber(&world, "new@example.org", &world.autism, "", "at once").await;
        address_changes(&world, "moves@example.org", "new@example.org").await;

        assert!(leaders.0.get(&format!("/notices/{id}")).await.says("Correct this notice"));
        assert!(!world.visitor().get(&format!("/notices/{id}")).await.says("Correct this notice"));
        let day = clock::fields(world.now() + 40 * DAY).0;
        let words = [
            fields("Buses later", &world.autism, &day),
            vec![("changed", "It begins ten days later.")],
        ]
        .concat();
        let unsaid = leaders
            .0
            .post(&format!("/lead/notices/{id}/correction"), &fields("Buses", &world.autism, &day))
            .await;
        assert!(
            unsaid.status == StatusCode::UNPROCESSABLE_ENTITY
                && unsaid.says("Say what has changed")
        );
        let page = written(&leaders.0, &format!("/lead/notices/{id}/correction"), &words).await;
        let other =
            written(&leaders.0, &format!("/lead/notices/{id}/withdrawal"), &[("changed", "No.")])
                .await;
        let preview = leaders.1.get(&page).await;
        assert!(preview.says("It begins ten days later.") && preview.says("Corrected: "));
        leaders.1.post(&page, &[]).await.leads_to();
        let second = leaders.1.post(&other, &[]).await;
        assert!(
            second.status == StatusCode::UNPROCESSABLE_ENTITY
                && second.says("Another correction or withdrawal")
        );

        let mut emails = told(&world).await;
        emails.sort_by(|one, next| one.to.cmp(&next.to));
        assert_eq!(
            emails.iter().map(|message| message.to.as_str()).collect::<Vec<_>>(),
            ["late@example.org", "new@example.org", "one@example.org"],
            "also whoever asked only after it was announced"
        );
        assert!(
            emails[0].subject.starts_with("Corrected: ")
                && emails[0].text.contains(
                    "This corrects what we said before. What has \
                    changed:\n\nIt begins ten days later."
                )
        );
        forward_to(&world, "Tuesday", "08:30");
        let digest = told(&world).await;
        assert_eq!(digest.len(), 1, "one email, about the correction alone");
        assert!(
            digest[0].text.contains("Buses later")
                && digest[0].text.matches("This will happen from").count() == 1
        );
        assert!(
            digest[0].text.contains("Route 5 comes at 8:10"),
            "what changes stands there also for those who had no email before"
        );
        let old = world.visitor().get(&format!("/notices/{id}")).await;
        assert!(
            old.says("This has been corrected. Please read the correction instead.")
                && old.says("○ Corrected")
        );
        let list = world.visitor().get("/notices").await;
        assert!(
            list.says("Buses later") && !list.says(&format!("/notices/{id}")),
            "the correction stands in its place"
        );

        // The correction is withdrawn: again the same people, at once.
        let corrected = page.replace("/lead/notices/", "");
        assert_eq!(
            leaders.0.get(&format!("/lead/notices/{id}/correction")).await.leads_to(),
            format!("/notices/{corrected}")
        );
        let page = written(
            &leaders.0,
            &format!("/lead/notices/{corrected}/withdrawal"),
            &[("changed", "The bridge is open.")],
        )
        .await;
        leaders.1.post(&page, &[]).await.leads_to();
        let emails = told(&world).await;
        assert_eq!(emails.len(), 4);
        assert!(emails.iter().all(|message| message.subject == "No longer happening: Buses later"
            && !message.text.contains("What you need to do")));
        let withdrawal = world.visitor().get(&page.replace("/lead", "")).await;
        assert!(
            withdrawal.says("○ No longer happening")
                && withdrawal.says("The bridge is open.")
                && !withdrawal.says("What you need to do")
        );
        assert!(
            !world.visitor().get("/notices").await.says("Buses later"),
            "what is withdrawn does not take effect"
        );
        assert!(world.visitor().get("/notices?show=lately").await.says("Buses later"));
    });
}

#[test]
fn a_correction_stops_the_emails_of_the_original_that_have_not_gone() {
    on_both(async |world| {
        for nth in 0..3 {
            subscriber(
                &world,
                &format!("person{nth}@example.org"),
                &world.transport,
                "",
                "at once",
            )
            .await;
        }
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Wrong", 30).await;
        start_due(&world.house).await.unwrap();
        tell_due(&world.house).await.unwrap();
        let page = leaders
            .0
            .post(&format!("/lead/notices/{id}/withdrawal"), &[("changed", "It was a mistake.")])
            .await
            .leads_to();
        leaders.1.post(page.split('?').next().unwrap(), &[]).await.leads_to();
        let emails = told(&world).await;
        assert_eq!(emails.len(), 3);
        assert!(emails.iter().all(|message| message.subject == "No longer happening: Wrong"));
        assert_eq!(
            number(&world, "SELECT count(*) FROM ledger WHERE called_off_why = 'replaced'").await,
            3
        );
    });
}

#[test]
fn a_second_correction_still_comes_before_the_day_that_people_go_by() {
    on_both(async |world| {
        subscriber(&world, "weekly@example.org", &world.transport, "", "weekly").await;
        forward_to(&world, "Saturday", "07:30");
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 2).await;
        start_due(&world.house).await.unwrap();
        forward_to(&world, "Saturday", "08:30");
        assert_eq!(told(&world).await.len(), 1);
        world.forward(HOUR);
        let first = followed(&world, &leaders, &id, Some(40)).await;
        start_due(&world.house).await.unwrap();
        // The email about it has not gone when another follows.
        followed(&world, &leaders, &first, Some(41)).await;
        assert_eq!(told(&world).await.len(), 1, "they go by Monday");
    });
}

#[test]
fn a_correction_of_something_near_is_shown_as_told_at_once_and_a_deadline_that_is_over_may_stay() {
    on_both(async |world| {
        subscriber(&world, "weekly@example.org", &world.transport, "", "weekly").await;
        let (writer, colleague) = leaders(&world).await;
        let (day, by) =
            (clock::fields(world.now() + 2 * DAY).0, clock::fields(world.now() + DAY).0);
        let page = written(
            &writer,
            "/lead/notices/new",
            &[fields("Near", &world.transport, &day), vec![("must_do_by", &by)]].concat(),
        )
        .await;
        colleague.post(&page, &[]).await.leads_to();
        told(&world).await;
        world.forward(2 * DAY - HOUR);
        let far = clock::fields(world.now() + 40 * DAY).0;
        let words = [
            fields("Later", &world.transport, &far),
            vec![("changed", "The day."), ("must_do_by", &by)],
        ]
        .concat();
        let page = written(&writer, &format!("{page}/correction"), &words).await;
        assert!(
            writer
                .get(&page)
                .await
                .says("This one straight away: the next email would be too late")
        );
        colleague.post(&page, &[]).await.leads_to();
        assert_eq!(told(&world).await.len(), 1);
    });
}

#[test]
fn whoever_stops_by_a_correction_hears_of_no_other_though_none_of_theirs_was_about_it_any_more() {
    on_both(async |world| {
        subscriber(&world, "moves@example.org", &world.transport, "", "at once").await;
        subscriber(&world, "new@example.org", &world.autism, "", "at once").await;
        let leaders = leaders(&world).await;
        let first = noticed(&world, &leaders, "Buses", 30).await;
        told(&world).await;
        address_changes(&world, "moves@example.org", "new@example.org").await;
        // They keep what they had asked for there, and nothing about transport.
        change(
            &world,
            "UPDATE subscriptions SET ended_at = 1, ended_how = 'address changed'
             WHERE ended_at IS NULL AND began_how = 'address changed'",
        )
        .await;
        let correct = async |id: &str| {
            let day = clock::fields(world.now() + 40 * DAY).0;
            let words =
                [fields("Buses", &world.transport, &day), vec![("changed", "The day.")]].concat();
            let page = written(&leaders.0, &format!("/lead/notices/{id}/correction"), &words).await;
            leaders.1.post(&page, &[]).await.leads_to();
            (page.replace("/lead/notices/", ""), told(&world).await)
        };
        let (second, emails) = correct(&first).await;
        assert_eq!(
            emails.iter().map(|message| message.to.as_str()).collect::<Vec<_>>(),
            ["new@example.org"]
        );
        let one_click =
            emails[0].one_click.clone().unwrap().replace("http://alongside.example.org", "");
        assert_eq!(world.visitor().post(&one_click, &[]).await.status, StatusCode::OK);
        let (_, emails) = correct(&second).await;
        assert!(emails.is_empty(), "they had said that they want no more of it");
    });
}

#[test]
fn a_correction_can_go_back_to_the_day_people_were_told_of_until_it_is_approved() {
    on_both(async |world| {
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 1).await;
        let first = clock::fields(world.now() + DAY).0;
        told(&world).await;
        world.forward(2 * DAY);
        let send = async |to: &str, day: &str| {
            let words =
                [fields("Buses", &world.transport, day), vec![("changed", "The stop.")]].concat();
            written(&leaders.0, to, &words).await
        };
        let later = clock::fields(world.now() + 10 * DAY).0;
        let page = send(&format!("/lead/notices/{id}/correction"), &later).await;
        assert_eq!(send(&format!("{page}/words"), &first).await, page);
        assert!(leaders.0.get(&format!("{page}/words")).await.says(&format!("value=\"{first}\"")));
    });
}

#[test]
fn a_correction_after_the_day_takes_nothing_away_of_who_was_told_before_it() {
    on_both(async |world| {
        for nth in 0..12 {
            subscriber(
                &world,
                &format!("person{nth}@example.org"),
                &world.transport,
                "",
                "at once",
            )
            .await;
        }
        let leaders = leaders(&world).await;
        let (late, early) = (
            noticed(&world, &leaders, "Late", 30).await,
            noticed(&world, &leaders, "Early", 30).await,
        );
        told(&world).await;
        followed(&world, &leaders, &early, Some(40)).await;
        told(&world).await;
        world.forward(31 * DAY);
        assert!(
            world
                .visitor()
                .get(&format!("/notices/{late}"))
                .await
                .says("data-label=\"Before it started\">about 10<")
        );
        followed(&world, &leaders, &late, None).await;
        told(&world).await;
        assert!(
            world
                .visitor()
                .get(&format!("/notices/{late}"))
                .await
                .says("data-label=\"Before it started\">about 10<")
        );
        assert!(
            !world.visitor().get(&format!("/notices/{early}")).await.says("Before it started"),
            "its day was put right before it came"
        );
    });
}
