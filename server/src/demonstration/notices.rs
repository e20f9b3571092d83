//! The demonstration's notices: one that is coming, one that holds, one that is proposed, and one that waits for approval.

use app::clock::{self, DAY, Millis};
use app::db::Kind;
use app::id;
use app::notices::rules::Effect;
use app::notices::wording::Wording;
use app::notices::{ledger, store};
use app::subscriptions::rules::{Cadence, Wanted};
use app::subscriptions::store::{Began, begin, subscriber};
use sqlx::AnyConnection;

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
    /// A parent who wants to be told: (address, account).
    pub parent: (&'a str, &'a str),
    pub now: Millis,
    pub kind: Kind,
}

pub async fn fill(tx: &mut AnyConnection, ground: &Ground<'_>) -> Result<(), sqlx::Error> {
    let service = |name: &str| ground.services.iter().filter(|(known, _)| *known == name).map(|(_, id)| id.clone()).collect::<Vec<_>>();
    let day = |days: i64| clock::read(&clock::fields(ground.now + days * DAY).0, "00:00").unwrap_or(ground.now);
    let wanted =
        Wanted { services: [service("Transport"), service("Autism support")].concat(), places: Vec::new(), cadence: Cadence::AtOnce };
    let transport = Wording {
        form_key: id::fresh(),
        title: "Route 5 to school comes fifteen minutes earlier".into(),
        what: "The bus on route 5 comes at 8:10 and no longer at 8:25. The stops stay as they are. The way home stays as it is.".into(),
        why: "The bridge on the old way is closed for repairs until summer.".into(),
        affected: "Children and young people who travel on route 5".into(),
        families: Some(40),
        must_do: "Be at the stop by 8:05. Tell us if your child cannot manage the new time.".into(),
        must_do_by: clock::fields(ground.now + 10 * DAY).0,
        whom: "The school transport team".into(),
        phone: "01234 567 890".into(),
        email: "transport@example.org".into(),
        decided_day: Some(clock::fields(ground.now - 15 * DAY).0),
        effect: Effect::Day(day(12)),
        changes_entitlement: false,
        follows: None,
        services: service("Transport"),
        places: vec![ground.south.to_owned()],
    };
    told(tx, ground, &transport, 13).await?;
    let autism = Wording {
        form_key: id::fresh(),
        title: "The autism parents’ group moves to Wednesdays".into(),
        what: "The group for parents meets on Wednesdays at 6pm and no longer on Mondays. The hall stays the same.".into(),
        why: "More parents asked for an evening in the middle of the week.".into(),
        affected: "Parents and carers who come to the group".into(),
        families: None,
        must_do: String::new(),
        must_do_by: String::new(),
        whom: "The autism support team".into(),
        phone: "01234 567 891".into(),
        email: String::new(),
        decided_day: Some(clock::fields(ground.now - 30 * DAY).0),
        effect: Effect::Day(day(-5)),
        changes_entitlement: false,
        follows: None,
        services: service("Autism support"),
        places: Vec::new(),
    };
    told(tx, ground, &autism, 26).await?;
    let proposed = Wording {
        form_key: id::fresh(),
        title: "Personal budgets may be paid every three months".into(),
        what: "Personal budgets are paid each month now. It is proposed to pay them every three months, in advance.".into(),
        why: "Families have asked for fewer forms.".into(),
        affected: "Families with a personal budget".into(),
        families: Some(120),
        decided_day: None,
        effect: Effect::Day(day(60)),
        services: service("Personal budgets"),
        ..autism.clone()
    };
    told(tx, ground, &proposed, 3).await?;
    let waiting = Wording {
        form_key: id::fresh(),
        title: "Speech and language drop-ins close for two weeks".into(),
        what: "There are no drop-ins for two weeks. They begin again after that, at the same places.".into(),
        why: "The rooms are repaired.".into(),
        affected: "Families who come to the drop-ins".into(),
        families: Some(60),
        must_do: String::new(),
        must_do_by: String::new(),
        whom: "The speech and language team".into(),
        places: Vec::new(),
        effect: Effect::Day(day(21)),
        services: service("Speech and language therapy"),
        ..transport.clone()
    };
    store::write(tx, &Wording { form_key: id::fresh(), ..waiting }, ground.colleague, ground.now - DAY).await?;
    // She has subscribed since, so that no letter goes out about what is past.
    let subscriber = subscriber(tx, ground.parent.0, Some(ground.parent.1), ground.now).await?;
    begin(tx, &subscriber, &wanted, Began::Account, ground.now).await
}

/// Written, approved and started so many days ago.
async fn told(tx: &mut AnyConnection, ground: &Ground<'_>, notice: &Wording, days: i64) -> Result<(), sqlx::Error> {
    let at = ground.now - days * DAY;
    let notice_id = store::write(tx, &Wording { form_key: id::fresh(), ..notice.clone() }, ground.leader, at).await?;
    store::approve(tx, &notice_id, ground.colleague, at, at).await?;
    ledger::start_next(tx, ground.kind, at).await?;
    Ok(())
}
