//! The demonstration's notices: about changes that families heard of in time and too late, one that
//! was corrected, one withdrawn, one only proposed, one that takes something away and says who it
//! affects, one approved for later and one waiting for approval; and the families who are told.
//! What they say is in `wordings`.

use calendar::clock::{DAY, HOUR, Moment};
use deliveries::returns::{Came, Return};
use ground::ids::{Account, Delivery, Id, Notice, Subscriber};
use notices::ledger::{self, ToldAnotherWay};
use notices::questions::store::NewQuestion;
use notices::questions::{self, NewAnswer};
use notices::rules::Follow;
use notices::store::{self, Approval};
use notices::wording::{Follows, Wording};
use sqlx::AnyConnection;
use subscribers::Cadence;
use subscriptions::rules::Wanted;
use subscriptions::store::{Began, begin, subscriber};

use super::days;
use super::sefton::Sefton;
use super::wordings;

pub async fn fill(tx: &mut AnyConnection, sefton: &Sefton) -> Result<(), sqlx::Error> {
    subscribed(tx, sefton).await?;

    // On the Friday before, at five; for one family in three the email came on Monday.
    let late = wordings::route_twelve(sefton);
    let monday = late.effect.at();
    let friday = days::at_five(monday - 3 * DAY + 6 * HOUR);
    let went = |nth: usize| {
        if nth.is_multiple_of(3) { Went::At(monday + 9 * HOUR) } else { Went::Arrived }
    };
    told(tx, sefton, &late, friday, went).await?;

    let went = |nth: usize| if nth % 5 == 2 { Went::Refused } else { Went::Arrived };
    told(tx, sefton, &wordings::autism_group(sefton), sefton.day(-26), went).await?;

    let route_three = wordings::route_three(sefton);
    let withdrawn = told(tx, sefton, &route_three, sefton.day(-24), |_| Went::Arrived).await?;
    let changed = "Families told us that there is no safe place to cross the road there. The bus \
        will stop where it does now, so you don't need to do anything.";
    let withdrawal =
        Wording { follows: Some(follows(&withdrawn, Follow::Withdrawal, changed)), ..route_three };
    told(tx, sefton, &withdrawal, sefton.day(-12), |_| Went::Arrived).await?;

    let went = |nth: usize| if nth == 7 { Went::CameBack } else { Went::Arrived };
    let route_five = wordings::route_five(sefton);
    let transport = told(tx, sefton, &route_five, sefton.day(-13), went).await?;
    asked(tx, sefton, &transport).await?;

    let drop_in = wordings::drop_in(sefton);
    let corrected = told(tx, sefton, &drop_in, sefton.day(-9), |_| Went::Arrived).await?;
    let changed =
        "The drop-in will start at 10am, not 9:30am. The day and the place stay the same.";
    let correction = Wording {
        title: "The autism drop-in will start at 10am".into(),
        what: "The Thursday drop-in will start at 10am instead of 9am.".into(),
        follows: Some(follows(&corrected, Follow::Correction, changed)),
        ..drop_in
    };
    told(tx, sefton, &correction, sefton.day(-6), |_| Went::Arrived).await?;

    let proposed = wordings::personal_budgets(sefton);
    told(tx, sefton, &proposed, sefton.day(-3), |_| Went::Arrived).await?;

    let holiday_club = wordings::holiday_club(sefton);
    told(tx, sefton, &holiday_club, sefton.day(-2), |_| Went::Arrived).await?;

    let written = sefton.day(-1);
    let (leader, colleague) = leaders(sefton);
    let (due, _) = store::write(tx, &wordings::taxis(sefton), &leader, written).await?;
    let (starts_at, now) = (sefton.day(3), sefton.now);
    store::approve(tx, &due, Approval { by: &colleague, starts_at, seen: None, now }).await?;
    store::write(tx, &wordings::saturday_club(sefton), &colleague, written).await?;
    Ok(())
}

/// The leader who writes, and the one who approves.
fn leaders(sefton: &Sefton) -> (Id<Account>, Id<Account>) {
    (sefton.leader.as_str().into(), sefton.colleague.as_str().into())
}

fn follows(notice_id: &Id<Notice>, how: Follow, changed: &str) -> Follows {
    Follows { notice_id: notice_id.clone(), how, changed: changed.to_owned() }
}

/// Thirty families in the north and forty in the south who asked to be told long ago, and the
/// parent you can sign in as.
async fn subscribed(tx: &mut AnyConnection, sefton: &Sefton) -> Result<(), sqlx::Error> {
    let services = wordings::services(sefton, &["Transport", "Autism support", "Personal budgets"]);
    let wanted = Wanted { services, places: Vec::new(), cadence: Cadence::AtOnce };
    let of_side = |side: usize, many: usize| {
        let families = sefton.families[side].iter().take(many).enumerate();
        families.map(move |(nth, account)| (Sefton::address(side, nth), account))
    };
    let parent = ("parent@example.org".to_owned(), &sefton.parent);
    let people: Vec<(String, &String)> =
        of_side(0, 30).chain(of_side(1, 40)).chain([parent]).collect();
    for (email, account) in people {
        let at = sefton.day(-200);
        let subscriber = subscriber(tx, &email, Some(&account.as_str().into()), at).await?;
        begin(tx, &subscriber, &wanted, Began::Account, at).await?;
    }
    Ok(())
}

/// What became of an email that was sent in the past.
#[derive(Clone, Copy, PartialEq)]
enum Went {
    Arrived,
    /// It was only handed over at this time.
    At(Moment),
    CameBack,
    /// The other mail server refused it, and an organiser has told the family since.
    Refused,
}

/// Writes, approves and starts a notice at a time in the past, with its emails as they are once
/// they have gone. Returns its id.
async fn told(
    tx: &mut AnyConnection,
    sefton: &Sefton,
    notice: &Wording,
    at: Moment,
    went: impl Fn(usize) -> Went,
) -> Result<Id<Notice>, sqlx::Error> {
    let notice = Wording { form_key: id::fresh(), ..notice.clone() };
    let (leader, colleague) = leaders(sefton);
    let (notice_id, _) = store::write(tx, &notice, &leader, at).await?;
    if notice.takes_away {
        let fair = wordings::fair_holiday_club(sefton);
        store::sign_equality(tx, &notice_id, (&leader, at), &fair).await?;
    }
    let approval = Approval { by: &colleague, starts_at: at, seen: None, now: at };
    store::approve(tx, &notice_id, approval).await?;
    ledger::start_next(tx, at).await?;
    while ledger::list_next(tx).await? {}
    let told: Vec<Id<Subscriber>> = sqlx::query_scalar(
        "SELECT subscriber_id FROM ledger WHERE notice_id = $1 ORDER BY subscriber_id",
    )
    .bind(&notice_id)
    .fetch_all(&mut *tx)
    .await?;
    for (nth, subscriber) in told.iter().enumerate() {
        let (delivery, went) = (Id::<Delivery>::fresh(), went(nth));
        let (sent_at, given_up_at) = match went {
            Went::Refused => (None, Some(at)),
            Went::At(later) => (Some(later), None),
            Went::Arrived | Went::CameBack => (Some(at), None),
        };
        sqlx::query(
            "INSERT INTO deliveries (id, dedup_key, kind, to_address, subject, body_text,
             body_html, owed_at, not_after, tries, sent_at, given_up_at, reason, is_bulk)
             VALUES ($1, $2, 'notice', '', $3, '', '', $4, $4, 1, $5, $6, $7, 1)",
        )
        .bind(&delivery)
        .bind(format!("notice {notice_id} {subscriber}"))
        .bind(&notice.title)
        .bind(at)
        .bind(sent_at)
        .bind(given_up_at)
        .bind(if went == Went::Refused {
            "550 5.7.1 this server takes no emails from here"
        } else {
            ""
        })
        .execute(&mut *tx)
        .await?;
        ledger::keep_email(tx, &notice_id, subscriber, &delivery, &id::hash(&id::secret())).await?;
        match went {
            Went::Arrived | Went::At(_) => {}
            Went::CameBack => {
                let back = Return {
                    email: delivery,
                    came: Came::Bounced,
                    reason: "550 5.1.1 no such mailbox".into(),
                };
                deliveries::store::came_back(tx, &back, at + DAY).await?;
            }
            Went::Refused => {
                let by = sefton.organiser.as_str().into();
                let told = ToldAnotherWay { by: &by, how: "phone", at: sefton.day(-4) };
                let about = std::slice::from_ref(&notice_id);
                _ = ledger::reached(tx, subscriber, about, told).await?;
            }
        }
    }
    Ok(notice_id)
}

/// A question of the parent you can sign in as, which has been answered, and one that is waiting.
async fn asked(
    tx: &mut AnyConnection,
    sefton: &Sefton,
    notice_id: &Id<Notice>,
) -> Result<(), sqlx::Error> {
    let (at, (leader, _)) = (sefton.day(-10), leaders(sefton));
    let both = [
        ("Does the bus home change too?", "parent@example.org"),
        ("Can my son be picked up at our door?", "family3@example.org"),
    ];
    for (question, email) in both {
        let new = NewQuestion { form_key: &id::fresh(), question, email };
        questions::store::ask(tx, notice_id, new, at).await?;
    }
    // The parent's answer went out long ago, and their address with it.
    let answered = sqlx::query_scalar(
        "UPDATE notice_questions SET email = NULL WHERE email = 'parent@example.org' RETURNING id",
    )
    .fetch_one(&mut *tx)
    .await?;
    let answer = NewAnswer {
        form_key: id::fresh(),
        questions: vec![answered],
        question: "Does the bus home change too?".into(),
        answer: "No, only the morning changes. The bus home will still leave school at 3:20pm."
            .into(),
    };
    questions::store::answer(tx, notice_id, &answer, &leader, at + DAY).await?;
    Ok(())
}
