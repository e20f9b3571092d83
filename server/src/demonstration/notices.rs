//! The demonstration's notices: one that is coming, one that holds, one that was corrected, one
//! that is proposed, one that is due and one that waits for approval; and the families who are
//! told.

use calendar::clock::{self, DAY, Millis};
use calendar::school::NewDay;
use deliveries::returns::{Came, Return};
use ground::db::Kind;
use jiff::civil::Date;
use notices::questions::{self, NewAnswer};
use notices::rules::{Effect, Follow};
use notices::wording::{Follows, Wording};
use notices::{ledger, store};
use sqlx::AnyConnection;
use subscribers::Cadence;
use subscriptions::rules::Wanted;
use subscriptions::store::{Began, begin, subscriber};

/// What the notices need of the area.
pub struct Ground<'a> {
    /// The services: (name, id).
    pub services: &'a [(&'static str, String)],
    /// The place of the south.
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

    /// The day so many days from now.
    fn day(&self, days: i64) -> Effect {
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
        "The drop-in begins at 10am, not at 9:30am. The day and the place stay as they were."
            .to_owned();
    let correction = Wording {
        title: "The autism drop-in begins at 10am".into(),
        what: "The drop-in on Thursdays begins at 10am and no longer at 9am.".into(),
        follows: Some(Follows { notice_id: drop_in.clone(), how: Follow::Correction, changed }),
        ..self::drop_in(ground)
    };
    told(tx, ground, &correction, 6, |_| Went::Arrived).await?;
    told(tx, ground, &personal_budgets(ground), 3, |_| Went::Arrived).await?;

    let (due, _) = store::write(tx, &taxis(ground), ground.leader, ground.now - DAY).await?;
    store::approve(tx, &due, ground.colleague, (ground.now + 3 * DAY, None), ground.now).await?;
    store::write(tx, &holiday_club(ground), ground.colleague, ground.now - DAY).await?;
    Ok(())
}

/// Who runs what, how early families are to be told, and when schools are open: term dates like
/// those of many areas.
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

/// Invented families who asked to be told long ago, and the parent one can sign in as.
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

/// What became of an email of the past.
#[derive(Clone, Copy, PartialEq)]
enum Went {
    Arrived,
    CameBack,
    /// The other side did not take it, and an organiser has told the family since.
    Refused,
}

/// Written, approved and started so many days ago, with its emails as they are after they have
/// gone; its id.
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

/// A question that is answered, and one that waits.
async fn asked(
    tx: &mut AnyConnection,
    ground: &Ground<'_>,
    notice_id: &str,
) -> Result<(), sqlx::Error> {
    let at = ground.now - 10 * DAY;
    let kept = [
        ("Does the bus home change too?", "family1@example.org"),
        ("Can he be picked up at our door?", "family2@example.org"),
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
        answer: "No. Only the morning changes. The bus home leaves school at 3:20pm as before."
            .into(),
    };
    questions::store::answer(tx, notice_id, &answer, ground.leader, at + DAY).await?;
    Ok(())
}

fn route_five(ground: &Ground<'_>) -> Wording {
    Wording {
        form_key: id::fresh(),
        title: "Route 5 to school comes fifteen minutes earlier".into(),
        what:
            "The bus on route 5 comes at 8:10 and no longer at 8:25. The stops stay as they are. \
            The way home stays as it is."
                .into(),
        why: "The bridge on the old way is closed for repairs until summer.".into(),
        affected: "Children and young people who travel on route 5".into(),
        families: Some(40),
        must_do: "Be at the stop by 8:05. Tell us if your child cannot manage the new time.".into(),
        must_do_by: clock::fields(ground.now + 10 * DAY).0,
        whom: "The school transport team".into(),
        phone: "01234 567 890".into(),
        email: "transport@example.org".into(),
        decided_day: Some(clock::fields(ground.now - 15 * DAY).0),
        effect: ground.day(12),
        changes_entitlement: false,
        services: ground.service("Transport"),
        places: vec![ground.south.to_owned()],
        follows: None,
    }
}

fn autism_group(ground: &Ground<'_>) -> Wording {
    Wording {
        title: "The autism parents’ group moves to Wednesdays".into(),
        what:
            "The group for parents meets on Wednesdays at 6pm and no longer on Mondays. The hall \
            stays the same."
                .into(),
        why: "More parents asked for an evening in the middle of the week.".into(),
        affected: "Parents and carers who come to the group".into(),
        families: Some(90),
        must_do: String::new(),
        must_do_by: String::new(),
        whom: "The autism support team".into(),
        phone: "01234 567 891".into(),
        email: String::new(),
        decided_day: Some(clock::fields(ground.now - 30 * DAY).0),
        effect: ground.day(-5),
        services: ground.service("Autism support"),
        places: Vec::new(),
        ..route_five(ground)
    }
}

/// As it was told first: the hour is wrong.
fn drop_in(ground: &Ground<'_>) -> Wording {
    Wording {
        title: "The autism drop-in begins at 9:30am".into(),
        what: "The drop-in on Thursdays begins at 9:30am and no longer at 9am.".into(),
        why: "Parents asked for time to come after the school run.".into(),
        affected: "Families who come to the drop-in".into(),
        families: Some(35),
        effect: ground.day(15),
        decided_day: Some(clock::fields(ground.now - 20 * DAY).0),
        ..autism_group(ground)
    }
}

fn personal_budgets(ground: &Ground<'_>) -> Wording {
    Wording {
        title: "Personal budgets may be paid every three months".into(),
        what: "Personal budgets are paid each month now. It is proposed to pay them every three \
            months, in advance."
            .into(),
        why: "Families have asked for fewer forms.".into(),
        affected: "Families with a personal budget".into(),
        families: Some(120),
        decided_day: None,
        effect: ground.day(60),
        services: ground.service("Personal budgets"),
        ..autism_group(ground)
    }
}

fn taxis(ground: &Ground<'_>) -> Wording {
    Wording {
        title: "A new firm drives the taxis to school".into(),
        what: "From that day another firm drives. The times stay as they are. Your driver rings \
            you in the week before."
            .into(),
        why: "The contract with the firm of now ends.".into(),
        affected: "Children who go to school by taxi".into(),
        families: Some(75),
        must_do: "Tell the new driver what your child needs, when the driver rings.".into(),
        must_do_by: String::new(),
        effect: ground.day(45),
        places: Vec::new(),
        ..route_five(ground)
    }
}

fn holiday_club(ground: &Ground<'_>) -> Wording {
    Wording {
        title: "The holiday club closes for two weeks".into(),
        what:
            "There is no holiday club for two weeks. It begins again after that, at the same place."
                .into(),
        why: "The rooms are repaired.".into(),
        affected: "Families who come to the club".into(),
        families: Some(60),
        whom: "The short breaks team".into(),
        effect: ground.day(21),
        services: ground.service("Short breaks"),
        ..autism_group(ground)
    }
}
