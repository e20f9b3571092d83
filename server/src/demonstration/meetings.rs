//! The demonstration's meetings: two people represented the forum at four of them, of which the
//! last has led to nothing yet.

use calendar::clock;
use representatives::rules::Meeting;
use representatives::store::{add_meeting, add_representative};
use sqlx::AnyConnection;

use super::sefton::Sefton;

/// Who represents the forum.
const PEOPLE: [&str; 2] = ["Invented Representative", "Second Invented Representative"];

/// A meeting: how many days ago, which it was, who went, for which place, what it was about, and
/// what happened next.
type Told = (i64, &'static str, &'static [usize], Option<&'static str>, &'static str, &'static str);

const MEETINGS: [Told; 4] = [
    (
        170,
        "SEND partnership board",
        &[0, 1],
        None,
        "What parents asked for first, and why there is a voting round.",
        "The board agreed to answer every topic that parents choose.",
    ),
    (
        110,
        "Transport review group",
        &[0],
        None,
        "School transport. We said that families need weeks to get used to a change, not days.",
        "The council reviewed its travel policy with us.",
    ),
    (
        60,
        "Therapies steering group",
        &[1],
        Some("South Sefton"),
        "Why families in the south wait so much longer for occupational therapy.",
        "The NHS now publishes how long families wait, in each part of Sefton.",
    ),
    (18, "SEND partnership board", &[0], None, "The short breaks statement, which is late.", ""),
];

pub async fn fill(tx: &mut AnyConnection, sefton: &Sefton) -> Result<(), sqlx::Error> {
    let mut people = Vec::new();
    for name in PEOPLE {
        people.extend(add_representative(tx, name, name, sefton.day(-200)).await?);
    }
    for (nth, (ago, title, who, place, about, led_to)) in MEETINGS.into_iter().enumerate() {
        let held_on = clock::date(sefton.day(-ago));
        let place = place.and_then(|name| sefton.places(&[name]).into_iter().next());
        let meeting = Meeting {
            title: title.to_owned(),
            held_on,
            place_id: place.map(|id| id.as_str().into()),
            representatives: who.iter().filter_map(|nth| people.get(*nth).cloned()).collect(),
            about: about.to_owned(),
            led_to: led_to.to_owned(),
        };
        let entered = sefton.day(1 - ago);
        let entered = (entered, clock::date(entered));
        add_meeting(tx, &format!("meeting {nth}"), &meeting, entered).await?;
    }
    Ok(())
}
