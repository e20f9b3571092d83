//! What is said about a history: figures and tables. Pure. Every number of people comes through
//! [`disclosure`], and anything worked out from such numbers is worked out from those that are
//! shown.

use std::collections::BTreeMap;

use calendar::clock::{Millis, Moment};
use disclosure::{Shown, commas};
use ground::ids::{Id, Update};
use involvement::rung::Rung;
use involvement::session::SessionState;
use notices::ledger::ToldOf;
use notices::rules::{self, SETTLED_AFTER};
use outcomes::rules::{Stage, Verdict};
use plans::reports::store::Standing;
use plans::rules::AnswerKind;
use plans::store::{Plan, PlanningSession};
use waits::figures::{Unlike, Waits};
use waits::months::Month;

use super::history::{
    AwaitedState, ClosedRound, Contributed, History, OpenedConsultation, rung_of,
};

/// What people read where nothing may be said.
pub const TOO_FEW: &str = "too few to say";

/// How many people were told before a change took effect, of all who should have been: to the
/// nearest ten, as the page of the change shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InTime {
    /// Told before it took effect.
    pub before: u64,
    /// All who should have been told.
    pub all: u64,
}

impl InTime {
    /// How many in a hundred were told in time; `None` where nobody had to be told.
    #[must_use]
    pub fn share(self) -> Option<u64> {
        disclosure::share(self.before, self.all)
    }

    fn add(&mut self, other: Self) {
        self.before += other.before;
        self.all += other.all;
    }
}

/// What the page of a change shows about who was told: place by place, or in one row.
#[must_use]
pub fn shown(told: &ToldOf, area: &str, at: Moment) -> rules::Figures {
    rules::figures(&told.told, area, told.effect_at.saturating_add(SETTLED_AFTER) <= at)
}

/// The rows of that as numbers; `None`: not shown.
fn rows(told: &ToldOf, area: &str, at: Moment) -> Vec<(String, Option<InTime>)> {
    let in_time = |before: Shown, not: Shown| {
        let (before, not) = (before.to_ten()?, not.to_ten()?);
        Some(InTime { before, all: before + not })
    };
    shown(told, area, at)
        .rows
        .into_iter()
        .map(|(place, before, not)| (place, in_time(before, not)))
        .collect()
}

/// What is said about all of these changes together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToldInTime {
    /// Of all changes whose numbers are shown.
    pub all: InTime,
    /// How many changes took effect.
    pub changes: usize,
    /// For how many of them the numbers are not shown.
    pub not_shown: usize,
    /// For how many of them there was nobody to tell.
    pub to_nobody: usize,
    /// By place, in the order of their names; of the changes that are shown by place.
    pub by_place: Vec<(String, InTime)>,
    /// By quarter, earliest first.
    pub by_quarter: Vec<(String, InTime)>,
}

/// How many were told in time about all of these changes.
#[must_use]
pub fn told_in_time(told: &[ToldOf], area: &str, at: Moment) -> ToldInTime {
    let mut sums = ToldInTime { changes: told.len(), ..ToldInTime::default() };
    let mut quarters: BTreeMap<String, InTime> = BTreeMap::new();
    for notice in told {
        if notice.told.is_empty() {
            sums.to_nobody += 1;
            continue;
        }
        let rows = rows(notice, area, at);
        let shown: Option<Vec<InTime>> = rows.iter().map(|(_, shown)| *shown).collect();
        let Some(shown) = shown else {
            sums.not_shown += 1;
            continue;
        };
        let quarter = quarters.entry(super::history::AsOf::quarter(notice.effect_at)).or_default();
        for part in shown {
            sums.all.add(part);
            quarter.add(part);
        }
        let is_by_place = notice.told.len() == rows.len()
            && rows.iter().zip(&notice.told).all(|((place, _), told)| *place == told.place);
        for (place, part) in rows.into_iter().filter(|_| is_by_place) {
            let part = part.unwrap_or_default();
            match sums.by_place.iter_mut().find(|(known, _)| *known == place) {
                Some((_, sum)) => sum.add(part),
                None => sums.by_place.push((place, part)),
            }
        }
    }
    sums.by_place.sort_by(|(one, _), (other, _)| one.cmp(other));
    sums.by_quarter = quarters.into_iter().collect();
    sums
}

/// The largest share compared with the smallest, as in 1.6; `None` with fewer than two places, or
/// where one has nothing.
#[must_use]
pub fn ratio(shares: &[(u64, u64)]) -> Option<f64> {
    let shares: Vec<f64> = shares
        .iter()
        .filter(|(_, of)| *of > 0)
        .map(|(part, of)| *part as f64 / *of as f64)
        .collect();
    let (least, most) = (
        shares.iter().copied().fold(f64::INFINITY, f64::min),
        shares.iter().copied().fold(0.0, f64::max),
    );
    (shares.len() > 1 && least > 0.0).then_some(most / least)
}

/// A ratio in words.
#[must_use]
pub fn ratio_words(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| TOO_FEW.to_owned(), |ratio| format!("{ratio:.1}"))
}

/// How many supports a place gave in a round, for all its topics together: the sum of the numbers
/// that are shown; `None` where one is not.
#[must_use]
pub fn supports(round: &ClosedRound) -> Vec<(String, Option<u64>, Option<u64>)> {
    let shown: Vec<Vec<Shown>> =
        round.topics.iter().map(|topic| disclosure::split(&topic.supporters).parts).collect();
    let place = |(nth, (place, lives)): (usize, &(String, Option<u64>))| {
        let sum = shown
            .iter()
            .map(|parts| parts.get(nth).copied().unwrap_or(Shown::Hidden).number())
            .sum::<Option<u64>>();
        (place.clone(), sum.filter(|_| !shown.is_empty()), *lives)
    };
    round.places.iter().enumerate().map(place).collect()
}

/// The ratio between places of how many took part for each child who lives there; `None` where one
/// number is not shown.
#[must_use]
pub fn between_places(places: &[(String, Option<u64>, Option<u64>)]) -> Option<f64> {
    let with_baseline = places
        .iter()
        .filter_map(|(_, people, lives)| lives.map(|lives| people.map(|people| (people, lives))));
    ratio(&with_baseline.collect::<Option<Vec<_>>>()?)
}

/// Who was told about a version: how many, to the nearest ten, and after how many days (median).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    pub update_id: Id<Update>,
    pub version: i64,
    /// How many got the email.
    pub told: Shown,
    /// How many it did not reach, or has not reached yet.
    pub not: Shown,
    /// The days within which half of those who got it had it; `None` where their number is not
    /// shown, or there are none.
    pub median_days: Option<i64>,
}

/// Who was told, version by version.
#[must_use]
pub fn heard(contributed: &[Contributed]) -> Vec<Heard> {
    let mut versions: BTreeMap<(&Id<Update>, i64), Vec<&Contributed>> = BTreeMap::new();
    for emails in contributed {
        versions.entry((&emails.update_id, emails.version)).or_default().push(emails);
    }
    let heard = |((update_id, version), emails): ((&Id<Update>, i64), Vec<&Contributed>)| {
        let days: Vec<(i64, u64)> =
            emails.iter().filter_map(|emails| Some((emails.days?, emails.people))).collect();
        let (told, not) = (
            days.iter().map(|(_, people)| people).sum::<u64>(),
            emails.iter().filter(|emails| emails.days.is_none()).map(|emails| emails.people).sum(),
        );
        let parts = disclosure::split(&[told, not]).parts;
        let median_days = parts[0].number().and_then(|_| median(days));
        Heard { update_id: update_id.clone(), version, told: parts[0], not: parts[1], median_days }
    };
    versions.into_iter().map(heard).collect()
}

/// The lower median of values, each with how often it occurs.
#[must_use]
pub fn median(mut values: Vec<(i64, u64)>) -> Option<i64> {
    values.sort_unstable();
    let half = values.iter().map(|(_, times)| times).sum::<u64>().div_ceil(2);
    let mut so_far = 0;
    values
        .into_iter()
        .find(|(_, times)| {
            so_far += times;
            half > 0 && so_far >= half
        })
        .map(|(value, _)| value)
}

/// The median of days over all versions whose numbers are shown.
#[must_use]
pub fn median_of_shown(contributed: &[Contributed]) -> Option<i64> {
    let heard = heard(contributed);
    let is_shown = |emails: &&Contributed| {
        heard.iter().any(|heard| {
            (&heard.update_id, heard.version) == (&emails.update_id, emails.version)
                && heard.median_days.is_some()
        })
    };
    median(
        contributed
            .iter()
            .filter(is_shown)
            .filter_map(|emails| Some((emails.days?, emails.people)))
            .collect(),
    )
}

/// One figure of the record.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Figure {
    /// What it is, in a name that does not change.
    pub name: String,
    /// The same, for people to read.
    pub title: String,
    /// A whole number, a ratio, or "too few to say".
    pub value: String,
    /// The question to the tables that it comes from.
    pub query: String,
    /// How a page shows it, where one does.
    #[serde(skip)]
    pub on_page: Option<OnPage>,
}

/// How a page of the record shows a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnPage {
    pub spot: Spot,
    /// What it is called there.
    pub title: &'static str,
    /// What it says there.
    pub words: String,
    /// The page that says more about it.
    pub leads_to: Option<&'static str>,
}

/// A place on the pages of the record where figures stand, in the order of [`figures`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// At the top of `/record`.
    Area,
    /// At the top of `/record/told`.
    Told,
    /// On `/record/outcomes`: who was told what happened.
    WhoWeTold,
    /// On `/record/outcomes`: what leaders have not said yet.
    WaitingFor,
    /// At the top of `/record/places`.
    Places,
}

impl Spot {
    /// What its page asks the tables. A figure that comes from another question can't stand there.
    #[must_use]
    pub fn asks(self) -> &'static [&'static str] {
        match self {
            Self::Area => &["plans", "told", "awaited", "recommendations"],
            Self::Told => &["told"],
            Self::WhoWeTold | Self::WaitingFor => &["outcomes", "contributors_told", "awaited"],
            Self::Places => &["rounds", "consultations"],
        }
    }
}

impl Figure {
    /// Shown there, by this name and in these words.
    fn on(self, spot: Spot, title: &'static str, words: String) -> Self {
        Self { on_page: Some(OnPage { spot, title, words, leads_to: None }), ..self }
    }

    /// With a link to the page that says more.
    fn leading_to(mut self, address: &'static str) -> Self {
        if let Some(on_page) = &mut self.on_page {
            on_page.leads_to = Some(address);
        }
        self
    }
}

/// The figures of a history. `within`: how long leaders have to say what happened, in
/// milliseconds.
#[must_use]
pub fn figures(history: &History, area: &str, within: Millis, at: Moment) -> Vec<Figure> {
    [
        of_plans(history, at),
        of_changes(history, area, at),
        of_updates(history),
        of_contributors(&history.contributed),
        of_awaited(history, within, at),
        of_rounds(history),
        of_consultations(history),
        of_comments(history, within, at),
        of_waits(history, at),
        of_recommendations(&history.recommendations),
    ]
    .concat()
}

fn figure(name: &str, title: &str, value: String, query: &str) -> Figure {
    let (name, title, query) = (name.to_owned(), title.to_owned(), query.to_owned());
    Figure { name, title, value, query, on_page: None }
}

/// A figure that counts things and not people.
fn count(name: &str, title: &str, number: usize, query: &str) -> Figure {
    figure(name, title, number.to_string(), query)
}

/// How far each planning session with parents has got.
#[must_use]
pub fn sessions_of(plans: &[Plan]) -> Vec<SessionState> {
    plans.iter().flat_map(Plan::met_parents).map(|session| session.facts().state()).collect()
}

/// How many planning sessions with parents there are, and how many of them who confirms.
fn met(plans: &[Plan]) -> String {
    const CLAIMED: &str = "not confirmed yet";
    const BY_FORUM: &str = "confirmed by the forum";
    const BY_PARENTS: &str = "confirmed by parents who were there";
    const DISPUTED: &str = "that the forum disagrees with";
    let standing = |session: &PlanningSession| match session.facts().state() {
        SessionState::Claimed => CLAIMED,
        SessionState::Confirmed if session.confirmed.is_some_and(|by| by.for_forum) => BY_FORUM,
        SessionState::Confirmed => BY_PARENTS,
        SessionState::Disputed => DISPUTED,
    };
    let sessions: Vec<&str> = plans.iter().flat_map(Plan::met_parents).map(standing).collect();
    if sessions.is_empty() {
        return "None yet".to_owned();
    }
    let parts = [CLAIMED, BY_FORUM, BY_PARENTS, DISPUTED].into_iter().filter_map(|what| {
        let many = sessions.iter().filter(|of| **of == what).count();
        (many > 0).then(|| format!("{many} {what}"))
    });
    let all = if sessions.len() == 1 { "session" } else { "sessions" };
    format!("{} {all}: {}", sessions.len(), parts.collect::<Vec<_>>().join(", "))
}

fn of_plans(history: &History, at: Moment) -> Vec<Figure> {
    let plans = &history.plans;
    let published =
        plans.iter().filter(|plan| plan.drafts.iter().any(|draft| draft.published_at.is_some()));
    let registered = match plans.len() {
        1 => "1 plan is registered.".to_owned(),
        many => format!("{many} plans are registered."),
    };
    let mut figures = vec![
        count("plans", "Plans registered", plans.len(), "plans").on(
            Spot::Area,
            "Plans",
            registered,
        ),
        count("plans_with_draft", "Plans with a published draft", published.count(), "plans"),
    ];
    let rungs: Vec<Rung> =
        plans.iter().filter_map(|plan| rung_of(plan, at)).map(|(rung, _)| rung).collect();
    for rung in
        [Rung::CoProduction, Rung::CoDesigning, Rung::Engaging, Rung::Consulting, Rung::Informing]
    {
        let on_it = rungs.iter().filter(|of| **of == rung).count();
        let name = format!("plans_{}", rung.name().to_lowercase().replace('-', "_"));
        let title = format!("Plans where parents were: {}", rung.title());
        figures.push(count(&name, &title, on_it, "plans"));
    }
    let sessions = sessions_of(plans);
    let title = "Planning sessions that leaders say they held with parents";
    figures.push(count("sessions", title, sessions.len(), "plans").on(
        Spot::Area,
        title,
        met(plans),
    ));
    for state in SessionState::ALL {
        let name = format!("sessions_{}", state.word());
        let title = format!("Of these: {}", state.title());
        let many = sessions.iter().filter(|of| **of == state).count();
        figures.push(count(&name, &title, many, "plans"));
    }
    let drafts = plans.iter().flat_map(|plan| &plan.drafts);
    let overrides = drafts.filter(|draft| draft.overridden.is_some()).count();
    let title = "Times a draft went ahead without involving parents as agreed";
    let happened = match overrides {
        0 => "This has never happened.".to_owned(),
        1 => "This has happened once.".to_owned(),
        2 => "This has happened twice.".to_owned(),
        times => format!("This has happened {times} times."),
    };
    figures.push(count("overrides", title, overrides, "plans").on(
        Spot::Area,
        "Published without involving parents as agreed",
        happened,
    ));
    let decided: Vec<_> = plans.iter().filter(|plan| plan.decided().is_some()).collect();
    let early = decided.iter().filter_map(|plan| plan.decided()?.early.as_ref()).count();
    let passed = decided.iter().filter(|plan| plan.decision_passed.is_some()).count();
    figures.extend([
        count("decisions", "Plans that were decided", decided.len(), "plans"),
        count(
            "decisions_unanswered",
            "Of these, published without everything that was agreed",
            passed,
            "plans",
        ),
        count(
            "decisions_early",
            "Of these, decided before a consultation on the plan had closed",
            early,
            "plans",
        ),
    ]);
    figures
}

fn of_changes(history: &History, area: &str, at: Moment) -> Vec<Figure> {
    let told = told_in_time(&history.told, area, at);
    let share = told.all.share().map_or_else(|| TOO_FEW.to_owned(), |percent| percent.to_string());
    let shares: Vec<(u64, u64)> =
        told.by_place.iter().map(|(_, part)| (part.before, part.all)).collect();
    let taking = history.told.iter().filter(|told| told.takes_away);
    let passed = taking.clone().filter(|told| told.passed.is_some()).count();
    vec![
        count("changes", "Changes that have started", told.changes, "told"),
        count(
            "changes_taking_away",
            "Of these, changes that end or reduce a service, or raise its cost",
            taking.count(),
            "told",
        ),
        count(
            "changes_without_equality",
            "Of those, changes where leaders went ahead before saying who they affect",
            passed,
            "told",
        ),
        count(
            "changes_not_shown",
            "Changes whose numbers are not shown, to protect people",
            told.not_shown,
            "told",
        ),
        figure(
            "told_in_time",
            "People told before a change started, counted for each change, to the nearest ten",
            told.all.before.to_string(),
            "told",
        ),
        figure(
            "to_be_told",
            "People who asked to be told, counted for each change, to the nearest ten",
            told.all.all.to_string(),
            "told",
        ),
        figure(
            "told_in_time_percent",
            "Out of every 100 people who asked to be told, told before the change started",
            share,
            "told",
        )
        .on(Spot::Area, "Told before a change started", told_in_full(&told))
        .leading_to("/record/told"),
        figure(
            "told_in_time_ratio",
            "Told before it started: how many times higher the highest place is than the lowest",
            ratio_words(ratio(&shares)),
            "told",
        ),
    ]
}

fn of_updates(history: &History) -> Vec<Figure> {
    let now = || history.outcomes.iter().filter_map(super::history::Outcome::now);
    let judged = |name: &str, title: &str, verdict: Option<Verdict>| {
        let those = now().filter(|version| version.verdict.map(|(verdict, _)| verdict) == verdict);
        count(name, title, those.count(), "outcomes")
    };
    let mut figures = vec![
        count("updates", "Times leaders said what happened", history.outcomes.len(), "outcomes"),
        judged("updates_claimed", "Of these, not checked by the forum yet", None),
        judged("updates_confirmed", "Of these, the forum agrees", Some(Verdict::Confirmed)),
        judged("updates_partly", "Of these, the forum partly agrees", Some(Verdict::Partly)),
        judged("updates_disputed", "Of these, the forum disagrees", Some(Verdict::Disputed)),
    ];
    for (stage, title) in [
        (Stage::Done, "Done"),
        (Stage::Partly, "Partly done"),
        (Stage::Not, "Not done"),
        (Stage::Deciding, "Still deciding"),
    ] {
        let name = format!("outcomes_{}", stage.word());
        let title = format!("What leaders say happened: {title}");
        let those = now().filter(|version| version.outcome == stage).count();
        figures.push(count(&name, &title, those, "outcomes"));
    }
    figures
}

/// Of the emails about what happened.
#[must_use]
pub fn of_contributors(contributed: &[Contributed]) -> Vec<Figure> {
    let heard = heard(contributed);
    let people = heard.iter().filter_map(|heard| heard.told.to_ten()).sum::<u64>();
    let reached = if people > 0 { format!("about {}", commas(people)) } else { TOO_FEW.to_owned() };
    let median = median_of_shown(contributed);
    let arrived = match median {
        None => TOO_FEW.to_owned(),
        Some(0) => "on the same day".to_owned(),
        Some(1) => "within 1 day".to_owned(),
        Some(days) => format!("within {days} days"),
    };
    let median = median.map_or_else(|| TOO_FEW.to_owned(), |days| days.to_string());
    vec![
        figure(
            "contributors_told",
            "Emails about what happened that reached people who had their say, to the nearest ten",
            people.to_string(),
            "contributors_told",
        )
        .on(Spot::WhoWeTold, "Emails that reached people who had their say", reached),
        figure(
            "days_until_told",
            "Days until half of them had arrived (median)",
            median,
            "contributors_told",
        )
        .on(Spot::WhoWeTold, "Half of them arrived", arrived),
    ]
}

fn of_awaited(history: &History, within: Millis, at: Moment) -> Vec<Figure> {
    let states: Vec<AwaitedState> =
        history.awaited.iter().map(|awaited| awaited.standing(within, at)).collect();
    let overdue = many(&states, is_overdue);
    vec![
        count("awaited", "Things leaders must say what happened about", states.len(), "awaited"),
        count("awaited_said", "Of these, leaders have told us", many(&states, is_said), "awaited"),
        count("awaited_due", "Of these, not due yet", many(&states, is_due), "awaited"),
        count("awaited_overdue", "Of these, overdue", overdue, "awaited")
            .on(
                Spot::Area,
                "Overdue: the council or the NHS hasn't told us yet what happened",
                if overdue == 0 { "None".to_owned() } else { overdue.to_string() },
            )
            .leading_to("/record/outcomes"),
    ]
}

fn of_rounds(history: &History) -> Vec<Figure> {
    let rounds = &history.rounds;
    let topics = || rounds.iter().flat_map(|round| &round.topics);
    let chosen = topics().filter(|topic| topic.is_chosen).count();
    let last = rounds.last().and_then(|round| between_places(&supports(round)));
    vec![
        count("rounds", "Voting rounds that have closed", rounds.len(), "rounds"),
        count("topics_voted_on", "Topics that parents voted on", topics().count(), "rounds"),
        count("topics_chosen", "Topics chosen to be planned", chosen, "rounds"),
        figure(
            "supports_ratio",
            "Supports for each child in the last round: how many times higher the highest place \
             is than the lowest",
            ratio_words(last),
            "rounds",
        ),
    ]
}

fn of_consultations(history: &History) -> Vec<Figure> {
    let all = &history.consultations;
    let released: Vec<&OpenedConsultation> =
        all.iter().filter(|asked| asked.released.is_some()).collect();
    let answers =
        released.iter().filter_map(|asked| asked.released.as_ref()?.2.people).sum::<u64>();
    let last = released.iter().max_by_key(|asked| asked.released.as_ref().map(|(_, at, _)| *at));
    let last = last.and_then(|asked| between_places(&asked.by_place()));
    vec![
        count("consultations", "Consultations opened", all.len(), "consultations"),
        count(
            "consultations_released",
            "Of these, with published results",
            released.len(),
            "consultations",
        ),
        figure("answers", "Answers in the results shown", answers.to_string(), "consultations"),
        figure(
            "answers_ratio",
            "Answers for each child in the last results: how many times higher the highest place \
             is than the lowest",
            ratio_words(last),
            "consultations",
        ),
    ]
}

fn of_comments(history: &History, within: Millis, at: Moment) -> Vec<Figure> {
    let states: Vec<AwaitedState> =
        history.comments.iter().map(|comment| comment.standing(within, at)).collect();
    vec![
        count("comments", "Published comments on the Local Offer", states.len(), "comments"),
        count("comments_answered", "Of these, answered", many(&states, is_said), "comments"),
        count("comments_overdue", "Of these, overdue", many(&states, is_overdue), "comments"),
    ]
}

/// How many were told in time about all changes, as a sentence has it.
#[must_use]
pub fn told_in_full(told: &ToldInTime) -> String {
    match told.all.share() {
        Some(share) => format!("{share}% ({share} out of every 100 people)"),
        None if told.changes == 0 => "no change has started yet".to_owned(),
        None if told.changes == told.to_nobody => "there was nobody to tell".to_owned(),
        None => TOO_FEW.to_owned(),
    }
}

fn of_waits(history: &History, at: Moment) -> Vec<Figure> {
    let services = Waits::each(history.waits.clone(), Month::last_over(at));
    let compared: Vec<_> = services.iter().filter_map(Waits::unlike).collect();
    let disputed = compared.iter().filter(|unlike| unlike.is_disputed()).count();
    let ratios = compared.iter().filter_map(Unlike::ratio);
    let most = ratios
        .fold(None, |most: Option<f64>, ratio| Some(most.map_or(ratio, |most| most.max(ratio))));
    vec![
        count(
            "waits",
            "Services about which leaders publish how long families wait",
            services.len(),
            "waits",
        ),
        count(
            "waits_disputed",
            "Of these, services where the forum disagrees with the longest or the shortest wait of \
             the latest month",
            disputed,
            "waits",
        ),
        figure(
            "waits_ratio",
            "Weeks waited in the latest month: how many times longer in the place with the longest \
             wait than in that with the shortest, for the service where that is most, whether or \
             not the forum agrees",
            ratio_words(most),
            "waits",
        ),
    ]
}

/// Of recommendations, each counted once, whichever plans must answer it.
fn of_recommendations(standing: &[Standing]) -> Vec<Figure> {
    const QUERY: &str = "recommendations";
    let mut all: BTreeMap<&str, (bool, bool)> = BTreeMap::new();
    for one in standing {
        let (answered, done) = all.entry(one.id.as_str()).or_default();
        let Some(plan) = &one.plan else { continue };
        let Some((does, ..)) = &plan.answer else { continue };
        *answered = true;
        *done |= plan.is_done && *does != AnswerKind::Not;
    }
    let answered = all.values().filter(|(answered, _)| *answered).count();
    let done = all.values().filter(|(_, done)| *done).count();
    let of_all = |many: usize| match all.len() {
        0 => "No report has been added yet".to_owned(),
        all => format!("{many} of {all}"),
    };
    vec![
        count("recommendations", "Recommendations of reports", all.len(), QUERY),
        count(
            "recommendations_answered",
            "Of these, a published draft says what the plan does about it",
            answered,
            QUERY,
        )
        .on(Spot::Area, "Recommendations of inspections that a plan answers", of_all(answered))
        .leading_to("/reports"),
        count(
            "recommendations_done",
            "Of these, taken up in a plan that leaders say is done, and the forum doesn't disagree",
            done,
            QUERY,
        )
        .on(Spot::Area, "Recommendations taken up in a plan that is done", of_all(done)),
    ]
}

fn many(states: &[AwaitedState], is: fn(&AwaitedState) -> bool) -> usize {
    states.iter().filter(|state| is(state)).count()
}

fn is_said(state: &AwaitedState) -> bool {
    matches!(state, AwaitedState::Said)
}

fn is_due(state: &AwaitedState) -> bool {
    matches!(state, AwaitedState::Due(_))
}

fn is_overdue(state: &AwaitedState) -> bool {
    matches!(state, AwaitedState::Overdue(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use calendar::clock::DAY;
    use notices::rules::Told;
    use plans::reports::store::OfPlan;

    /// When every change that these tests tell about is settled.
    const LATER: Moment = Moment::from_millis(100 * DAY);

    fn told(rows: &[(&str, u64, u64, u64)]) -> ToldOf {
        let told = rows.iter().map(|(place, before, after, never)| Told {
            place: (*place).to_owned(),
            before: *before,
            after: *after,
            never: *never,
        });
        ToldOf {
            notice_id: "n".into(),
            title: "t".into(),
            effect_at: Moment::default(),
            started_at: Moment::default(),
            families: None,
            takes_away: false,
            equality_signed_at: None,
            passed: None,
            told: told.collect(),
        }
    }

    #[test]
    fn a_figure_stands_only_where_its_question_is_asked() {
        let figures = figures(&History::default(), "Sefton", DAY, Moment::default());
        let on_pages = figures.iter().filter_map(|figure| Some((figure, figure.on_page.as_ref()?)));
        let mut found = 0;
        for (figure, OnPage { spot, .. }) in on_pages {
            assert!(spot.asks().contains(&figure.query.as_str()), "{} on {spot:?}", figure.name);
            found += 1;
        }
        assert!(found > 5, "figures are found");
    }

    #[test]
    fn a_recommendation_counts_once_as_answered_and_as_done_if_a_plan_that_took_it_up_is() {
        let standing = |id: &str, plan: Option<(Option<AnswerKind>, bool)>| Standing {
            report_id: "r".into(),
            report: "Inspection".into(),
            published_on: "2026-01-01".into(),
            source: String::new(),
            kind: "Strategic plan".into(),
            ended_at: None,
            id: id.into(),
            number: "1".into(),
            page: "1".into(),
            words: "Shorten the waits".into(),
            plan: plan.map(|(does, is_done)| OfPlan {
                id: "p".into(),
                title: "A plan".into(),
                draft: does.map(|_| (1, Moment::default())),
                answer: does.map(|does| (does, String::new(), String::new())),
                is_done,
            }),
        };
        let values = |standing: &[Standing]| -> Vec<String> {
            of_recommendations(standing).into_iter().map(|figure| figure.value).collect()
        };
        assert_eq!(values(&[]), ["0", "0", "0"]);
        let all = [
            standing("one", Some((Some(AnswerKind::Adopted), true))),
            standing("one", Some((None, false))),
            standing("two", Some((Some(AnswerKind::Not), true))),
            standing("three", Some((Some(AnswerKind::Adapted), false))),
            standing("four", Some((None, true))),
            standing("five", None),
        ];
        assert_eq!(values(&all), ["5", "3", "1"]);
        let on_page = of_recommendations(&all)[1].on_page.clone().expect("it is on the page");
        assert_eq!(on_page.words, "3 of 5");
    }

    #[test]
    fn who_was_told_in_time_is_summed_from_numbers_to_the_nearest_ten() {
        let sums = told_in_time(
            &[
                told(&[("North", 42, 20, 0), ("South", 84, 0, 10)]),
                told(&[("North", 18, 0, 0), ("South", 16, 0, 22)]),
            ],
            "Sefton",
            LATER,
        );
        assert_eq!(
            sums.by_place,
            [
                ("North".into(), InTime { before: 60, all: 80 }),
                ("South".into(), InTime { before: 100, all: 130 })
            ]
        );
        assert_eq!((sums.all, sums.all.share()), (InTime { before: 160, all: 210 }, Some(76)));
        assert_eq!(sums.by_quarter, [("1970 Q1".into(), sums.all)]);
    }

    #[test]
    fn a_change_told_to_too_few_people_says_nothing() {
        let sums = told_in_time(&[told(&[("North", 4, 1, 0)])], "Sefton", LATER);
        assert_eq!((sums.all, sums.not_shown, sums.all.share()), (InTime::default(), 1, None));
        let by_area =
            told_in_time(&[told(&[("North", 30, 0, 3), ("South", 40, 0, 27)])], "Sefton", LATER);
        assert_eq!(
            (by_area.all, by_area.by_place.len()),
            (InTime { before: 70, all: 100 }, 0),
            "by place there would be a small number"
        );
    }

    #[test]
    fn a_change_that_nobody_asked_to_be_told_about_is_no_number_of_people_told() {
        let nobody = told_in_time(&[told(&[])], "Sefton", LATER);
        assert_eq!((nobody.changes, nobody.to_nobody, nobody.not_shown), (1, 1, 0));
        assert!(nobody.by_quarter.is_empty() && nobody.by_place.is_empty());
        assert_eq!(told_in_full(&nobody), "there was nobody to tell");
        assert_eq!(told_in_full(&ToldInTime::default()), "no change has started yet");
        let few = told_in_time(&[told(&[]), told(&[("North", 4, 1, 0)])], "Sefton", LATER);
        assert_eq!(told_in_full(&few), TOO_FEW);
    }

    #[test]
    fn the_ratio_between_places_needs_two_with_somebody() {
        assert_eq!(ratio_words(ratio(&[(30, 100), (10, 100)])), "3.0");
        assert_eq!(ratio(&[(30, 100)]), None);
        assert_eq!(ratio(&[(30, 100), (0, 100)]), None);
        let places =
            [("North".to_owned(), Some(30), Some(100)), ("South".to_owned(), None, Some(100))];
        assert_eq!(between_places(&places), None, "one number is not shown");
    }

    #[test]
    fn the_median_of_days_is_said_of_ten_people_and_more() {
        let emails = |days: Option<i64>, people| Contributed {
            update_id: "u".into(),
            version: 1,
            days,
            people,
        };
        let of = |emails: &[Contributed]| {
            heard(emails).first().map(|heard| (heard.told.rounded(), heard.median_days))
        };
        assert_eq!(
            of(&[emails(Some(0), 5), emails(Some(3), 6)]),
            Some(("about 10".into(), Some(3)))
        );
        assert_eq!(of(&[emails(Some(0), 5)]), Some(("not shown".into(), None)));
        assert_eq!(of(&[]), None);
        assert_eq!(median(vec![(9, 1), (1, 1), (2, 1)]), Some(2));
        assert_eq!(median(vec![]), None);
    }
}
