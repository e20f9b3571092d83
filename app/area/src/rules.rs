//! What an administrator may say about a service, a place or an organisation. Pure.

use calendar::clock::Moment;
use forms::{Named, Refusals, Sent};
use ground::ids::{Id, Organisation};

use super::items::AreaItem;
use super::place_facts::PlaceFacts;

/// Whether it is a service, a place or an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AreaKind {
    /// Something families use, such as transport.
    Service,
    /// A part of the area.
    Place,
    /// Who plans, such as the council.
    Organisation,
}

/// What is so of a kind. The statements, the administrator's list with its forms, and what was put
/// right take it from here. Its table has the columns `id`, `name`, `position` and `retired_at`,
/// and `correction_words` has its word.
#[derive(Clone, Copy, Debug)]
struct KindFacts {
    kind: AreaKind,
    /// As it is in addresses, in forms, in the audit log and in what was put right.
    word: &'static str,
    table: &'static str,
    /// Over the list.
    title: &'static str,
    /// The field that a new one's name is typed in.
    field: &'static str,
    asks: &'static str,
    hint: &'static str,
    adds: &'static str,
    /// Whether more is known about each than its name: [`PlaceFacts`].
    has_facts: bool,
}

/// Every kind, in the order of the list.
const KINDS: [KindFacts; 3] = [
    KindFacts {
        kind: AreaKind::Service,
        word: "service",
        table: "services",
        title: "Services",
        field: "service_name",
        asks: "A new service",
        hint: "",
        adds: "Add this service",
        has_facts: false,
    },
    KindFacts {
        kind: AreaKind::Place,
        word: "place",
        table: "places",
        title: "Places",
        field: "place_name",
        asks: "A new place",
        hint: "",
        adds: "Add this place",
        has_facts: true,
    },
    KindFacts {
        kind: AreaKind::Organisation,
        word: "organisation",
        table: "organisations",
        title: "Organisations",
        field: "organisation_name",
        asks: "A new organisation",
        hint: "For example, the council or an NHS trust.",
        adds: "Add this organisation",
        has_facts: false,
    },
];

impl AreaKind {
    /// Every kind, in the order of the list.
    pub const ALL: [Self; KINDS.len()] = {
        let mut all = [Self::Service; KINDS.len()];
        let mut nth = 0;
        while nth < all.len() {
            all[nth] = KINDS[nth].kind;
            assert!(all[nth] as usize == nth, "KINDS has another order than AreaKind");
            nth += 1;
        }
        all
    };

    const fn facts(self) -> KindFacts {
        KINDS[self as usize]
    }

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.facts().word
    }

    /// Reads the word, as it is in an address.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.word() == word)
    }

    /// The table they are in.
    #[must_use]
    pub fn table(self) -> &'static str {
        self.facts().table
    }

    /// Over the list of them.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.facts().title
    }

    /// The field that a new one's name is typed in.
    #[must_use]
    pub fn field(self) -> &'static str {
        self.facts().field
    }

    /// What the form of a new one asks for, its hint, and the words on its button.
    #[must_use]
    pub fn form(self) -> [&'static str; 3] {
        let KindFacts { asks, hint, adds, .. } = self.facts();
        [asks, hint, adds]
    }

    /// Whether more is known about each than its name.
    #[must_use]
    pub fn has_facts(self) -> bool {
        self.facts().has_facts
    }
}

/// A leader, as it matters for whom and for what they speak: where they are from. The statements of
/// every room ask the views `speaking_leaders`, `service_leaders` and so on, which say the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leader {
    /// The id of their organisation; `None` until an administrator has set it.
    pub organisation: Option<Id<Organisation>>,
    /// Whether that is retired.
    pub is_retired: bool,
}

/// What a consultation asked about, which says who answers for its results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked<'a> {
    /// A plan, with the organisations that plan it.
    Plan(&'a [Id<Organisation>]),
    /// A topic, with the organisations that run each of its services.
    Topic(&'a [Vec<Id<Organisation>>]),
    /// Neither; the organisation that the forum chose, if it has.
    Area(Option<&'a Id<Organisation>>),
}

impl Leader {
    /// Whether they have an organisation to speak for. Until then they speak for nobody.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.organisation.is_some() && !self.is_retired
    }

    fn is_from_one_of(&self, organisations: &[Id<Organisation>]) -> bool {
        self.organisation.as_ref().is_some_and(|own| organisations.contains(own))
    }

    /// Whether they speak for a service: their organisation is set down as running it.
    #[must_use]
    pub fn speaks_for(&self, run_by: &[Id<Organisation>]) -> bool {
        self.leads() && self.is_from_one_of(run_by)
    }

    /// Whether they work on a plan and answer for it.
    #[must_use]
    pub fn plans(&self, planned_by: &[Id<Organisation>]) -> bool {
        self.is_from_one_of(planned_by)
    }

    /// Whether they answer for a topic, whose services are run by these.
    #[must_use]
    pub fn answers_for_topic(&self, services: &[Vec<Id<Organisation>>]) -> bool {
        if services.is_empty() {
            self.leads()
        } else {
            services.iter().any(|run_by| self.speaks_for(run_by))
        }
    }

    /// Whether they speak for a change to services that are run by these.
    #[must_use]
    pub fn speaks_for_change(&self, services: &[Vec<Id<Organisation>>]) -> bool {
        services.iter().all(|run_by| self.speaks_for(run_by))
    }

    /// Whether they answer a comment, on a service run by these or on the whole Local Offer.
    #[must_use]
    pub fn answers_comment(&self, service: Option<&[Id<Organisation>]>) -> bool {
        service.map_or_else(|| self.leads(), |run_by| self.speaks_for(run_by))
    }

    /// Whether they change an update, which is their organisation's; or of none, from before each
    /// leader had one, and begun by them.
    #[must_use]
    pub fn changes_update(&self, organisation: Option<&Id<Organisation>>, has_begun: bool) -> bool {
        organisation.map_or(has_begun, |its| self.organisation.as_ref() == Some(its))
    }

    /// Whether they answer for the results of a consultation.
    #[must_use]
    pub fn answers_for_results(&self, asked: Asked<'_>) -> bool {
        match asked {
            Asked::Plan(planned_by) => self.plans(planned_by),
            Asked::Topic(services) => self.answers_for_topic(services),
            Asked::Area(chosen) => self.leads() && self.organisation.as_ref() == chosen,
        }
    }
}

/// A change to what there is in the area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AreaChange {
    Add {
        what: AreaKind,
        name: String,
        facts: PlaceFacts,
    },
    /// It can no longer be chosen; what names it stays.
    Retire {
        what: AreaKind,
        id: String,
    },
    /// It can be chosen again.
    BringBack {
        what: AreaKind,
        id: String,
    },
}

/// Reads a change from what the form sent.
///
/// # Errors
/// What to put right; likewise for [`corrected`].
pub fn change(sent: &Sent, now: Moment) -> Result<AreaChange, Refusals> {
    let what = AreaKind::read(sent.typed("what")).unwrap_or(AreaKind::Service);
    let field = what.field();
    match (sent.typed("change"), id::parse(sent.typed("id"))) {
        ("retire", Some(id)) => Ok(AreaChange::Retire { what, id }),
        ("bring back", Some(id)) => Ok(AreaChange::BringBack { what, id }),
        _ => {
            let mut refusals = Refusals::default();
            let name = refusals.take(field, forms::within(sent.line(field), 80, "Enter a name"));
            match (name, refusals.take_all(facts(what, sent, now))) {
                (Some(name), Some(facts)) => Ok(AreaChange::Add { what, name, facts }),
                _ => Err(refusals),
            }
        }
    }
}

/// Reads what a service, a place or an organisation should be called, and for a place what else is
/// known about it.
pub fn corrected(
    what: AreaKind,
    sent: &Sent,
    now: Moment,
) -> Result<(String, PlaceFacts), Refusals> {
    let mut refusals = Refusals::default();
    let name = refusals.take("name", forms::within(sent.line("name"), 80, "Enter a name"));
    match (name, refusals.take_all(facts(what, sent, now))) {
        (Some(name), Some(facts)) => Ok((name, facts)),
        _ => Err(refusals),
    }
}

fn facts(what: AreaKind, sent: &Sent, now: Moment) -> Result<PlaceFacts, Refusals> {
    if what.has_facts() { PlaceFacts::read(sent, now) } else { Ok(PlaceFacts::default()) }
}

/// The one of these whose name this one may be by a slip: the same letters and digits in other
/// case, with other spaces or signs, or one letter more, fewer, other or swapped.
#[must_use]
pub fn nearest<'k>(name: &str, known: &'k [AreaItem]) -> Option<&'k AreaItem> {
    let bare = letters(name);
    let slips = |other: &AreaItem| strsim::osa_distance(&letters(&other.name), &bare);
    known
        .iter()
        .map(|other| (slips(other), other))
        .filter(|(slips, _)| *slips <= 1)
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, other)| other)
}

fn letters(name: &str) -> String {
    forms::folded(name).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// What to ask about a name that is like another; `None` where it is like none, or they have said
/// that they mean it (`sure` is the name they were asked about).
#[must_use]
pub fn question(name: &str, what: AreaKind, others: &[AreaItem], sure: &str) -> Option<String> {
    let like = nearest(name, others)?;
    let is_retired = like.retired_at.is_some();
    if like.name == name {
        return Some(if is_retired {
            format!("“{name}” was retired. Press “Bring back {name}” in the list")
        } else {
            "Choose another name. This one is already in the list".to_owned()
        });
    }
    if sure == name {
        return None;
    }
    let before = if is_retired {
        format!("“{}” was retired. If you mean that one, bring it back in the list", like.name)
    } else {
        let like = &like.name;
        format!("There is already “{like}”. If you mean that one, there is nothing to do here")
    };
    Some(format!("{before}. If this is another {}, press the button again", what.word()))
}

/// Reads a whole number that may have its commas.
///
/// # Errors
/// What to do about it.
pub(super) fn whole_number(text: &str) -> Result<i64, String> {
    let plain: String = text.chars().filter(|c| !matches!(c, ',' | ' ')).collect();
    plain.parse::<u32>().map(i64::from).map_err(|_| "Enter a whole number, like 1,250".to_owned())
}

/// Reads which services, places or organisations were chosen. `when_none` is shown when none was;
/// if it is empty, choosing none is allowed.
///
/// # Errors
/// What to do about it, in the words the page shows.
pub fn chosen(
    sent: &Sent,
    field: &str,
    there_are: &[Named],
    when_none: &str,
) -> Result<Vec<String>, String> {
    let chosen = sent.all(field);
    if chosen.iter().any(|id| there_are.iter().all(|named| named.id != *id)) {
        Err("Choose again. One of these is no longer in the list".to_owned())
    } else if chosen.is_empty() && !when_none.is_empty() {
        Err(when_none.to_owned())
    } else {
        Ok(chosen)
    }
}

/// What an administrator says about a service: the organisations that run it, and how many
/// school days before a change families are to be told; `None` for no rule.
///
/// # Errors
/// What to put right.
pub fn new_service_rule(
    sent: &Sent,
    organisations: &[Named],
) -> Result<(Vec<Id<Organisation>>, Option<i64>), Refusals> {
    let mut refusals = Refusals::default();
    let run_by = refusals.take("organisations", chosen(sent, "organisations", organisations, ""));
    let days =
        match sent.line("notice_days").as_str() {
            "" => Ok(None),
            days => days.parse().ok().filter(|days| (1..=200).contains(days)).map(Some).ok_or_else(
                || "Enter a number of school days from 1 to 200, or leave this empty".to_owned(),
            ),
        };
    match (run_by, refusals.take("notice_days", days)) {
        (Some(run_by), Some(days)) => Ok((run_by.into_iter().map(Id::from).collect(), days)),
        _ => Err(refusals),
    }
}

#[cfg(test)]
mod tests {
    use calendar::clock;

    use super::*;

    fn now() -> Moment {
        clock::read("2026-12-01", "10:00").expect("a time")
    }

    fn named(names: &[&str]) -> Vec<AreaItem> {
        let kept = |name: &&str| AreaItem {
            id: (*name).to_owned(),
            name: (*name).to_owned(),
            facts: PlaceFacts::default(),
            retired_at: None,
        };
        names.iter().map(kept).collect()
    }

    #[test]
    fn every_kind_is_read_from_its_own_word_and_has_a_table_and_a_field_of_its_own() {
        for kind in AreaKind::ALL {
            assert_eq!(AreaKind::read(kind.word()), Some(kind));
            let others = AreaKind::ALL.into_iter().filter(|other| *other != kind);
            for other in others {
                assert_ne!((kind.table(), kind.field()), (other.table(), other.field()));
            }
        }
        assert_eq!(AreaKind::read("county"), None);
    }

    #[test]
    fn a_new_place_has_a_name_and_may_have_a_number_of_children_with_its_source_and_day() {
        let place =
            |body: &str| change(&Sent::read(format!("what=place&{body}").as_bytes()), now());
        let add =
            |facts| AreaChange::Add { what: AreaKind::Place, name: "North Sefton".into(), facts };
        let counted = "baseline=1,250&baseline_source=School+census&baseline_day=2026-01-31";
        assert_eq!(
            place(&format!("place_name=North+Sefton&{counted}")),
            Ok(add(PlaceFacts {
                baseline: Some(1250),
                baseline_source: "School census".into(),
                baseline_day: "2026-01-31".into()
            }))
        );
        assert_eq!(place("place_name=North+Sefton&baseline="), Ok(add(PlaceFacts::default())));
        assert!(place("place_name=&baseline=").is_err());
        let fields = |body: &str| -> Vec<&str> {
            place(body).expect_err("refusals").iter().map(|(field, _)| field).collect()
        };
        assert_eq!(
            fields("place_name=North&baseline=-3"),
            ["baseline", "baseline_source", "baseline_day"]
        );
        assert_eq!(
            fields("place_name=N&baseline=3&baseline_source=x&baseline_day=2027-01-01"),
            ["baseline_day"]
        );
    }

    #[test]
    fn a_name_that_is_another_by_a_slip_is_asked_about_once() {
        let there_are = named(&["Norhtton", "South Sefton", "Speech & language therapy"]);
        let asked = |name: &str, sure: &str| question(name, AreaKind::Place, &there_are, sure);
        for slip in [
            "norhtton",
            "NORHTTON ",
            "Northton",
            "Norhton",
            "South-Sefton",
            "Southsefton",
            "speech and language therapy".replace("and", "&").as_str(),
        ] {
            assert!(asked(slip, "").is_some(), "{slip}");
            assert!(slip == "Norhtton" || asked(slip, slip).is_none(), "{slip}");
        }
        assert!(asked("norhtton", "").is_some_and(|words| words.contains("“Norhtton”")));
        assert!(asked("Norhtton", "Norhtton").is_some(), "the same name is never there twice");
        for other in ["North Sefton", "Sefton", "Formby"] {
            assert_eq!(asked(other, ""), None, "{other}");
        }
    }

    #[test]
    fn a_name_that_was_retired_can_come_back() {
        let mut there_are = named(&["Formby"]);
        there_are[0].retired_at = Some(now());
        let asked =
            |name: &str| question(name, AreaKind::Place, &there_are, "").unwrap_or_default();
        assert!(asked("Formby").contains("Bring back Formby"));
        assert!(asked("formby").contains("bring it back"));
    }

    #[test]
    fn a_rule_of_a_service_is_a_number_of_days_or_none() {
        let rule = |days: &str| new_service_rule(&Sent::of(&[("notice_days", days)]), &[]);
        assert_eq!(rule("20"), Ok((vec![], Some(20))));
        assert_eq!(rule(""), Ok((vec![], None)));
        for wrong in ["0", "-1", "201", "ten"] {
            assert!(rule(wrong).is_err(), "{wrong}");
        }
    }
}
