//! The email that tells those who contributed what happened, owed in small lots so that no write is
//! long; and the emails to leaders before and after the day it is due.

use calendar::clock::{self, DAY, Millis};
use deliveries::{EmailKind, Owed, Paragraph, Sender, Words, owe};
use ground::house::House;
use ground::ids::{self, Id};
use outcomes::rules::Outcome;
use outcomes::shortened;

use super::due::{self, Due};
use super::store::{self, Update};

/// Owes the emails about every outcome that contributors have not been told about yet. If it is
/// stopped half-way, the next turn goes on: nobody is told twice and nobody is left out.
///
/// # Errors
/// When the database fails.
pub async fn tell_due(house: &House) -> Result<(), sqlx::Error> {
    for version in store::untold(&house.db).await? {
        tell(house, version).await?;
    }
    Ok(())
}

/// Owes the emails to those who heard about a change only after everyone else had been told what
/// happened.
///
/// # Errors
/// When the database fails.
pub async fn tell_late(house: &House) -> Result<(), sqlx::Error> {
    for version in store::untold_late(&house.db, house.clock.now()).await? {
        tell(house, version).await?;
    }
    Ok(())
}

async fn tell(
    house: &House,
    (update_id, version): (Id<ids::Update>, i64),
) -> Result<(), sqlx::Error> {
    let Some(update) = store::find(&house.db, &update_id).await? else { return Ok(()) };
    let Some(words) = said(house, &update, version) else { return Ok(()) };
    let choose = |token: &str| Words {
        also: Some((
            "Change or stop these emails".to_owned(),
            house.link(&format!("/subscriptions/{token}")),
        )),
        ..words.clone()
    };
    loop {
        let now = house.clock.now();
        let mut tx = house.db.begin().await?;
        let owed = store::tell_next(&mut tx, (&update_id, version), &words, choose, now).await?;
        tx.commit().await?;
        if owed == 0 {
            return Ok(());
        }
    }
}

/// How long before an outcome is due its leaders get an email.
const BEFORE: Millis = 14 * DAY;
/// How long after it was due they get one that says so: someone who becomes a leader later gets no
/// emails about old things.
const AFTER: Millis = 28 * DAY;

/// Owes an email to the leaders who must say what happened, once before the day and once after
/// it.
///
/// # Errors
/// When the database fails.
pub async fn remind_due(house: &House) -> Result<(), sqlx::Error> {
    let now = house.clock.now();
    for due in due::due(house).await? {
        if now < due.by - BEFORE || now > due.by + AFTER {
            continue;
        }
        let leaders = store::responsible(&house.db, &due.subject).await?;
        let words = reminder(house, &due);
        let when = if due.is_overdue { "after" } else { "before" };
        let about = format!("outcome {when} {} {}", clock::fields(due.by).0, due.subject.value());
        let mut tx = house.db.begin().await?;
        for (account_id, to) in &leaders {
            let owed = Owed {
                dedup_key: &format!("{about} {account_id}"),
                kind: EmailKind::OutcomeDue,
                account_id: Some(account_id),
                to,
                words: &words,
                at: now,
                not_after: None,
            };
            owe(&mut tx, owed).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

fn reminder(house: &House, due: &Due) -> Words {
    let (title, day) = (&due.subject.title, clock::day(due.by));
    let (subject, first) = if due.is_overdue {
        (
            format!("Overdue: say what happened about {title}"),
            format!(
                "You should have said by {day} what happened about “{title}”. Everyone can see \
                 that it is overdue."
            ),
        )
    } else {
        (
            format!("Say what happened about {title}"),
            format!(
                "Please say by {day} ({}) what happened about “{title}”. Parents are waiting to \
                 hear.",
                clock::days_away(house.clock.now(), due.by)
            ),
        )
    };
    Words {
        subject,
        paragraphs: vec![
            Paragraph::ToDo(first),
            "Say if it is done, partly done, not done or still being decided. We will email \
             everyone who took part, and the forum will check if it's true."
                .into(),
        ],
        button: Some((
            "Say what happened".to_owned(),
            house.link(&format!("/lead/updates/new?about={}", due.subject.value())),
        )),
        also: Some(("See what else is due".to_owned(), house.link("/lead/updates"))),
        why: "You get this email because you are one of the leaders who answer for this."
            .to_owned(),
        from: Sender::of(house),
        stop: None,
    }
}

/// The same words for everyone, so that an email tells nobody who said what.
fn said(house: &House, update: &Update, version: i64) -> Option<Words> {
    let said = update.versions.iter().find(|said| said.version == version)?;
    let (words, page) = (&said.words, format!("/updates/{}", update.id));
    let mut paragraphs: Vec<Paragraph> = vec![
        format!("You said: {}", words.you_said).into(),
        format!("{}. {}", words.outcome.title(), words.we_did).into(),
    ];
    match &words.outcome {
        Outcome::Done | Outcome::Partly => {}
        Outcome::Not { because, decided_by, look_again } => {
            let again = clock::day_of(look_again).unwrap_or_else(|| look_again.clone());
            let why = format!(
                "Why: {because} Decided by {decided_by}. They will look at it again on {again}."
            );
            paragraphs.push(why.into());
        }
        Outcome::Deciding { by } => paragraphs.push(Paragraph::ToDo(format!(
            "They will decide by the end of {}.",
            clock::day_of(by).unwrap_or_else(|| by.clone())
        ))),
    }
    if !words.next.is_empty() {
        let by =
            clock::day_of(&words.next_by).map_or_else(String::new, |day| format!(" By {day}."));
        paragraphs.push(Paragraph::ToDo(format!("What happens next: {}{by}", words.next)));
    }
    let whose = if update.organisation.is_empty() {
        "Leaders say this".to_owned()
    } else {
        format!("{} says this", update.organisation)
    };
    let checked = format!(
        "{whose}. {} will say on the page if it agrees. If that's not your experience, \
            tell the forum there.",
        house.names.forum
    );
    paragraphs.push(checked.into());
    let about = update
        .about
        .iter()
        .map(|subject| format!("“{}”", subject.title))
        .collect::<Vec<_>>()
        .join(", ");
    let begins = if version == 1 { "What happened" } else { "Updated: what happened" };
    Some(Words {
        subject: format!("{begins} about “{}”", shortened(&words.you_said)),
        paragraphs,
        button: Some(("Read the full update".to_owned(), house.link(&page))),
        also: None,
        why: format!(
            "You get this email because you proposed or supported one of these, answered it \
             and asked to hear more, or were told about it: {about}."
        ),
        from: Sender::of(house),
        stop: None,
    })
}

/// Says that "That's not my experience" has arrived. Without its words: nobody has read yet whether
/// they name a child.
pub fn received(house: &House, update: &Update) -> Words {
    Words {
        subject: "We've got what you told us".to_owned(),
        paragraphs: vec![
            format!(
                "You told us that what leaders say happened is not your experience. It is about: \
                 “{}”",
                shortened(&update.now().words.you_said)
            )
            .into(),
            "What you wrote is saved. Only the forum's organisers can read it.".into(),
            Paragraph::ToDo(
                "You don't need to do anything. The forum will look into it, and say on the page \
                 if it agrees with what leaders say."
                    .to_owned(),
            ),
        ],
        button: Some((
            "See what leaders and the forum say".to_owned(),
            house.link(&format!("/updates/{}", update.id)),
        )),
        also: None,
        why: "You get this email because you told the forum that something is not your experience."
            .to_owned(),
        from: Sender::of(house),
        stop: None,
    }
}
