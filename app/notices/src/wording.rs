//! What a notice must say, and reading it from a form. Pure.

use area::equality::Takes;
use area::store::Ground;
use calendar::clock::{self, DAY, Millis, Moment};
use forms::{Named, Refusals, Sent};
use ground::ids::{Id, Notice, Place, Service};

use super::rules::{Effect, Follow, last_moment};

/// What a leader chooses where a change takes nothing away.
pub const NOTHING: &str = "none";
const LONGEST_TEXT: usize = 4_000;
/// A day later than this is a slip of the finger.
const LONGEST_AHEAD: Millis = 10 * 366 * DAY;

/// What a notice says, as a leader writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// The same key twice is one notice.
    pub form_key: String,
    /// The change in one line.
    pub title: String,
    pub what: String,
    pub why: String,
    pub affected: String,
    /// About how many families; `None` if nobody knows.
    pub families: Option<i64>,
    /// What families must do; may be empty.
    pub must_do: String,
    /// By when, as `2026-12-04`; empty for no day.
    pub must_do_by: String,
    /// Who to ask: a name or a team.
    pub whom: String,
    /// Their phone number; there is always this or the address.
    pub phone: String,
    pub email: String,
    /// The day it was decided; `None` while it is proposed.
    pub decided_day: Option<String>,
    pub effect: Effect,
    /// Whether it changes what a child is legally entitled to.
    pub changes_entitlement: bool,
    /// Whether it ends or reduces a service, or raises what it costs.
    pub takes_away: bool,
    /// Which of these; none too where nobody was asked yet.
    pub takes: Vec<Takes>,
    /// At least one.
    pub services: Vec<Id<Service>>,
    /// None means the whole area.
    pub places: Vec<Id<Place>>,
    pub follows: Option<Follows>,
}

impl Wording {
    /// What it takes away, in words.
    #[must_use]
    pub fn what_it_takes(&self) -> Option<String> {
        let any = "This ends or reduces a service, or raises its cost.";
        self.takes_away.then(|| Takes::in_words(&self.takes).unwrap_or_else(|| any.to_owned()))
    }

    /// By when families must do something, in words.
    #[must_use]
    pub fn must_do_by_day(&self) -> Option<String> {
        clock::day_of(&self.must_do_by)
    }

    /// How long families have left to do it: "in 3 days"; `None` once the day is over, or without
    /// one.
    #[must_use]
    pub fn days_left_to_do(&self, now: Moment) -> Option<String> {
        let by = last_moment(&self.must_do_by).filter(|by| *by >= now)?;
        Some(clock::days_away(now, by))
    }

    /// The phone number and the email address for questions, if given.
    #[must_use]
    pub fn ways_to_ask(&self) -> String {
        [self.phone.as_str(), &self.email]
            .into_iter()
            .filter(|way| !way.is_empty())
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// The notice that another corrects or withdraws, for exactly those who were told about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Follows {
    pub notice_id: Id<Notice>,
    /// Which of the two.
    pub how: Follow,
    /// What has changed, or why it is withdrawn and what to do now.
    pub changed: String,
}

/// Reads a notice from what was sent.
///
/// # Errors
/// What to put right, in the order of the fields.
pub fn wording(sent: &Sent, ground: &Ground, now: Moment) -> Result<Wording, Refusals> {
    read(sent, ground, None, now)
}

/// Reads a correction of a notice: other words for the same services and places, so that it goes to
/// the same people.
///
/// # Errors
/// What to put right, in the order of the fields.
pub fn correction(
    sent: &Sent,
    ground: &Ground,
    original: (&Id<Notice>, &Wording),
    now: Moment,
) -> Result<Wording, Refusals> {
    read(sent, ground, Some(original), now)
}

/// Reads the withdrawal of a notice: its words stay, and why it is withdrawn goes above them. It
/// takes nothing away any more.
///
/// # Errors
/// What to put right.
pub fn withdrawal(
    sent: &Sent,
    (notice_id, original): (&Id<Notice>, &Wording),
) -> Result<Wording, Refusals> {
    let mut refusals = Refusals::default();
    let changed = refusals.take(
        "changed",
        prose(
            sent,
            "changed",
            "Say why it is no longer happening, and what families should do now",
        ),
    );
    let Some(changed) = changed else { return Err(refusals) };
    let follows = Follows { notice_id: notice_id.clone(), how: Follow::Withdrawal, changed };
    let form_key = sent.once();
    let (takes_away, takes) = (false, Vec::new());
    Ok(Wording { form_key, follows: Some(follows), takes_away, takes, ..original.clone() })
}

fn read(
    sent: &Sent,
    ground: &Ground,
    corrects: Option<(&Id<Notice>, &Wording)>,
    now: Moment,
) -> Result<Wording, Refusals> {
    let mut refusals = Refusals::default();
    let follows = corrects.map(|(notice_id, _)| {
        let changed = refusals
            .take("changed", prose(sent, "changed", "Say what has changed since people were told"));
        Follows {
            notice_id: notice_id.clone(),
            how: Follow::Correction,
            changed: changed.unwrap_or_default(),
        }
    });
    let title = refusals
        .take("title", forms::within(sent.line("title"), 100, "Say in one line what is changing"));
    let what = refusals.take("what", prose(sent, "what", "Say what is changing"));
    let (services, places) = match corrects {
        Some((_, original)) => (Some(original.services.clone()), Some(original.places.clone())),
        None => {
            let services = refusals.take("services", services(sent, ground));
            let places = refusals.take("places", area::chosen(sent, "places", &ground.places, ""));
            (services, places.map(|places| places.into_iter().map(Id::from).collect()))
        }
    };
    let effect =
        effect(sent, ground, corrects.map(|(_, original)| original.effect), now, &mut refusals);
    let decided_day = decided(sent, effect, now, &mut refusals);
    let why = refusals.take("why", prose(sent, "why", "Say why it is changing"));
    let affected = refusals
        .take("affected", forms::within(sent.line("affected"), 300, "Say who this affects"));
    let families = refusals.take("families", families(&sent.line("families")));
    let must_do = refusals
        .take("must_do", forms::optional(forms::prose(sent.typed("must_do")), LONGEST_TEXT));
    let must_do_by = refusals.take(
        "must_do_by",
        day_by(sent, corrects.map(|(_, original)| original.must_do_by.as_str()), now),
    );
    let changes_entitlement = refusals.take(
        "entitlement",
        yes_or_no(sent, "entitlement", "Say if it changes what children are legally entitled to"),
    );
    let takes = refusals.take("takes_away", takes_away(sent)).unwrap_or_default();
    let whom = refusals.take(
        "whom",
        forms::within(sent.line("whom"), 120, "Say who families can ask: a name or a team"),
    );
    let phone = refusals.take("phone", forms::optional(sent.line("phone"), 40));
    let email = refusals.take("email", address_to_ask_at(sent));
    let Some(effect) = effect.filter(|_| refusals.is_empty()) else { return Err(refusals) };
    // Nothing was refused, so each of them is there.
    Ok(Wording {
        form_key: sent.once(),
        title: title.unwrap_or_default(),
        what: what.unwrap_or_default(),
        why: why.unwrap_or_default(),
        affected: affected.unwrap_or_default(),
        families: families.flatten(),
        must_do: must_do.unwrap_or_default(),
        must_do_by: must_do_by.unwrap_or_default(),
        whom: whom.unwrap_or_default(),
        phone: phone.unwrap_or_default(),
        email: email.unwrap_or_default(),
        decided_day,
        effect,
        changes_entitlement: changes_entitlement.unwrap_or_default(),
        takes_away: !takes.is_empty(),
        takes,
        services: services.unwrap_or_default(),
        places: places.unwrap_or_default(),
        follows,
    })
}

/// What it takes away: one or more, or that it takes nothing away.
fn takes_away(sent: &Sent) -> Result<Vec<Takes>, String> {
    let takes = Takes::chosen(sent, "takes_away");
    match (sent.all("takes_away").iter().any(|word| word == NOTHING), takes.is_empty()) {
        (false, true) => Err("Say if it ends or reduces a service, or raises its cost".to_owned()),
        (true, false) => Err("Choose “No” alone, or leave it out".to_owned()),
        _ => Ok(takes),
    }
}

/// Which of the leader's services were chosen.
fn services(sent: &Sent, ground: &Ground) -> Result<Vec<Id<Service>>, String> {
    let all: Vec<Named> = ground.services.iter().map(|spoken| spoken.service.clone()).collect();
    let chosen = area::chosen(sent, "services", &all, "Choose at least one service")?;
    match ground
        .services
        .iter()
        .find(|spoken| !spoken.may_write && chosen.contains(&spoken.service.id))
    {
        Some(spoken) if spoken.is_run => Err(format!(
            "Leave out {}. Only leaders of the organisations that run it can write about it",
            spoken.service.name
        )),
        Some(spoken) => Err(format!(
            "Leave out {}, or ask an administrator to say who runs it. Until then nobody can write \
             about it",
            spoken.service.name
        )),
        None => Ok(chosen.into_iter().map(Id::from).collect()),
    }
}

/// When it starts: at a future time, or as people were already told.
fn effect(
    sent: &Sent,
    ground: &Ground,
    told: Option<Effect>,
    now: Moment,
    refusals: &mut Refusals,
) -> Option<Effect> {
    let (day, kind) = (sent.typed("effect_day"), sent.typed("effect"));
    if clock::read(day, "00:00").is_none() {
        refusals.add("effect_day", "Enter the day it starts");
    }
    let (effect, time): (fn(Moment) -> Effect, _) = match kind {
        "day" => (Effect::Day, "00:00".to_owned()),
        "term" => (Effect::Term, "00:00".to_owned()),
        "hour" => (Effect::Hour, sent.line("effect_time")),
        _ => {
            refusals.add("effect", "Choose when on that day it starts");
            return None;
        }
    };
    if clock::read("2000-01-01", &time).is_none() {
        refusals.add("effect_time", "Enter the time it starts, like 08:30");
    }
    let at = clock::read(day, &time)?;
    if at > now + LONGEST_AHEAD {
        refusals.add("effect_day", "Choose a day within the next ten years");
    } else if at <= now && told.is_none_or(|told| told.at() != at) {
        refusals.add(
            "effect_day",
            "Choose a day in the future. Nobody can be told before a change that has already \
             started",
        );
    }
    let effect = effect(at);
    if matches!(effect, Effect::Term(_)) && !ground.year.may_begin_on(at) {
        refusals.add(
            "effect_day",
            "Choose the first day of a term, or “That day”. No term we know of begins on that day",
        );
    }
    Some(effect)
}

/// The day it was decided; `None` while it is proposed, or when something is refused.
fn decided(
    sent: &Sent,
    effect: Option<Effect>,
    now: Moment,
    refusals: &mut Refusals,
) -> Option<String> {
    if !refusals.take(
        "decided",
        yes_or_no(sent, "decided", "Say if it has been decided, or is only proposed"),
    )? {
        return None;
    }
    let day = clock::read(sent.typed("decided_day"), "00:00").ok_or("Enter the day it was decided");
    let day = day.and_then(|day| match effect {
        _ if day > now => Err("Choose the day it was decided, not a day in the future"),
        Some(effect) if day > effect.at() => {
            Err("Change one of the days. It can't start before it was decided")
        }
        _ => Ok(clock::fields(day).0),
    });
    refusals.take("decided_day", day.map_err(str::to_owned))
}

fn yes_or_no(sent: &Sent, field: &str, what_to_do: &str) -> Result<bool, String> {
    match sent.typed(field) {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(what_to_do.to_owned()),
    }
}

/// The address for questions; empty only if there is a phone number.
fn address_to_ask_at(sent: &Sent) -> Result<String, String> {
    let email = sent.line("email");
    match (email.is_empty(), sent.line("phone").is_empty()) {
        (true, true) => Err("Enter a phone number or an email address for questions".to_owned()),
        (true, false) => Ok(email),
        _ => forms::address(&email),
    }
}

fn families(text: &str) -> Result<Option<i64>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let number = text.parse().ok().filter(|number| (1..=1_000_000).contains(number));
    number.map(Some).ok_or_else(|| "Enter about how many families, or leave it empty".to_owned())
}

/// By when something is to be done: today or later, or as people were already told.
fn day_by(sent: &Sent, told: Option<&str>, now: Moment) -> Result<String, String> {
    if sent.line("must_do_by").is_empty() {
        return Ok(String::new());
    }
    match clock::end_of(sent.typed("must_do_by")) {
        None => Err("Enter a day, or leave it empty".to_owned()),
        Some(by) if by < now && told != Some(clock::fields(by).0.as_str()) => {
            Err("Choose today or a later day".to_owned())
        }
        Some(by) => Ok(clock::fields(by).0),
    }
}

fn prose(sent: &Sent, field: &str, what_to_do: &str) -> Result<String, String> {
    forms::within(forms::prose(sent.typed(field)), LONGEST_TEXT, what_to_do)
}

#[cfg(test)]
mod tests {
    use super::*;
    use area::store::Spoken;

    fn now() -> Moment {
        clock::read("2026-12-03", "10:00").expect("a time")
    }

    /// Transport is the leader's, audiology is not.
    fn ground() -> Ground {
        let spoken = |id: &str, name: &str, may_write| Spoken {
            service: Named { id: id.into(), name: name.into() },
            may_write,
            is_run: true,
            notice_days: None,
        };
        Ground {
            services: vec![spoken("s", "Transport", true), spoken("a", "Audiology", false)],
            ..Ground::default()
        }
    }

    const GOOD: &str = "title=Later+buses&what=Buses+come+later&why=Roads\
                        &affected=Children+on+route+5&services=s&entitlement=no\
                        &takes_away=ends&whom=The+transport+team&phone=01234&effect=day";

    fn read(rest: &str) -> Result<Wording, Refusals> {
        wording(&Sent::read(format!("{GOOD}&{rest}").as_bytes()), &ground(), now())
    }

    fn about(answer: Result<Wording, Refusals>) -> Vec<&'static str> {
        answer.expect_err("refusals").iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn an_empty_form_says_what_to_do_about_each_field() {
        let fields = [
            "title",
            "what",
            "services",
            "effect_day",
            "effect",
            "decided",
            "why",
            "affected",
            "entitlement",
            "takes_away",
            "whom",
            "email",
        ];
        assert_eq!(about(wording(&Sent::default(), &ground(), now())), fields);
    }

    #[test]
    fn a_change_takes_effect_in_the_time_to_come_and_after_it_was_decided() {
        let good =
            read("effect_day=2027-01-04&decided=yes&decided_day=2026-12-01").expect("a notice");
        assert_eq!(good.effect.words(), "Monday 4 January 2027");
        assert_eq!(about(read("effect_day=2026-12-02&decided=no")), ["effect_day"]);
        assert_eq!(about(read("effect_day=&decided=no")), ["effect_day"]);
        assert_eq!(about(read("effect_day=9999-12-31&decided=no")), ["effect_day"]);
        assert_eq!(
            about(read("effect_day=2027-01-04&decided=yes&decided_day=2027-01-03")),
            ["decided_day"]
        );
        assert_eq!(about(read("effect_day=2027-01-04&decided=yes&decided_day=")), ["decided_day"]);
        assert_eq!(read("effect_day=2027-01-04&decided=no").expect("a notice").decided_day, None);
        let hour = |time: &str| {
            let sent = format!(
                "{}&effect=hour&effect_day=2027-01-04&decided=no&effect_time={time}",
                GOOD.replace("&effect=day", "")
            );
            wording(&Sent::read(sent.as_bytes()), &ground(), now())
        };
        assert_eq!(
            hour("08:30").expect("a notice").effect.words(),
            "Monday 4 January 2027 at 8:30am"
        );
        assert_eq!(
            (about(hour("")), about(hour("25:00"))),
            (vec!["effect_time"], vec!["effect_time"])
        );
    }

    #[test]
    fn the_start_of_term_is_the_first_day_of_one_as_far_as_terms_are_known() {
        let date = |day: &str| day.parse().expect("a day");
        let mut ground = ground();
        ground.year.terms = vec![(date("2027-01-04"), date("2027-02-12"))];
        let term = |day: &str| {
            let sent = format!(
                "{}&effect=term&effect_day={day}&decided=no",
                GOOD.replace("&effect=day", "")
            );
            wording(&Sent::read(sent.as_bytes()), &ground, now())
        };
        assert_eq!(
            term("2027-01-04").expect("a notice").effect.words(),
            "the start of term, Monday 4 January 2027"
        );
        assert_eq!(about(term("2027-01-05")), ["effect_day"]);
        assert!(term("2027-02-22").is_ok(), "nobody has said yet when that term begins");
    }

    #[test]
    fn what_a_change_takes_away_is_one_or_more_of_three_or_nothing() {
        let taking = |fields: &str| {
            let sent = GOOD.replace("&takes_away=ends", fields);
            let sent = format!("{sent}&effect_day=2027-01-04&decided=no");
            wording(&Sent::read(sent.as_bytes()), &ground(), now())
        };
        let both = taking("&takes_away=costs&takes_away=ends").expect("a notice");
        let words = "This ends a service or part of one and costs families more.";
        assert_eq!(both.what_it_takes().as_deref(), Some(words));
        assert_eq!(taking("&takes_away=none").expect("a notice").what_it_takes(), None);
        assert_eq!(about(taking("&takes_away=none&takes_away=ends")), ["takes_away"]);
        assert_eq!(about(taking("")), ["takes_away"]);
        let before = Wording { takes: Vec::new(), ..both };
        let words = "This ends or reduces a service, or raises its cost.";
        assert_eq!(before.what_it_takes().as_deref(), Some(words), "nobody was asked which");
    }

    #[test]
    fn how_long_is_left_to_do_something_is_said_until_the_day_is_over() {
        let left = |by: &str| {
            let sent = format!("effect_day=2027-01-04&decided=no&must_do=Write&must_do_by={by}");
            read(&sent).expect("a notice").days_left_to_do(now())
        };
        assert_eq!(left("2026-12-10").as_deref(), Some("in 7 days"));
        assert_eq!(left("2026-12-03").as_deref(), Some("today"));
        assert_eq!(left(""), None);
        let told = Wording {
            must_do_by: "2026-12-02".to_owned(),
            ..read("effect_day=2027-01-04&decided=no").expect("a notice")
        };
        assert_eq!(told.days_left_to_do(now()), None, "that day is over");
    }

    #[test]
    fn a_leader_writes_about_the_services_of_their_organisation_only() {
        let refused = read("effect_day=2027-01-04&decided=no&services=a").expect_err("refusals");
        assert_eq!(
            refused.about("services"),
            Some(
                "Leave out Audiology. Only leaders of the organisations that run it can write \
                 about it"
            )
        );
        assert_eq!(about(read("effect_day=2027-01-04&decided=no&services=nobodys")), ["services"]);
    }

    #[test]
    fn a_correction_keeps_services_and_places_and_may_keep_a_day_that_has_come() {
        let original = Wording {
            effect: Effect::Day(clock::read("2026-12-01", "00:00").expect("a day")),
            ..read("effect_day=2027-01-04&decided=no").expect("a notice")
        };
        let correct = |rest: &str| {
            correction(
                &Sent::read(format!("{GOOD}&decided=no&{rest}").as_bytes()),
                &ground(),
                (&"n".into(), &original),
                now(),
            )
        };
        let corrected =
            correct("effect_day=2026-12-01&changed=The+hour&services=a").expect("a correction");
        assert_eq!(
            (corrected.services, corrected.follows.map(|follows| follows.changed)),
            (vec!["s".into()], Some("The hour".to_owned()))
        );
        assert_eq!(about(correct("effect_day=2026-11-30&changed=The+hour")), ["effect_day"]);
        assert_eq!(about(correct("effect_day=2026-12-01")), ["changed"]);
        let withdrawn =
            withdrawal(&Sent::of(&[("changed", "The bridge is open.")]), (&"n".into(), &original))
                .expect("a withdrawal");
        assert_eq!(withdrawn.title, original.title);
        assert_eq!(withdrawn.effect, original.effect);
        assert!(original.takes_away && !withdrawn.takes_away, "nothing changes any more");
        assert!(withdrawn.takes.is_empty() && withdrawn.what_it_takes().is_none());
        assert_eq!(about(withdrawal(&Sent::default(), (&"n".into(), &original))), ["changed"]);
    }
}
