use super::*;

#[test]
fn the_feed_holds_what_was_told_last_in_one_service_or_place() {
    on_both(async |world| {
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses & <trams>", 30).await;
        assert!(!world.visitor().get("/notices.atom").await.says("Buses"), "nobody is told yet");
        told(&world).await;
        let feed = world.visitor().get("/notices.atom").await;
        assert_eq!(feed.headers["content-type"], "application/atom+xml; charset=utf-8");
        assert!(
            feed.says("Buses &amp; &lt;trams&gt;")
                && feed.says(&format!("<id>http://alongside.example.org/notices/{id}</id>"))
        );
        let again = world.visitor().get("/notices.atom").await;
        assert_eq!(feed.html, again.html, "the same bytes until something is told");
        assert!(
            world
                .visitor()
                .get(&format!("/notices.atom?service={}", world.transport))
                .await
                .says("Buses")
        );
        assert!(
            !world
                .visitor()
                .get(&format!("/notices.atom?service={}", world.autism))
                .await
                .says("Buses")
        );
    });
}

#[test]
fn the_calendar_has_the_day_or_the_hour_and_says_when_it_is_off() {
    on_both(async |world| {
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses, trams; all", 30).await;
        let ics = format!("/notices/{id}/calendar.ics");
        assert_eq!(world.visitor().get(&ics).await.status, StatusCode::NOT_FOUND);
        told(&world).await;
        let calendar = world.visitor().get(&ics).await;
        assert_eq!(calendar.headers["content-type"], "text/calendar; charset=utf-8");
        let day = clock::fields(world.now() + 30 * DAY).0;
        assert!(
            calendar.says(&format!("DTSTART;VALUE=DATE:{}\r\n", day.replace('-', ""))),
            "{}",
            calendar.html
        );
        assert!(
            calendar.says("SUMMARY:Buses\\, trams\\; all") && calendar.says("STATUS:CONFIRMED"),
            "{}",
            calendar.html
        );
        assert!(calendar.html.lines().all(|line| line.len() <= 75));
        let mut hour = fields("At an hour", &world.transport, &day);
        hour.retain(|(field, _)| *field != "effect");
        hour.extend([("effect", "hour"), ("effect_time", "08:30")]);
        let page = written(&leaders.0, "/lead/notices/new", &hour).await;
        leaders.1.post(&page, &[]).await.leads_to();
        told(&world).await;
        let at = clock::machine(clock::read(&day, "08:30").unwrap()).replace(['-', ':'], "");
        let calendar =
            world.visitor().get(&format!("{}/calendar.ics", page.replace("/lead", ""))).await;
        assert!(calendar.says(&format!("DTSTART:{at}")), "{}", calendar.html);
    });
}

#[test]
fn a_feed_and_a_calendar_that_have_not_changed_are_not_sent_again() {
    on_both(async |world| {
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 30).await;
        told(&world).await;
        let visitor = world.visitor();
        for path in ["/notices.atom".to_owned(), format!("/notices/{id}/calendar.ics")] {
            let first = visitor.get(&path).await;
            let tag = first.headers["etag"].to_str().unwrap().to_owned();
            let known = [("if-none-match", tag.as_str())];
            let again = visitor.request(Method::GET, &path, &known, "").await;
            assert_eq!((again.status, again.html.as_str()), (StatusCode::NOT_MODIFIED, ""));
            assert_eq!(again.headers["etag"], first.headers["etag"], "{path}");
            let other = [("if-none-match", "\"another\"")];
            let other = visitor.request(Method::GET, &path, &other, "").await;
            assert_eq!((other.status, &other.html), (StatusCode::OK, &first.html), "{path}");
        }
        let before = visitor.get("/notices.atom").await;
        noticed(&world, &leaders, "Trams", 40).await;
        told(&world).await;
        let tag = before.headers["etag"].to_str().unwrap().to_owned();
        let known = [("if-none-match", tag.as_str())];
        let after = visitor.request(Method::GET, "/notices.atom", &known, "").await;
        assert!(after.status == StatusCode::OK && after.says("Trams"), "{}", after.html);
    });
}

#[test]
fn what_follows_a_change_is_the_same_entry_in_a_calendar_and_says_on_paper_that_it_is_off() {
    on_both(async |world| {
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 30).await;
        told(&world).await;
        let uid = |calendar: &str| {
            calendar.lines().find(|line| line.starts_with("UID:")).unwrap().to_owned()
        };
        let first = world.visitor().get(&format!("/notices/{id}/calendar.ics")).await.html;
        let corrected = followed(&world, &leaders, &id, Some(40)).await;
        told(&world).await;
        let ics = world.visitor().get(&format!("/notices/{id}/calendar.ics")).await.leads_to();
        assert_eq!(
            ics,
            format!("/notices/{corrected}/calendar.ics"),
            "an old address gives the day it is now"
        );
        let second = world.visitor().get(&ics).await;
        assert_eq!(uid(&first), uid(&second.html));
        assert!(
            first.contains("SEQUENCE:0")
                && second.says("SEQUENCE:1")
                && second.says("STATUS:CONFIRMED"),
            "{}",
            second.html
        );
        assert!(
            world
                .visitor()
                .get(&format!("/notices/{id}/poster"))
                .await
                .says("This has been corrected. Please don't put this poster up.")
        );
        assert!(
            world.visitor().get(&format!("/notices/{corrected}/poster")).await.says("The day."),
            "what has changed"
        );

        let off = followed(&world, &leaders, &corrected, None).await;
        told(&world).await;
        let third = world.visitor().get(&format!("/notices/{off}/calendar.ics")).await;
        assert_eq!(uid(&first), uid(&third.html));
        assert!(
            third.says("SEQUENCE:2")
                && third.says("STATUS:CANCELLED")
                && !third.says("Be at the stop"),
            "{}",
            third.html
        );
        let poster = world.visitor().get(&format!("/notices/{off}/poster")).await;
        assert!(
            poster.says("This change is no longer happening")
                && poster.says("The bridge is open.")
                && poster.says("It was due to happen from")
        );
        assert!(!poster.says("What you need to do") && !poster.says("put this poster up"));
    });
}

#[test]
fn the_feed_says_of_each_entry_whether_it_is_proposed_corrected_or_withdrawn() {
    on_both(async |world| {
        let leaders = leaders(&world).await;
        let day = clock::fields(world.now() + 30 * DAY).0;
        let mut proposed = fields("Only proposed", &world.transport, &day);
        proposed.retain(|(field, _)| !field.starts_with("decided"));
        proposed.push(("decided", "no"));
        let page = leaders.0.post("/lead/notices/new", &proposed).await.leads_to();
        leaders.1.post(page.split('?').next().unwrap(), &[]).await.leads_to();
        let (corrected, withdrawn) = (
            noticed(&world, &leaders, "Wrong", 30).await,
            noticed(&world, &leaders, "Off", 30).await,
        );
        told(&world).await;
        followed(&world, &leaders, &corrected, Some(40)).await;
        followed(&world, &leaders, &withdrawn, None).await;
        told(&world).await;
        let feed = world.visitor().get("/notices.atom").await;
        let entry = |title: &str| {
            feed.html
                .split("<entry>")
                .find(|entry| entry.contains(&format!("<title>{title}</title>")))
                .unwrap()
                .to_owned()
        };
        assert!(entry("Only proposed").contains("Proposed, not decided yet. From "));
        assert!(entry("Corrected: Put right").contains("This replaces what we said before"));
        let off = entry("No longer happening: Off");
        assert!(
            off.contains("This change is no longer happening. It was due to happen from ")
                && !off.contains("From "),
            "{off}"
        );
        assert!(
            world.visitor().get("/notices?show=lately").await.says("It was due to happen from")
        );
    });
}

#[test]
fn a_service_and_a_place_have_a_page_that_leads_to_being_told() {
    on_both(async |world| {
        let leaders = leaders(&world).await;
        noticed(&world, &leaders, "Buses", 30).await;
        told(&world).await;
        let all = world.visitor().get("/services").await;
        assert!(all.says("Transport") && all.says("South Sefton"));
        let service = world.visitor().get(&format!("/services/{}", world.transport)).await;
        assert!(
            service.says("Buses")
                && service.says(&format!("/subscribe?services={}", world.transport))
        );
        assert!(!world.visitor().get(&format!("/services/{}", world.autism)).await.says("Buses"));
        let place = world.visitor().get(&format!("/places/{}", world.south)).await;
        assert!(
            place.says("Buses") && place.says(&format!("/subscribe?places={}", world.south)),
            "it is about the whole area"
        );
        assert_eq!(
            world.visitor().get(&format!("/services/{}", world.south)).await.status,
            StatusCode::NOT_FOUND
        );
    });
}

#[test]
fn a_proposal_says_so_on_paper_and_leads_to_a_way_to_be_heard() {
    on_both(async |world| {
        let (writer, colleague) = leaders(&world).await;
        let day = clock::fields(world.now() + 30 * DAY).0;
        let mut words: Vec<_> = fields("Buses", &world.transport, &day);
        words.retain(|(name, _)| !["decided", "decided_day", "entitlement"].contains(name));
        words.extend([("decided", "no"), ("entitlement", "yes")]);
        let page = written(&writer, "/lead/notices/new", &words).await;
        colleague.post(&page, &[]).await.leads_to();
        told(&world).await;
        let poster = world.visitor().get(&format!("{}/poster", page.replace("/lead", ""))).await;
        assert!(
            poster.says("This is a proposal, not decided yet") && poster.says("legally entitled")
        );
        let public = page.replace("/lead", "");
        let shown = world.visitor().get(&public).await;
        assert!(
            shown.says("This is a proposal, not decided yet")
                && shown.says(&format!("{public}/questions/new"))
                && shown.says("Ask a question, or say what you think"),
            "there is a way to be heard"
        );
        assert!(shown.says("class=\"todo\"") && poster.says("class=\"todo\""));
        world.forward(31 * DAY);
        let shown = world.visitor().get(&public).await;
        assert!(
            !shown.says("Ask a question, or say what you think") && !shown.says("</time></b>, "),
            "its day has come"
        );
    });
}
