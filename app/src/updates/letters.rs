//! The letter to those who contributed, when it is said what came of it; owed in small lots so that no write is long.

use super::browse::shortened;
use super::rules::Outcome;
use super::store::{self, Update};
use crate::clock;
use crate::deliveries::Words;
use crate::house::House;

/// How many letters one write owes.
const LOT: i64 = 200;

/// Owes the letters about every outcome that contributors were not told of yet. Stopped half-way, the next turn goes on: nobody
/// is told twice and nobody is left out.
///
/// # Errors
/// When the database fails.
pub async fn tell_due(house: &House) -> Result<(), sqlx::Error> {
    for (update_id, version) in store::untold(&house.db).await? {
        let Some(update) = store::find(&house.db, &update_id).await? else { continue };
        let Some(words) = said(house, &update, version) else { continue };
        loop {
            let (writer, update_id, words, now) = (house.clone(), update_id.clone(), words.clone(), house.clock.now());
            let owed = house.db.write(move |tx| {
                Box::pin(async move {
                    let choose = |token: &str| Words {
                        also: Some(("Choose or stop letters about changes".to_owned(), writer.link(&format!("/subscriptions/{token}")))),
                        ..words.clone()
                    };
                    store::tell_next(tx, (&update_id, version), &words, choose, LOT, now).await
                })
            });
            if owed.await? == 0 {
                break;
            }
        }
    }
    Ok(())
}

/// The same words for everyone, so that a letter tells nobody who said what.
fn said(house: &House, update: &Update, version: i64) -> Option<Words> {
    let said = update.versions.iter().find(|said| said.version == version)?;
    let (words, page) = (&said.words, format!("/updates/{}", update.id));
    let mut paragraphs = vec![format!("You said: {}", words.you_said), format!("{}. {}", words.outcome.title(), words.we_did)];
    match &words.outcome {
        Outcome::Done | Outcome::Partly => {}
        Outcome::Not { because, decided_by, look_again } => {
            let again = clock::day_of(look_again).unwrap_or_default();
            paragraphs.push(format!("Because: {because} Decided by {decided_by}. It is looked at again on {again}."));
        }
        Outcome::Deciding { by } => paragraphs.push(format!("It is decided by the end of {}.", clock::day_of(by).unwrap_or_default())),
    }
    if !words.next.is_empty() {
        let by = clock::day_of(&words.next_by).map_or_else(String::new, |day| format!(" By {day}."));
        paragraphs.push(format!("What comes next: {}{by}", words.next));
    }
    let whose = if update.organisation.is_empty() { "Leaders say this".to_owned() } else { format!("{} says this", update.organisation) };
    paragraphs
        .push(format!("{whose}. {} says on the page if it is so. If it is not what you find, tell the forum there.", house.names.forum));
    let about = update.about.iter().map(|subject| format!("“{}”", subject.title)).collect::<Vec<_>>().join(", ");
    let begins = if version == 1 { "What came of it" } else { "Said anew, what came of it" };
    Some(Words {
        subject: format!("{begins}: {}", shortened(&words.you_said)),
        paragraphs,
        button: Some(("Read all of it".to_owned(), house.link(&page))),
        also: None,
        why: format!(
            "You get this letter because you proposed or supported one of these, answered and asked for it, or were told of it: {about}."
        ),
        from: house.names.forum.clone(),
        stop: None,
    })
}
