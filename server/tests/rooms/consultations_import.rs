//! Questions from a file: said what is in it first, put in by an organiser, and undone; and earlier
//! answers in the words of later questions.

use axum::http::StatusCode;
use calendar::clock::DAY;

use crate::consultations::{answer, begin};
use crate::fixtures::consultations::{
    ask_who_waits, decide, import_questions, new_for_anyone, read_questions,
};
use crate::world::{Browser, World, number, on_both};

/// A survey of LimeSurvey with these questions, each in a row of its own.
fn survey(questions: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><document><LimeSurveyDocType>Survey</LimeSurveyDocType>\
         <languages><language>en</language></languages><groups><rows><row><gid>1</gid>\
         <group_name>G</group_name></row></rows></groups><questions><rows>{questions}</rows>\
         </questions></document>"
    )
}

fn row(nth: usize, kind: &str, title: &str, question: &str, more: &str) -> String {
    format!(
        "<row><qid>{nth}</qid><parent_qid>0</parent_qid><sid>9</sid><gid>1</gid>\
         <type>{kind}</type><title>{title}</title><question>{question}</question>\
         <question_order>{nth}</question_order>{more}</row>"
    )
}

/// Two questions, of which one shows the answer to the other, and one that can't be imported.
fn three() -> String {
    survey(
        &[
            row(1, "S", "nick", "What may we call your child?", "<preg>[A-Z].*</preg>"),
            row(2, "T", "school", "What would help {nick} at school?", ""),
            row(3, "|", "photo", "Send us a photo", ""),
        ]
        .concat(),
    )
}

/// A consultation that is being written, with "Do you wait?"; its desk.
async fn desk(world: &World, organiser: &Browser<'_>) -> String {
    let desk = new_for_anyone(world, organiser, "Imported", 60).await;
    ask_who_waits(organiser, &desk).await;
    desk
}

#[test]
fn a_file_changes_nothing_until_an_organiser_has_seen_what_is_in_it_and_decides() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let desk = desk(&world, &organiser).await;
        let choice = read_questions(&organiser, &desk, three().as_bytes()).await;
        assert_eq!(choice, format!("{desk}/import"));
        let page = organiser.get(&choice).await;
        assert!(page.says("We can import 2 questions, but 2 things not as they are in the file."));
        assert!(page.says("Send us a photo") || page.says("Question photo"));
        assert!(page.says("like type |") && page.says("Field preg of questions"));
        assert!(page.says("What would help (the answer to “What may we call your child?”)"));
        assert!(page.says("Replace the 1 question there now"));
        let waits = organiser.get(&desk).await;
        assert!(waits.says("not decided yet") && waits.says(&format!("href=\"{choice}\"")));
        assert!(waits.says("Do you wait?") && !waits.says("What may we call"));

        let left = decide(&organiser, &choice, "leave").await;
        assert!(left.says("We have put the file aside") && left.says("Do you wait?"));
        assert!(!left.says("What may we call") && !left.says("Undo the import"));
        let nothing = organiser.get(&choice).await;
        assert!(nothing.says("No file is waiting") && nothing.status == StatusCode::OK);
        assert_eq!(number(&world, "SELECT count(*) FROM audit WHERE what LIKE '%file%'").await, 0);
    });
}

#[test]
fn an_organiser_checks_options_conditions_and_pages_of_a_file_before_it_is_used() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let desk = desk(&world, &organiser).await;
        let if_waits = "<relevance>waits.NAOK == &quot;Y&quot;</relevance>";
        let thanks = "Thank you&lt;script&gt;go()&lt;/script&gt; for telling us";
        let file = survey(
            &[
                row(1, "Y", "waits", "Do you wait?", "<help>Now, or lately.</help>"),
                row(2, "X", "note", thanks, if_waits),
                row(3, "G", "who", "Who waits?", "<mandatory>Y</mandatory>"),
                row(4, "N", "weeks", "How long?", ""),
            ]
            .concat(),
        );
        let choice = read_questions(&organiser, &desk, file.as_bytes()).await;
        let page = organiser.get(&choice).await;
        assert!(page.says("We can import 3 questions and 1 page to read, but 3 things"));
        for shown in [
            "Now, or lately.",
            "Thank you for telling us",
            "Only people who answered “Yes” to “Do you wait?”",
            "Options: “Female”, “Male”",
            "Choose one. People must answer it",
            "A number, from 0 to 1000000",
            "A script in its words was left out",
            "smallest and the largest number",
        ] {
            assert!(page.says(shown), "{shown}: {}", page.html);
        }
        assert!(!page.says("Thank yougo()"), "nobody reads the script");
    });
}

#[test]
fn the_questions_of_a_file_are_added_or_replace_the_others_and_an_import_is_undone() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let desk = desk(&world, &organiser).await;
        let choice = read_questions(&organiser, &desk, three().as_bytes()).await;
        let added = decide(&organiser, &choice, "add").await;
        assert!(added.says("Questions saved") && added.says("Undo the import"));
        assert!(added.says("Do you wait?") && added.says("What may we call"));

        let replaced = import_questions(&organiser, &desk, three().as_bytes()).await;
        assert!(!replaced.says("Do you wait?") && replaced.says("What may we call"));
        let turn = replaced.sends("turn");
        let undo = [("step", "undo"), ("turn", turn.as_str())];
        let undone = organiser.post(&choice, &undo).await.leads_to();
        let undone = organiser.get(undone.split('#').next().unwrap()).await;
        assert!(undone.says("Import undone") && undone.says("Do you wait?"));
        assert!(undone.says("Bring the imported questions back"));
        // The same press again is the same press.
        let again = organiser.post(&choice, &undo).await.leads_to();
        assert!(again.contains("done=undone"), "{again}");
        assert!(organiser.get(&desk).await.says("Do you wait?"));

        let turn = undone.sends("turn");
        let back = [("step", "undo"), ("turn", turn.as_str())];
        organiser.post(&choice, &back).await.leads_to();
        let back = organiser.get(&desk).await;
        assert!(!back.says("Do you wait?") && back.says("Undo the import"));
        let told = "SELECT count(*) FROM audit WHERE what IN ('questions added from a file',
            'questions replaced from a file', 'import of questions undone',
            'import of questions brought back')";
        assert_eq!(number(&world, told).await, 4);
    });
}

#[test]
fn a_button_of_a_page_from_before_another_file_came_puts_nothing_in() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let desk = desk(&world, &organiser).await;
        let choice = read_questions(&organiser, &desk, three().as_bytes()).await;
        let old = organiser.get(&choice).await.sends("turn");
        let other = survey(&row(1, "S", "bus", "Which bus?", ""));
        read_questions(&organiser, &desk, other.as_bytes()).await;
        let press = [("step", "replace"), ("turn", old.as_str())];
        let pressed = organiser.post(&choice, &press).await;
        assert_eq!(pressed.leads_to(), choice, "the page says what is in the other file");
        assert!(organiser.get(&choice).await.says("Which bus?"));
        assert!(organiser.get(&desk).await.says("Do you wait?"));
    });
}

#[test]
fn a_file_that_nobody_decided_about_is_erased_28_days_after_the_close() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let desk = desk(&world, &organiser).await;
        read_questions(&organiser, &desk, three().as_bytes()).await;
        for (days, kept) in [(60 + 27, 1), (2, 0)] {
            world.forward(days * DAY);
            server::retention::keep(&world.house).await.unwrap();
            assert_eq!(number(&world, "SELECT count(*) FROM question_imports").await, kept);
        }
        let organiser = world.sign_in("organiser@example.org").await;
        assert_eq!(organiser.get(&format!("{desk}/import")).await.status, StatusCode::OK);
        assert!(organiser.get(&desk).await.says("Do you wait?"), "the questions stay");
    });
}

#[test]
fn a_file_without_a_question_is_refused_and_the_questions_stay() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let desk = desk(&world, &organiser).await;
        let files = [
            ("a.lss", survey(&row(1, "|", "photo", "Send us a photo", "")), "like type |"),
            ("a.csv", "type,name,label".to_owned(), "This is a CSV file"),
            ("a.json", " \n".to_owned(), "This file is empty"),
        ];
        for (name, file, why) in files {
            let to = format!("{desk}/file");
            let refused = organiser.post_file(&to, &[], (name, file.as_bytes())).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
            assert!(refused.says(why), "{name}: {}", refused.html);
            assert!(refused.says("Your questions have not changed"), "{name}");
            assert!(refused.says("Do you wait?"), "{name}");
        }
        assert_eq!(number(&world, "SELECT count(*) FROM question_imports").await, 0);
    });
}

#[test]
fn what_a_parent_answered_is_in_a_later_question_for_them_alone() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let desk = desk(&world, &organiser).await;
        import_questions(&organiser, &desk, three().as_bytes()).await.done();
        let shows =
            [("text", "What would help {{nick|your child}} at school?"), ("kind", "long-text")];
        organiser.post(&format!("{desk}/questions/school"), &shows).await.leads_to();
        organiser.post(&desk, &[("step", "open")]).await.leads_to();
        let id = desk.replace("/forum/consultations/", "");
        let parent = world.visitor();
        let response = begin(&parent, &id).await;
        let school = format!("{response}/questions/school");
        assert!(parent.get(&school).await.says("What would help your child at school?"));
        answer(&parent, &response, "nick", "Sam <i>B</i>").await.leads_to();
        let page = parent.get(&school).await;
        assert!(page.says("What would help Sam &lt;i&gt;B&lt;/i&gt; at school?"), "{}", page.html);
        assert!(
            page.says("<title>What would help your child at school?"),
            "the next person with this phone reads the titles"
        );
        answer(&parent, &response, "school", "Time").await.leads_to();
        let check = parent.get(&response).await;
        assert!(check.says("What would help Sam &lt;i&gt;B&lt;/i&gt; at school?"));
        let all = parent.get(&format!("{response}/all")).await;
        assert!(all.says("What would help Sam &lt;i&gt;B&lt;/i&gt; at school?"));
        parent.post(&response, &[("step", "send")]).await.leads_to();

        let paper = world.visitor().get(&format!("/consultations/{id}/paper")).await;
        assert!(paper.says("What would help your child at school?"));
        world.forward(61 * DAY);
        let read = organiser.get(&format!("{desk}/answers")).await;
        assert!(read.says("What would help your child at school?"), "{}", read.html);
        assert!(!read.says("What would help Sam"));
    });
}
