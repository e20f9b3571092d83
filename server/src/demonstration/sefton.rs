//! The demonstration's area: its services and who runs each, its places, and its people, who are
//! all plainly invented.

use calendar::clock::{self, DAY, Moment};
use calendar::school::SchoolYear;
use ground::viewer::{PersonFacts, Role};
use sqlx::AnyConnection;

use super::days;

pub const ADMINISTRATOR: &str = "admin@example.org";
/// Leads for the council, like a colleague who approves notices.
pub const LEADER: &str = "leader@example.org";
/// Leads for the NHS.
pub const NHS_LEADER: &str = "nhs@example.org";

pub const COUNCIL: &str = "Sefton Council";
pub const NHS: &str = "NHS Cheshire and Merseyside";

/// The services, and who runs each.
const SERVICES: [(&str, &[&str]); 12] = [
    ("Transport", &[COUNCIL]),
    ("Autism support", &[COUNCIL, NHS]),
    ("Speech and language therapy", &[NHS]),
    ("Occupational therapy", &[NHS]),
    ("Paediatrics", &[NHS]),
    ("Audiology", &[NHS]),
    ("EHC plans", &[COUNCIL]),
    ("Short breaks", &[COUNCIL]),
    ("Personal budgets", &[COUNCIL]),
    ("Early years", &[COUNCIL]),
    ("Preparing for adulthood", &[COUNCIL]),
    ("SENDIASS", &[COUNCIL]),
];

/// Those about which families hear twenty school days before a change.
const TOLD_EARLY: [&str; 5] = [
    "Transport",
    "Speech and language therapy",
    "Occupational therapy",
    "Paediatrics",
    "Audiology",
];

/// The places, and how many children with SEND live in each. Invented, like the people.
pub const PLACES: [(&str, u64); 2] = [("North Sefton", 1_750), ("South Sefton", 2_300)];

/// What has a name and an id.
type Named = Vec<(&'static str, String)>;

/// The area, and everyone in it by account.
pub struct Sefton {
    pub services: Named,
    pub organisations: Named,
    pub places: Named,
    /// Who you sign in as: two parents, from the south and the north.
    pub parent: String,
    pub parent2: String,
    pub organiser: String,
    /// Another organiser, who checks what the first has counted.
    pub checker: String,
    /// A leader of the council, and one who approves what that one writes.
    pub leader: String,
    pub colleague: String,
    /// A leader of the NHS.
    pub nhs: String,
    /// Families in the north, then in the south.
    pub families: [Vec<String>; 2],
    pub school: SchoolYear,
    /// Yesterday at five in the afternoon. Everything is told from then.
    pub now: Moment,
}

impl Sefton {
    /// The ids of the services with these names.
    pub fn services(&self, names: &[&str]) -> Vec<String> {
        ids(&self.services, names)
    }

    /// The ids of the places with these names.
    pub fn places(&self, names: &[&str]) -> Vec<String> {
        ids(&self.places, names)
    }

    /// The ids of the organisations with these names.
    pub fn organisations(&self, names: &[&str]) -> Vec<String> {
        ids(&self.organisations, names)
    }

    /// Five in the afternoon, so many days after `now`, or before it.
    pub fn day(&self, days: i64) -> Moment {
        days::at_five(self.now + days * DAY)
    }

    /// The address of a family: the numbers count up, even in the north and odd in the south.
    pub fn address(side: usize, nth: usize) -> String {
        format!("family{}@example.org", nth * 2 + 2 - side)
    }
}

fn ids(named: &[(&'static str, String)], names: &[&str]) -> Vec<String> {
    named.iter().filter(|(name, _)| names.contains(name)).map(|(_, id)| id.clone()).collect()
}

/// What the forum says of itself. The telephone numbers are of those that are kept for stories.
const CONTACT: [(&str, &str); 9] = [
    (
        "about",
        "We are parents and carers of children and young people with special educational needs and \
         disabilities (SEND) in Sefton. Eight of us run the forum in our spare time, and about 130 \
         families have joined.\n\nA grant pays for a part-time worker, a room and this site. The \
         council and the NHS don't tell us what to ask or what to publish.",
    ),
    ("phone", "0151 496 0123"),
    ("hours", "Monday to Thursday, 10am to 2pm in term time"),
    ("email", "hello@example.org"),
    ("post", "Sefton Parent Carer Forum\nThe Invented Centre\n1 Example Street\nSefton"),
    ("advice", "Sefton SENDIASS"),
    ("advice_phone", "0151 496 0456"),
    ("advice_web", "https://example.org/sendiass"),
    ("controller", ""),
];

/// Makes the area and its people. They have been here since before the first round.
pub async fn fill(
    tx: &mut AnyConnection,
    now: Moment,
    password: &str,
) -> Result<Sefton, sqlx::Error> {
    let mut organisations = Vec::new();
    for name in [COUNCIL, NHS] {
        organisations
            .push((name, area::store::add(tx, area::AreaKind::Organisation, name, None).await?));
    }
    let mut services = Vec::new();
    for (name, run_by) in SERVICES {
        let id = area::store::add(tx, area::AreaKind::Service, name, None).await?;
        let days = TOLD_EARLY.contains(&name).then_some(20);
        area::store::set_rule(tx, &id.as_str().into(), &ids(&organisations, run_by), days).await?;
        services.push((name, id));
    }
    let mut places = Vec::new();
    for (name, children) in PLACES {
        let facts = area::PlaceFacts {
            baseline: i64::try_from(children).ok(),
            baseline_source: "Invented for the demonstration".to_owned(),
            baseline_day: clock::fields(now - 300 * DAY).0,
        };
        let place = area::store::add(tx, area::AreaKind::Place, name, Some(&facts)).await?;
        places.push((name, place));
    }
    let [north, south] =
        [0, 1].map(|nth: usize| PersonFacts::living_in(&places[nth].1.as_str().into()));
    area::texts::save(tx, &CONTACT, now).await?;
    let (named, school) = days::school(now);
    for day in named {
        area::store::add_day(tx, &day).await?;
    }

    let mut people = People { tx, password, joined: days::at_five(now - 230 * DAY) };
    let parent = people.parent("parent@example.org", "Invented Parent", &south).await?;
    let parent2 = people.parent("parent2@example.org", "Second Invented Parent", &north).await?;
    let roles = [Role::Organiser, Role::Safeguarding];
    let organiser = people.person("organiser@example.org", "Invented Organiser", &roles).await?;
    let roles = [Role::Organiser];
    let checker =
        people.person("organiser2@example.org", "Second Invented Organiser", &roles).await?;
    let (council, nhs) = (&organisations[0].1, &organisations[1].1);
    let leader = people.leader(LEADER, "Invented Leader", council).await?;
    let colleague = people.leader("leader2@example.org", "Second Invented Leader", council).await?;
    let nhs = people.leader(NHS_LEADER, "Invented NHS Leader", nhs).await?;
    people.person(ADMINISTRATOR, "Invented Administrator", &[Role::Admin]).await?;
    let mut families = [Vec::new(), Vec::new()];
    for nth in 0..65 {
        for (side, facts) in [(1, &south), (0, &north)] {
            let email = Sefton::address(side, nth);
            let name = format!("Invented Family {}", nth * 2 + 2 - side);
            families[side].push(people.family(&email, &name, facts).await?);
        }
    }
    Ok(Sefton {
        services,
        organisations,
        places,
        parent,
        parent2,
        organiser,
        checker,
        leader,
        colleague,
        nhs,
        families,
        school,
        now: days::at_five(now - DAY),
    })
}

/// Makes accounts.
struct People<'a> {
    tx: &'a mut AnyConnection,
    /// The hash of the one password.
    password: &'a str,
    joined: Moment,
}

impl People<'_> {
    async fn parent(
        &mut self,
        email: &str,
        name: &str,
        facts: &PersonFacts,
    ) -> Result<String, sqlx::Error> {
        let password = Some(self.password);
        self.make(email, name, (facts.clone(), password), &[Role::Parent]).await
    }

    /// A family that nobody signs in as.
    async fn family(
        &mut self,
        email: &str,
        name: &str,
        facts: &PersonFacts,
    ) -> Result<String, sqlx::Error> {
        self.make(email, name, (facts.clone(), None), &[Role::Parent]).await
    }

    async fn person(
        &mut self,
        email: &str,
        name: &str,
        roles: &[Role],
    ) -> Result<String, sqlx::Error> {
        let password = Some(self.password);
        self.make(email, name, (PersonFacts::default(), password), roles).await
    }

    async fn leader(
        &mut self,
        email: &str,
        name: &str,
        organisation: &str,
    ) -> Result<String, sqlx::Error> {
        let account = self.person(email, name, &[Role::Leader]).await?;
        let (leader, organisation) = (account.as_str().into(), organisation.into());
        accounts::store::lead_for(self.tx, &leader, Some(&organisation)).await?;
        Ok(account)
    }

    async fn make(
        &mut self,
        email: &str,
        shown_name: &str,
        (facts, password_hash): (PersonFacts, Option<&str>),
        roles: &[Role],
    ) -> Result<String, sqlx::Error> {
        let account = accounts::store::NewAccount { email, shown_name, facts, password_hash };
        let id = accounts::store::make_account(self.tx, &account, self.joined)
            .await?
            .ok_or(sqlx::Error::RowNotFound)?;
        accounts::store::grant(self.tx, &id, roles, self.joined).await?;
        Ok(id.into())
    }
}
