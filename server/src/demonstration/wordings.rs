//! What the demonstration's notices say. Every telephone number is one that is kept for drama.

use area::equality::{NewEquality, Takes};
use calendar::clock::{self, DAY};
use ground::ids::{Id, Place, Service};
use jiff::civil::Weekday;
use notices::rules::Effect;
use notices::wording::Wording;

use super::days;
use super::sefton::Sefton;

pub fn services(sefton: &Sefton, names: &[&str]) -> Vec<Id<Service>> {
    sefton.services(names).into_iter().map(Id::from).collect()
}

fn places(sefton: &Sefton, names: &[&str]) -> Vec<Id<Place>> {
    sefton.places(names).into_iter().map(Id::from).collect()
}

/// The start of the day so many days from now.
fn on(sefton: &Sefton, days: i64) -> Effect {
    Effect::Day(days::start_of(sefton.day(days)))
}

/// A day as a form holds it.
fn form_day(sefton: &Sefton, days: i64) -> String {
    clock::fields(sefton.day(days)).0
}

/// Told on the Friday before, some weeks ago.
pub fn route_twelve(sefton: &Sefton) -> Wording {
    let monday = days::last_school(&sefton.school, Weekday::Monday, sefton.now, -42);
    Wording {
        title: "The route 12 school bus will come 20 minutes later".into(),
        what: "The bus on route 12 will come at 8:20 instead of 8:00. It will take a shorter way, \
            so it will reach school at the same time."
            .into(),
        why: "The firm has fewer drivers.".into(),
        affected: "Children and young people who travel on route 12".into(),
        families: Some(25),
        must_do: String::new(),
        must_do_by: String::new(),
        decided_day: Some(form_day(sefton, monday - 4)),
        effect: on(sefton, monday),
        places: places(sefton, &["North Sefton"]),
        ..route_five(sefton)
    }
}

/// Withdrawn since.
pub fn route_three(sefton: &Sefton) -> Wording {
    let monday = days::next_school(&sefton.school, Weekday::Monday, sefton.now, 20);
    Wording {
        title: "The route 3 school bus will stop on the other side of the road".into(),
        what: "The bus on route 3 will stop at the park gate, on the other side of the road."
            .into(),
        why: "It would no longer have to turn round.".into(),
        affected: "Children and young people who get on at the park".into(),
        families: Some(15),
        must_do: String::new(),
        must_do_by: String::new(),
        decided_day: Some(form_day(sefton, -27)),
        effect: on(sefton, monday),
        ..route_five(sefton)
    }
}

pub fn route_five(sefton: &Sefton) -> Wording {
    let monday = days::next_school(&sefton.school, Weekday::Monday, sefton.now, 12);
    Wording {
        form_key: id::fresh(),
        title: "The route 5 school bus will come 15 minutes earlier".into(),
        what: "The bus on route 5 will come at 8:10 instead of 8:25. The stops stay the same, and \
            so does the journey home."
            .into(),
        why: "The usual road will be closed while its bridge is repaired.".into(),
        affected: "Children and young people who travel on route 5".into(),
        families: Some(40),
        must_do: "Call the school transport team if your child can't manage the new time.".into(),
        must_do_by: form_day(sefton, monday - 3),
        whom: "The school transport team".into(),
        phone: "0151 496 0101".into(),
        email: "transport@example.org".into(),
        decided_day: Some(form_day(sefton, -15)),
        effect: on(sefton, monday),
        changes_entitlement: false,
        takes_away: false,
        takes: Vec::new(),
        services: services(sefton, &["Transport"]),
        places: places(sefton, &["South Sefton"]),
        follows: None,
    }
}

pub fn autism_group(sefton: &Sefton) -> Wording {
    let wednesday = days::first(Weekday::Wednesday, sefton.now, -11);
    Wording {
        title: "The autism parents' group is moving to Wednesdays".into(),
        what: "The parents' group will meet on Wednesdays at 6pm instead of Mondays. It will stay \
            in the same hall."
            .into(),
        why: "Parents asked for an evening in the middle of the week.".into(),
        affected: "Parents and carers who come to the group".into(),
        families: Some(90),
        must_do: String::new(),
        must_do_by: String::new(),
        whom: "The autism support team".into(),
        phone: "0151 496 0102".into(),
        email: String::new(),
        decided_day: Some(form_day(sefton, -30)),
        effect: on(sefton, wednesday),
        services: services(sefton, &["Autism support"]),
        places: Vec::new(),
        ..route_five(sefton)
    }
}

/// As families were first told: the time is wrong.
pub fn drop_in(sefton: &Sefton) -> Wording {
    let thursday = days::next_school(&sefton.school, Weekday::Thursday, sefton.now, 15);
    Wording {
        title: "The autism drop-in will start at 9:30am".into(),
        what: "The Thursday drop-in will start at 9:30am instead of 9am.".into(),
        why: "Parents asked for time to get there after the school run.".into(),
        affected: "Families who come to the drop-in".into(),
        families: Some(35),
        effect: on(sefton, thursday),
        decided_day: Some(form_day(sefton, -20)),
        ..autism_group(sefton)
    }
}

pub fn personal_budgets(sefton: &Sefton) -> Wording {
    let monday = days::first(Weekday::Monday, sefton.now, 60);
    Wording {
        title: "Personal budgets may be paid every three months".into(),
        what: "Personal budgets are paid every month now. We are thinking of paying them every \
            three months, in advance."
            .into(),
        why: "Families have asked for fewer forms.".into(),
        affected: "Families with a personal budget".into(),
        families: Some(30),
        whom: "The personal budgets team".into(),
        phone: "0151 496 0103".into(),
        decided_day: None,
        effect: on(sefton, monday),
        services: services(sefton, &["Personal budgets"]),
        ..autism_group(sefton)
    }
}

/// Takes something away, and says who it affects.
pub fn holiday_club(sefton: &Sefton) -> Wording {
    let monday = days::first(Weekday::Monday, sefton.now, 30);
    Wording {
        title: "The holiday club will open on three days a week".into(),
        what: "The holiday club in the south will open on Mondays, Wednesdays and Fridays. It is \
            open from Monday to Friday now."
            .into(),
        why: "We have less money for short breaks this year.".into(),
        affected: "Families who come to the holiday club".into(),
        families: Some(50),
        must_do: String::new(),
        must_do_by: String::new(),
        whom: "The short breaks team".into(),
        phone: "0151 496 0104".into(),
        email: String::new(),
        decided_day: Some(form_day(sefton, -9)),
        effect: on(sefton, monday),
        takes_away: true,
        takes: vec![Takes::Reduces],
        services: services(sefton, &["Short breaks"]),
        ..route_five(sefton)
    }
}

/// Who that affects, and what the council does about it.
pub fn fair_holiday_club(sefton: &Sefton) -> NewEquality {
    NewEquality {
        form_key: id::fresh(),
        affected: "Disabled children who come to the club, and their parents, who go to work on \
            the two days it will be closed. Most of them are lone mothers."
            .into(),
        takes: vec![Takes::Reduces],
        characteristics: vec!["Age".into(), "Disability".into(), "Sex".into()],
        source: format!("Equality Act 2010, section 4, checked on {}", clock::day(sefton.day(-30))),
        places: vec!["South Sefton".into()],
        evidence: "Who came to the club last year, and what families told the club.".into(),
        picked: Vec::new(),
        numbers: vec![
            ("Children who come to the club".into(), 50),
            ("Parents who work on those days".into(), 20),
        ],
        done: "Families who need all five days can have two days at the club in the north, with a \
            taxi there and back."
            .into(),
        review_day: clock::fields(sefton.day(120)).0,
        signed_name: "Invented Council Leader, head of short breaks".into(),
    }
}

/// Approved, and told in some days.
pub fn taxis(sefton: &Sefton) -> Wording {
    let monday = days::next_school(&sefton.school, Weekday::Monday, sefton.now, 45);
    Wording {
        title: "A new firm will drive the school taxis".into(),
        what: "Another firm will drive your child's taxi. The times stay the same. The new driver \
            will ring you in the week before."
            .into(),
        why: "The contract with the present firm is coming to an end.".into(),
        affected: "Children who go to school by taxi".into(),
        families: Some(75),
        must_do: "When the new driver rings, say what your child needs.".into(),
        must_do_by: String::new(),
        effect: on(sefton, monday),
        places: Vec::new(),
        ..route_five(sefton)
    }
}

/// Waits for approval.
pub fn saturday_club(sefton: &Sefton) -> Wording {
    let saturday = days::first(Weekday::Saturday, sefton.now, 21);
    Wording {
        title: "The Saturday club will close for two weeks".into(),
        what: format!(
            "There will be no Saturday club for two weeks. It will be back in the same place on \
             {}.",
            clock::day(sefton.now + (saturday + 14) * DAY)
        ),
        why: "The rooms are being repaired.".into(),
        affected: "Families who come to the club".into(),
        families: Some(60),
        whom: "The short breaks team".into(),
        phone: "0151 496 0104".into(),
        effect: on(sefton, saturday),
        decided_day: Some(form_day(sefton, -3)),
        services: services(sefton, &["Short breaks"]),
        ..autism_group(sefton)
    }
}
