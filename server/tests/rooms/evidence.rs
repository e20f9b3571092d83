//! What shows that an outcome is so: files that are put in, questions that it answers, numbers
//! before and after.

use axum::http::StatusCode;
use calendar::clock::{DAY, MINUTE};
use ground::viewer::Role;

use crate::consultations::{answered, open, publish as publish_results};
use crate::updates::{DONE, closed_topic, publish};
use crate::world::on_both;

const PDF: &[u8] = b"%PDF-1.7\nRoute 5 came at 8:10 on each of twenty days.\n%%EOF";

#[test]
fn a_file_is_kept_while_the_words_are_checked_and_saved_by_everyone_once_they_are_published() {
    on_both(async |world| {
        let topic = closed_topic(&world).await;
        let (about, key) = (format!("topic:{topic}"), id::fresh());
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let fields = [&DONE[..], &[("about", about.as_str()), ("form_key", key.as_str())]].concat();
        let wrong =
            leader.post_file("/lead/updates/new", &fields, ("times.pdf", b"<script>")).await;
        assert!(
            wrong.status == StatusCode::UNPROCESSABLE_ENTITY
                && wrong.says(
                    "Choose a PDF, a Word file (docx), an OpenDocument text (odt) or a picture"
                )
                && wrong.says(DONE[1].1)
        );
        let unfinished =
            leader.post_file("/lead/updates/new", &fields[1..], ("times.exe", PDF)).await;
        assert!(
            unfinished.says("Say what parents said") && unfinished.says("times.pdf (PDF, 1 kB)"),
            "the file is not lost"
        );
        let file = unfinished.sends("files");
        let checked = leader.post_file("/lead/updates/new", &fields, ("times.exe", PDF)).await;
        assert!(
            checked.says("Check your update")
                && checked.says("times.pdf")
                && checked.sends("files") == file,
            "the same file is one"
        );

        let stranger = world.signed_in("leader2@example.org", &[Role::Leader]).await;
        let named = [&fields[..], &[("files", file.as_str()), ("step", "publish")]].concat();
        let taken = stranger.post("/lead/updates/new", &named).await;
        assert!(
            taken.status == StatusCode::UNPROCESSABLE_ENTITY && taken.says("Choose the file again"),
            "nobody else can name it yet"
        );
        let published = leader.post("/lead/updates/new", &named).await.leads_to();
        let update = published.split(['/', '?']).nth(2).unwrap().to_owned();
        let (visitor, page) = (world.visitor(), format!("/updates/{update}"));
        let address = format!("{page}/files/{file}");
        assert!(visitor.get(&page).await.says(&address));
        let saved = visitor.get(&address).await;
        assert_eq!(saved.html.as_bytes(), PDF);
        assert_eq!(saved.headers["content-type"], "application/pdf");
        assert!(saved.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
        let road = [
            &b"\xFF\xD8\xFF\xE1\x00\x10Exif\0\0a road"[..],
            b"\xFF\xDB\x00\x06look\xFF\xDA\x00\x03\x01look\xFF\xD9",
        ]
        .concat();
        let picture =
            leader.post_file("/lead/updates/new", &fields, ("the stop.jpeg", &road)).await;
        assert!(picture.says("the stop.jpg (JPG, 1 kB)"));
        let stop = picture.sends("files");
        let named = [&fields[..4], &[("files", stop.as_str()), ("step", "publish")]].concat();
        let shown = leader
            .post("/lead/updates/new", &named)
            .await
            .leads_to()
            .split('?')
            .next()
            .unwrap()
            .to_owned();
        let taken = visitor.get(&format!("{shown}/files/{stop}")).await;
        assert!(
            taken.html.contains("look") && !taken.html.contains("road"),
            "where it was taken is removed"
        );
        let other = publish(&leader, &topic, &DONE).await;
        assert_eq!(
            visitor.get(&format!("/updates/{other}/files/{file}")).await.status,
            StatusCode::NOT_FOUND
        );

        world.forward(MINUTE);
        let (change, without) = (
            format!("/lead/updates/{update}"),
            [&DONE[..], &[("version", "1"), ("step", "publish")]].concat(),
        );
        assert!(
            stranger.get(&change).await.says("times.pdf"),
            "a colleague keeps it or takes it out"
        );
        stranger.post(&change, &without).await.leads_to();
        assert_eq!(
            visitor.get(&address).await.html.as_bytes(),
            PDF,
            "what was said before stands with it"
        );

        let organiser = world.organiser().await;
        let judge = format!("/forum/updates/{update}");
        let disputed = [("version", "2"), ("verdict", "disputed")];
        let bare = organiser
            .post_file(&judge, &disputed, ("our count.pdf", b"%PDF-1.7\nIt came late.\n%%EOF"))
            .await;
        assert!(bare.says("Say what parents have found") && bare.says("our count.pdf"));
        let file = bare.sends("files");
        let words = [&disputed[..], &[("words", "It came late."), ("files", &file)]].concat();
        organiser.post(&judge, &words).await.leads_to();
        let read = visitor.get(&page).await;
        assert!(read.says("our count.pdf"));
        assert_eq!(
            visitor.get(&format!("{page}/files/{file}")).await.html,
            "%PDF-1.7\nIt came late.\n%%EOF"
        );
    });
}

#[test]
fn an_outcome_names_the_questions_it_answers_and_only_those_of_published_results() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = open(&world, &organiser, "anyone").await;
        answered(&world, &id, 40, 15).await;
        world.forward(61 * DAY);
        let organiser = world.sign_in("organiser@example.org").await;
        let desk = format!("/forum/consultations/{id}/release");
        organiser.post(&desk, &[("step", "count")]).await.leads_to();
        let other = world.signed_in("organiser2@example.org", &[Role::Organiser]).await;
        publish_results(&other, &desk).await.leads_to();
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let about = format!("consultation:{id}");
        let form = leader.get(&format!("/lead/updates/new?about={about}")).await;
        let question = form.sends("questions");
        assert!(
            form.says("Which questions does this answer?")
                && form.says("Do you wait?")
                && question.starts_with(&id)
        );
        let invented = format!("{id}/another");
        let fields = [
            &DONE[..],
            &[
                ("about", about.as_str()),
                ("questions", &question),
                ("questions", &invented),
                ("step", "publish"),
            ],
        ]
        .concat();
        let page = leader.post("/lead/updates/new", &fields).await.leads_to();
        let read = world.visitor().get(page.split('?').next().unwrap()).await;
        assert!(read.says("<li>Do you wait?</li>") && !read.says("another"));
    });
}

#[test]
fn what_it_is_about_is_chosen_first_and_can_be_chosen_again() {
    on_both(async |world| {
        let topic = closed_topic(&world).await;
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let first = leader.get("/lead/updates/new").await;
        assert!(
            first.status == StatusCode::OK
                && first.says("What is this about?")
                && !first.says("We did")
        );
        assert_eq!(
            leader.get("/lead/updates/new?chosen=1").await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        let form = leader.get(&format!("/lead/updates/new?chosen=1&about=topic:{topic}")).await;
        assert!(form.says("We did") && form.says("Change what this is about"));
        let again = leader.get(&format!("/lead/updates/about?about=topic:{topic}")).await;
        assert!(again.html.contains("checked"));
        let about = format!("topic:{topic}");
        let again = leader
            .post(
                "/lead/updates/new",
                &[&DONE[..2], &[("about", about.as_str()), ("step", "about")]].concat(),
            )
            .await;
        assert!(
            again.status == StatusCode::OK
                && again.says("Choose everything this answers")
                && again.says(DONE[1].1),
            "no word is lost"
        );
        let gone = leader.get(&format!("/lead/updates/new?about=topic:{}", id::fresh())).await;
        assert!(
            gone.says("Choose what this is about") && gone.says("Topic: Buses that are on time")
        );
    });
}
