//! What can be asked for.

use calendar::clock::{DAY, Millis};
use forms::{Named, Refusals, Sent};
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

#[cfg(test)]
mod tests {
    use super::*;

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
