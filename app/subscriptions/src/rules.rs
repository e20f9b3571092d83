//! What can be asked for.

use calendar::clock::{DAY, Millis};
use forms::{Named, Refusals, Sent};
use ground::contact::{dialled, is_within_number};
use ground::ids::{Id, Place, Service};
use subscribers::Cadence;

/// How long the address of someone who no longer subscribes to anything is kept.
pub const KEPT_WITHOUT_USE: Millis = 28 * DAY;

/// What someone wants to be told about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// At least one.
    pub services: Vec<Id<Service>>,
    /// None means the whole area.
    pub places: Vec<Id<Place>>,
    pub cadence: Cadence,
}

impl Wanted {
    /// Each service in each place: (service, place), the place empty for the whole area.
    pub fn each(&self) -> impl Iterator<Item = (&str, &str)> {
        let everywhere = self.places.is_empty().then_some("");
        self.services.iter().flat_map(move |service| {
            self.places
                .iter()
                .map(Id::as_str)
                .chain(everywhere)
                .map(move |place| (service.as_str(), place))
        })
    }
}

/// Reads what is wanted from what was sent.
///
/// # Errors
/// What to put right; likewise for [`request`].
pub fn wanted(sent: &Sent, services: &[Named], places: &[Named]) -> Result<Wanted, Refusals> {
    let mut refusals = Refusals::default();
    let services = refusals
        .take("services", area::chosen(sent, "services", services, "Choose at least one service"));
    let places = refusals.take("places", area::chosen(sent, "places", places, ""));
    let cadence = refusals.take(
        "cadence",
        Cadence::read(sent.typed("cadence"))
            .ok_or_else(|| "Choose how often we should email you".to_owned()),
    );
    match (services, places, cadence) {
        (Some(services), Some(places), Some(cadence)) => Ok(Wanted {
            services: services.into_iter().map(Id::from).collect(),
            places: places.into_iter().map(Id::from).collect(),
            cadence,
        }),
        _ => Err(refusals),
    }
}

/// Reads what someone without an account asks for: an address, and what is wanted.
pub fn request(
    sent: &Sent,
    services: &[Named],
    places: &[Named],
) -> Result<(String, Wanted), Refusals> {
    let mut refusals = Refusals::default();
    let email = refusals.take("email", forms::address(sent.typed("email")));
    match (email, wanted(sent, services, places)) {
        (Some(email), Ok(wanted)) => Ok((email, wanted)),
        (_, wanted) => {
            for (field, what_to_do) in wanted.err().unwrap_or_default().iter() {
                refusals.add(field, what_to_do);
            }
            Err(refusals)
        }
    }
}

/// Reads a telephone number that may be left empty: nothing but what is dialled.
///
/// # Errors
/// What to put right.
pub fn phone(sent: &Sent) -> Result<String, Refusals> {
    let phone = sent.line("phone");
    let is_number = phone.chars().all(|c| is_within_number(c) || matches!(c, '(' | '+'))
        && (9..=16).contains(&dialled(&phone).len())
        && phone.chars().count() <= 30;
    if phone.is_empty() || is_number {
        Ok(phone)
    } else {
        Err(Refusals::one(
            "phone",
            "Enter a telephone number, like 07700 900 982, or leave it empty",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_is_one_or_is_left_empty_and_holds_no_words() {
        let read = |number: &str| phone(&Sent::of(&[("phone", number)]));
        for good in ["", "07700 900 982", "+44 (0)151 496 0000", "0151-496-0000"] {
            assert_eq!(read(good), Ok(good.to_owned()), "{good}");
        }
        for wrong in ["999", "ring my mother", "07700 900 982 ask for Ann", "1234567890123456789"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn each_service_is_wanted_in_each_place_or_in_the_whole_area() {
        let wanted = |places: &[&str]| Wanted {
            services: vec!["a".into(), "b".into()],
            places: places.iter().map(|place| Id::from(*place)).collect(),
            cadence: Cadence::Daily,
        };
        assert_eq!(wanted(&[]).each().collect::<Vec<_>>(), [("a", ""), ("b", "")]);
        assert_eq!(wanted(&["n", "s"]).each().count(), 4);
    }

    #[test]
    fn what_is_missing_is_named_field_by_field() {
        let about = |body: &[u8]| -> Vec<&str> {
            request(&Sent::read(body), &[], &[])
                .expect_err("refusals")
                .iter()
                .map(|(field, _)| field)
                .collect()
        };
        assert_eq!(about(b""), ["email", "services", "cadence"]);
        assert_eq!(
            about(b"email=a@example.org&services=gone&places=gone&cadence=never"),
            ["services", "places", "cadence"]
        );
    }
}
