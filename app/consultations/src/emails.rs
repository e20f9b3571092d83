//! The emails with a personal link, with the code of somebody's answers, and to whoever answered
//! and wants to hear: about results, and about what was withdrawn.

use calendar::clock::{self, Moment};
use deliveries::{Paragraph, Sender, Words};
use ground::house::House;
use ground::ids::{self, Id};
use questionnaires::withdrawal;

use super::store::Consultation;

const ASKED_TO_HEAR: &str =
    "You get this email because you asked to hear what happens after you answered.";

/// Asks a family, with its personal link. `reminder`: when it will be reminded, if it is.
pub fn asked(
    house: &House,
    consultation: &Consultation,
    link: &str,
    reminder: Option<Moment>,
) -> Words {
    let kept = match reminder {
        None => "We won't keep it.".to_owned(),
        Some(at) => format!(
            "If nobody has used this link by {}, we will remind you once. After that we won't keep \
             your address. We delete it sooner if you answer.",
            clock::day(at)
        ),
    };
    let names = &house.names.forum;
    Words {
        subject: format!("Have your say: {}", consultation.terms.title),
        why: format!(
            "You are getting this email because {names} was given your email address so that we \
             could ask you. {kept}"
        ),
        ..with_link(house, consultation, link, house.clock.now())
    }
}

/// Asks it once more, as it has not answered.
pub fn asked_again(
    house: &House,
    consultation: &Consultation,
    link: &str,
    reminder: Moment,
) -> Words {
    let names = &house.names.forum;
    Words {
        subject: format!("There is still time to have your say: {}", consultation.terms.title),
        why: format!(
            "You are getting this one reminder because {names} was given your email address so \
             that we could ask you, and this link has not been used. Nobody at the forum can see \
             that. We have now deleted your address."
        ),
        ..with_link(house, consultation, link, reminder)
    }
}

/// What both say.
fn with_link(house: &House, consultation: &Consultation, link: &str, at: Moment) -> Words {
    let terms = &consultation.terms;
    Words {
        subject: String::new(),
        paragraphs: vec![
            terms.about.clone().into(),
            Paragraph::ToDo(format!(
                "Please answer by the end of {} ({}).",
                clock::day(terms.closes_at),
                clock::days_away(at, terms.closes_at)
            )),
            "This link is only for you. You can stop and come back.".into(),
            "Nobody can see which answers came from which link.".into(),
        ],
        button: Some(("Have your say".to_owned(), link.to_owned())),
        also: None,
        why: String::new(),
        from: Sender::of(house),
        stop: None,
    }
}

/// Gives somebody the code of their answers, at the address they typed for this one email.
pub fn code(house: &House, consultation: &Consultation, code: &str, is_sent: bool) -> Words {
    let terms = &consultation.terms;
    let closes = clock::day(terms.closes_at);
    let to = format!("/consultations/{}/answers?code={code}", consultation.id);
    let until = if is_sent {
        let told = withdrawal::told(&withdrawal::until(terms.closes_at));
        format!("You have sent your answers. {told}")
    } else {
        format!(
            "You haven't sent your answers yet. They only count once you send them. You can do \
             that until the end of {closes}."
        )
    };
    Words {
        subject: format!("Your code for: {}", terms.title),
        paragraphs: vec![
            format!("Your code is {code}.").into(),
            if is_sent { until.into() } else { Paragraph::ToDo(until) },
            "Anyone with this code can read and change your answers, so don't pass this email on."
                .into(),
        ],
        button: Some(("Go to my answers".to_owned(), house.link(&to))),
        also: is_sent.then(|| {
            let receipt = house.link("/updates/receipt");
            ("Later, see what happened about your answers".to_owned(), receipt)
        }),
        why: format!(
            "You are getting this one email because someone entered your email address while \
             answering {}'s questions. We don't save it with the answers.",
            house.names.forum
        ),
        from: Sender::of(house),
        stop: None,
    }
}

/// Tells whoever took part and asked to hear what happened that everyone can read the results.
pub fn results(house: &House, (id, title): (&Id<ids::Consultation>, &str)) -> Words {
    let to = house.link(&format!("/consultations/{id}/results"));
    Words {
        subject: format!("What parents said: {title}"),
        paragraphs: vec![
            format!("We have published the results of “{title}”, which you answered.").into(),
            "We will email you again when leaders say what they did about it.".into(),
        ],
        button: Some(("Read the results".to_owned(), to)),
        also: None,
        why: ASKED_TO_HEAR.to_owned(),
        from: Sender::of(house),
        stop: None,
    }
}

/// Tells whoever took part and asked to hear what happened that it was withdrawn.
pub fn withdrawn(
    house: &House,
    (id, title): (&Id<ids::Consultation>, &str),
    reason: &str,
    deleted: &str,
) -> Words {
    Words {
        subject: format!("Withdrawn: {title}"),
        paragraphs: vec![
            format!(
                "We have withdrawn “{title}”, which you answered. Your answers won't be counted or \
                 published, and we will delete them on {deleted}."
            )
            .into(),
            format!("This is why: {reason}").into(),
            "You don't need to do anything. Thank you for taking the time to answer.".into(),
        ],
        button: Some(("Read about it".to_owned(), house.link(&format!("/consultations/{id}")))),
        also: None,
        why: ASKED_TO_HEAR.to_owned(),
        from: Sender::of(house),
        stop: None,
    }
}
