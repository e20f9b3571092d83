//! The demonstration's plans: one whose gate is open, one whose gate is shut, and one whose gate
//! was overridden.

use calendar::clock::{DAY, Millis};
use ground::db::Kind;
use plans::rules::{Answer, NewDraft, NewPlan, NewSession, Override};
use plans::store::{self, By};
use sqlx::AnyConnection;

/// What the plans need to know of the area.
pub struct Ground<'a> {
    /// The services: (name, id).
    pub services: &'a [(&'static str, String)],
    /// The topics: (title, id).
    pub topics: Vec<(String, String)>,
    pub leader: &'a str,
    pub organiser: &'a str,
    pub now: Millis,
}

impl Ground<'_> {
    fn service(&self, name: &str) -> Vec<String> {
        self.services.iter().filter(|(known, _)| *known == name).map(|(_, id)| id.clone()).collect()
    }

    fn topic(&self, title: &str) -> Vec<String> {
        self.topics.iter().filter(|(known, _)| known == title).map(|(_, id)| id.clone()).collect()
    }
}

pub async fn fill(
    tx: &mut AnyConnection,
    kind: Kind,
    ground: &Ground<'_>,
) -> Result<(), sqlx::Error> {
    let council = area::store::add(tx, area::What::Organisation, "Sefton Council", None).await?;
    let nhs = area::store::add(tx, area::What::Organisation, "NHS in Sefton", None).await?;
    open(tx, kind, ground, vec![council.clone()]).await?;
    shut(tx, kind, ground, vec![nhs.clone(), council]).await?;
    overridden(tx, kind, ground, vec![nhs]).await
}

/// Parents chose its topics in spring and have planned it with leaders since, and the forum has
/// said so: it is ready for a draft.
async fn open(
    tx: &mut AnyConnection,
    kind: Kind,
    ground: &Ground<'_>,
    organisations: Vec<String>,
) -> Result<(), sqlx::Error> {
    let (leader, forum) = (by(ground.leader, "leader"), by(ground.organiser, "organiser"));
    let what = "What children and young people with SEND can do near home at weekends and in the \
        holidays, and who their parents can talk to.";
    let services = ground.service("Short breaks");
    let plan =
        register(tx, ground, "Weekends and holidays", what, organisations, services, 120).await?;
    let topics = [
        ground.topic("A sensory room that is open at weekends"),
        ground.topic("Someone to talk to in the north"),
    ]
    .concat();
    let at = at(tx, kind, &plan, ground.now - 118 * DAY).await?;
    store::tie(tx, &plan, &topics, &leader, at).await?;
    let session = NewSession {
        form_key: id::fresh(),
        day: calendar::clock::fields(ground.now - 60 * DAY).0,
        held_at: "A school hall in South Sefton, and online".into(),
        parents: 14,
        others: 5,
        decided:
            "Families will try three places in the spring, and what they tell us will decide which \
             one stays."
                .into(),
        notes: "Parents asked for quiet hours, parking at the door and somewhere to change an \
            older child."
            .into(),
        for_everyone: true,
    };
    store::record_session(tx, &plan, &session, &leader, ground.now - 58 * DAY).await?;
    let words = "Parents chose these topics, and have been planning with the council ever since. \
        We look forward to a draft.";
    store::state(tx, &plan, &id::fresh(), words, &forum, ground.now - 20 * DAY).await?;
    Ok(())
}

/// Its topic is still being voted on, and nobody has met parents yet.
async fn shut(
    tx: &mut AnyConnection,
    kind: Kind,
    ground: &Ground<'_>,
    organisations: Vec<String>,
) -> Result<(), sqlx::Error> {
    let what = "What happens from the first worry to the right help: who does each step, and how \
        long it takes.";
    let plan = register(
        tx,
        ground,
        "An autism pathway for Sefton",
        what,
        organisations,
        ground.service("Autism support"),
        25,
    )
    .await?;
    let at = at(tx, kind, &plan, ground.now - 24 * DAY).await?;
    store::tie(
        tx,
        &plan,
        &ground.topic("A published autism pathway"),
        &by(ground.leader, "leader"),
        at,
    )
    .await?;
    Ok(())
}

/// Its draft was written before any parent was asked, and was published by overriding the gate.
async fn overridden(
    tx: &mut AnyConnection,
    kind: Kind,
    ground: &Ground<'_>,
    organisations: Vec<String>,
) -> Result<(), sqlx::Error> {
    let leader = by(ground.leader, "leader");
    let what = "How long children wait for occupational therapy, in the north and in the south.";
    let services = ground.service("Occupational therapy");
    let plan = register(
        tx,
        ground,
        "Shorter waits for occupational therapy",
        what,
        organisations,
        services,
        70,
    )
    .await?;
    let draft = NewDraft {
        form_key: id::fresh(),
        summary:
            "Two more therapists will work in the south from January. The wait there will fall \
            from 24 weeks to 15. Nothing will change in the north."
                .into(),
        body: "# What will change\n\n* Two more therapists in South Sefton from January.\n* One \
            waiting list for the south, instead of one for each clinic.\n\n\
               # What will stay the same\n\nThe waiting list in the north.\n\n# How we will \
               know\n\n\
               | | now | in a year |\n|-|-|-|\n| north | 9 weeks | 9 weeks |\n| south | 24 weeks | \
                   15 weeks |\n"
            .into(),
    };
    let first = at(tx, kind, &plan, ground.now - 66 * DAY).await?;
    store::record_draft(tx, &plan, &draft, None, &leader, first).await?;
    let topics = ground.topic("The same wait for occupational therapy in the north and the south");
    store::tie(tx, &plan, &topics, &leader, ground.now - 28 * DAY).await?;
    for topic in &topics {
        let answer = Answer {
            kind: "adapted",
            words: "The wait in the south will get shorter, but there won't be one list for the \
                whole of Sefton yet. See 'What will change'."
                .into(),
            decided_by: String::new(),
        };
        store::answer(tx, &plan, 1, topic, &answer, &leader, ground.now - 22 * DAY).await?;
    }
    let passing = Override {
        name: "Invented Leader, head of commissioning".into(),
        reason: "We will lose the money for the two therapists at the end of the year unless the \
            plan is published by then. We will ask parents about the rest of it in the spring."
            .into(),
    };
    store::override_gate(tx, &plan, 1, &passing, &leader, ground.now - 21 * DAY).await?;
    store::publish(tx, &plan, 1, &leader, ground.now - 21 * DAY).await?;
    Ok(())
}

async fn register(
    tx: &mut AnyConnection,
    ground: &Ground<'_>,
    title: &str,
    what: &str,
    organisations: Vec<String>,
    services: Vec<String>,
    days_ago: i64,
) -> Result<String, sqlx::Error> {
    let plan = NewPlan {
        form_key: id::fresh(),
        title: title.to_owned(),
        what: what.to_owned(),
        due_day: calendar::clock::fields(ground.now + 150 * DAY).0,
        organisations,
        services,
        places: Vec::new(),
    };
    Ok(store::register(tx, &plan, &by(ground.leader, "leader"), ground.now - days_ago * DAY)
        .await?
        .0)
}

async fn at(
    tx: &mut AnyConnection,
    kind: Kind,
    plan: &str,
    at: Millis,
) -> Result<Millis, sqlx::Error> {
    store::hold(tx, kind, plan, at).await?.ok_or(sqlx::Error::RowNotFound)
}

fn by(account: &str, role: &'static str) -> By {
    By { account_id: account.to_owned(), role }
}
