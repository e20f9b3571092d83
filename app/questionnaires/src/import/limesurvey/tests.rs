//! Whole surveys.

use proptest::collection::btree_map;
use proptest::prelude::*;

use super::*;
use crate::check::check;

fn table(name: &str, rows: &[&[(&str, &str)]]) -> String {
    let row = |row: &&[(&str, &str)]| {
        let fields = row
            .iter()
            .map(|(field, text)| format!("<{field}><![CDATA[{text}]]></{field}>"))
            .collect::<String>();
        format!("<row>{fields}</row>")
    };
    format!("<{name}><rows>{}</rows></{name}>", rows.iter().map(row).collect::<String>())
}

fn survey(tables: &[String]) -> Imported {
    let file = format!(
        "<?xml version=\"1.0\"?><document><LimeSurveyDocType>Survey</LimeSurveyDocType>\
         <languages><language>en</language></languages>{}</document>",
        tables.concat()
    );
    limesurvey(file.as_bytes()).expect("a survey")
}

/// A question as new files hold it.
fn question<'f>(
    qid: &'f str,
    kind: &'f str,
    title: &'f str,
    more: &[(&'f str, &'f str)],
) -> Vec<(&'f str, &'f str)> {
    [
        &[
            ("qid", qid),
            ("parent_qid", "0"),
            ("sid", "9"),
            ("gid", "1"),
            ("type", kind),
            ("title", title),
            ("question_order", qid),
        ],
        more,
    ]
    .concat()
}

#[test]
fn the_kinds_both_know_are_taken_over_with_their_branches() {
    let questions = [
        question("1", "Y", "waits", &[("mandatory", "Y")]),
        question("2", "L", "how long", &[("relevance", "((waits.NAOK == \"Y\"))"), ("other", "Y")]),
        question("3", "M", "who", &[("relevance", "1")]),
        question(
            "4",
            "T",
            "why",
            &[("relevance", "(9X1X3SQ1.NAOK == \"Y\") && (9X1X2.NAOK == \"A2\")")],
        ),
        question("5", "F", "places", &[]),
        question("6", "|", "file", &[]),
        question("7", "N", "age", &[("relevance", "waits.NAOK != \"Y\"")]),
    ];
    let words = [
        ("1", "Do you <b>wait</b>?"),
        ("2", "How long?"),
        ("3", "Who?"),
        ("4", "Why?<br>In your words."),
        ("5", "How good is"),
        ("7", "Age?"),
        ("31", "A child"),
        ("32", "A young person"),
        ("51", "the north?"),
        ("52", "the south?"),
    ];
    let words: Vec<Vec<(&str, &str)>> = words
        .iter()
        .map(|(qid, text)| vec![("qid", *qid), ("question", *text), ("language", "en")])
        .collect();
    let sub = |qid, parent, title| {
        vec![("qid", qid), ("parent_qid", parent), ("title", title), ("question_order", qid)]
    };
    let subquestions =
        [sub("31", "3", "SQ1"), sub("32", "3", "SQ2"), sub("51", "5", "n"), sub("52", "5", "s")];
    let answer =
        |aid, qid, code| vec![("aid", aid), ("qid", qid), ("code", code), ("sortorder", aid)];
    let answers = [
        answer("1", "2", "A1"),
        answer("2", "2", "A2"),
        answer("3", "5", "bad"),
        answer("4", "5", "good"),
    ];
    let spoken: Vec<Vec<(&str, &str)>> =
        [("1", "Weeks"), ("2", "Months"), ("3", "Bad"), ("4", "Good")]
            .iter()
            .map(|(aid, text)| vec![("aid", *aid), ("answer", *text), ("language", "en")])
            .collect();
    let all = [
        table("groups", &[&[("gid", "1"), ("group_order", "1")]]),
        table("group_l10ns", &[&[("gid", "1"), ("group_name", "Waiting"), ("language", "en")]]),
        table("questions", &questions.iter().map(Vec::as_slice).collect::<Vec<_>>()),
        table("question_l10ns", &words.iter().map(Vec::as_slice).collect::<Vec<_>>()),
        table("subquestions", &subquestions.iter().map(Vec::as_slice).collect::<Vec<_>>()),
        table("answers", &answers.iter().map(Vec::as_slice).collect::<Vec<_>>()),
        table("answer_l10ns", &spoken.iter().map(Vec::as_slice).collect::<Vec<_>>()),
    ];
    let imported = survey(&all);
    assert_eq!(check(&imported.questionnaire), [], "{:?}", imported.questionnaire);
    let section = &imported.questionnaire.sections[0];
    let keys: Vec<&str> = section.questions.iter().map(|question| question.key.as_str()).collect();
    assert_eq!(
        (section.title.as_str(), keys),
        (
            "Waiting",
            vec![
                "waits",
                "question-2",
                "question-2-other",
                "who",
                "why",
                "places_n",
                "places_s",
                "age"
            ]
        )
    );
    let by_key = |key: &str| imported.questionnaire.question(key).expect("a question").clone();
    assert_eq!(
        (by_key("waits").text.as_str(), by_key("waits").is_required),
        ("Do you wait?", true)
    );
    assert_eq!(
        by_key("question-2")
            .kind
            .options()
            .iter()
            .map(|option| option.text.as_str())
            .collect::<Vec<_>>(),
        ["Weeks", "Months", "Something else"]
    );
    let condition = |question: &str, option: &str| Condition {
        question: question.into(),
        any_of: vec![option.into()],
    };
    assert_eq!(by_key("question-2").only_if, [condition("waits", "yes")]);
    assert_eq!(by_key("why").only_if, [condition("who", "SQ1"), condition("question-2", "A2")]);
    assert_eq!(by_key("places_s").text, "How good is the south?");
    let not_taken: Vec<String> =
        imported.not_taken.iter().map(|not| format!("{}: {}", not.at, not.what)).collect();
    assert_eq!(
        not_taken,
        [
            "Question places: Each line has become a separate question",
            "Question file: Left out: there is no kind of question here like type |",
            "Question age: Everyone will be asked: this condition could not be imported: \
             waits.NAOK != \"Y\"",
            "Question age: People can only answer with whole numbers here",
        ]
    );
}

#[test]
fn old_files_hold_the_words_in_the_rows_themselves() {
    let english = question("1", "S", "q", &[("question", "Which bus?"), ("language", "en")]);
    let german = question("1", "S", "q", &[("question", "Welcher Bus?"), ("language", "de")]);
    let imported = survey(&[
        table("groups", &[&[("gid", "1"), ("group_name", "G"), ("language", "en")]]),
        table("questions", &[&german, &english]),
    ]);
    assert_eq!(
        imported
            .questionnaire
            .questions()
            .map(|question| question.text.as_str())
            .collect::<Vec<_>>(),
        ["Which bus?"]
    );
}

#[test]
fn a_file_that_is_no_survey_or_has_entities_is_refused() {
    for (file, why) in [
        (&b"PK\x03\x04\xff"[..], "it is not a text file"),
        (b"title,words", "not a LimeSurvey survey"),
        (
            b"<document><LimeSurveyDocType>Question</LimeSurveyDocType></document>",
            "another kind of file",
        ),
        (
            b"<!DOCTYPE d [<!ENTITY a \"aaaa\"><!ENTITY b \
                \"&a;&a;\">]><document><LimeSurveyDocType>&b;</LimeSurveyDocType></document>",
            "DTD",
        ),
        (
            b"<!DOCTYPE d [<!ENTITY x SYSTEM \
            \"file:///etc/passwd\">]><document>&x;</document>",
            "DTD",
        ),
    ] {
        let refused = limesurvey(file).expect_err("no survey");
        assert!(refused.contains(why), "{refused}");
    }
}

fn survey_of(tables: &str) -> String {
    format!(
        "<document><LimeSurveyDocType>Survey</LimeSurveyDocType><languages><language>en\
         </language></languages>{tables}</document>"
    )
}

#[test]
fn what_would_cost_the_parser_more_than_its_length_is_refused() {
    let refused = |text: &str| limesurvey(text.as_bytes()).is_err_and(|why| why.contains("deep"));
    assert!(refused(&survey_of(&"<a>".repeat(1_000_000))));
    let attributes: String = (0..1_000_000).map(|nth| format!("a{nth}='>' ")).collect();
    assert!(refused(&survey_of(&format!("<a {attributes}/>"))));
    assert!(refused(&survey_of(&"<a xmlns:b='c'/>".repeat(11))));
    let deep_words = format!("<a><![CDATA[{}]]></a>", "<div>".repeat(100_000));
    let words = limesurvey(survey_of(&deep_words).as_bytes()).expect_err("no question");
    assert!(words.contains("no question"), "words, and no elements: {words}");
}

#[test]
fn a_survey_of_the_same_group_question_and_answer_without_end_is_read_to_an_end() {
    let rows = |row: &str| format!("<rows>{}</rows>", row.repeat(5_000));
    let group = "<row><gid>1</gid><group_name>A</group_name></row>";
    let question = "<row><qid>1</qid><gid>1</gid><parent_qid>0</parent_qid><type>L</type>\
        <title>q</title><question>Why?</question></row>";
    let answer = "<row><qid>1</qid><code>a</code><answer>A</answer></row>";
    let survey = survey_of(&format!(
        "<groups>{}</groups><questions>{}</questions><answers>{}</answers>",
        rows(group),
        rows(question),
        rows(answer)
    ));
    let imported = limesurvey(survey.as_bytes()).expect("a survey");
    assert_eq!(imported.not_taken.len(), super::super::MOST_NOT_TAKEN + 1);
    assert_eq!(imported.questionnaire.questions().count(), 1);
}

#[test]
fn hostile_surveys_are_read_or_refused() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/survey");
    let mut read = 0;
    for entry in std::fs::read_dir(corpus).expect("the corpus") {
        let _ = limesurvey(&std::fs::read(entry.expect("a file").path()).expect("a text"));
        read += 1;
    }
    assert!(read >= 3, "{read}");
}

proptest! {
    #[test]
    fn any_marks_are_read_or_refused(
        mark in "[<>a/!?='\"\\[\\]&; -]{1,10}",
        times in 1_usize..500,
    ) {
        let _ = limesurvey(mark.repeat(times).as_bytes());
        let _ = limesurvey(survey_of(&mark.repeat(times)).as_bytes());
    }
}

fn reasons(imported: &Imported) -> Vec<String> {
    imported.not_taken.iter().map(|not| format!("{}: {}", not.at, not.what)).collect()
}

/// The table of a group, with this in it besides.
fn one_group(more: &[(&str, &str)]) -> String {
    table("groups", &[&[&[("gid", "1"), ("group_name", "G")], more].concat()])
}

#[test]
fn earlier_answers_are_shown_and_hidden_and_never_asked_questions_left_out_by_name() {
    let questions = [
        question("1", "S", "nick", &[("question", "What may we call your child?")]),
        question("2", "S", "src", &[("question", "Filled in by the address")]),
        question("3", "T", "school", &[("question", "What would help {nick.shown} at school?")]),
        question("4", "T", "never", &[("question", "Asked of nobody"), ("relevance", "0")]),
        question("5", "T", "hangs", &[("question", "?"), ("relevance", "never.NAOK == \"Y\"")]),
        question("6", "T", "last", &[("question", "Why {INSERTANS:9X1X1}, {TOKEN:NAME}?")]),
    ];
    let attributes: &[&[(&str, &str)]] = &[
        &[("qid", "2"), ("attribute", "hidden"), ("value", "1")],
        &[("qid", "3"), ("attribute", "maximum_chars"), ("value", "50")],
        &[("qid", "3"), ("attribute", "hide_tip"), ("value", "0")],
        &[("qid", "6"), ("attribute", "maximum_chars"), ("value", "70")],
    ];
    let imported = survey(&[
        one_group(&[]),
        table("questions", &questions.iter().map(Vec::as_slice).collect::<Vec<_>>()),
        table("question_attributes", attributes),
        table("quota", &[&[("id", "1"), ("name", "Full"), ("active", "")]]),
    ]);
    assert_eq!(check(&imported.questionnaire), []);
    let texts = imported.questionnaire.questions().map(|question| question.text.as_str());
    assert_eq!(
        texts.collect::<Vec<_>>(),
        ["What may we call your child?", "What would help {{nick}} at school?", "Why {{nick}}, …?"]
    );
    assert_eq!(
        reasons(&imported),
        [
            "Question src: Left out: it is hidden, so that nobody would see it".to_owned(),
            format!("Question never: {NEVER}"),
            format!("Question hangs: {NEVER}"),
            format!("Question last: {}", not_shown("{TOKEN:NAME}")),
            "Attribute maximum_chars: Left out of last, school: this rule for answers can't be \
             made here. It says “50”"
                .to_owned(),
            "Table quota: Left out, because everyone can answer here, however many there are: id, \
             name"
                .to_owned(),
        ]
    );
}

#[test]
fn conditions_of_a_group_and_of_old_files_are_taken_over() {
    let waits = question("1", "Y", "waits", &[("question", "Do you wait?")]);
    let why = question("2", "T", "why", &[("question", "Why?"), ("gid", "2")]);
    let why: Vec<(&str, &str)> = why.into_iter().filter(|field| *field != ("gid", "1")).collect();
    let old = question("3", "T", "old", &[("question", "And then?")]);
    let imported = survey(&[
        table(
            "groups",
            &[
                &[("gid", "1"), ("group_name", "One"), ("group_order", "1")],
                &[
                    ("gid", "2"),
                    ("group_name", "Two"),
                    ("group_order", "2"),
                    ("grelevance", "waits.NAOK == \"Y\""),
                    ("description", "Read this first"),
                ],
            ],
        ),
        table("questions", &[&waits, &why, &old]),
        table(
            "conditions",
            &[&[("qid", "3"), ("cfieldname", "9X1X1"), ("method", "=="), ("value", "N")]],
        ),
    ]);
    let asked = imported.questionnaire.questions().map(|question| {
        let only = question.only_if.iter().flat_map(|condition| condition.any_of.clone());
        (question.text.as_str(), only.collect::<Vec<_>>().join(" "))
    });
    assert_eq!(
        asked.collect::<Vec<_>>(),
        [
            ("Do you wait?", String::new()),
            ("And then?", "no".to_owned()),
            ("Please read", "yes".to_owned()),
            ("Why?", "yes".to_owned()),
        ]
    );
    assert_eq!(reasons(&imported), [""; 0]);
}

proptest! {
    #[test]
    fn every_attribute_field_and_table_is_taken_over_or_named(
        attributes in btree_map("[a-z]{2,8}(_[a-z]{2,8})?", "x[a-z0-9]{0,8}", 0..12),
        fields in btree_map("z[a-z_]{2,10}", "x[a-z0-9]{0,8}", 0..8),
        tables in btree_map("t[a-z_]{2,10}", "z[a-z_]{2,10}", 0..6),
    ) {
        let more: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let attribute = |(name, value): (&String, &String)| {
            let row: &[(&str, &str)] =
                &[("qid", "1"), ("attribute", name.as_str()), ("value", value.as_str())];
            table("question_attributes", &[row])
        };
        let others = tables.iter().map(|(name, field)| table(name, &[&[(field.as_str(), "x")]]));
        let own = question("1", "S", "q", &[&[("question", "Why?")], more.as_slice()].concat());
        let mut all = vec![one_group(&more), table("questions", &[&own])];
        all.extend(attributes.iter().map(attribute).chain(others));
        let read = survey(&all);
        let named = |at: String| read.not_taken.iter().any(|not| not.at == at);
        for name in attributes.keys() {
            let is_taken = read.taken.contains(&format!("{name} (attribute)"));
            prop_assert!(is_taken || named(format!("Attribute {name}")), "{}: {:?}", name, read);
        }
        for name in fields.keys() {
            for of in ["groups", "questions"] {
                prop_assert!(named(format!("Field {name} of {of}")), "{}: {:?}", name, read);
            }
        }
        for name in tables.keys() {
            prop_assert!(named(format!("Table {name}")), "{}: {:?}", name, read);
        }
    }
}
