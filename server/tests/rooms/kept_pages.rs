//! Public pages that are kept for all visitors: of the data alone, never older than what is saved,
//! and never somebody's own.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::{Method, StatusCode, header};
use calendar::clock::{DAY, SECOND};
use ground::contact::Contact;
use ground::ids::{Id, Session};
use ground::viewer::Role;
use tokio::time::timeout;

use crate::consultations::{answer, begin, open};
use crate::page::text;
use crate::subscriptions::subscribe;
use crate::things::Things;
use crate::world::{Answer, Browser, change, on_both};

/// Whoever waits for longer than this waits for others.
const A_MOMENT: Duration = Duration::from_millis(300);

/// The tag of a page that is kept.
fn tag(answer: &Answer) -> Option<String> {
    let tag = answer.headers.get(header::ETAG)?.to_str().unwrap();
    let is_page = answer.headers[header::CONTENT_TYPE].as_bytes().starts_with(b"text/html");
    is_page.then(|| tag.to_owned())
}

async fn asked_as(browser: &Browser<'_>, path: &str, headers: &[(&str, &str)]) -> Answer {
    browser.request(Method::GET, path, headers, "").await
}

#[test]
fn what_is_kept_of_any_address_is_the_same_for_whoever_asks_first() {
    on_both(async |world| {
        let world = world.demonstration().await;
        let things = Things::new(&world).await;
        // The same area behind a router of its own, which keeps pages of its own.
        let other = world.beside(world.house.clone());
        let odd = [
            ("user-agent", "Another browser"),
            ("accept", "text/html;q=0.3"),
            ("accept-language", "cy, pl;q=0.5"),
            ("sec-ch-prefers-color-scheme", "dark"),
            ("referer", "http://alongside.example.org/topics"),
            ("x-forwarded-for", "203.0.113.9"),
        ];
        let mut kept = BTreeSet::new();
        for address in things.addresses() {
            if address.rule.method != Method::GET {
                continue;
            }
            // New browsers each time: some pages leave a cookie behind.
            let (one, another) = (world.visitor(), other.visitor_from("198.51.100.7"));
            let first = one.get(&address.path).await;
            let Some(tag_of_it) = tag(&first) else { continue };
            kept.insert(address.rule.path);
            assert!(address.rule.is_public_page(), "{} is kept", address.path);
            assert!(!first.headers.contains_key(header::SET_COOKIE), "{}", address.path);
            assert!(!first.says("name=\"form_key\""), "{} has the key of a form", address.path);
            let again = one.get(&address.path).await;
            assert_eq!(
                (again.raw, again.headers),
                (first.raw.clone(), first.headers.clone()),
                "{}",
                address.path
            );
            let fresh = asked_as(&another, &address.path, &odd).await;
            assert_eq!(fresh.html, first.html, "{}", address.path);
            assert_eq!(tag(&fresh), Some(tag_of_it), "{}", address.path);
        }
        for path in ["/", "/topics", "/topics/{id}", "/notices", "/plans/{id}", "/record"] {
            assert!(kept.contains(path), "{path} is made anew each time: {kept:#?}");
        }
    });
}

#[test]
fn whoever_is_signed_in_gets_a_page_of_their_own_and_no_other_cookie_makes_one() {
    on_both(async |world| {
        world.published("Quiet rooms").await;
        let visitor = world.visitor();
        let kept = visitor.get("/topics").await;
        assert!(tag(&kept).is_some() && kept.says("Sign in"));
        let parent = world.parent(1).await;
        let own = parent.get("/topics").await;
        assert!(tag(&own).is_none() && !own.says("Sign in"), "{}", own.html);
        assert_eq!(own.headers[header::CACHE_CONTROL], "private, no-store");
        let organiser = world.signed_in("organiser@example.org", &[Role::Organiser]).await;
        assert!(organiser.get("/topics").await.says("Organisers’ desk"));
        assert!(visitor.get("/topics").await.says("Sign in"));
        let [other, ended] =
            ["other=1; here=2", "session=ended"].map(|cookie| [("cookie", cookie)]);
        let with_other = asked_as(&visitor, "/topics", &other).await;
        assert_eq!((tag(&with_other), with_other.raw), (tag(&kept), kept.raw));
        assert!(tag(&asked_as(&visitor, "/topics", &ended).await).is_none());
    });
}

#[test]
fn a_form_has_a_key_of_its_own_for_each_visitor() {
    on_both(async |world| {
        let (one, other) = (world.visitor(), world.visitor());
        let mut forms = 0;
        for address in app::routes::all().rules() {
            if address.method != Method::GET || address.path.contains('{') {
                continue;
            }
            let (first, second) = (one.get(address.path).await, other.get(address.path).await);
            if first.status == StatusCode::OK && first.says("name=\"form_key\"") {
                assert_ne!(first.sends("form_key"), second.sends("form_key"), "{}", address.path);
                assert!(tag(&first).is_none(), "{}", address.path);
                forms += 1;
            }
        }
        assert!(forms > 0, "no visitor can send a form");
    });
}

#[test]
fn what_was_saved_is_on_the_page_that_anyone_opens_next_while_many_read() {
    on_both(async |world| {
        let path = format!("/services/{}", world.transport);
        let rename = async |nth: u32| {
            let of = &world.transport;
            let sql = format!("UPDATE services SET name = 'Version {nth}' WHERE id = '{of}'");
            change(&world, &sql).await;
        };
        rename(0).await;
        let version = |page: &Answer| -> u32 {
            let heading = text(&page.html, "h1");
            heading.strip_prefix("Version ").expect("a version").parse().expect("a number")
        };
        let is_over = AtomicBool::new(false);
        let reads = async {
            let (mut newest, mut reads) = (0, 0_u32);
            while !is_over.load(Ordering::SeqCst) {
                // Each from a network of its own: one alone would soon be asked to wait.
                let [_, one, two, three] = reads.to_be_bytes();
                let visitor = world.visitor_from(&format!("10.{one}.{two}.{three}"));
                let read = version(&visitor.get(&path).await);
                assert!(read >= newest, "version {read} was read after {newest}");
                (newest, reads) = (read, reads + 1);
                tokio::task::yield_now().await;
            }
            reads
        };
        let writes = async {
            let visitor = world.visitor();
            for nth in 1..=60 {
                rename(nth).await;
                assert_eq!(version(&visitor.get(&path).await), nth, "an older page was kept");
            }
            is_over.store(true, Ordering::SeqCst);
        };
        let (one, other, ()) =
            tokio::join!(reads, async { version(&world.visitor().get(&path).await) }, writes);
        assert!(one > 0 && other <= 60);
    });
}

#[test]
fn an_email_that_goes_ends_no_page_that_is_kept_and_a_change_ends_it() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let links = [("email", "parent1@example.org")];
        world.visitor().post("/sign-in/link", &links).await.done();
        let visitor = world.visitor();
        assert!(visitor.get("/services").await.says("Transport"));
        // Nothing says that this was written: only a page that is made anew has it.
        let rename = format!("UPDATE services SET name = 'Buses' WHERE id = '{}'", world.transport);
        sqlx::query(sqlx::AssertSqlSafe(rename))
            .execute(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        let (commits, changes) = (world.db().commits(), world.db().changes());
        assert_eq!(world.deliver().await.len(), 1);
        world.db().beat(world.now()).await.unwrap();
        let wrong = [links[0], ("password", "a wrong guess")];
        world.visitor().post("/sign-in", &wrong).await.refused(StatusCode::UNPROCESSABLE_ENTITY);
        let session = Id::<Session>::from(world.one("SELECT id FROM sessions").await);
        let ends_at = world.now() + DAY;
        accounts::store::session_seen(world.db(), &session, world.now(), ends_at).await.unwrap();
        assert!(world.db().commits() >= commits + 5, "claimed, sent, beat, counted, seen");
        assert_eq!(world.db().changes(), changes);
        assert!(visitor.get("/services").await.says("Transport"), "the page is made anew");
        parent.propose("Quiet rooms").await;
        assert!(world.db().changes() > changes);
        assert!(visitor.get("/services").await.says("Buses"), "an older page is kept");
    });
}

#[test]
fn only_what_says_so_is_written_without_ending_pages_and_the_worker_hears_of_it() {
    on_both(async |world| {
        let mut written = world.db().written();
        let commit = async |is_unseen: bool| {
            let changes = world.db().changes();
            let tx = world.db().begin().await.unwrap();
            let tx = if is_unseen { tx.unseen() } else { tx };
            tx.commit().await.unwrap();
            world.db().changes() - changes
        };
        assert_eq!((commit(false).await, commit(true).await), (1, 0));
        assert!(written.has_changed().unwrap());
        written.mark_unchanged();
        commit(true).await;
        assert!(written.has_changed().unwrap(), "an email may be owed");
        written.mark_unchanged();
        world.db().begin().await.unwrap().roll_back().await.unwrap();
        world.db().beat(world.now()).await.unwrap();
        assert!(!written.has_changed().unwrap(), "nothing is to be done");
    });
}

#[test]
fn what_the_clock_changes_is_seen_within_a_second() {
    on_both(async |world| {
        world.round().await;
        let visitor = world.visitor();
        let before = visitor.get("/").await;
        assert_eq!(visitor.get("/").await.raw, before.raw);
        world.forward(400 * DAY);
        assert_ne!(visitor.get("/").await.html, before.html, "the round has closed meanwhile");
        world.forward(SECOND);
        assert!(tag(&visitor.get("/").await).is_some());
    });
}

#[test]
fn a_browser_that_has_the_page_gets_it_again_only_once_it_has_changed() {
    on_both(async |world| {
        let visitor = world.visitor();
        let packed = ("accept-encoding", "gzip, deflate, br");
        let first = asked_as(&visitor, "/services", &[packed]).await;
        assert_eq!(first.headers[header::CONTENT_ENCODING], "br");
        let known = tag(&first).unwrap();
        let plain = tag(&visitor.get("/services").await).unwrap();
        assert_ne!(known, plain, "the tag is that of these bytes");
        let ask = [packed, ("if-none-match", known.as_str())];
        let same = asked_as(&visitor, "/services", &ask).await;
        assert_eq!((same.status, same.bytes), (StatusCode::NOT_MODIFIED, 0));
        assert_eq!(same.headers[header::ETAG], known.as_str());
        assert_eq!(same.headers[header::CACHE_CONTROL], "private, no-cache");
        change(&world, "UPDATE services SET name = 'Buses' WHERE name = 'Transport'").await;
        let new = asked_as(&visitor, "/services", &ask).await;
        assert_eq!(new.status, StatusCode::OK);
        assert_ne!(tag(&new).unwrap(), known);
    });
}

#[test]
fn contact_details_are_on_the_next_page_whenever_they_are_heard() {
    on_both(async |world| {
        let visitor = world.visitor();
        assert!(!visitor.get("/services").await.says("0151 496 0000"));
        let contact = Contact { phone: "0151 496 0000".into(), ..Contact::default() };
        world.house.contact.set(contact);
        assert!(visitor.get("/services").await.says("tel:01514960000"));
    });
}

#[test]
fn no_browser_gets_a_page_that_was_packed_for_another() {
    on_both(async |world| {
        let visitor = world.visitor();
        let packed = async |said: &[&str]| {
            let said: Vec<_> = said.iter().map(|said| ("accept-encoding", *said)).collect();
            let answer = asked_as(&visitor, "/services", &said).await;
            let name = answer.headers.get(header::CONTENT_ENCODING);
            (name.map(|name| name.to_str().unwrap().to_owned()), tag(&answer))
        };
        let (brotli, gzip, not) =
            (packed(&["gzip", "br"]).await, packed(&["gzip"]).await, packed(&[]).await);
        assert_eq!(
            [&brotli, &gzip, &not].map(|(name, _)| name.as_deref()),
            [Some("br"), Some("gzip"), None]
        );
        assert_eq!(packed(&["br;q=1.0, gzip, zstd"]).await, brotli, "spelt in another way");
        assert_eq!(packed(&["gzip;q=0.4, br;q=0"]).await, gzip);
        assert_eq!(packed(&["zstd"]).await, not);
    });
}

#[test]
fn the_head_of_a_page_is_that_of_the_page_and_is_kept_with_it() {
    on_both(async |world| {
        let visitor = world.visitor();
        let head = async |path: &str, headers: &[(&str, &str)]| {
            visitor.request(Method::HEAD, path, headers, "").await
        };
        let first = head("/services", &[]).await;
        let page = visitor.get("/services").await;
        assert_eq!((first.status, first.bytes), (StatusCode::OK, 0));
        let length = page.bytes.to_string();
        assert_eq!(first.headers[header::CONTENT_LENGTH].to_str().unwrap(), length);
        assert_eq!(tag(&first), tag(&page));
        assert_eq!(head("/services", &[]).await.headers, first.headers);
        let known = tag(&page).unwrap();
        let same = head("/services", &[("if-none-match", &known)]).await;
        assert_eq!(same.status, StatusCode::NOT_MODIFIED);
        for path in ["/sign-up", "/services/nowhere", "/notices.atom"] {
            let (head, page) = (head(path, &[]).await, visitor.get(path).await);
            assert_eq!((head.status, head.bytes), (page.status, 0), "{path}");
        }
    });
}

#[test]
fn whoever_waits_for_a_page_gets_it_also_where_its_maker_goes_away() {
    on_both(async |world| {
        // Nobody can ask the database meanwhile, so that the page is still being made.
        let mut held = Vec::new();
        while let Ok(Ok(connection)) = timeout(A_MOMENT, world.db().read()).await {
            held.push(connection);
        }
        let (maker, waits) = (world.visitor_from("198.51.100.1"), world.visitor());
        let mut making = Box::pin(maker.get("/services"));
        let mut waiting = Box::pin(waits.get("/services"));
        std::future::poll_fn(|context| {
            assert!(making.as_mut().poll(context).is_pending());
            assert!(waiting.as_mut().poll(context).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
        drop(making);
        drop(held);
        assert!(waiting.await.says("Transport"));
    });
}

#[test]
fn what_parents_do_for_themselves_is_not_to_be_told_from_how_soon_a_page_comes() {
    on_both(async |world| {
        let (_, topic) = world.voting("Quiet rooms").await;
        let survey = open(&world, &world.organiser().await, "anyone").await;
        world.person("parent1@example.org", &[Role::Parent], &world.south).await;
        let parent = world.visitor();
        let changes = world.db().changes();
        let signs_in = [("email", "parent1@example.org"), ("password", "three small words")];
        assert_eq!(parent.post("/sign-in", &signs_in).await.leads_to(), "/?done=signed-in");
        parent.support(&topic, "support").await.done();
        parent.support(&topic, "take back").await.done();
        subscribe(&world, &world.visitor(), "somebody@example.org").await;
        let response = begin(&parent, &survey).await;
        answer(&parent, &response, "question-1", "no").await.done();
        answer(&parent, &response, "question-3", "Nothing else").await.done();
        parent.post(&response, &[("send", "yes")]).await.done();
        parent.post("/sign-out", &[]).await.done();
        assert_eq!(world.db().changes(), changes, "a page was made anew, and somebody saw it");
    });
}

#[test]
fn a_page_that_is_refused_or_not_there_is_not_kept() {
    on_both(async |world| {
        let visitor = world.visitor();
        let path = format!("/topics/{}", id::random());
        let missing = visitor.get(&path).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND);
        assert!(tag(&missing).is_none());
        let long = format!("/topics?page={}", "1".repeat(500));
        assert!(tag(&visitor.get(&long).await).is_none(), "a list of endless addresses");
    });
}
