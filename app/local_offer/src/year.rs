//! A year of comments as one document: by subject, each with what was answered and promised, and
//! whether the forum says it was done. To print, and as a table.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use calendar::clock::{self, Millis, Moment};
use ground::error::Error;
use ground::house::House;
use ground::ui::{Page, When};
use ground::viewer::Viewer;
use leptos::prelude::*;
use outcomes::rules::who;
use questionnaires::results::{FOR_EXCEL, harmless};

use super::browse;
use super::rules::Subject;
use super::store::{self, Comment, WhichComments};

/// The most comments that one document holds.
const MOST_OF_A_YEAR: i64 = 2_000;

/// What one document holds.
struct Year {
    number: i16,
    /// Those that were published in it and that everyone can read, the first first.
    comments: Vec<Comment>,
    /// How many were left out; `None` while the year goes on: a number that moves while somebody
    /// looks tells when.
    declined: Option<u64>,
    is_over: bool,
}

/// The year of an address; "not found" where it is none, or is still to come.
async fn read(house: &House, year: &str) -> Result<Year, Error> {
    let number: i16 =
        year.parse().ok().filter(|year| (2000..=2200).contains(year)).ok_or(Error::NotFound)?;
    let start = |year: i16| clock::read(&format!("{year}-01-01"), "00:00").ok_or(Error::NotFound);
    let (from, until, now) = (start(number)?, start(number + 1)?, house.clock.now());
    if from > now {
        return Err(Error::NotFound);
    }
    let which = WhichComments::Between(from, until);
    let comments = store::list(&house.db, which, (MOST_OF_A_YEAR, 0)).await?;
    let is_over = until <= now;
    let declined =
        if is_over { Some(store::declined(&house.db, from, until).await?) } else { None };
    Ok(Year { number, comments, declined, is_over })
}

/// GET `/local-offer/years/{year}`: every comment that was published in a year with its answers, to
/// print.
pub async fn comments_of_year_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(year): Path<String>,
) -> Result<Response, Error> {
    let year = read(&house, &year).await?;
    let (now, within) = (house.clock.now(), house.settings.outcome_within);
    let number = year.number;
    let page = Page::new(format!("Comments on the Local Offer in {number}"), || {
        let so_far =
            (!year.is_over).then(|| view! { <p class="soft">"This year isn't over yet."</p> });
        let earlier = (number > 2000).then(|| {
            let (before, to) = (number - 1, format!("/local-offer/years/{}", number - 1));
            view! { <a href=to>{format!("Comments from {before}")}</a> }
        });
        let each = Subject::ALL.map(Some).into_iter().chain([None]);
        let parts = each.map(|subject| part(&year.comments, subject, within, now));
        let parts = parts.collect::<Vec<_>>();
        view! {
            <article class="stack-l">
                <section class="stack">
                    <p class="no-print">
                        <a class="back" href="/local-offer">
                            "Local Offer"
                        </a>
                    </p>
                    <h1>{format!("Comments on the Local Offer in {number}")}</h1>
                    <p class="lead">{in_numbers(&year)}</p>
                    {so_far}
                    <p class="soft">
                        "Published as required by regulation 56 of the Special Educational Needs \
                         and Disability Regulations 2014. Comments are in people's own words. \
                         Where they named someone, the forum took that out: [in brackets]."
                    </p>
                    <p class="no-print">
                        <a href=format!("/local-offer/years/{number}/comments.csv")>
                            "Save it as a table (CSV)"
                        </a>
                    </p>
                    <nav class="pager" aria-label="Other years">
                        {earlier}
                    </nav>
                </section>
                {parts}
            </article>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// How many were published, answered and left out.
fn in_numbers(year: &Year) -> String {
    let answered = year.comments.iter().filter(|comment| !comment.responses.is_empty()).count();
    let published = match (year.comments.len(), answered) {
        (0, _) => "No comments were published.".to_owned(),
        (1, 0) => "1 comment was published. It has not been answered yet.".to_owned(),
        (1, _) => "1 comment was published, and it has been answered.".to_owned(),
        (all, 0) => format!("{all} comments were published. None has been answered yet."),
        (all, 1) => format!("{all} comments were published, and 1 has been answered."),
        (all, many) => format!("{all} comments were published, and {many} have been answered."),
    };
    let not = match year.declined {
        None => "Once the year is over, we will say here how many we left out.".to_owned(),
        Some(0) => "None was left out.".to_owned(),
        Some(many) => format!(
            "We left out {}. A comment is only left out if it is abusive or sent again and again \
             (vexatious), or is about one person's own support.",
            disclosure::count(many).words()
        ),
    };
    format!("{published} {not}")
}

/// The comments about one subject, or that there are none; `None`: those from before we asked, if
/// there are any.
fn part(
    comments: &[Comment],
    subject: Option<Subject>,
    within: Millis,
    now: Moment,
) -> impl IntoView + use<> {
    let of = comments.iter().filter(|comment| comment.subject == subject);
    let rows = of.enumerate().map(|(nth, comment)| one(nth + 1, comment, within, now));
    let rows = rows.collect::<Vec<_>>();
    let title = match subject {
        Some(subject) => subject.title(),
        None if rows.is_empty() => return ().into_any(),
        None => "Sent before we asked what a comment is about",
    };
    let nothing = rows.is_empty().then(|| view! { <p>"No comments."</p> });
    view! {
        <section class="stack">
            <h2>{title}</h2>
            {nothing}
            {rows}
        </section>
    }
    .into_any()
}

fn one(number: usize, comment: &Comment, within: Millis, now: Moment) -> impl IntoView + use<> {
    let voice =
        comment.voice.map(|voice| view! { <p class="soft">"Whose view: "{voice.title()}</p> });
    let answers = if comment.responses.is_empty() {
        browse::answer_state(comment, within, now).into_any()
    } else {
        browse::responses(comment).into_any()
    };
    view! {
        <section class="stack on-paper">
            <h3>{format!("{number}. {}", browse::about(comment))}</h3>
            <p class="soft">{comment.published_at.map(|at| view! { <When at /> })}</p>
            {voice}
            <p class="said">{comment.words.clone()}</p>
            {answers}
        </section>
    }
}

/// What each column of the table holds.
const COLUMNS: [&str; 13] = [
    "About",
    "Whose view",
    "Part of the Local Offer",
    "Published",
    "Comment",
    "Answered by",
    "Answered",
    "Answer",
    "What will be done",
    "By when",
    "Why nothing more will be done",
    "Does the forum say it was done?",
    "What the forum found",
];

/// GET `/local-offer/years/{year}/comments.csv`: the same as a table, a line for each answer.
pub async fn comments_of_year_csv(
    State(house): State<House>,
    Path(year): Path<String>,
) -> Result<Response, Error> {
    let year = read(&house, &year).await?;
    let mut csv = csv::Writer::from_writer(FOR_EXCEL.as_bytes().to_vec());
    let lines = year.comments.iter().flat_map(lines);
    for line in std::iter::once(COLUMNS.map(str::to_owned)).chain(lines) {
        csv.write_record(line.iter().map(|cell| harmless(cell)))
            .map_err(|error| Error::from(sqlx::Error::Encode(error.into())))?;
    }
    let name = format!("attachment; filename=\"local-offer-{}.csv\"", year.number);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, csv.into_inner().unwrap_or_default()).into_response())
}

/// The lines of a comment: one for each answer, or one without any.
fn lines(comment: &Comment) -> Vec<[String; 13]> {
    let day = |at: Moment| clock::fields(at).0;
    let said = [
        comment.subject.map_or("", Subject::title).to_owned(),
        comment.voice.map_or("", super::rules::Voice::title).to_owned(),
        browse::about(comment),
        comment.published_at.map(day).unwrap_or_default(),
        comment.words.clone(),
    ];
    let line = |rest: [String; 8]| {
        let mut cells = said.iter().cloned().chain(rest);
        std::array::from_fn(|_| cells.next().unwrap_or_default())
    };
    if comment.responses.is_empty() {
        return vec![line(Default::default())];
    }
    let answered = comment.responses.iter().map(|response| {
        let last = response.verdicts.last();
        let is_done = match last {
            None => "",
            Some(verdict) if verdict.is_done => "yes",
            Some(_) => "no",
        };
        line([
            who(&response.organisation).to_owned(),
            day(response.at),
            response.response.clone(),
            response.action.clone(),
            response.action_by.clone(),
            response.why_nothing.clone(),
            is_done.to_owned(),
            last.map(|verdict| verdict.words.clone()).unwrap_or_default(),
        ])
    });
    answered.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Voice;
    use crate::store::{Response as Answer, Verdict};

    #[test]
    fn each_answer_is_a_line_with_what_was_promised_and_the_last_word_of_the_forum() {
        let verdict = |is_done, millis| Verdict {
            is_done,
            words: "It rings.".into(),
            at: Moment::from_millis(millis),
        };
        let answer = Answer {
            id: "r".into(),
            response: "=We know".into(),
            action: "A new number".into(),
            action_by: "2026-12-04".into(),
            why_nothing: String::new(),
            organisation: String::new(),
            at: Moment::from_millis(0),
            verdicts: vec![verdict(false, 1), verdict(true, 2)],
        };
        let mut comment = Comment {
            id: "c".into(),
            author_id: "a".into(),
            author_email: None,
            subject: Some(Subject::Ease),
            voice: Some(Voice::Child),
            service: String::new(),
            words: "Nobody answers.".into(),
            redacted_at: None,
            as_sent: None,
            sent_at: Moment::from_millis(0),
            published_at: Some(Moment::from_millis(0)),
            declined: None,
            passed_on_at: None,
            withdrawn_at: None,
            taken_down_at: None,
            is_theirs_to_answer: false,
            can_be_answered: true,
            responses: Vec::new(),
        };
        let alone = lines(&comment);
        assert_eq!(alone.len(), 1);
        assert_eq!(alone[0][..2], ["How easy it is to use", "A child"]);
        assert_eq!(alone[0][4..6], ["Nobody answers.", ""]);
        comment.responses = vec![answer.clone(), answer];
        let answered = lines(&comment);
        assert_eq!(answered.len(), 2);
        let end = ["A new number", "2026-12-04", "", "yes", "It rings."];
        assert_eq!(answered[1][8..], end);
        assert_eq!(answered[0].len(), COLUMNS.len());
    }
}
