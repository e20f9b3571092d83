//! A LimeSurvey survey (`.lss`): tables as XML. Since version 4 the words are in tables of their
//! own, one row for each language.

use std::collections::BTreeMap;

use roxmltree::{Document, ParsingOptions};

use super::{Builder, Imported, LARGEST, LONGEST_CELL, Unread, as_key, cut, plain};
use crate::check::LONGEST_LINE;
use crate::{Choice, Condition, Question, QuestionKind};

/// The most elements and texts that are read.
const MOST_ELEMENTS: u32 = 400_000;
/// The most elements inside one another. A survey has five.
const DEEPEST: usize = 50;
/// The longest tag, in bytes: the parser compares each of its attributes with all others.
const LONGEST_TAG: usize = 2_000;
/// The most tags that name a namespace: each element inside them takes all of them over.
const MOST_NAMESPACES: usize = 10;
/// The longest name of a question that conditions can refer to, in characters.
const LONGEST_NAME: usize = 100;

/// Reads a survey.
///
/// # Errors
/// What to do, where it is not one.
pub fn limesurvey(file: &[u8]) -> Result<Imported, Unread> {
    if file.len() > LARGEST {
        return Err("Choose a smaller file: up to 20 MB".to_owned());
    }
    let text = std::str::from_utf8(file)
        .map_err(|_| "This is not a LimeSurvey survey: it is not a text file".to_owned())?;
    if !is_plain(text) {
        return Err("This is not a LimeSurvey survey: its parts lie too deep inside one another, \
            or are too long"
            .to_owned());
    }
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: MOST_ELEMENTS,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options)
        .map_err(|error| format!("This is not a LimeSurvey survey: {error}"))?;
    let of_a_survey = document
        .root_element()
        .children()
        .any(|node| node.has_tag_name("LimeSurveyDocType") && node.text() == Some("Survey"));
    if !of_a_survey {
        return Err(
            "Choose a survey exported from LimeSurvey as .lss. This is another kind of file"
                .to_owned(),
        );
    }
    Ok(Survey::of(&document).imported())
}

/// Whether an XML text is as flat as a survey: what costs its parser more than its length is
/// refused before. What else is wrong with it, the parser says.
fn is_plain(text: &str) -> bool {
    let (mut rest, mut depth, mut namespaces) = (text, 0_usize, 0);
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let skipped = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")]
            .into_iter()
            .find(|(begin, _)| rest.starts_with(begin));
        if let Some((_, end)) = skipped {
            let Some(at) = rest.find(end) else { return true };
            rest = &rest[at + end.len()..];
            continue;
        }
        let Some(length) = length_of_tag(rest) else { return rest.len() < LONGEST_TAG };
        let (tag, after) = rest.split_at(length);
        if tag.starts_with("</") {
            depth = depth.saturating_sub(1);
        } else if !tag.starts_with("<!") && !tag.ends_with("/>") {
            depth += 1;
        }
        namespaces += usize::from(tag.contains("xmlns"));
        if depth > DEEPEST || namespaces > MOST_NAMESPACES {
            return false;
        }
        rest = after;
    }
    true
}

/// How many bytes the tag has with which this begins; `None` where it is too long. A `>` in an
/// attribute does not end it.
fn length_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate().take(LONGEST_TAG) {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

type Row = BTreeMap<String, String>;

/// What is read of the tables.
struct Survey {
    groups: Vec<Row>,
    questions: Vec<Row>,
    subquestions: Vec<Row>,
    answers: Vec<Row>,
    languages: usize,
}

impl Survey {
    fn of(document: &Document<'_>) -> Self {
        let rows = |table: &str| -> Vec<Row> {
            let tables = document.root_element().children().filter(|node| node.has_tag_name(table));
            let rows = tables
                .flat_map(|table| table.children())
                .filter(|node| node.has_tag_name("rows"))
                .flat_map(|rows| rows.children());
            let row = |row: roxmltree::Node<'_, '_>| {
                let fields = row.children().filter(roxmltree::Node::is_element);
                fields
                    .map(|field| {
                        (
                            cut(field.tag_name().name(), LONGEST_NAME),
                            cut(field.text().unwrap_or_default().trim(), LONGEST_CELL),
                        )
                    })
                    .collect()
            };
            rows.filter(|node| node.has_tag_name("row")).map(row).collect()
        };
        let spoken: Vec<String> = document
            .descendants()
            .filter(|node| {
                node.has_tag_name("language")
                    && node.parent().is_some_and(|parent| parent.has_tag_name("languages"))
            })
            .filter_map(|node| node.text().map(str::to_owned))
            .collect();
        let language = spoken
            .iter()
            .find(|language| language.starts_with("en"))
            .or(spoken.first())
            .cloned()
            .unwrap_or_default();
        // Words of one language: from the row itself in old files, from the table of words in new
        // ones.
        let in_words = |table: &str, words: &str, id: &str| -> Vec<Row> {
            let of_language =
                |row: &Row| row.get("language").is_none_or(|of| *of == language || of.is_empty());
            let mut words: BTreeMap<String, Row> = rows(words)
                .into_iter()
                .filter(of_language)
                .filter_map(|row| Some((row.get(id)?.clone(), row)))
                .collect();
            let mut all: Vec<Row> = rows(table).into_iter().filter(of_language).collect();
            for row in &mut all {
                let more = row.get(id).and_then(|id| words.remove(id)).unwrap_or_default();
                for (field, text) in more {
                    row.entry(field).or_insert(text);
                }
            }
            all
        };
        let mut survey = Self {
            groups: in_words("groups", "group_l10ns", "gid"),
            questions: in_words("questions", "question_l10ns", "qid"),
            subquestions: in_words("subquestions", "question_l10ns", "qid"),
            answers: in_words("answers", "answer_l10ns", "aid"),
            languages: spoken.len(),
        };
        survey.groups.sort_by_key(|row| number(row, "group_order"));
        survey.questions.sort_by_key(|row| number(row, "question_order"));
        survey
            .subquestions
            .sort_by_key(|row| (number(row, "scale_id"), number(row, "question_order")));
        survey.answers.sort_by_key(|row| (number(row, "scale_id"), number(row, "sortorder")));
        survey
    }

    fn imported(&self) -> Imported {
        let mut builder = Builder::default();
        if self.languages > 1 {
            builder.report("Languages", "Only one language was imported: English, if there is one");
        }
        let mut meant = Meant::default();
        let is_own = |row: &&Row| matches!(get(row, "parent_qid"), "" | "0");
        let questions = by("gid", self.questions.iter().filter(is_own));
        let subquestions = by("parent_qid", self.subquestions.iter());
        let answers = by("qid", self.answers.iter());
        for group in &self.groups {
            builder.section(cut(&forms::line(&plain(get(group, "group_name"))), LONGEST_LINE));
            if !matches!(get(group, "grelevance"), "" | "1") {
                builder.report(
                    &format!("Group {}", get(group, "group_name")),
                    "Everyone will be asked: conditions on groups can't be imported",
                );
            }
            for row in questions.get(get(group, "gid")).into_iter().flatten() {
                let (id, none): (&str, &[&Row]) = (get(row, "qid"), &[]);
                let subquestions = subquestions.get(id).map_or(none, Vec::as_slice);
                let answers = answers.get(id).map_or(none, Vec::as_slice);
                question(row, subquestions, answers, &mut builder, &mut meant);
                if builder.is_full() {
                    return builder.imported;
                }
            }
            if builder.is_full() {
                break;
            }
        }
        builder.imported
    }
}

/// Rows by the value of a field.
type Rows<'r> = BTreeMap<&'r str, Vec<&'r Row>>;

fn by<'r>(field: &str, rows: impl Iterator<Item = &'r Row>) -> Rows<'r> {
    let mut all = Rows::new();
    for row in rows {
        all.entry(get(row, field)).or_default().push(row);
    }
    all
}

/// Codes and words, read one after the other: there may be a great many.
fn of_rows<'r>(
    rows: &'r [&'r Row],
    code: &'static str,
    words: &'static str,
) -> impl Iterator<Item = (String, String)> {
    rows.iter().map(move |row| (get(row, code).to_owned(), plain(get(row, words))))
}

fn question(
    row: &Row,
    subquestions: &[&Row],
    answers: &[&Row],
    builder: &mut Builder,
    meant: &mut Meant,
) {
    let (title, at) = (get(row, "title"), format!("Question {}", get(row, "title")));
    if !builder.has_room(&at) {
        return;
    }
    let (text, help) = (plain(get(row, "question")), plain(get(row, "help")));
    let relevance = get(row, "relevance");
    let only_if = if matches!(relevance, "" | "1") {
        Vec::new()
    } else {
        builder.only_if(&at, relevance, |name, value| meant.find(name, value))
    };
    let question = |key: String, text: String, kind: QuestionKind| Question {
        key,
        text: forms::line(&text),
        help: help.clone(),
        is_required: get(row, "mandatory") == "Y" && kind.has_answer(),
        kind,
        may_decline: false,
        only_if: only_if.clone(),
    };
    let scale = |steps: &[&str]| {
        steps
            .iter()
            .enumerate()
            .map(|(nth, step)| Choice { key: (nth + 1).to_string(), text: (*step).into() })
            .collect()
    };
    let has_other = get(row, "other") == "Y";
    let with_other = |mut options: Vec<Choice>| {
        if has_other {
            options.push(Choice { key: OTHER.to_owned(), text: "Something else".to_owned() });
        }
        options
    };
    let kind = match get(row, "type") {
        "L" | "!" | "O" => {
            let options = builder.options(&at, of_rows(answers, "code", "answer"));
            QuestionKind::OneOf { options: with_other(options) }
        }
        "M" | "P" => {
            let options = builder.options(&at, of_rows(subquestions, "title", "question"));
            QuestionKind::SeveralOf { options: with_other(options), at_most: None }
        }
        "R" => {
            QuestionKind::Rank { options: builder.options(&at, of_rows(answers, "code", "answer")) }
        }
        "Y" => QuestionKind::YesNo {},
        "G" => {
            let options = [("F", "Female"), ("M", "Male")]
                .map(|(key, text)| (key.into(), text.into()))
                .into_iter();
            QuestionKind::OneOf { options: with_other(builder.options(&at, options)) }
        }
        "5" => QuestionKind::Scale { options: scale(&["1", "2", "3", "4", "5"]) },
        "S" => QuestionKind::ShortText {},
        "T" | "U" => QuestionKind::LongText {},
        "N" => QuestionKind::Number { least: 0, most: 1_000_000 },
        "D" => QuestionKind::Date {},
        "X" => QuestionKind::Page { words: text.clone() },
        array @ ("F" | "H" | "A" | "B" | "C" | "E" | "Q" | "K") => {
            let kind = match array {
                "F" | "H" => QuestionKind::Scale {
                    options: builder.options(&at, of_rows(answers, "code", "answer")),
                },
                "A" => QuestionKind::Scale { options: scale(&["1", "2", "3", "4", "5"]) },
                "B" => QuestionKind::Scale {
                    options: scale(&["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]),
                },
                "C" => QuestionKind::Scale { options: scale(&["Yes", "Uncertain", "No"]) },
                "E" => QuestionKind::Scale { options: scale(&["Increase", "Same", "Decrease"]) },
                "Q" => QuestionKind::ShortText {},
                _ => QuestionKind::Number { least: 0, most: 1_000_000 },
            };
            builder.report(&at, "Each line has become a separate question");
            for sub in subquestions {
                if builder.is_full() {
                    break;
                }
                let key = builder.key(&format!("{title}_{}", get(sub, "title")));
                let words = [text.as_str(), &plain(get(sub, "question"))].join(" ");
                builder.put(&at, question(key, words, kind.clone()));
            }
            return;
        }
        other => {
            return builder.report(
                &at,
                format!("Left out: there is no kind of question here like type {other}"),
            );
        }
    };
    if matches!(get(row, "type"), "O" | "P") {
        builder.report(&at, "Its comment field was left out");
    }
    let key = builder.key(title);
    meant.learn(row, &key, &kind);
    let (is_page, options) = (!kind.has_answer(), kind.options());
    let heading = if is_page { "Please read".to_owned() } else { text };
    builder.put(&at, question(key.clone(), heading, kind));
    if has_other && options.iter().any(|option| option.key == OTHER) {
        let only_if = vec![Condition { question: key.clone(), any_of: vec![OTHER.to_owned()] }];
        let (key, text) = (builder.key(&format!("{key}-other")), "What else?".to_owned());
        builder.put(
            &at,
            Question {
                only_if,
                is_required: false,
                help: String::new(),
                ..question(key, text, QuestionKind::ShortText {})
            },
        );
    }
}

const OTHER: &str = "other";

/// What the names and values in conditions mean: a question and its options by their keys here.
#[derive(Default)]
struct Meant(BTreeMap<String, (String, BTreeMap<String, String>)>);

impl Meant {
    fn learn(&mut self, row: &Row, key: &str, kind: &QuestionKind) {
        let names = [
            cut(get(row, "title"), LONGEST_NAME),
            cut(
                &format!("{}X{}X{}", get(row, "sid"), get(row, "gid"), get(row, "qid")),
                LONGEST_NAME,
            ),
        ];
        let options: Vec<String> = kind.options().into_iter().map(|option| option.key).collect();
        for name in names {
            if matches!(get(row, "type"), "M" | "P") {
                for option in &options {
                    let chosen =
                        (key.to_owned(), BTreeMap::from([("Y".to_owned(), option.clone())]));
                    self.0.insert(format!("{name}_{option}"), chosen.clone());
                    self.0.insert(format!("{name}{option}"), chosen);
                }
            }
            let values = options.iter().map(|option| match (get(row, "type"), option.as_str()) {
                ("Y", "yes") => ("Y".to_owned(), option.clone()),
                ("Y", _) => ("N".to_owned(), option.clone()),
                _ => (option.clone(), option.clone()),
            });
            self.0.entry(name).or_insert_with(|| (key.to_owned(), values.collect()));
        }
    }

    fn find(&self, name: &str, value: &str) -> Option<(String, String)> {
        let name = name.split('.').next().unwrap_or_default();
        let (key, values) = self.0.get(name)?;
        let value = if value == "Y" || value == "N" { value.to_owned() } else { as_key(value) };
        Some((key.clone(), values.get(&value)?.clone()))
    }
}

fn get<'r>(row: &'r Row, field: &str) -> &'r str {
    row.get(field).map_or("", String::as_str)
}

fn number(row: &Row, field: &str) -> i64 {
    get(row, field).parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
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
            question(
                "2",
                "L",
                "how long",
                &[("relevance", "((waits.NAOK == \"Y\"))"), ("other", "Y")],
            ),
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
        let subquestions = [
            sub("31", "3", "SQ1"),
            sub("32", "3", "SQ2"),
            sub("51", "5", "n"),
            sub("52", "5", "s"),
        ];
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
        let keys: Vec<&str> =
            section.questions.iter().map(|question| question.key.as_str()).collect();
        assert_eq!(
            (section.title.as_str(), keys),
            (
                "Waiting",
                vec![
                    "waits",
                    "how-long",
                    "how-long-other",
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
            by_key("how-long")
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
        assert_eq!(by_key("how-long").only_if, [condition("waits", "yes")]);
        assert_eq!(by_key("why").only_if, [condition("who", "SQ1"), condition("how-long", "A2")]);
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
        let refused =
            |text: &str| limesurvey(text.as_bytes()).is_err_and(|why| why.contains("deep"));
        assert!(refused(&survey_of(&"<a>".repeat(1_000_000))));
        let attributes: String = (0..1_000_000).map(|nth| format!("a{nth}='>' ")).collect();
        assert!(refused(&survey_of(&format!("<a {attributes}/>"))));
        assert!(refused(&survey_of(&"<a xmlns:b='c'/>".repeat(11))));
        let deep_words = format!("<a><![CDATA[{}]]></a>", "<div>".repeat(100_000));
        assert!(limesurvey(survey_of(&deep_words).as_bytes()).is_ok(), "words, and no elements");
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
}
