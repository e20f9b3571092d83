//! The demonstration's notices: one that is coming, one in force, one that was corrected, one that
//! is only proposed, one approved for later and one waiting for approval; and the families who are
//! told.

use calendar::clock::{self, DAY, Millis};
use calendar::school::NewDay;
use deliveries::returns::{Came, Return};
use ground::db::Kind;
use jiff::civil::{Date, Weekday};
use notices::questions::{self, NewAnswer};
use notices::rules::{Effect, Follow};
use notices::wording::{Follows, Wording};
use notices::{ledger, store};
use sqlx::AnyConnection;
use subscribers::Cadence;
use subscriptions::rules::Wanted;
use subscriptions::store::{Began, begin, subscriber};

/// What the notices need to know of the area.
pub struct Ground<'a> {
    /// The services: (name, id).
    pub services: &'a [(&'static str, String)],
    /// South Sefton.
    pub south: &'a str,
    /// Who writes them.
    pub leader: &'a str,
    /// Who approves them.
    pub colleague: &'a str,
    /// Who tells families whom no email reaches.
    pub organiser: &'a str,
    /// A parent who wants to be told: (address, account).
    pub parent: (&'a str, &'a str),
    /// Invented families who want to be told: (address, account).
    pub families: Vec<(String, String)>,
    pub now: Millis,
    pub kind: Kind,
}

impl Ground<'_> {
    fn service(&self, name: &str) -> Vec<String> {
        self.services.iter().filter(|(known, _)| *known == name).map(|(_, id)| id.clone()).collect()
    }

    /// The first such weekday, from so many days on.
    fn first(&self, weekday: Weekday, days: i64) -> Effect {
        let days = super::first(weekday, self.now, days);
        Effect::Day(
            clock::read(&clock::fields(self.now + days * DAY).0, "00:00").unwrap_or(self.now),
        )
    }
}

pub async fn fill(tx: &mut AnyConnection, ground: &Ground<'_>) -> Result<(), sqlx::Error> {
    settled(tx, ground).await?;
    subscribed(tx, ground).await?;
    told(tx, ground, &autism_group(ground), 26, |nth| {
        if nth % 5 == 2 { Went::Refused } else { Went::Arrived }
    })
    .await?;
    let transport = told(tx, ground, &route_five(ground), 13, |nth| {
        if nth == 7 { Went::CameBack } else { Went::Arrived }
    })
    .await?;
    asked(tx, ground, &transport).await?;
    let drop_in = told(tx, ground, &drop_in(ground), 9, |_| Went::Arrived).await?;
    let changed =
        "The drop-in will start at 10am, not 9:30am. The day and the place stay the same."
            .to_owned();
    let correction = Wording {
        title: "The autism drop-in will start at 10am".into(),
        what: "The Thursday drop-in will start at 10am instead of 9am.".into(),
        follows: Some(Follows { notice_id: drop_in.clone(), how: Follow::Correction, changed }),
        ..self::drop_in(ground)
    };
    told(tx, ground, &correction, 6, |_| Went::Arrived).await?;
    told(tx, ground, &personal_budgets(ground), 3, |_| Went::Arrived).await?;

    let (due, _) = store::write(tx, &taxis(ground), ground.leader, ground.now - DAY).await?;
    store::approve(tx, &due, ground.colleague, (ground.now + 3 * DAY, None), ground.now).await?;
    store::write(tx, &saturday_club(ground), ground.colleague, ground.now - DAY).await?;
    Ok(())
}

/// Who runs what, how early families must be told, and when schools are open: term dates like those
/// of many areas.
async fn settled(tx: &mut AnyConnection, ground: &Ground<'_>) -> Result<(), sqlx::Error> {
    let nhs: String = sqlx::query_scalar("SELECT id FROM organisations WHERE name LIKE 'NHS%'")
        .fetch_one(&mut *tx)
        .await?;
    for name in ["Speech and language therapy", "Occupational therapy", "Paediatrics", "Audiology"]
    {
        for service in ground.service(name) {
            area::store::set_rule(tx, &service, std::slice::from_ref(&nhs), Some(20)).await?;
        }
    }
    for service in ground.service("Transport") {
        area::store::set_rule(tx, &service, &[], Some(20)).await?;
    }
    let today = clock::date(ground.now);
    let year = if today.month() >= 8 { today.year() } else { today.year() - 1 };
    for (name, first, last) in [
        ("Autumn, first half", (year, 9, 2), (year, 10, 23)),
        ("Autumn, second half", (year, 11, 2), (year, 12, 18)),
        ("Spring, first half", (year + 1, 1, 4), (year + 1, 2, 12)),
        ("Spring, second half", (year + 1, 2, 22), (year + 1, 3, 25)),
        ("Summer, first half", (year + 1, 4, 12), (year + 1, 5, 28)),
        ("Summer, second half", (year + 1, 6, 7), (year + 1, 7, 21)),
    ] {
        let day = |(year, month, day)| Date::new(year, month, day).unwrap_or(today);
        area::store::add_day(
            tx,
            &NewDay::Term { name: name.into(), first: day(first), last: day(last) },
        )
        .await?;
    }
    let day = Date::new(year + 1, 5, 3).unwrap_or(today);
    area::store::add_day(tx, &NewDay::Closed { name: "Early May bank holiday".into(), day })
        .await?;
    Ok(())
}

/// Invented families who asked to be told long ago, and the parent you can sign in as.
async fn subscribed(tx: &mut AnyConnection, ground: &Ground<'_>) -> Result<(), sqlx::Error> {
    let services = ["Transport", "Autism support", "Personal budgets"]
        .map(|name| ground.service(name))
        .concat();
    let wanted = Wanted { services, places: Vec::new(), cadence: Cadence::AtOnce };
    let at = ground.now - 60 * DAY;
    for (email, account) in ground
        .families
        .iter()
        .map(|(email, account)| (email.as_str(), account.as_str()))
        .chain([ground.parent])
    {
        let subscriber = subscriber(tx, email, Some(account), at).await?;
        begin(tx, &subscriber, &wanted, Began::Account, at).await?;
    }
    Ok(())
}

/// What became of an email that was sent in the past.
#[derive(Clone, Copy, PartialEq)]
enum Went {
    Arrived,
    CameBack,
    /// The other mail server refused it, and an organiser has told the family since.
    Refused,
}

/// Writes, approves and starts a notice so many days ago, with its emails as they are once they
/// have gone. Returns its id.
async fn told(
    tx: &mut AnyConnection,
    ground: &Ground<'_>,
    notice: &Wording,
    days: i64,
    went: impl Fn(usize) -> Went,
) -> Result<String, sqlx::Error> {
    let at = ground.now - days * DAY;
    let (notice_id, _) =
        store::write(tx, &Wording { form_key: id::fresh(), ..notice.clone() }, ground.leader, at)
            .await?;
    store::approve(tx, &notice_id, ground.colleague, (at, None), at).await?;
    ledger::start_next(tx, ground.kind, at).await?;
    let told: Vec<String> = sqlx::query_scalar(
        "SELECT subscriber_id FROM ledger WHERE notice_id = $1 ORDER BY subscriber_id",
    )
    .bind(&notice_id)
    .fetch_all(&mut *tx)
    .await?;
    for (nth, subscriber) in told.iter().enumerate() {
        let (delivery, went) = (id::fresh(), went(nth));
        let (sent_at, given_up_at) =
            if went == Went::Refused { (None, Some(at)) } else { (Some(at), None) };
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
            "550 5.7.1 this server takes no emails from \
            here"
        } else {
            ""
        })
        .execute(&mut *tx)
        .await?;
        ledger::keep_email(tx, &notice_id, subscriber, &delivery, &id::hash(&id::secret())).await?;
        match went {
            Went::Arrived => {}
            Went::CameBack => {
                let back = Return {
                    email: delivery,
                    came: Came::Bounced,
                    reason: "550 5.1.1 no such mailbox".into(),
                };
                deliveries::store::came_back(tx, &back, at + DAY).await?;
            }
            Went::Refused => {
                _ = ledger::reached(
                    tx,
                    subscriber,
                    std::slice::from_ref(&notice_id),
                    (ground.organiser, "phone"),
                    ground.now - 4 * DAY,
                )
                .await?;
            }
        }
    }
    Ok(notice_id)
}

/// A question that has been answered, and one that is waiting.
async fn asked(
    tx: &mut AnyConnection,
    ground: &Ground<'_>,
    notice_id: &str,
) -> Result<(), sqlx::Error> {
    let at = ground.now - 10 * DAY;
    let kept = [
        ("Does the bus home change too?", "family1@example.org"),
        ("Can my son be picked up at our door?", "family2@example.org"),
    ];
    for (question, email) in kept {
        questions::store::ask(tx, notice_id, &id::fresh(), (question, email), at).await?;
    }
    let first: String =
        sqlx::query_scalar("SELECT id FROM notice_questions WHERE email = 'family1@example.org'")
            .fetch_one(&mut *tx)
            .await?;
    sqlx::query("UPDATE notice_questions SET email = NULL WHERE id = $1")
        .bind(&first)
        .execute(&mut *tx)
        .await?;
    let answer = NewAnswer {
        form_key: id::fresh(),
        questions: vec![first],
        question: "Does the bus home change too?".into(),
        answer: "No, only the morning changes. The bus home will still leave school at 3:20pm."
            .into(),
    };
    questions::store::answer(tx, notice_id, &answer, ground.leader, at + DAY).await?;
    Ok(())
}

fn route_five(ground: &Ground<'_>) -> Wording {
    Wording {
        form_key: id::fresh(),
        title: "The route 5 school bus will come 15 minutes earlier".into(),
        what: "The bus on route 5 will come at 8:10 instead of 8:25. The stops stay the same, and \
            so does the journey home."
            .into(),
        why: "The usual road will be closed while its bridge is repaired.".into(),
        affected: "Children and young people who travel on route 5".into(),
        families: Some(40),
        must_do: "Tell us if your child can't manage the new time.".into(),
        must_do_by: clock::fields(
            ground.now + (super::first(Weekday::Monday, ground.now, 12) - 3) * DAY,
        )
        .0,
        whom: "The school transport team".into(),
        phone: "01234 567 890".into(),
        email: "transport@example.org".into(),
        decided_day: Some(clock::fields(ground.now - 15 * DAY).0),
        effect: ground.first(Weekday::Monday, 12),
        changes_entitlement: false,
        services: ground.service("Transport"),
        places: vec![ground.south.to_owned()],
        follows: None,
    }
}

fn autism_group(ground: &Ground<'_>) -> Wording {
    Wording {
        title: "The autism parents' group is moving to Wednesdays".into(),
        what: "The parents' group will meet on Wednesdays at 6pm instead of Mondays. It will stay \
            in the same hall."
            .into(),
        why: "Parents asked for an evening in the middle of the week.".into(),
        affected: "Parents and carers who come to the group".into(),
        families: Some(90),
        must_do: String::new(),
        must_do_by: String::new(),
        whom: "The autism support team".into(),
        phone: "01234 567 891".into(),
        email: String::new(),
        decided_day: Some(clock::fields(ground.now - 30 * DAY).0),
        effect: ground.first(Weekday::Wednesday, -11),
        services: ground.service("Autism support"),
        places: Vec::new(),
        ..route_five(ground)
    }
}

/// As families were first told: the time is wrong.
fn drop_in(ground: &Ground<'_>) -> Wording {
    Wording {
        title: "The autism drop-in will start at 9:30am".into(),
        what: "The Thursday drop-in will start at 9:30am instead of 9am.".into(),
        why: "Parents asked for time to get there after the school run.".into(),
        affected: "Families who come to the drop-in".into(),
        families: Some(35),
        effect: ground.first(Weekday::Thursday, 15),
        decided_day: Some(clock::fields(ground.now - 20 * DAY).0),
        ..autism_group(ground)
    }
}

fn personal_budgets(ground: &Ground<'_>) -> Wording {
    Wording {
        title: "Personal budgets may be paid every three months".into(),
        what: "Personal budgets are paid every month now. We are thinking of paying them every \
            three months, in advance."
            .into(),
        why: "Families have asked for fewer forms.".into(),
        affected: "Families with a personal budget".into(),
        families: Some(30),
        decided_day: None,
        effect: ground.first(Weekday::Monday, 60),
        services: ground.service("Personal budgets"),
        ..autism_group(ground)
    }
}

fn taxis(ground: &Ground<'_>) -> Wording {
    Wording {
        title: "A new firm will drive the school taxis".into(),
        what: "Another firm will drive your child's taxi. The times stay the same. The new driver \
            will ring you in the week before."
            .into(),
        why: "The contract with the present firm is coming to an end.".into(),
        affected: "Children who go to school by taxi".into(),
        families: Some(75),
        must_do: "When the new driver rings, say what your child needs.".into(),
        must_do_by: String::new(),
        effect: ground.first(Weekday::Monday, 45),
        places: Vec::new(),
        ..route_five(ground)
    }
}

fn saturday_club(ground: &Ground<'_>) -> Wording {
    Wording {
        title: "The Saturday club will close for two weeks".into(),
        what: "There will be no Saturday club for two weeks. After that it will be back in the \
            same place."
            .into(),
        why: "The rooms are being repaired.".into(),
        affected: "Families who come to the club".into(),
        families: Some(60),
        whom: "The short breaks team".into(),
        effect: ground.first(Weekday::Saturday, 21),
        services: ground.service("Short breaks"),
        ..autism_group(ground)
    }
}
