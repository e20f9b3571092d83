//! Handing emails over: they are claimed in lots, written and signed, and lie in a tray until a
//! hand is free for them.
//!
//! One task fills the tray, and each hand has a connection of its own. What lies in the tray has
//! not gone, whatever happens to this process; and that an email went is kept before its hand
//! begins with the next one (`deliveries::Marks`).

mod lots;
mod tray;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use deliveries::{Claimed, Failure, Hand, Marks, Outcome, record};
use ground::house::House;
use tokio::sync::Mutex;
use tokio::time::{Interval, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use self::lots::{Lots, MOST};
use self::tray::{Ready, Tray};
use crate::figures;
use crate::mailer::{Ahead, Mailer, Next};
use crate::tasks::{Rests, longer};

/// How long to wait where the database or the mail server is away.
const PAUSE: Duration = Duration::from_millis(500);
/// How long to rest where nothing is due: at most until it is seen what another process owes, and
/// what is due by now.
const RESTS: Rests = Rests { least: BETWEEN_LOOKS, most: Duration::from_secs(1) };
/// How often it is looked, while the tray is full, for an email that somebody waits for.
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);
/// A task that is well says so within this time.
const HEARD_WITHIN: Duration = Duration::from_secs(180);

/// What all hands of a process share.
pub struct PostOffice {
    house: House,
    mailer: Mailer,
    /// The mark of this process.
    presence: String,
    /// When the next email may go, where there is a rate.
    beat: Option<Mutex<Interval>>,
    away: Away,
    tray: Tray,
    marks: Marks,
    /// How many emails this process is done with.
    done: AtomicU64,
    /// How many lots it has begun to claim.
    lots: AtomicU64,
    /// The lot that is being claimed, or could not be: some of it may be in nobody's hands.
    claiming: std::sync::Mutex<Option<Hand>>,
}

impl PostOffice {
    /// The office of the process with this mark. `rate`: the most emails a second.
    pub fn new(house: House, mailer: Mailer, presence: &str, rate: Option<u32>) -> Self {
        Self {
            house,
            mailer,
            presence: presence.to_owned(),
            beat: rate.map(|rate| Mutex::new(beat(rate))),
            away: Away::default(),
            tray: Tray::default(),
            marks: Marks::default(),
            done: AtomicU64::new(0),
            lots: AtomicU64::new(0),
            claiming: std::sync::Mutex::default(),
        }
    }

    fn claiming(&self) -> MutexGuard<'_, Option<Hand>> {
        self.claiming.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A lot is claimed under a name of its own, so that one of which nobody knows whether it was
    /// claimed can be given back by it.
    fn next_lot(&self) -> Hand {
        let nth = self.lots.fetch_add(1, Ordering::Relaxed) + 1;
        Hand {
            db: self.house.db.clone(),
            clock: self.house.clock.clone(),
            worker: format!("{}/{nth}", self.presence),
        }
    }

    fn lots_begin(&self) -> Lots {
        Lots::begin(self.done.load(Ordering::Relaxed))
    }

    /// Puts what is due into the tray: a lot when it is half empty, and otherwise what somebody
    /// waits for. How many emails.
    async fn fill(&self, lots: &mut Lots) -> Result<usize, sqlx::Error> {
        self.give_back_what_was_lost().await?;
        // While the server is away one is enough to try it with.
        let most = if self.away.is_so() { 1 } else { lots.size(self.done.load(Ordering::Relaxed)) };
        let room = most.saturating_sub(self.tray.len());
        let hand = self.next_lot();
        let now = self.house.clock.now();
        *self.claiming() = Some(hand.clone());
        let claimed = if room * 2 >= most {
            deliveries::store::claim(&hand, room, now).await?
        } else {
            deliveries::store::claim_first(&hand, MOST, now).await?
        };
        let many = claimed.len();
        // All are begun before the first is waited for.
        let begun: Vec<_> = claimed
            .into_iter()
            .map(|Claimed { email, permit, comes_first }| {
                (permit, comes_first, self.mailer.written(email))
            })
            .collect();
        for (permit, comes_first, written) in begun {
            self.tray.put(permit, comes_first, written.await);
        }
        *self.claiming() = None;
        Ok(many)
    }

    /// Gives back what a fault took out of the hands of this process.
    async fn give_back_what_was_lost(&self) -> Result<(), sqlx::Error> {
        let unsure = self.claiming().clone();
        if let Some(hand) = unsure {
            deliveries::store::release(&hand.db, &hand.worker).await?;
            *self.claiming() = None;
        }
        while let Some(permit) = self.tray.lost() {
            if let Err(error) = permit.let_go().await {
                self.tray.is_lost(permit);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Gives back what lies in the tray, as if it had not been tried.
    pub async fn give_back(&self) {
        while let Some(ready) = self.tray.take_at_once() {
            if let Err(error) = ready.permit().give_back().await {
                // Others see that this process is gone.
                tracing::warn!(%error, "emails could not be given back; they go a little later");
                return;
            }
            ready.settle();
        }
    }

    /// Hands over an email from the tray, and says whom the next one is to where that is known.
    /// Comes back when it is kept what became of it; false when it could not be kept.
    async fn hand_over(&self, ready: Ready, next: Option<&Ready>, ahead: &mut Ahead) -> bool {
        let sent = match ready.written() {
            Ok(written) => {
                let next = next.and_then(|next| {
                    let email = next.written().as_ref().ok()?;
                    Some(Next { email, permit: next.permit() })
                });
                self.mailer.send_in_turn(written, ready.permit(), next, ahead).await
            }
            Err(why) => Err(why.clone()),
        };
        let is_away = matches!(sent, Err(Failure::Away(_)));
        let outcome = record(ready.permit(), sent, &self.marks).await;
        if !is_away {
            self.done.fetch_add(1, Ordering::Relaxed);
        }
        let is_kept = outcome.is_ok();
        if is_kept {
            ready.settle();
        }
        if self.note(outcome) {
            self.give_back().await;
        }
        is_kept
    }

    /// Counts and reports what became of an email; whether it is news that the server is away.
    fn note(&self, outcome: Result<Outcome, sqlx::Error>) -> bool {
        let health = &self.house.health;
        match &outcome {
            Ok(Outcome::Sent) => figures::email("sent"),
            Ok(Outcome::Later) => figures::email("later"),
            Ok(Outcome::GivenUp) => figures::email("given-up"),
            Ok(Outcome::Away(_)) => figures::email("away"),
            Ok(Outcome::NothingDue) | Err(_) => {}
        }
        match outcome {
            Ok(Outcome::Away(why)) => {
                health.wrong("the mail server", "is away");
                let is_news = self.away.is_away();
                if is_news {
                    tracing::error!(why, "the mail server is away; it is tried again and again");
                }
                return is_news;
            }
            Ok(_) => {
                health.well("emails", HEARD_WITHIN);
                if self.away.is_there() {
                    health.well("the mail server", Duration::MAX);
                    tracing::info!("the mail server is there again");
                }
            }
            Err(error) => {
                health.wrong("emails", "cannot be read");
                tracing::error!(%error, "what became of an email could not be kept: it goes again");
            }
        }
        false
    }
}

/// Fills the tray until told to stop.
pub async fn keep_filling(office: Arc<PostOffice>, stop: CancellationToken) {
    let (health, mut written) = (&office.house.health, office.house.db.written());
    let (mut lots, mut looked) = (office.lots_begin(), None::<Instant>);
    while !stop.is_cancelled() {
        let is_time = looked.is_none_or(|looked| looked.elapsed() >= BETWEEN_LOOKS);
        if is_time || office.tray.len() * 2 <= lots.last() {
            looked = Some(Instant::now());
            // What is written from here on this look may miss.
            written.mark_unchanged();
            let found = match office.fill(&mut lots).await {
                Ok(found) => found,
                Err(error) => {
                    health.wrong("emails", "cannot be read");
                    tracing::error!(%error, "the outbox could not be read and will be tried again");
                    pause(&stop).await;
                    continue;
                }
            };
            if found == 0 && office.tray.is_empty() {
                // What is in hands will be heard of.
                health.well("emails", HEARD_WITHIN);
                lots = office.lots_begin();
                stop.run_until_cancelled(RESTS.rest(&mut written)).await;
                continue;
            }
        }
        tokio::select! {
            () = office.tray.is_emptier() => {}
            () = tokio::time::sleep(BETWEEN_LOOKS) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Hands emails over, one after the other, until told to stop.
pub async fn deliver(office: Arc<PostOffice>, stop: CancellationToken) {
    let (mut ahead, mut next) = (Ahead::default(), None::<Ready>);
    while !stop.is_cancelled() {
        if let Some(beat) = &office.beat {
            // Before it is taken, so that no hand holds an email while it waits for its turn.
            tokio::select! {
                _ = async { beat.lock().await.tick().await } => {}
                () = stop.cancelled() => return,
            }
        }
        if !office.away.may_try() {
            if let Some(ready) = next.take() {
                office.tray.put_back(ready);
            }
            pause(&stop).await;
            continue;
        }
        let ready = match next.take() {
            Some(ready) => ready,
            None => tokio::select! {
                ready = office.tray.take() => ready,
                () = stop.cancelled() => return,
            },
        };
        // Where there is a rate, the server would wait for the next one.
        if office.beat.is_none() && !stop.is_cancelled() {
            next = office.tray.take_ahead();
        }
        if !office.hand_over(ready, next.as_ref(), &mut ahead).await {
            pause(&stop).await;
        }
    }
    if let Some(ready) = next {
        office.tray.put_back(ready);
    }
}

/// Beats as often as emails may go. After a pause it does not catch up.
fn beat(rate: u32) -> Interval {
    let mut beat = tokio::time::interval(Duration::from_secs(1) / rate);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat
}

/// How long until a mail server that is away is tried again: soon at first, since one that only
/// hung up once is there; then longer, up to a minute.
const FIRST_TRY: Duration = Duration::from_secs(1);

/// Whether the mail server is away: one fact, and not one for each email.
#[derive(Default)]
struct Away(std::sync::Mutex<Option<NextTry>>);

struct NextTry {
    at: Instant,
    pause: Duration,
}

impl Away {
    fn next_try(&self) -> MutexGuard<'_, Option<NextTry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this hand may take an email now. While the server is away, one hand tries at a
    /// time, and the others wait for what it finds.
    fn may_try(&self) -> bool {
        match &mut *self.next_try() {
            Some(next) if next.at > Instant::now() => false,
            Some(next) => {
                next.at = Instant::now() + longer(next.pause);
                true
            }
            None => true,
        }
    }

    fn is_so(&self) -> bool {
        self.next_try().is_some()
    }

    /// Notes that it is away; whether that is news.
    fn is_away(&self) -> bool {
        let mut next = self.next_try();
        let pause = next.as_ref().map_or(FIRST_TRY, |next| longer(next.pause));
        next.replace(NextTry { at: Instant::now() + pause, pause }).is_none()
    }

    /// Notes that it is there; whether that is news.
    fn is_there(&self) -> bool {
        self.next_try().take().is_some()
    }
}

/// Waits a little, or until told to stop.
pub async fn pause(stop: &CancellationToken) {
    tokio::select! {
        () = tokio::time::sleep(PAUSE) => {}
        () = stop.cancelled() => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use calendar::clock::Clock;
    use deliveries::{EmailKind, Owed, Words, owe};
    use ground::db::Db;
    use ground::files::Files;
    use ground::house::Names;
    use tempfile::TempDir;

    use super::*;

    /// An office whose emails go into a folder, with so many owed that nobody waits for.
    async fn office(emails: usize) -> (PostOffice, TempDir) {
        let folder = tempfile::tempdir().expect("a folder");
        let db = Db::open(&format!("sqlite://{}/alongside.db", folder.path().display()))
            .await
            .expect("a database");
        db.migrate().await.expect("its tables");
        let names = Names {
            area: "Sefton".into(),
            forum: "Sefton Forum".into(),
            public_url: "http://127.0.0.1:3000".into(),
            program: None,
            demonstration: false,
        };
        let house = House::new(db, Files::in_memory(), Clock::system(), names);
        let mail = format!("file:{}/mail", folder.path().display());
        let mailer = Mailer::from_setting(&mail, "Forum <forum@example.org>", "example.org");
        let office = PostOffice::new(house, mailer.expect("a mailer"), "process", None);
        for nth in 0..emails {
            owe_one(&office, EmailKind::Update, &format!("somebody{nth}@example.org")).await;
        }
        (office, folder)
    }

    async fn owe_one(office: &PostOffice, kind: EmailKind, to: &str) {
        let words = Words {
            subject: "Hello".into(),
            paragraphs: Vec::new(),
            button: None,
            also: None,
            why: "You asked.".into(),
            from: "The forum".into(),
            stop: None,
        };
        let owed = Owed {
            dedup_key: to,
            kind,
            account_id: None,
            to,
            words: &words,
            at: office.house.clock.now(),
            not_after: None,
        };
        let mut tx = office.house.db.begin().await.expect("a write");
        owe(&mut tx, owed).await.expect("it is owed");
        tx.commit().await.expect("it is kept");
    }

    /// Hands over the first email in the tray.
    async fn hand_over_first(office: &PostOffice) {
        let ready = office.tray.take_at_once().expect("an email");
        assert!(office.hand_over(ready, None, &mut Ahead::default()).await);
    }

    /// Whom the emails in the folder are to.
    fn gone(folder: &TempDir) -> BTreeSet<String> {
        let files = fs::read_dir(folder.path().join("mail")).expect("the folder");
        let to = |file: fs::DirEntry| {
            let email = fs::read_to_string(file.path()).expect("an email");
            let line = email.lines().find_map(|line| line.strip_prefix("To: "));
            line.expect("whom it is to").to_owned()
        };
        files.map(|file| to(file.expect("a file"))).collect()
    }

    async fn lots_in_hand(office: &PostOffice) -> usize {
        deliveries::store::workers(&office.house.db).await.expect("the outbox").len()
    }

    #[tokio::test]
    async fn what_somebody_waits_for_goes_before_what_lies_in_the_tray() {
        let (office, folder) = office(30).await;
        let mut lots = office.lots_begin();
        office.fill(&mut lots).await.expect("the outbox");
        let lot = office.tray.len();
        assert!(lot > 1 && lot < 30, "{lot}");
        owe_one(&office, EmailKind::Link, "waits@example.org").await;
        office.fill(&mut lots).await.expect("the outbox");
        assert_eq!(office.tray.len(), lot + 1, "only that one, while the tray is full");
        assert!(office.tray.take_ahead().is_none(), "it is bound to no connection");
        hand_over_first(&office).await;
        assert_eq!(gone(&folder), BTreeSet::from(["waits@example.org".to_owned()]));
        assert!(office.tray.take_ahead().is_some(), "one of many may be");
    }

    #[tokio::test]
    async fn what_a_fault_took_out_of_the_hands_of_a_process_goes_all_the_same() {
        let (office, folder) = office(4).await;
        office.fill(&mut office.lots_begin()).await.expect("the outbox");
        drop(office.tray.take().await);
        // A lot of which nobody knows whether it was claimed: it was.
        owe_one(&office, EmailKind::Link, "waits@example.org").await;
        let lot = office.next_lot();
        let claimed = deliveries::store::claim(&lot, 50, office.house.clock.now()).await;
        assert_eq!(claimed.expect("the outbox").len(), 1);
        *office.claiming() = Some(lot);
        assert_eq!(office.tray.len(), 3);
        office.fill(&mut office.lots_begin()).await.expect("the outbox");
        assert_eq!(office.tray.len(), 5);
        for _ in 0..5 {
            hand_over_first(&office).await;
        }
        assert_eq!(gone(&folder).len(), 5);
        assert_eq!(lots_in_hand(&office).await, 0);
    }

    #[tokio::test]
    async fn what_lies_in_the_tray_at_the_end_is_given_back() {
        let (office, _folder) = office(4).await;
        office.fill(&mut office.lots_begin()).await.expect("the outbox");
        assert_eq!(lots_in_hand(&office).await, 1);
        office.give_back().await;
        assert!(office.tray.is_empty() && office.tray.lost().is_none());
        assert_eq!(lots_in_hand(&office).await, 0);
    }
}
