//! What everybody does something with. What ends begins anew before it does.

use calendar::clock::{DAY, MINUTE, Moment};

use crate::fixtures::consultations::open;
use crate::fixtures::plans::{meet, register, session_of};
use crate::notices::{leaders, noticed, told};
use crate::updates::{DONE, closed_topic, publish};
use crate::world::World;

const LEADERS: [&str; 2] = ["leader@example.org", "leader2@example.org"];
const ORGANISER: &str = "organiser@example.org";

/// How many days ahead of its change a notice tells, and a consultation is open.
const NOTICED: i64 = 360;
const OPEN: i64 = 60;
/// How many days a life lasts at most.
const LIFE: i64 = 30;

pub struct Around {
    /// The topic that updates are about.
    pub topic: String,
    pub update: String,
    /// The topic that is voted on, and until when.
    pub voting: (String, Moment),
    /// The consultation that people answer who are signed in, and until when.
    pub consultation: (String, Moment),
    notice: (String, Moment),
    /// A planning session, and how many of these people said that they were there.
    session: Option<(String, usize)>,
    rounds: u32,
}

impl Around {
    pub async fn new(world: &World) -> Self {
        let topic = closed_topic(world).await;
        let both = leaders(world).await;
        let update = publish(&both.0, &topic, &DONE).await;
        world.organiser().await;
        let over = || (String::new(), Moment::default());
        let (voting, consultation, notice) = (over(), over(), over());
        Self { topic, update, voting, consultation, notice, session: None, rounds: 0 }
    }

    /// Begins anew what is over, or nearly.
    pub async fn renew(&mut self, world: &World) {
        if self.voting.1 < world.now() + DAY {
            self.begin_voting(world).await;
        }
        if self.consultation.1 < world.now() + LIFE * DAY {
            let organiser = world.sign_in(ORGANISER).await;
            let until = world.now() + OPEN * DAY;
            self.consultation = (open(world, &organiser, "signed in").await, until);
        }
        if self.notice.1 < world.now() + DAY {
            let both = (world.sign_in(LEADERS[0]).await, world.sign_in(LEADERS[1]).await);
            let until = world.now() + NOTICED * DAY;
            self.notice = (noticed(world, &both, "Later buses", NOTICED).await, until);
            told(world).await;
        }
    }

    /// Lets the last round close, and people vote in another.
    async fn begin_voting(&mut self, world: &World) {
        world.forward((self.voting.1 - world.now()).max(0) + MINUTE);
        rounds::close_due(world.db(), &world.house.clock).await.unwrap();
        self.rounds += 1;
        let began = world.now();
        let (_, topic) = world.voting(&format!("Buses of round {}", self.rounds)).await;
        self.voting = (topic, began + 11 * DAY);
    }

    /// Where a question about the notice goes.
    pub fn ask(&self) -> String {
        format!("/notices/{}/questions/new", self.notice.0)
    }

    /// A planning session that is not confirmed yet: two of these people confirm it.
    pub async fn session(&mut self, world: &World) -> String {
        if let Some((session, said)) = &self.session
            && *said < 2
        {
            return session.clone();
        }
        let leader = world.sign_in(LEADERS[0]).await;
        let plan = register(world, &leader).await;
        meet(world, &leader, &plan).await;
        let session = session_of(world, &plan).await;
        self.session = Some((session.clone(), 0));
        session
    }

    /// One more of them says that they were at it.
    pub fn one_was_there(&mut self) {
        if let Some((_, said)) = &mut self.session {
            *said += 1;
        }
    }
}
