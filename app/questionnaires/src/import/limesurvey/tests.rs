//! Whole surveys.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::*;
use crate::check::check;
use crate::import::NotTaken;

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

/// The same of rows with texts of their own.
fn table_of<const N: usize>(name: &str, rows: &[[(&str, String); N]]) -> String {
    let rows: Vec<Vec<(&str, &str)>> = rows
        .iter()
        .map(|row| row.iter().map(|(field, text)| (*field, text.as_str())).collect())
        .collect();
    table(name, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
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
    assert_eq!(by_key("age").only_if, [condition("waits", "no")]);
    assert_eq!(by_key("places_s").text, "How good is the south?");
    let not_taken: Vec<String> =
        imported.not_taken.iter().map(|not| format!("{}: {}", not.at, not.what)).collect();
    assert_eq!(
        not_taken,
        [
            "Question places: Each line has become a separate question",
            "Question file: Left out: there is no kind of question here like type |",
            "Question age: People can only answer with whole numbers here",
            "Question age: The file doesn't say the smallest and the largest number. People can \
             enter 0 to 1000000: change that if somebody may need another number",
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
            b"<document><LimeSurveyDocType>Label set</LimeSurveyDocType></document>",
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
    assert_eq!(imported.questionnaire.questions().count(), 200);
    assert_eq!(
        reasons(&imported),
        [
            "Question q: Left out: the option a is in the list twice",
            "Question q: Another question before it has the name q too. Conditions on q and \
             answers in words are those of the first",
            "Question q: Left out: there are more than 200 questions",
            "Group A: Left out: another group has the same number",
        ]
    );
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
            format!("Questions never and hangs: {NEVER}"),
            format!("Question last: {}", not_shown("{TOKEN:NAME}")),
            "Attribute maximum_chars: Left out of school: this rule for answers can't be made \
             here. It says “50”"
                .to_owned(),
            "Attribute maximum_chars: Left out of last: this rule for answers can't be made here. \
             It says “70”"
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

/// What is read of these questions in one group, with these tables besides.
fn read_of(questions: &[Vec<(&str, &str)>], more: &[String]) -> Imported {
    let questions: Vec<&[(&str, &str)]> = questions.iter().map(Vec::as_slice).collect();
    let own = [one_group(&[]), table("questions", &questions)];
    survey(&[own.as_slice(), more].concat())
}

#[test]
fn what_is_filled_in_from_the_start_or_hangs_on_what_was_chosen_is_left_out_by_name() {
    let questions = [
        question("1", "M", "who", &[("question", "Who comes?")]),
        question("2", "S", "town", &[("question", "Where?")]),
        question("3", "F", "good", &[("question", "How good for")]),
    ];
    let lines = table(
        "subquestions",
        &[
            &[("qid", "11"), ("parent_qid", "1"), ("title", "child"), ("question", "A child")],
            &[("qid", "31"), ("parent_qid", "3"), ("title", "child"), ("question", "a child?")],
        ],
    );
    let defaults = table(
        "defaultvalues",
        &[
            &[("dvid", "1"), ("qid", "1"), ("sqid", "11"), ("scale_id", "0")],
            &[("dvid", "2"), ("qid", "2"), ("sqid", "0"), ("scale_id", "0")],
            &[("dvid", "3"), ("qid", "99"), ("sqid", "0"), ("scale_id", "0")],
        ],
    );
    let words = table(
        "defaultvalue_l10ns",
        &[
            &[("dvid", "1"), ("language", "en"), ("defaultvalue", "Y")],
            &[("dvid", "2"), ("language", "en"), ("defaultvalue", "Bootle")],
            &[("dvid", "2"), ("language", "de"), ("defaultvalue", "Berlin")],
            &[("dvid", "3"), ("language", "en"), ("defaultvalue", "Nobody's")],
        ],
    );
    let filter = table(
        "question_attributes",
        &[&[("qid", "3"), ("attribute", "array_filter"), ("value", "who")]],
    );
    let options = table("answers", &[&[("qid", "3"), ("code", "a"), ("answer", "Good")]]);
    let said = reasons(&read_of(&questions, &[lines, defaults, words, filter, options]));
    for line in [
        "Question who: Left out: the answer of child was filled in from the start with “Y”. \
         Answers never are here",
        "Question town: Left out: the answer was filled in from the start with “Bootle”. Answers \
         never are here",
        "Table defaultvalues: Left out, because answers are never filled in from the start: \
         Nobody's",
        "Attribute array_filter: Left out of good: people see all lines and options, whatever \
         they chose in the question it names. It says “who”",
    ] {
        assert!(said.contains(&line.to_owned()), "{line}: {said:#?}");
    }
    assert!(!said.join(" ").contains("Berlin"), "another language: {said:#?}");
}

#[test]
fn conditions_on_two_questions_are_taken_over_where_a_branch_can_say_them_and_named_if_not() {
    let asked = |relevance: &'static str| {
        let questions = [
            question("1", "Y", "waits", &[("question", "Do you wait?")]),
            question("2", "G", "who", &[("question", "Who?")]),
            question("3", "T", "why", &[("question", "Why?"), ("relevance", relevance)]),
        ];
        let imported = read_of(&questions, &[]);
        let why = imported.questionnaire.question("why").expect("it").only_if.clone();
        let only = why.into_iter().map(|on| format!("{}={}", on.question, on.any_of.join("|")));
        (only.collect::<Vec<_>>(), reasons(&imported))
    };
    let (only, said) =
        asked("(waits == \"Y\" and who == \"F\") or (waits == \"Y\" and who == \"M\")");
    assert_eq!((only, said), (vec!["waits=yes".to_owned(), "who=F|M".to_owned()], vec![]));
    let (only, said) = asked("waits == \"Y\" or who == \"F\"");
    assert!(only.is_empty() && said.len() == 1, "{only:?} {said:?}");
    assert_eq!(
        said[0],
        "Question why: Everyone will be asked: this condition could not be imported: waits == \
         \"Y\" or who == \"F\""
    );
    // The same in the table of old files: what is in one scenario holds together.
    let old = |conditions: &[[&'static str; 3]]| {
        let rows = conditions.iter().map(|[scenario, on, value]| {
            let number = on.trim_start_matches("9X1X");
            vec![
                ("qid", "3"),
                ("scenario", *scenario),
                ("cqid", number),
                ("cfieldname", *on),
                ("method", "=="),
                ("value", *value),
            ]
        });
        let rows: Vec<Vec<(&str, &str)>> = rows.collect();
        let rows: Vec<&[(&str, &str)]> = rows.iter().map(Vec::as_slice).collect();
        let questions = [
            question("1", "Y", "waits", &[("question", "Do you wait?")]),
            question("2", "G", "who", &[("question", "Who?")]),
            question("3", "T", "why", &[("question", "Why?")]),
        ];
        let imported = read_of(&questions, &[table("conditions", &rows)]);
        let why = imported.questionnaire.question("why").expect("it").only_if.clone();
        let only = why.into_iter().map(|on| format!("{}={}", on.question, on.any_of.join("|")));
        (only.collect::<Vec<_>>(), reasons(&imported).len())
    };
    let both = [["1", "9X1X1", "Y"], ["1", "9X1X2", "F"], ["2", "9X1X1", "Y"], ["2", "9X1X2", "M"]];
    assert_eq!(old(&both), (vec!["waits=yes".to_owned(), "who=F|M".to_owned()], 0));
    assert_eq!(old(&both[..2]), (vec!["waits=yes".to_owned(), "who=F".to_owned()], 0));
    assert_eq!(old(&[["1", "9X1X1", "Y"], ["2", "9X1X2", "F"]]), (vec![], 1), "it is named");
}

#[test]
fn lines_of_a_table_with_a_long_text_can_be_told_apart() {
    let text = "How much do you agree? ".repeat(15);
    let of_table = question("1", "A", "t", &[("question", text.as_str())]);
    let lines = table(
        "subquestions",
        &[
            &[("qid", "2"), ("parent_qid", "1"), ("title", "a"), ("question", "I feel safe")],
            &[("qid", "3"), ("parent_qid", "1"), ("title", "b"), ("question", "I feel heard")],
        ],
    );
    let next = question("4", "S", "n", &[("question", "Why?")]);
    let read = read_of(&[of_table, next], &[lines]);
    let texts = read.questionnaire.questions().map(|question| question.text.as_str());
    assert_eq!(texts.collect::<Vec<_>>(), ["I feel safe", "I feel heard", "Why?"]);
    let first = read.questionnaire.questions().next().expect("a question");
    assert_eq!(first.help, text.trim(), "the whole text is there to be read");
    let titles = read.questionnaire.sections.iter().map(|section| section.title.as_str());
    let titles: Vec<&str> = titles.collect();
    assert!(titles[0].starts_with("G – How much do you agree?") && titles[1] == "G", "{titles:?}");
    assert_eq!(check(&read.questionnaire), []);
}

#[test]
fn lines_of_a_table_beyond_the_most_questions_are_each_named() {
    let titles: Vec<String> = (1..=202).map(|nth| format!("l{nth}")).collect();
    let line = |title: &String| {
        [
            ("qid", format!("1{title}")),
            ("parent_qid", "1".to_owned()),
            ("title", title.clone()),
            ("question", format!("Is {title} good?")),
        ]
    };
    let lines: Vec<_> = titles.iter().map(line).collect();
    let of_table = question("1", "A", "t", &[("question", "")]);
    let read = read_of(&[of_table], &[table_of("subquestions", &lines)]);
    assert_eq!(read.questionnaire.questions().count(), 200);
    assert_eq!(
        reasons(&read),
        [
            "Question t: Each line has become a separate question",
            "Questions t_l201 and t_l202: Left out: there are more than 200 questions",
        ]
    );
}

#[test]
fn a_program_in_a_question_is_read_by_nobody_and_said() {
    let text = "<script>$('head').append('<style>p{}</style>'); });</script>Why?";
    let read = read_of(&[question("1", "S", "q", &[("question", text)])], &[]);
    assert_eq!(read.questionnaire.question("q").expect("it").text, "Why?");
    let said = reasons(&read);
    assert!(
        said.len() == 1 && said[0].starts_with("Question q: A script in its words was left out"),
        "{said:?}"
    );
}

#[test]
fn either_of_two_options_of_a_several_choice_question_is_one_condition() {
    let who = question("1", "M", "who", &[("question", "Who?")]);
    let lines = table(
        "subquestions",
        &[
            &[("qid", "2"), ("parent_qid", "1"), ("title", "a"), ("question", "A child")],
            &[("qid", "3"), ("parent_qid", "1"), ("title", "b"), ("question", "A carer")],
        ],
    );
    let either = "who_a.NAOK == \"Y\" or who_b.NAOK == \"Y\"";
    let why = question("4", "S", "why", &[("question", "Why?"), ("relevance", either)]);
    let over_two = "who_a.NAOK == \"Y\" or why.NAOK == \"Y\"";
    let last = question("5", "S", "last", &[("question", "And?"), ("relevance", over_two)]);
    let read = read_of(&[who, why, last], &[lines]);
    let only_if = read.questionnaire.question("why").expect("it").only_if.clone();
    assert_eq!(
        only_if,
        [Condition { question: "who".to_owned(), any_of: vec!["a".to_owned(), "b".to_owned()] }]
    );
    assert_eq!(
        reasons(&read),
        [format!(
            "Question last: Everyone will be asked: this condition could not be imported: \
             {over_two}"
        )]
    );
}

#[test]
fn a_condition_that_could_not_be_imported_is_said_with_names_and_not_with_numbers() {
    let nick = question("1", "S", "nick", &[("question", "What may we call you?")]);
    let who = question("2", "M", "who", &[("question", "Who?")]);
    let line = [("qid", "3"), ("parent_qid", "2"), ("title", "a"), ("question", "A child")];
    let relevance = "9X1X1.NAOK < 9000 or 9X1X2a.NAOK > 9X1X77";
    let why = question("4", "S", "why", &[("question", "Why?"), ("relevance", relevance)]);
    let read = read_of(&[nick, who, why], &[table("subquestions", &[&line])]);
    assert_eq!(
        reasons(&read),
        ["Question why: Everyone will be asked: this condition could not be imported: nick.NAOK \
          < 9000 or who_a.NAOK > 9X1X77"]
    );
}

#[test]
fn nothing_is_said_of_the_condition_or_the_words_of_a_question_that_is_left_out() {
    let left = question(
        "1",
        "|",
        "file",
        &[("question", "Send it, {TOKEN:NAME}"), ("relevance", "a.NAOK > 5")],
    );
    let read = read_of(&[left, question("2", "S", "q", &[("question", "Why?")])], &[]);
    assert_eq!(
        reasons(&read),
        ["Question file: Left out: there is no kind of question here like type |"]
    );
}

#[test]
fn lines_and_options_that_belong_to_nothing_are_named_and_others_are_not() {
    let list = question("1", "F", "t", &[("question", "How good is")]);
    let left = question("2", ":", "grid", &[("question", "A grid")]);
    let last = question("3", "S", "q", &[("question", "Why?")]);
    let sub = |qid, parent, title, text| {
        vec![("qid", qid), ("parent_qid", parent), ("title", title), ("question", text)]
    };
    let subs = [
        sub("11", "1", "n", "the north?"),
        sub("12", "2", "g", "a line of the grid"),
        sub("13", "99", "lost", "Belongs to nothing"),
    ];
    let answer = |qid, code, scale, text| {
        vec![("qid", qid), ("code", code), ("scale_id", scale), ("answer", text)]
    };
    let answers = [
        answer("1", "x", "0", "Good"),
        answer("1", "y", "0", "Bad"),
        answer("1", "z", "1", "Agree"),
        answer("99", "w", "0", "Of nothing"),
    ];
    let read = read_of(
        &[list, left, last],
        &[
            table("subquestions", &subs.iter().map(Vec::as_slice).collect::<Vec<_>>()),
            table("answers", &answers.iter().map(Vec::as_slice).collect::<Vec<_>>()),
        ],
    );
    let options = read.questionnaire.question("t_n").expect("it").kind.options();
    assert_eq!(options.len(), 2, "what is on a second scale is no option");
    let why = "Left out, because the file has no question that they belong to";
    assert_eq!(
        reasons(&read),
        [
            "Question t: Each line has become a separate question".to_owned(),
            "Question t: Left out: a question of its kind has no such options: z (Agree)"
                .to_owned(),
            "Question grid: Left out: there is no kind of question here like type :".to_owned(),
            format!("Lines of questions: {why}: lost (Belongs to nothing)"),
            format!("Options of questions: {why}: w (Of nothing)"),
        ]
    );
}

#[test]
fn what_a_line_or_an_option_says_besides_is_named_with_its_question() {
    let who = question("1", "M", "who", &[("question", "Who?")]);
    let one = question("2", "L", "one", &[("question", "Which?"), ("page", "b")]);
    let line = [
        ("qid", "3"),
        ("parent_qid", "1"),
        ("title", "a"),
        ("question", "A child"),
        ("relevance", "q > 1"),
    ];
    let answer = [("qid", "2"), ("code", "x"), ("answer", "X"), ("assessment_value", "7")];
    let read =
        read_of(&[who, one], &[table("subquestions", &[&line]), table("answers", &[&answer])]);
    let said = reasons(&read);
    let of = |field: &str, of: &str| {
        let begin = format!("Field {field}: Left out of {of}: ");
        said.iter().any(|said| said.starts_with(&begin))
    };
    assert!(of("relevance of subquestions", "who_a"), "{said:?}");
    assert!(of("assessment_value of answers", "one_x"), "{said:?}");
    assert!(of("page of questions", "one"), "{said:?}");
}

#[test]
fn a_number_keeps_what_it_counts_and_people_read_which_limits_are_ours() {
    let attributes: &[&[(&str, &str)]] = &[
        &[("qid", "1"), ("attribute", "suffix"), ("value", "years old")],
        &[("qid", "1"), ("attribute", "num_value_int_only"), ("value", "1")],
        &[("qid", "1"), ("attribute", "max_num_value_n"), ("value", "120")],
    ];
    let read = read_of(
        &[question("1", "N", "age", &[("question", "How old are you?")])],
        &[table("question_attributes", attributes)],
    );
    assert_eq!(
        read.questionnaire.question("age").expect("it").kind,
        QuestionKind::Amount { least: 0, most: 120, unit: "years old".to_owned() }
    );
    assert_eq!(
        reasons(&read),
        ["Question age: The file doesn't say the smallest number. People can enter 0 to 120: \
          change that if somebody may need another number"]
    );
}

#[test]
fn a_condition_that_a_file_has_twice_is_not_said_to_be_left_out() {
    let waits = question("1", "Y", "waits", &[("question", "Do you wait?")]);
    let who = "waits.NAOK == \"Y\"";
    let why = question("2", "S", "why", &[("question", "Why?"), ("relevance", who)]);
    let other = question("3", "S", "other", &[("question", "And?"), ("relevance", "1")]);
    let again = |qid| vec![("qid", qid), ("attribute", "relevance"), ("value", who)];
    let attributes = table("question_attributes", &[&again("2"), &again("3")]);
    let read = read_of(&[waits, why, other], &[attributes]);
    assert_eq!(read.questionnaire.question("why").expect("it").only_if.len(), 1);
    let said = reasons(&read);
    assert!(said.len() == 1 && said[0].contains("Left out of other"), "{said:?}");
}

#[test]
fn a_time_is_written_as_text_and_a_date_is_a_date_in_whatever_form() {
    let forms = ["HH:MM", "mm/dd/yyyy HH:MM", "yyyy-mm-dd", ""];
    let (mut asked, mut attributes) = (Vec::new(), Vec::new());
    for (id, form) in ["1", "2", "3", "4"].into_iter().zip(forms) {
        asked.push(question(id, "D", id, &[("question", "When?")]));
        attributes.push(vec![("qid", id), ("attribute", "date_format"), ("value", form)]);
    }
    let attributes: Vec<&[(&str, &str)]> = attributes.iter().map(Vec::as_slice).collect();
    let read = read_of(&asked, &[table("question_attributes", &attributes)]);
    let kinds = read.questionnaire.questions().map(|question| question.kind.clone());
    let (text, date) = (QuestionKind::ShortText {}, QuestionKind::Date {});
    assert_eq!(kinds.collect::<Vec<_>>(), [text.clone(), text, date.clone(), date]);
    assert_eq!(
        reasons(&read),
        [
            "Questions 1 and 2: People will write the time as text",
            "Attribute date_format: Left out of 3: how a question looks is always the same here. \
             It says “yyyy-mm-dd”",
        ]
    );
}

#[test]
fn an_empty_survey_says_its_title_and_nothing_that_nobody_chose() {
    let read = read_of(
        &[question("1", "S", "q", &[("question", "Why?")])],
        &[
            table("surveys", &[&[("sid", "9"), ("active", "N"), ("anonymized", "Y")]]),
            table(
                "surveys_languagesettings",
                &[&[
                    ("surveyls_survey_id", "9"),
                    ("surveyls_title", "Our survey"),
                    ("surveyls_welcometext", "<p>Welcome</p>"),
                    ("surveyls_description", "<p><img src='logo.png'></p>"),
                ]],
            ),
        ],
    );
    let said = reasons(&read);
    let has = |end: &str| said.iter().any(|said| said.ends_with(end));
    assert!(has(
        "surveyls_title was left out. You can say it under “Change the details”: Our survey"
    ));
    assert!(has("“Change the details”: Welcome") && has("left out: anonymized"), "{said:?}");
    assert!(has("It says “logo.png”"), "a picture alone is named: {said:?}");
    assert_eq!(said.len(), 4);
}

/// Types of questions, conditions, and texts, not all of which can be imported.
const KINDS: &[&str] = &["S", "L", "M", "F", "N", "|", ":", "*", "Y"];
const WHO: &[&str] = &["1", "0", "q0.NAOK == \"a0\"", "q0.NAOK > 1", "q0_l0.NAOK == \"Y\""];
const TEXTS: &[&str] = &[
    "word",
    "<script>if (a < 1) { '</b>' + hidden }</script>word",
    "<!-- <script>hidden > 1</script> -->word",
    "word {hidden + 1}",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn each_question_line_and_option_is_imported_or_named_and_nothing_hidden_is_read(
        questions in vec(
            (
                proptest::sample::select(KINDS),
                proptest::sample::select(WHO),
                proptest::sample::select(TEXTS),
                0_usize..4,
                0_usize..70,
                0_usize..3,
            ),
            1..20,
        ),
    ) {
        let (mut asked, mut lines, mut answers) = (Vec::new(), Vec::new(), Vec::new());
        let words = |text: &str, own: &str| text.replace("word", own);
        for (nth, (kind, who, text, many, options, scale)) in questions.iter().enumerate() {
            let id = format!("{}", nth + 1);
            asked.push([
                ("qid", id.clone()),
                ("parent_qid", "0".to_owned()),
                ("sid", "9".to_owned()),
                ("gid", "1".to_owned()),
                ("type", (*kind).to_owned()),
                ("title", format!("q{nth}")),
                ("question", words(text, &format!("question{nth}x"))),
                ("relevance", (*who).to_owned()),
            ]);
            for line in 0..*many {
                lines.push([
                    ("qid", format!("{}", 1_000 + nth * 100 + line)),
                    // The last line of some belongs to nothing.
                    ("parent_qid", if line == 2 { "999".to_owned() } else { id.clone() }),
                    ("title", format!("l{line}")),
                    ("question", words(text, &format!("line{nth}y{line}x"))),
                ]);
            }
            for option in 0..*options {
                answers.push([
                    ("qid", id.clone()),
                    ("code", format!("a{option}")),
                    ("scale_id", if option > 50 { scale.to_string() } else { "0".to_owned() }),
                    ("answer", words(text, &format!("option{nth}y{option}x"))),
                ]);
            }
        }
        let last = question("500", "S", "last", &[("question", "The last question?")]);
        let read = survey(&[
            one_group(&[]),
            table_of("questions", &asked),
            table("questions", &[&last]),
            table_of("subquestions", &lines),
            table_of("answers", &answers),
        ]);
        let said = reasons(&read).join("\n");
        let shown = crate::file::write(&read.questionnaire).expect("words");
        prop_assert!(!shown.contains("hidden"), "{}", shown);
        for (nth, (kind, _, text, many, options, _)) in questions.iter().enumerate() {
            let at = format!("q{nth}");
            let names = |not: &NotTaken| {
                let of = not.at.strip_prefix("Question").unwrap_or_default();
                of.trim_start_matches('s').split([' ', ',']).any(|name| name == at)
            };
            let named: Vec<&NotTaken> = read.not_taken.iter().filter(|not| names(not)).collect();
            let left_out =
                [NEVER, NO_CALCULATION, "Left out: there is no kind", "Left out: this table"];
            let is_left = named
                .iter()
                .any(|not| left_out.iter().any(|why| not.what.starts_with(why)));
            let is_there = |words: String| shown.contains(&words) || said.contains(&words);
            if is_left {
                let is_asked = named.iter().any(|not| not.what.starts_with("Everyone"));
                prop_assert!(!is_asked, "{}: {}", at, said);
                continue;
            }
            prop_assert!(is_there(format!("question{nth}x")), "{} of {}: {}", at, kind, said);
            for line in 0..*many {
                prop_assert!(is_there(format!("line{nth}y{line}x")), "{}: {}", at, said);
            }
            let is_in_words = named.iter().any(|not| not.what.contains("the most here"));
            for option in 0..*options {
                let is_there = is_there(format!("option{nth}y{option}x"));
                prop_assert!(is_there || is_in_words, "{} {}: {}", at, option, said);
            }
            if text.contains("hidden") {
                let is_said = named.iter().any(|not| not.what.contains("hidden"));
                prop_assert!(is_said, "{}: {}", at, said);
            }
        }
    }
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
