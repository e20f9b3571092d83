//! How a consultation is going while it is open: about how many have answered, by day and by place,
//! beside how many the organisers hope for.
//!
//! Each night the worker counts and keeps what may be told ([`disclosure::under_way`]); organisers
//! see it a day later. No answer has a time, and nothing here gives it one. `pages` is what they
//! see, `store` the SQL.

mod pages;
pub mod store;

use calendar::clock::{self, DAY, Moment};
use disclosure::under_way::{Said, say};
use ground::house::House;
use ground::routes::{Access, Routes};
use ground::viewer::Role;
use questionnaires::Questionnaire;
use questionnaires::answers::Answer;
use questionnaires::results::Heard;

#[must_use]
pub fn routes() -> Routes {
    let organiser = Access::Only(&[Role::Organiser]);
    Routes::new().get("/forum/consultations/{id}/progress", organiser, pages::progress_page).post(
        "/forum/consultations/{id}/progress",
        organiser,
        pages::set_aim,
    )
}

/// What is told of answers from some day on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The places that answers are counted by; the last is that none was named.
    pub places: Vec<String>,
    pub said: Said,
}

/// What stands for "no place was named" among places.
pub const NO_PLACE: &str = "";

/// The day at whose end answers were last counted.
fn counted_until(now: Moment) -> String {
    clock::fields(now - DAY).0
}

/// The last day whose count organisers are told: the count of one night is told from the next
/// midnight on.
fn told_until(now: Moment) -> String {
    clock::fields(now - 2 * DAY).0
}

/// Counts the answers of each open consultation, once a day.
///
/// # Errors
/// When the database fails; it is tried again later.
pub async fn count_due(house: &House) -> sqlx::Result<()> {
    let (db, now) = (&house.db, house.clock.now());
    let day = counted_until(now);
    for id in store::due(db, &day, now).await? {
        let versions = crate::store::versions(db, &id).await?;
        let versions: Vec<(i64, Questionnaire)> =
            versions.into_iter().map(|asked| (asked.version, asked.questionnaire)).collect();
        let heard = crate::reading::store::heard(&mut *db.read().await?, &id).await?;
        let current = area::store::places(db).await?.into_iter().map(|place| place.id).collect();
        let last = store::last(db, &id).await?;
        let (told, counted) = next(&versions, &heard, current, last);
        let mut tx = db.begin().await?;
        store::keep(&mut tx, &id, &day, &told, counted).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// What is told next, and how many answers there were in truth when that last changed. `last`: the
/// same as it was kept last.
fn next(
    versions: &[(i64, Questionnaire)],
    heard: &[Heard],
    current: Vec<String>,
    last: Option<(Told, u64)>,
) -> (Told, u64) {
    let asks = versions.iter().any(|(_, asked)| place_question(asked).is_some());
    let (was, counted) = last.unwrap_or_default();
    // Places that were retired meanwhile keep their numbers.
    let mut places: Vec<String> = if asks { current } else { Vec::new() };
    let retired = was.places.iter().filter(|place| *place != NO_PLACE);
    for place in retired {
        if !places.contains(place) {
            places.push(place.clone());
        }
    }
    places.push(NO_PLACE.to_owned());
    let mut parts = vec![0; places.len()];
    for heard in heard {
        let asked = versions.iter().find(|(version, _)| *version == heard.version);
        let named = asked.and_then(|(_, asked)| place_question(asked));
        let named = named.and_then(|key| heard.answers.get(key)).and_then(|answer| match answer {
            Answer::Chosen(places) => places.first(),
            _ => None,
        });
        let part = named.and_then(|named| places.iter().position(|place| place == named));
        parts[part.unwrap_or(places.len() - 1)] += 1;
    }
    let before = Said {
        all: was.said.all,
        parts: places
            .iter()
            .map(|place| {
                let nth = was.places.iter().position(|known| known == place);
                nth.and_then(|nth| was.said.parts.get(nth)).copied().unwrap_or(0)
            })
            .collect(),
    };
    match say(&parts, Some((&before, counted))) {
        Some(said) => (Told { places, said }, parts.iter().sum()),
        None => (Told { places, said: before }, counted),
    }
}

/// The key of the question that asks where somebody lives, the first if there are several.
fn place_question(asked: &Questionnaire) -> Option<&str> {
    asked.questions().find(|question| question.kind.is_place()).map(|question| &*question.key)
}

#[cfg(test)]
mod tests {
    use questionnaires::answers::Answers;
    use questionnaires::results::Channel;
    use questionnaires::{Question, QuestionKind, Section};

    use super::*;

    fn asks_where() -> Vec<(i64, Questionnaire)> {
        let question = Question {
            key: "where".into(),
            text: "Where do you live?".into(),
            help: String::new(),
            kind: QuestionKind::Place {},
            is_required: false,
            may_decline: false,
            only_if: Vec::new(),
        };
        let section = Section { title: String::new(), questions: vec![question] };
        vec![(1, Questionnaire { sections: vec![section] })]
    }

    fn from(place: Option<&str>, times: usize) -> Vec<Heard> {
        let answers: Answers = place
            .map(|place| ("where".to_owned(), Answer::Chosen(vec![place.to_owned()])))
            .into_iter()
            .collect();
        let heard = Heard {
            response_id: String::new(),
            version: 1,
            channel: Channel::Online,
            may_quote: false,
            answers,
        };
        vec![heard; times]
    }

    #[test]
    fn answers_are_told_by_place_in_tens_and_stay_until_ten_more_have_come() {
        let places = || vec!["north".to_owned(), "south".to_owned()];
        let mut heard = [from(Some("north"), 25), from(Some("south"), 8), from(None, 11)].concat();
        let (told, counted) = next(&asks_where(), &heard, places(), None);
        assert_eq!(told.places, ["north", "south", NO_PLACE]);
        assert_eq!(
            (told.said.all, told.said.parts.as_slice(), counted),
            (40, &[20, 0, 10][..], 44)
        );
        heard.extend(from(Some("south"), 9));
        let last = Some((told.clone(), counted));
        assert_eq!(next(&asks_where(), &heard, places(), last.clone()), (told, 44));
        heard.extend(from(Some("north"), 1));
        // The south was retired meanwhile.
        let (told, counted) = next(&asks_where(), &heard, vec!["north".to_owned()], last);
        assert_eq!(told.places, ["north", "south", NO_PLACE]);
        assert_eq!(
            (told.said.all, told.said.parts.as_slice(), counted),
            (50, &[20, 10, 10][..], 54)
        );
    }
}
