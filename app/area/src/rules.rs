//! What an administrator may say about a service, a place or an organisation. Pure.

use forms::{Named, Refusals, Sent};
use ground::ids::{Id, Organisation};

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

impl AreaKind {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Place => "place",
            Self::Organisation => "organisation",
        }
    }

    /// The field that a new one's name is typed in.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::Service => "service_name",
            Self::Place => "place_name",
            Self::Organisation => "organisation_name",
        }
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
        baseline: Option<i64>,
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
/// What to put right.
pub fn change(sent: &Sent) -> Result<AreaChange, Refusals> {
    let what = match sent.typed("what") {
        "place" => AreaKind::Place,
        "organisation" => AreaKind::Organisation,
        _ => AreaKind::Service,
    };
    let field = what.field();
    match (sent.typed("change"), id::parse(sent.typed("id"))) {
        ("retire", Some(id)) => Ok(AreaChange::Retire { what, id }),
        ("bring back", Some(id)) => Ok(AreaChange::BringBack { what, id }),
        _ => {
            let mut refusals = Refusals::default();
            let name = refusals.take(field, forms::within(sent.line(field), 80, "Enter a name"));
            let baseline = match sent.line("baseline").as_str() {
                "" => Some(None),
                number => refusals.take("baseline", whole_number(number).map(Some)),
            };
            match (name, baseline) {
                (Some(name), Some(baseline)) => Ok(AreaChange::Add { what, name, baseline }),
                _ => Err(refusals),
            }
        }
    }
}

fn whole_number(text: &str) -> Result<i64, String> {
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
    use super::*;

    #[test]
    fn a_new_place_has_a_name_and_may_have_a_number_of_children() {
        let place = |body: &str| change(&Sent::read(format!("what=place&{body}").as_bytes()));
        assert_eq!(
            place("place_name=North+Sefton&baseline=1,250"),
            Ok(AreaChange::Add {
                what: AreaKind::Place,
                name: "North Sefton".into(),
                baseline: Some(1250)
            })
        );
        assert!(place("place_name=&baseline=").is_err());
        assert!(place("place_name=North&baseline=-3").is_err());
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
