//! The emails that tell people what waits for them: found by what waits, owed once.

use calendar::clock::{self, Moment};
use ground::house::House;
use ground::ids::{Delivery, Id};
use ground::viewer::Role;

use super::store::{self, Untold};
use super::{Task, Tell};
use crate::{EmailKind, Owed, Paragraph, Sender, Words, owe};

/// When the morning email goes, as London's clocks show it.
const MORNING: &str = "08:00";
/// Until when it still goes, as after an update of the program: later it would be no morning email.
const NOON: &str = "12:00";

/// Owes an email to each person who is to be told now of what waits for them. What waits is in the
/// database from the write that makes it, so nothing is lost where this is stopped half-way.
///
/// # Errors
/// When the database fails.
pub async fn tell_due(house: &House) -> sqlx::Result<()> {
    let now = house.clock.now();
    let untold = store::untold(&house.db, now).await?;
    let people: Vec<&[Untold]> =
        untold.chunk_by(|one, next| one.account_id == next.account_id).collect();
    for theirs in people {
        tell(house, &to_tell(theirs, morning(now)), now).await?;
    }
    Ok(())
}

/// The beginning of this morning, while it is morning.
fn morning(now: Moment) -> Option<Moment> {
    let (today, _) = clock::fields(now);
    let (from, until) = (clock::read(&today, MORNING)?, clock::read(&today, NOON)?);
    (from <= now && now < until).then_some(from)
}

/// What of somebody's tasks is told now: once where a task is both new to them and due soon.
fn to_tell(theirs: &[Untold], morning: Option<Moment>) -> Vec<&Untold> {
    let is_told = |one: &&Untold| match one.tell {
        Tell::AtOnce => true,
        Tell::Morning => morning.is_some_and(|from| one.from <= from),
        Tell::Never => false,
    };
    let told: Vec<&Untold> = theirs.iter().filter(is_told).collect();
    let is_due_too = |one: &Untold| {
        told.iter().any(|other| {
            other.is_due
                && (other.task, &other.thing_id, other.since)
                    == (one.task, &one.thing_id, one.since)
        })
    };
    told.iter().copied().filter(|&one| one.is_due || !is_due_too(one)).collect()
}

/// Owes one email about these tasks of one person, but for those that another process tells them.
async fn tell(house: &House, tasks: &[&Untold], now: Moment) -> sqlx::Result<()> {
    if tasks.is_empty() {
        return Ok(());
    }
    let dedup_key = format!("tasks {}", Id::<Delivery>::fresh());
    let mut tx = house.db.begin().await?;
    let mut told = Vec::new();
    for task in tasks {
        if task.is_due {
            // That it waits needs no email any more.
            store::note_told(&mut tx, task, false, &dedup_key).await?;
        }
        if store::note_told(&mut tx, task, task.is_due, &dedup_key).await? {
            told.push(*task);
        }
    }
    let Some(first) = told.first() else { return tx.roll_back().await };
    let owed = Owed {
        dedup_key: &dedup_key,
        kind: EmailKind::Task,
        account_id: Some(&first.account_id),
        to: &first.email,
        words: &words(house, &told, now),
        at: now,
        not_after: None,
    };
    owe(&mut tx, owed).await?;
    tx.commit().await
}

/// The email about one task or several. It holds no words that anybody wrote: nobody has read yet
/// whether they name a child.
fn words(house: &House, told: &[&Untold], now: Moment) -> Words {
    let (subject, paragraphs, button) = match told {
        [one] => about_one(house, one, now),
        several => about_several(house, several, now),
    };
    let roles =
        Role::ALL.into_iter().filter(|role| told.iter().any(|one| one.task.role() == *role));
    let roles: Vec<_> = roles.map(Role::title).collect();
    Words {
        subject,
        paragraphs,
        button: Some(button),
        also: Some(("Change or stop these emails".to_owned(), house.link("/account/emails/tasks"))),
        why: format!("You get this email because of your role here: {}.", roles.join(", ")),
        from: Sender::of(house),
        stop: None,
    }
}

/// What an email says: its subject, its paragraphs, its button.
type Said = (String, Vec<Paragraph>, (String, String));

fn about_one(house: &House, one: &Untold, now: Moment) -> Said {
    let says = one.task.one();
    let subject = if one.is_due { format!("Due soon: {says}") } else { says.to_owned() };
    let mut paragraphs: Vec<Paragraph> = vec![format!("{says}.").into()];
    if let Some(due) = one.task.due(one.since) {
        paragraphs.push(Paragraph::ToDo(format!("Please do this by {}.", by(due, now))));
    }
    if one.task == Task::Safeguarding {
        paragraphs.push(
            "Sign in to read it. This email doesn't say what it is, so that nobody else can read \
             it here."
                .into(),
        );
    }
    (subject, paragraphs, ("Open it".to_owned(), house.link(&one.task.page(&one.page_id))))
}

/// A line for each kind of task: how many, by when the first of them, and where.
fn about_several(house: &House, several: &[&Untold], now: Moment) -> Said {
    let soon = several.iter().any(|one| one.is_due);
    let subject = format!(
        "{} things are waiting for you{}",
        several.len(),
        if soon { ", some are due soon" } else { "" }
    );
    let mut paragraphs = vec![if soon {
        Paragraph::ToDo("Some of these are due soon.".to_owned())
    } else {
        "We haven't emailed you about these before.".into()
    }];
    for task in Task::ALL {
        let those: Vec<_> = several.iter().filter(|one| one.task == task).collect();
        let due = those.iter().filter_map(|one| task.due(one.since)).min();
        let until = |first: &str| {
            due.map_or_else(String::new, |due| format!(", {first}by {}", by(due, now)))
        };
        let line = match those.as_slice() {
            [] => continue,
            [one] => Paragraph::Page(
                format!("{}{}", task.one(), until("")),
                house.link(&task.page(&one.page_id)),
            ),
            more => Paragraph::Page(
                format!("{}: {}{}", task.several(), more.len(), until("the first ")),
                house.link(task.list()),
            ),
        };
        paragraphs.push(line);
    }
    let desk = several.first().and_then(|one| one.task.role().desk());
    let desk = desk.map_or("/account", |desk| desk.path);
    (subject, paragraphs, ("See what is waiting".to_owned(), house.link(desk)))
}

/// A day, with how far away it is.
fn by(due: Moment, now: Moment) -> String {
    format!("{} ({})", clock::day(due), clock::days_away(now, due))
}

#[cfg(test)]
mod tests {
    use calendar::clock::{DAY, HOUR};

    use super::*;

    fn untold(task: Task, is_due: bool, tell: Tell) -> Untold {
        Untold {
            task,
            thing_id: "thing".into(),
            page_id: "page".into(),
            since: Moment::from_millis(0),
            is_due,
            from: Moment::from_millis(if is_due { 6 * DAY } else { 0 }),
            account_id: "account".into(),
            email: "organiser@example.org".into(),
            tell,
        }
    }

    #[test]
    fn the_morning_is_from_eight_to_noon_in_london_in_winter_and_in_summer() {
        for day in ["2026-12-01", "2026-07-01"] {
            let at = |time| clock::read(day, time).expect("a time");
            assert_eq!(morning(at("07:59")), None, "{day}");
            assert_eq!(morning(at("08:00")), Some(at("08:00")), "{day}");
            assert_eq!(morning(at("11:59")), Some(at("08:00")), "{day}");
            assert_eq!(morning(at("12:00")), None, "{day}");
        }
    }

    #[test]
    fn each_task_is_told_at_once_in_the_morning_or_never_as_chosen() {
        let all = Tell::ALL.map(|tell| untold(Task::Topic, false, tell));
        let told = |morning: Option<i64>| {
            let morning = morning.map(Moment::from_millis);
            to_tell(&all, morning).into_iter().map(|one| one.tell)
        };
        assert_eq!(told(None).collect::<Vec<_>>(), [Tell::AtOnce]);
        assert_eq!(told(Some(HOUR)).collect::<Vec<_>>(), [Tell::AtOnce, Tell::Morning]);
        // What came after eight waits for the next day.
        assert_eq!(told(Some(-1)).collect::<Vec<_>>(), [Tell::AtOnce]);
    }

    #[test]
    fn a_task_that_is_new_to_somebody_and_due_soon_is_told_once_as_due() {
        let both =
            [untold(Task::Topic, false, Tell::AtOnce), untold(Task::Topic, true, Tell::AtOnce)];
        let told = to_tell(&both, None);
        assert_eq!(told.len(), 1);
        assert!(told.iter().all(|one| one.is_due));
    }
}
