//! Whole workbooks.

use std::io::Write as _;

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

use super::*;
use crate::check::check;

/// A workbook as spreadsheet programs write it, with its texts in the cells.
fn workbook(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut put = |name: &str, text: &str| {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("an entry");
        zip.write_all(text.as_bytes()).expect("its text");
    };
    let relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let (mut listed, mut related) = (String::new(), String::new());
    for (nth, (name, rows)) in sheets.iter().enumerate() {
        let nth = nth + 1;
        listed += &format!("<sheet name=\"{name}\" sheetId=\"{nth}\" r:id=\"r{nth}\"/>");
        related += &format!(
            "<Relationship Id=\"r{nth}\" Type=\"{relationships}/worksheet\" \
             Target=\"worksheets/sheet{nth}.xml\"/>"
        );
        let mut cells = String::new();
        for (row, texts) in rows.iter().enumerate() {
            cells += &format!("<row r=\"{}\">", row + 1);
            for (column, text) in texts.iter().enumerate() {
                let place = format!(
                    "{}{}",
                    char::from(b'A' + u8::try_from(column).expect("few columns")),
                    row + 1
                );
                cells += &format!(
                    "<c r=\"{place}\" t=\"inlineStr\"><is><t>{}</t></is></c>",
                    html_escape::encode_text(text)
                );
            }
            cells += "</row>";
        }
        put(
            &format!("xl/worksheets/sheet{nth}.xml"),
            &format!("<worksheet xmlns=\"{main}\"><sheetData>{cells}</sheetData></worksheet>"),
        );
    }
    put(
        "xl/workbook.xml",
        &format!(
            "<workbook xmlns=\"{main}\" \
             xmlns:r=\"{relationships}\"><sheets>{listed}</sheets></workbook>"
        ),
    );
    let packages = "http://schemas.openxmlformats.org/package/2006/relationships";
    put(
        "xl/_rels/workbook.xml.rels",
        &format!("<Relationships xmlns=\"{packages}\">{related}</Relationships>"),
    );
    let document = format!(
        "<Relationship Id=\"r\" Type=\"{relationships}/officeDocument\" \
         Target=\"xl/workbook.xml\"/>"
    );
    put("_rels/.rels", &format!("<Relationships xmlns=\"{packages}\">{document}</Relationships>"));
    zip.finish().expect("a zip").into_inner()
}

#[test]
fn the_kinds_both_know_are_taken_over_with_their_groups_and_branches() {
    let survey: &[&[&str]] = &[
        &[
            "type",
            "name",
            "label::English (en)",
            "label::Polski (pl)",
            "hint",
            "required",
            "relevant",
            "constraint",
            "appearance",
        ],
        &["start", "start", "", "", "", "", "", "", ""],
        &[
            "select_one yes_no",
            "waits",
            "Do you <b>wait</b>?",
            "Czekasz?",
            "Now, or lately.",
            "yes",
            "",
            "",
            "",
        ],
        &["begin_group", "g", "Waiting", "", "", "", "${waits} = 'yes'", "", ""],
        &["integer", "weeks", "How many weeks?", "", "", "", "", ". >= 0 and . <= 104", ""],
        &[
            "select_multiple who or_other",
            "for",
            "For whom?",
            "",
            "",
            "",
            "${waits} = 'yes'",
            "",
            "",
        ],
        &["end_group", "", "", "", "", "", "", "", ""],
        &[
            "text",
            "why",
            "Why?",
            "",
            "",
            "",
            "selected(${for}, 'child') and ${waits} = 'yes'",
            "",
            "multiline",
        ],
        &["note", "n", "Thank you.", "", "", "", "${weeks} > 5", "", ""],
        &["image", "photo", "A photo", "", "", "", "", "", ""],
    ];
    let choices: &[&[&str]] = &[
        &["list_name", "name", "label::English (en)"],
        &["yes_no", "yes", "Yes"],
        &["yes_no", "no", "No"],
        &["who", "child", "A child"],
        &["who", "young person", "A young person"],
    ];
    let imported = xlsform(&workbook(&[("survey", survey), ("choices", choices)])).expect("a form");
    assert_eq!(check(&imported.questionnaire), [], "{:?}", imported.questionnaire);
    let sections: Vec<(&str, Vec<&str>)> = imported
        .questionnaire
        .sections
        .iter()
        .map(|section| {
            (
                section.title.as_str(),
                section.questions.iter().map(|question| question.key.as_str()).collect(),
            )
        })
        .collect();
    assert_eq!(
        sections,
        [
            ("", vec!["waits"]),
            ("Waiting", vec!["weeks", "for", "for-other"]),
            ("", vec!["why", "n"])
        ]
    );
    let by_key = |key: &str| imported.questionnaire.question(key).expect("a question").clone();
    assert_eq!(
        (by_key("waits").text.as_str(), by_key("waits").help.as_str(), by_key("waits").is_required),
        ("Do you wait?", "Now, or lately.", true)
    );
    assert_eq!(by_key("weeks").kind, QuestionKind::Number { least: 0, most: 104 });
    let condition = |question: &str, option: &str| Condition {
        question: question.into(),
        any_of: vec![option.into()],
    };
    assert_eq!(
        by_key("for").only_if,
        [condition("waits", "yes")],
        "the group's condition and its own are the same"
    );
    assert_eq!(by_key("why").only_if, [condition("for", "child"), condition("waits", "yes")]);
    let not_taken: Vec<String> =
        imported.not_taken.iter().map(|not| format!("{}: {}", not.at, not.what)).collect();
    assert_eq!(
        not_taken,
        [
            "Row 2 of survey: Left out: it would record “start” about the person answering",
            "Row 6 of survey: “Something else” has become a separate question, for everyone \
             who is asked this one",
            "Row 9 of survey: Everyone will be asked: this condition could not be imported: \
             ${weeks} > 5",
            "Row 10 of survey: Left out: there is no kind of question here like image",
            "Column label::Polski (pl) of survey: Left out in row 3: only one language is \
             imported, the one in the settings or English. It says “Czekasz?”",
        ]
    );
}

#[test]
fn a_cell_far_out_fills_no_memory() {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let survey = workbook.add_worksheet().set_name("survey").expect("a sheet");
    for (row, cells) in [["type", "name", "label"], ["text", "why", "Why?"]].iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            survey.write_string(row as u32, column as u16, *cell).expect("a cell");
        }
    }
    survey.write_string(1_048_575, 16_383, "far out").expect("a cell");
    let read = xlsform(&workbook.save_to_buffer().expect("a workbook")).expect("questions");
    assert_eq!(
        read.questionnaire.questions().map(|question| question.text.as_str()).collect::<Vec<_>>(),
        ["Why?"]
    );
}

#[test]
fn a_workbook_that_unpacks_to_too_much_or_is_none_is_refused() {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("xl/workbook.xml", zip::write::SimpleFileOptions::default()).expect("an entry");
    let zeros = vec![0_u8; 1024 * 1024];
    (0..21).for_each(|_| zip.write_all(&zeros).expect("zeros"));
    let bomb = zip.finish().expect("a zip").into_inner();
    assert!(bomb.len() < 100_000);
    assert_eq!(
        xlsform(&bomb),
        Err("Choose a smaller workbook: up to 20 MB when unpacked".to_owned())
    );
    assert!(
        xlsform(b"no workbook").expect_err("none").starts_with("This is not an XLSForm workbook")
    );
    assert!(
        xlsform(&workbook(&[("other", &[&["type"]])]))
            .expect_err("none")
            .contains("no sheet called survey")
    );
}

#[test]
fn a_text_that_a_workbook_holds_once_for_many_cells_fills_no_memory() {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let survey = workbook.add_worksheet().set_name("survey").expect("a sheet");
    let long = "long ".repeat(6_000);
    for row in 0..1_200 {
        survey.write_string(row, 0, &long).expect("a cell");
    }
    let file = workbook.save_to_buffer().expect("a workbook");
    assert!(file.len() < 1_000_000);
    assert_eq!(xlsform(&file), Err(TOO_LARGE.to_owned()));
}

#[test]
fn a_workbook_of_a_great_many_files_is_refused() {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for nth in 0..=MOST_FILES {
        zip.start_file(format!("{nth}"), zip::write::SimpleFileOptions::default())
            .expect("an entry");
    }
    let file = zip.finish().expect("a zip").into_inner();
    assert_eq!(xlsform(&file), Err(TOO_LARGE.to_owned()));
}

#[test]
fn the_same_list_without_end_is_read_to_an_end() {
    let mut survey: Vec<&[&str]> = vec![&["type", "name", "label"]];
    survey.extend((0..2_000).map(|_| &["select_one a", "q", "Why?"] as &[&str]));
    let mut choices: Vec<&[&str]> = vec![&["list_name", "name", "label"]];
    choices.extend((0..2_000).map(|_| &["a", "b", "<div><div>B"] as &[&str]));
    let read =
        xlsform(&workbook(&[("survey", survey.as_slice()), ("choices", choices.as_slice())]));
    let read = read.expect("questions");
    assert_eq!(
        reasons(&read),
        [
            "Rows 2 to 201 of survey: Left out: the option b is in the list twice",
            "Rows 3 to 201 of survey: Another question before it has the name q too. Conditions on \
             q and answers in words are those of the first",
            "Rows 202 to 2001 of survey: Left out: there are more than 200 questions",
        ]
    );
    assert_eq!(read.questionnaire.questions().count(), 200);
}

#[test]
fn groups_inside_one_another_without_end_are_read() {
    let mut survey: Vec<&[&str]> =
        vec![&["type", "name", "label", "relevant"], &["select_one yes_no", "a", "A?", ""]];
    survey.extend((0..5_000).map(|_| &["begin_group", "g", "G", "${a} = 'yes'"] as &[&str]));
    survey.push(&["text", "why", "Why?", ""]);
    let choices: &[&[&str]] =
        &[&["list_name", "name", "label"], &["yes_no", "yes", "Yes"], &["yes_no", "no", "No"]];
    let read = xlsform(&workbook(&[("survey", survey.as_slice()), ("choices", choices)]));
    let read = read.expect("questions");
    assert_eq!(read.questionnaire.questions().count(), 2);
    assert_eq!(
        reasons(&read),
        [
            "Rows 23 to 5002 of survey: Everyone will be asked: too many groups are inside one \
             another",
            "Rows 78 to 5002 of survey: The heading is too long. The end of it was left out",
        ]
    );
    let few = xlsform(&workbook(&[("survey", &survey[..22]), ("choices", choices)]));
    assert_eq!(few.expect("questions").not_taken, [], "twenty groups are taken over");
}

#[test]
fn hostile_sheets_are_read_or_refused() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/workbook");
    let mut read = 0;
    for entry in std::fs::read_dir(corpus).expect("the corpus") {
        let bytes = std::fs::read(entry.expect("a file").path()).expect("a text");
        let _ = xlsform(&bytes);
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<Vec<&str>> =
            text.lines().map(|line| line.split('|').take(26).collect()).collect();
        let lines: Vec<&[&str]> = lines.iter().map(Vec::as_slice).collect();
        let _ = xlsform(&workbook(&[("survey", lines.as_slice()), ("choices", lines.as_slice())]));
        read += 1;
    }
    assert!(read >= 3, "{read}");
}

/// Options for a question that says yes or no.
const YES_NO: &[&[&str]] =
    &[&["list_name", "name", "label"], &["yn", "yes", "Yes"], &["yn", "no", "No"]];

/// What is read of these rows, beside options for a question that says yes or no.
fn read_rows(rows: &[&[&str]]) -> Imported {
    xlsform(&workbook(&[("survey", rows), ("choices", YES_NO)])).expect("questions")
}

fn reasons(imported: &Imported) -> Vec<String> {
    imported.not_taken.iter().map(|not| format!("{}: {}", not.at, not.what)).collect()
}

/// Who is asked a question: the question before and its options.
fn asked_if(imported: &Imported, key: &str) -> Vec<(String, Vec<String>)> {
    let question = imported.questionnaire.question(key).expect("a question");
    let conditions = question.only_if.iter();
    conditions.map(|only| (only.question.clone(), only.any_of.clone())).collect()
}

fn waits_yes() -> Vec<(String, Vec<String>)> {
    vec![("waits".to_owned(), vec!["yes".to_owned()])]
}

#[test]
fn a_condition_is_read_under_every_name_its_column_has() {
    for head in ["relevance", "bind:relevant", "bind::relevant", "Relevant"] {
        let read = read_rows(&[
            &["type", "name", "label", head],
            &["select_one yn", "waits", "Do you wait?", ""],
            &["text", "why", "Why?", "${waits} = 'yes'"],
        ]);
        assert_eq!(asked_if(&read, "why"), waits_yes(), "{head}");
        assert_eq!(reasons(&read), [""; 0], "{head}");
    }
}

#[test]
fn quotes_of_a_word_processor_lose_no_condition() {
    let read = read_rows(&[
        &["type", "name", "label", "relevant"],
        &["select_one yn", "waits", "Do you wait?"],
        &["text", "why", "Why?", "${waits} = ‘yes’"],
        &["text", "why2", "Why again?", "selected(${waits}, “yes”)"],
    ]);
    assert_eq!(asked_if(&read, "why"), waits_yes());
    assert_eq!(asked_if(&read, "why2"), waits_yes());
    assert_eq!(reasons(&read), [""; 0]);
}

#[test]
fn what_is_switched_off_or_never_asked_is_left_out_by_name_with_what_hangs_on_it() {
    let read = read_rows(&[
        &["type", "name", "label", "relevant", "disabled"],
        &["text", "a", "Shown", "true()", "no"],
        &["select_one yn", "b", "An old question", "", "yes"],
        &["text", "c", "Never", "false()"],
        &["text", "d", "Never", "0"],
        &["text", "e", "Hangs on b", "${b} = 'yes'"],
        &["begin group", "g", "Old", "0"],
        &["text", "f", "In it"],
        &["end group"],
        &["text", "h", "After it"],
    ]);
    let keys = read.questionnaire.questions().map(|question| question.key.as_str());
    assert_eq!(keys.collect::<Vec<_>>(), ["a", "h"]);
    assert_eq!(
        reasons(&read),
        [
            format!("Row 3 of survey: {SWITCHED_OFF}"),
            format!("Rows 4 to 8 of survey: {NEVER}"),
            "The list yn: Left out: no question here uses it".to_owned(),
        ]
    );
}

#[test]
fn whether_an_answer_is_needed_is_read_or_named() {
    let read = read_rows(&[
        &["type", "name", "label", "bind::required"],
        &["select_one yn", "a", "A?", ""],
        &["text", "b", "B?", "${a} = 'yes'"],
        &["text", "c", "C?", "1"],
        &["text", "d", "D?", "Yes"],
        &["text", "e", "E?", "false()"],
    ]);
    let needed = read.questionnaire.questions().map(|question| question.is_required);
    assert_eq!(needed.collect::<Vec<_>>(), [false, false, true, true, false]);
    assert_eq!(
        reasons(&read),
        ["Row 3 of survey: People don't have to answer it: this rule could not be imported: \
          ${a} = 'yes'"]
    );
}

#[test]
fn options_whose_names_differ_in_signs_alone_keep_their_conditions() {
    let survey: &[&[&str]] = &[
        &["type", "name", "label", "relevant"],
        &["select_one age", "age", "How old is your child?"],
        &["select_one amt", "amt", "How far away?"],
        &["text", "x", "Why that far?", "${amt} = '>5'"],
    ];
    let choices: &[&[&str]] = &[
        &["list_name", "name", "label"],
        &["age", "0-5", "Under 5"],
        &["age", "0_5", "Other"],
        &["age", "0+5", "Five and over"],
        &["amt", "<5", "Less than 5 miles"],
        &["amt", ">5", "More than 5 miles"],
    ];
    let read = xlsform(&workbook(&[("survey", survey), ("choices", choices)])).expect("a form");
    assert_eq!(reasons(&read), [""; 0]);
    assert_eq!(check(&read.questionnaire), []);
    let far = read.questionnaire.question("amt").expect("it").kind.options();
    let more = far.iter().find(|option| option.text == "More than 5 miles").expect("it");
    assert_eq!(asked_if(&read, "x"), [("amt".to_owned(), vec![more.key.clone()])]);
}

#[test]
fn an_earlier_answer_is_shown_and_what_would_be_worked_out_is_named() {
    let read = read_rows(&[
        &["type", "name", "label", "calculation"],
        &["text", "child", "What may we call **your child**?"],
        &["calculate", "total", "", "1 + 1"],
        &["text", "school", "Which school does ${child} go to?"],
        &["text", "sum", "${total}?"],
        &["note", "bare", "${total}"],
        &["note", "n", "Thank you for telling us of ${child}, ${total} times."],
    ]);
    assert_eq!(check(&read.questionnaire), []);
    let text = |key: &str| read.questionnaire.question(key).expect("it").text.clone();
    assert_eq!(text("child"), "What may we call your child?");
    assert_eq!(text("school"), "Which school does {{child}} go to?");
    assert_eq!(text("sum"), "sum", "parents do not read three dots alone");
    let words = "Thank you for telling us of {{child}}, … times.".to_owned();
    assert_eq!(read.questionnaire.question("n").expect("it").kind, QuestionKind::Page { words });
    assert_eq!(
        reasons(&read)[..4],
        [
            "Row 3 of survey: Left out: calculations can't be made here".to_owned(),
            format!("Rows 5 to 7 of survey: {}", not_shown("${total}")),
            "Row 5 of survey: It has no text. Its name is used instead".to_owned(),
            "Row 6 of survey: Left out: it has no words to read".to_owned(),
        ]
    );
}

#[test]
fn a_workbook_without_a_question_is_refused_with_what_to_do() {
    let refused = |rows: &[&[&str]]| {
        xlsform(&workbook(&[("survey", rows), ("choices", YES_NO)])).expect_err("no question")
    };
    let title = refused(&[
        &["Our survey for 2026"],
        &["type", "name", "label"],
        &["text", "a", "What helps?"],
    ]);
    assert!(title.contains("into the first row") && title.contains("in row 2"), "{title}");
    let headings = refused(&[&["kind", "words"], &["text", "What helps?"]]);
    assert!(headings.contains("no column called type"), "{headings}");
    let none = refused(&[&["type", "name", "label"], &["image", "a", "A photo"]]);
    assert!(none.contains("no question") && none.contains("like image"), "{none}");
}

#[test]
fn sheets_and_rows_that_are_not_read_are_named() {
    let rows: &[&[&str]] =
        &[&["type", "name", "label"], &["text", "a", "A?"], &["", "", "Only a note to us"]];
    let read = xlsform(&workbook(&[("survey", rows), ("Notes", &[&["x"]])])).expect("a form");
    assert_eq!(
        reasons(&read),
        [
            "Row 3 of survey: Left out: it has no type",
            "The workbook: These sheets were not read, because only survey, choices and settings \
             are: Notes",
        ]
    );
}

#[test]
fn what_a_browser_would_run_is_in_no_question_and_is_said() {
    let read = read_rows(&[
        &["type", "name", "label", "hint"],
        &["text", "a", "<script>$('<style>p{}</style>'); });</script>Why?", "<!-- old > -->Say"],
    ]);
    let asked = read.questionnaire.question("a").expect("it");
    assert_eq!((asked.text.as_str(), asked.help.as_str()), ("Why?", "Say"));
    let said = reasons(&read);
    assert!(said[0].starts_with("Row 2 of survey: A script in its words was left out"), "{said:?}");
    assert!(said[1].contains("A comment in its words") && said[1].contains("“old >”"), "{said:?}");
}

#[test]
fn options_that_read_alike_once_something_is_not_shown_stay_and_are_to_be_corrected() {
    let survey: &[&[&str]] =
        &[&["type", "name", "label"], &["select_one who", "who", "Who is it?"]];
    let choices: &[&[&str]] = &[
        &["list_name", "name", "label"],
        &["who", "m", "${total} mother"],
        &["who", "f", "${total} father"],
        &["who", "x", "${total}"],
        &["who", "y", "${other}"],
    ];
    let read = xlsform(&workbook(&[("survey", survey), ("choices", choices)])).expect("a form");
    let options = read.questionnaire.question("who").expect("it").kind.options();
    let texts: Vec<&str> = options.iter().map(|option| option.text.as_str()).collect();
    assert_eq!(texts, ["… mother", "… father", "…", "…"]);
    assert_eq!(check(&read.questionnaire).len(), 1, "the organiser changes one of them");
    assert!(reasons(&read).iter().any(|said| said.contains("Two options read the same: …")));
}

#[test]
fn a_country_list_is_answered_in_words_and_named() {
    let survey: &[&[&str]] =
        &[&["type", "name", "label", "required"], &["select_one land", "a", "Where?", "yes"]];
    let rows: Vec<[String; 3]> =
        (1..=249).map(|nth| ["land".into(), format!("c{nth}"), format!("Land {nth}")]).collect();
    let rows: Vec<Vec<&str>> =
        rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let mut choices: Vec<&[&str]> = vec![&["list_name", "name", "label"]];
    choices.extend(rows.iter().map(Vec::as_slice));
    let read = xlsform(&workbook(&[("survey", survey), ("choices", choices.as_slice())]));
    let read = read.expect("a form");
    let asked = read.questionnaire.question("a").expect("it");
    assert_eq!((&asked.kind, asked.is_required), (&QuestionKind::ShortText {}, true));
    let said = reasons(&read);
    assert!(said.len() == 1 && said[0].contains("249 options, from “Land 1” to “Land 249”"));
}

#[test]
fn limits_that_a_file_does_not_set_are_said() {
    let read = read_rows(&[
        &["type", "name", "label", "constraint"],
        &["integer", "a", "Your number?", ""],
        &["integer", "b", "How old?", ". >= 18"],
        &["integer", "c", "How cold?", ". < 0"],
        &["integer", "d", "How many?", ". >= 0 and . <= 9"],
    ]);
    let kinds = read.questionnaire.questions().map(|question| question.kind.clone());
    let number = |least, most| QuestionKind::Number { least, most };
    assert_eq!(
        kinds.collect::<Vec<_>>(),
        [number(0, 1_000_000), number(18, 1_000_018), number(-1_000_001, -1), number(0, 9)]
    );
    let said = reasons(&read);
    assert_eq!(said.len(), 4, "the list that nobody uses is the last: {said:?}");
    assert!(said[0].contains("the smallest and the largest number. People can enter 0 to 1000000"));
}

#[test]
fn a_range_without_limits_has_those_of_its_kind_of_form() {
    let read = read_rows(&[
        &["type", "name", "label", "parameters"],
        &["range", "a", "How safe?", ""],
        &["range", "b", "How good?", "end=5"],
        &["range", "c", "How far?", "start=0;end=20;step=1"],
        &["range", "d", "How tall?", "start=0 end=2 step=0.5"],
    ]);
    let kinds = read.questionnaire.questions().map(|question| question.kind.clone());
    let number = |least, most| QuestionKind::Number { least, most };
    assert_eq!(
        kinds.collect::<Vec<_>>(),
        [number(1, 10), number(1, 5), number(0, 20), number(0, 2)]
    );
    let said = reasons(&read);
    assert_eq!(
        said[0],
        "Row 5 of survey: Not all of its range was imported: start=0 end=2 step=0.5"
    );
    assert_eq!(said.len(), 2, "the list that nobody uses is the last: {said:?}");
}

#[test]
fn a_condition_that_says_not_is_kept_where_everyone_has_answered() {
    let read = read_rows(&[
        &["type", "name", "label", "required", "relevant"],
        &["select_one yn", "waits", "Do you wait?", "yes", ""],
        &["text", "a", "A?", "", "${waits} != 'no'"],
        &["text", "b", "B?", "", "not(selected(${waits}, 'no'))"],
        &["select_one yn", "helps", "Does it help?", "", "${waits} != ''"],
        &["text", "c", "C?", "", "${helps} != 'no'"],
        &["text", "d", "D?", "", "${waits} = 'maybe'"],
        &["text", "e", "E?", "", "${helps} != ''"],
    ]);
    assert_eq!(check(&read.questionnaire), []);
    assert_eq!([asked_if(&read, "a"), asked_if(&read, "b")], [waits_yes(), waits_yes()]);
    let both = |key: &str| vec![(key.to_owned(), vec!["yes".to_owned(), "no".to_owned()])];
    assert_eq!(asked_if(&read, "helps"), both("waits"));
    assert_eq!(asked_if(&read, "e"), both("helps"));
    assert_eq!(
        reasons(&read),
        [
            "Row 6 of survey: Everyone will be asked: this condition could not be imported: \
             ${helps} != 'no'",
            "Row 7 of survey: Everyone will be asked: in the file this condition never holds, as \
             maybe is not an option: ${waits} = 'maybe'",
        ],
        "helps may be left empty, and then the first holds"
    );
}

#[test]
fn the_headings_of_a_table_are_to_read_and_not_a_question() {
    let read = read_rows(&[
        &["type", "name", "label", "appearance", "relevant"],
        &["select_one yn", "head", "How is it?", "label"],
        &["select_one yn", "bare", "", "w2 label", "${head} > 1"],
        &["select_one yn", "a", "Safe?", "list-nolabel"],
    ]);
    let kinds = read.questionnaire.questions().map(|question| question.kind.has_answer());
    assert_eq!(kinds.collect::<Vec<_>>(), [false, true]);
    let words = "How is it?".to_owned();
    let head = read.questionnaire.question("head").expect("it");
    assert_eq!(head.kind, QuestionKind::Page { words });
    let said = reasons(&read);
    assert!(said[0].starts_with("Row 2 of survey: Nobody answers it in the file"), "{said:?}");
    assert_eq!(said[1], format!("Row 3 of survey: {ONLY_HEADINGS}"));
    assert_eq!(said.len(), 3, "list-nolabel is named: {said:?}");
}

#[test]
fn something_else_is_an_option_only_where_the_file_offers_it() {
    let read = read_rows(&[
        &["type", "name", "label", "relevant"],
        &["select_one yn", "waits", "Do you wait?"],
        &["text", "a", "What else?", "selected(${waits}, 'other')"],
        &["select_one yn or specify other", "helps", "Does it help?"],
        &["text", "b", "What else?", "selected(${helps}, 'other')"],
        &["select_one yn shuffled", "last", "And now?"],
    ]);
    let said = reasons(&read);
    assert!(said[1].starts_with("Row 4 of survey: “Something else” has become"), "{said:?}");
    assert_eq!(said[3], "Row 6 of survey: Not all of its type was read: shuffled");
    assert_eq!(
        said[0],
        "Row 3 of survey: Everyone will be asked: in the file this condition never holds, as other \
         is not an option: selected(${waits}, 'other')"
    );
    assert!(
        said[2].contains("this condition could not be imported: selected(${helps}"),
        "{said:?}"
    );
}

#[test]
fn two_questions_of_the_same_name_are_said_and_conditions_go_by_the_first() {
    let read = read_rows(&[
        &["type", "name", "label", "relevant"],
        &["select_one yn", "waits", "Do you wait?", ""],
        &["select_one yn", "waits", "Do you really wait?", ""],
        &["text", "why", "Why?", "${waits} = 'yes'"],
    ]);
    assert_eq!(asked_if(&read, "why"), waits_yes());
    assert_eq!(
        reasons(&read),
        ["Row 3 of survey: Another question before it has the name waits too. Conditions on \
             waits and answers in words are those of the first"]
    );
}

#[test]
fn each_value_of_a_column_that_is_left_out_is_quoted_with_its_rows() {
    let read = read_rows(&[
        &["type", "name", "label", "appearance"],
        &["text", "a", "A?", "minimal"],
        &["text", "b", "B?", "minimal"],
        &["text", "c", "C?", "quick"],
    ]);
    let of = |rows: &str, value: &str| {
        format!(
            "Column appearance of survey: Left out in {rows}: how a question looks is always the \
             same here. It says “{value}”"
        )
    };
    assert_eq!(reasons(&read)[1..3], [of("rows 2 and 3", "minimal"), of("row 4", "quick")]);
}

/// Names of columns: those we know, and others.
fn heads() -> impl Strategy<Value = String> {
    let known: Vec<String> = [SURVEY, CHOICES, SETTINGS]
        .into_iter()
        .flatten()
        .flat_map(|(_, names)| names.iter().map(|name| (*name).to_owned()))
        .filter(|name| !["type", "name", "label", "list_name"].contains(&name.as_str()))
        .collect();
    prop_oneof![proptest::sample::select(known), "x[a-z_]{3,10}(::[A-Z][a-z]{2,6})?"]
}

/// What can be in a text of a file, with what people read of it. `N` is a number of its own.
const TEXTS: &[(&str, &str)] = &[
    ("wordN", "wordN"),
    ("<b>wordN</b>", "wordN"),
    ("<script>if (a < 1) { '</b>' + hiddenN }</script>wordN", "wordN"),
    ("<style>p > hiddenN {}</style>wordN", "wordN"),
    ("<!-- <script>hiddenN > 1</script> -->wordN", "wordN"),
    ("wordN <img src='hiddenN.png'>", "wordN"),
    ("${unknown} so", "… so"),
    ("the same", "the same"),
];

/// Types of questions and conditions, some of which can't be imported.
const KINDS: &[&str] = &["text", "integer", "select_one l", "select_multiple l", "image", "rank l"];
const WHO: &[&str] = &["", "${q0} = 'o0'", "${q0} > 1", "${q0} != 'o1'", "${q0} = 'none'", "0"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn each_question_and_option_is_imported_or_named_and_nothing_hidden_is_read(
        questions in vec(
            (
                proptest::sample::select(KINDS),
                proptest::sample::select(WHO),
                proptest::sample::select(TEXTS),
                0_usize..4,
            ),
            1..230,
        ),
        options in vec((0_usize..70, proptest::sample::select(TEXTS)), 2..70),
    ) {
        let numbered = |text: &str, nth: usize| text.replace('N', &format!("{nth}x"));
        let asked: Vec<[String; 4]> = questions
            .iter()
            .enumerate()
            .map(|(nth, (kind, who, (text, _), name))| {
                // Some have the name of the one before.
                let name = if *name == 0 { nth.saturating_sub(1) } else { nth };
                let text = numbered(text, nth);
                [(*kind).to_owned(), format!("q{name}"), text, (*who).to_owned()]
            })
            .collect();
        let listed: Vec<[String; 3]> = options
            .iter()
            .enumerate()
            .map(|(nth, (code, (text, _)))| {
                ["l".to_owned(), format!("o{code}"), numbered(text, 1_000 + nth)]
            })
            .collect();
        let asked: Vec<Vec<&str>> = asked
            .iter()
            .map(|row| row.iter().map(String::as_str).collect())
            .collect();
        let listed: Vec<Vec<&str>> = listed
            .iter()
            .map(|row| row.iter().map(String::as_str).collect())
            .collect();
        let mut survey: Vec<&[&str]> = vec![
            &["type", "name", "label", "relevant"],
            &["text", "last", "The last question?", ""],
        ];
        survey.extend(asked.iter().map(Vec::as_slice));
        let mut choices: Vec<&[&str]> = vec![&["list_name", "name", "label"]];
        choices.extend(listed.iter().map(Vec::as_slice));
        let file = workbook(&[("survey", survey.as_slice()), ("choices", choices.as_slice())]);
        let read = xlsform(&file).expect("questions");
        let said = read.not_taken.iter().map(|not| format!("{}: {}\n", not.at, not.what));
        let said: String = said.collect();
        let shown = crate::file::write(&read.questionnaire).expect("words");
        prop_assert!(!shown.contains("hidden"), "{}", shown);
        // Each question is there with its words, or its row is in a line that says it was left out.
        let is_left = |row: usize| {
            let lines = read.not_taken.iter().filter(|not| not.what.starts_with("Left out: it")
                || not.what.starts_with("Left out: there"));
            lines.flat_map(|not| numbers(&not.at)).any(|stretch| stretch.contains(&row))
        };
        for (nth, (.., (written, words), _)) in questions.iter().enumerate() {
            let row = nth + 3;
            let is_there = shown.contains(&numbered(words, nth));
            prop_assert!(is_there || is_left(row), "{}: {}", row, said);
            if written.contains("hidden") && !is_left(row) {
                let mut lines = read.not_taken.iter().filter(|not| {
                    not.what.contains("in its words was left out")
                        || not.what.contains("nobody would see")
                });
                let is_said = lines
                    .any(|not| numbers(&not.at).iter().any(|stretch| stretch.contains(&row)));
                prop_assert!(is_said, "{}: {}", row, said);
            }
        }
        // Nobody is said to be asked what is left out.
        for not in read.not_taken.iter().filter(|not| not.what.starts_with("Everyone")) {
            let mut rows = numbers(&not.at).into_iter().flatten();
            prop_assert!(!rows.any(is_left), "{}", said);
        }
        // Each row of the list is an option of each question that has it, or the list is answered
        // in words; only the same row again is left out.
        let mut rows = listed.clone();
        rows.sort_unstable();
        rows.dedup();
        for question in read.questionnaire.questions() {
            let many = question.kind.options().len();
            prop_assert!(many == 0 || many == rows.len(), "{} of {}", many, rows.len());
        }
    }

}

proptest! {
    #[test]
    fn every_column_of_every_sheet_is_taken_over_or_named(
        heads in btree_set(heads(), 0..12),
        values in vec("x[a-z0-9 ]{0,10}", 12),
    ) {
        let more: Vec<&str> = heads.iter().map(String::as_str).collect();
        let values: Vec<&str> = values.iter().map(String::as_str).take(more.len()).collect();
        let row = |own: &[&str], more: &[&str]| -> Vec<String> {
            own.iter().chain(more).map(|text| (*text).to_owned()).collect()
        };
        let sheets = [
            ("survey", vec![
                row(&["type", "name", "label"], &more),
                row(&["select_one l", "a", "A?"], &values),
                row(&["text", "b", "B?"], &[]),
            ]),
            ("choices", vec![
                row(&["list_name", "name", "label"], &more),
                row(&["l", "one", "One"], &values),
                row(&["l", "two", "Two"], &[]),
            ]),
            ("settings", vec![row(&[], &more), row(&[], &values)]),
        ];
        let texts: Vec<(&str, Vec<Vec<&str>>)> = sheets
            .iter()
            .map(|(name, rows)| {
                let rows = rows.iter().map(|row| row.iter().map(String::as_str).collect());
                (*name, rows.collect())
            })
            .collect();
        let rows: Vec<(&str, Vec<&[&str]>)> = texts
            .iter()
            .map(|(name, rows)| (*name, rows.iter().map(Vec::as_slice).collect()))
            .collect();
        let all: Vec<(&str, &[&[&str]])> =
            rows.iter().map(|(name, rows)| (*name, rows.as_slice())).collect();
        let read = xlsform(&workbook(&all)).expect("questions");
        for sheet in ["survey", "choices", "settings"] {
            for head in &heads {
                let is_taken = read.taken.contains(&format!("{head} ({sheet})"));
                let at = format!("Column {head} of {sheet}");
                let is_named = read.not_taken.iter().any(|not| not.at == at);
                prop_assert!(is_taken || is_named, "{} of {}: {:?}", head, sheet, read);
            }
        }
    }
}

/// The rows that words like `Rows 3, 5 and 7 to 9 of survey` name.
fn numbers(at: &str) -> Vec<std::ops::RangeInclusive<usize>> {
    let Some(rows) = at.strip_prefix("Row").and_then(|rest| rest.strip_suffix(" of survey")) else {
        return Vec::new();
    };
    let parts = rows.trim_start_matches('s').replace(" and ", ", ");
    let stretch = |part: &str| {
        let (first, last) = part.split_once(" to ").unwrap_or((part, part));
        let number = |text: &str| text.trim().parse::<usize>().expect("a row");
        number(first)..=number(last)
    };
    parts.split(", ").map(stretch).collect()
}
