//! The emails about notices: one notice, a digest of several, or what had been announced before
//! somebody asked to be told.

use calendar::clock::{self, Moment};
use deliveries::{Paragraph, Sender, Stop, Words};
use ground::house::House;

use super::rules::{Effect, Follow};
use super::store::Notice;

/// The email about one notice. `token` is the link of this very email.
pub fn about_notice(house: &House, notice: &Notice, token: &str) -> Words {
    let mut paragraphs = vec![Paragraph::Begins(notice.words.title.clone())];
    paragraphs.extend(what_has_changed(notice));
    paragraphs.extend(takes_away(notice));
    paragraphs.push(takes_effect(notice).into());
    paragraphs.extend(what_to_do(notice));
    paragraphs.extend([
        notice.words.what.clone().into(),
        format!("Who this affects: {}", notice.words.affected).into(),
    ]);
    paragraphs.extend(entitlement(notice));
    if !notice.course.is_withdrawal() {
        paragraphs.push(format!("Why: {}", notice.words.why).into());
    }
    paragraphs.push(who_to_ask(notice));
    Words {
        subject: subject(notice),
        paragraphs,
        button: Some((
            "Read the full notice".to_owned(),
            house.link(&format!("/notices/{}", notice.id)),
        )),
        also: Some(have_read(house, token)),
        why: format!(
            "You get this email because you asked us to tell you about changes to {}.",
            notice.labels.join(", ")
        ),
        from: Sender::of(house),
        stop: Some(stop(house, token)),
    }
}

/// That it takes something away, as its page says.
fn takes_away(notice: &Notice) -> Option<Paragraph> {
    notice.words.what_it_takes().map(Paragraph::from)
}

/// The digest of several notices, the first to take effect first.
pub fn digest(house: &House, notices: &[&Notice], token: &str) -> Words {
    let paragraphs = notices.iter().flat_map(|notice| {
        let address = house.link(&format!("/notices/{}", notice.id));
        let mut about = vec![Paragraph::Begins(notice.words.title.clone())];
        about.extend(what_has_changed(notice));
        about.extend(takes_away(notice));
        about.push(takes_effect(notice).into());
        about.extend(what_to_do(notice));
        if notice.course.follow == Some(Follow::Correction) {
            about.push(notice.words.what.clone().into());
        }
        about.extend(entitlement(notice));
        about.push(who_to_ask(notice));
        about.push(Paragraph::Page("Read the full notice".to_owned(), address));
        about
    });
    let subject = match notices {
        [notice] => self::subject(notice),
        _ => format!(
            "{} changes to services, the first on {}",
            notices.len(),
            notices.first().map_or_else(String::new, |first| short(first.words.effect))
        ),
    };
    Words {
        subject,
        paragraphs: paragraphs.collect(),
        button: Some(("See all changes".to_owned(), house.link("/notices"))),
        also: Some(have_read(house, token)),
        why:
            "You get this email because you asked us to tell you about changes once a day or once \
            a week."
                .to_owned(),
        from: Sender::of(house),
        stop: Some(stop(house, token)),
    }
}

/// All that had been announced when somebody asked to be told: in one email, since they asked once.
pub fn announced(house: &House, notices: &[&Notice], token: &str) -> Words {
    let digest = digest(house, notices, token);
    let first = notices.first().map_or_else(String::new, |first| short(first.words.effect));
    let begins = format!(
        "When you signed up, {} changes had been announced already. Here they are.",
        notices.len()
    );
    let paragraphs = [Paragraph::from(begins)].into_iter().chain(digest.paragraphs).collect();
    Words {
        subject: format!("{} changes already announced, the first on {first}", notices.len()),
        paragraphs,
        why:
            "You get this email because you asked us to tell you about changes to these services. \
            We will email you if one of them is corrected or is no longer happening."
                .to_owned(),
        ..digest
    }
}

/// A question, for the team named in the notice. It does not say who asked.
pub fn question(house: &House, notice: &Notice, question: &str) -> Words {
    Words {
        subject: format!("A question about: {}", notice.words.title),
        paragraphs: vec![
            "Someone has asked:".into(),
            question.into(),
            "A leader in your organisation can answer it on the page. If that isn't you, please \
             pass this on. We will email the answer to the person who asked, and everyone can read \
             it."
            .into(),
        ],
        button: Some((
            "Answer it (leaders only)".to_owned(),
            house.link(&format!("/lead/notices/{}/questions", notice.id)),
        )),
        also: Some(("See the change".to_owned(), house.link(&format!("/notices/{}", notice.id)))),
        why: "You get this email because your address is on that page for families' questions."
            .to_owned(),
        from: Sender::of(house),
        stop: None,
    }
}

/// Says that a question has arrived. Without its words: nobody has confirmed the address, and
/// nobody has read yet whether they name a child.
pub fn received(house: &House, notice: &Notice, until: Moment) -> Words {
    let words = &notice.words;
    let team = if words.email.is_empty() { "the leaders of the service" } else { &words.whom };
    Words {
        subject: format!("We've got your question about: {}", words.title),
        paragraphs: vec![
            format!("We've got your question. It is saved, and it has gone to: {team}.").into(),
            Paragraph::ToDo(format!(
                "You don't need to do anything. We will email you the answer, or say by {} that \
                 there is none.",
                clock::day(until)
            )),
            "The answer will be on the page for everyone. Nobody will see who asked.".into(),
            who_to_ask(notice),
        ],
        button: Some(("See the change".to_owned(), house.link(&format!("/notices/{}", notice.id)))),
        also: None,
        why: "You get this email because someone asked a question with your address. If it wasn't \
            you, ignore this email: we will delete the address."
            .to_owned(),
        from: Sender::of(house),
        stop: None,
    }
}

/// The answer, for someone who asked.
pub fn answer(house: &House, notice: &Notice, question: &str, answer: &str) -> Words {
    Words {
        subject: format!("Your question about: {}", notice.words.title),
        paragraphs: vec![
            "You asked about this change. Here is the answer.".into(),
            question.into(),
            answer.into(),
            who_to_ask(notice),
        ],
        button: Some((
            "Read the full notice".to_owned(),
            house.link(&format!("/notices/{}", notice.id)),
        )),
        also: None,
        why: "You get this email because someone asked a question with your address. We have now \
            deleted the address."
            .to_owned(),
        from: Sender::of(house),
        stop: None,
    }
}

/// The answer, for someone who wanted to know it too.
pub fn answer_too(house: &House, notice: &Notice, question: &str, answer: &str) -> Words {
    Words {
        subject: format!("The answer about: {}", notice.words.title),
        paragraphs: vec![
            "You wanted to know this about a change. Here is the answer.".into(),
            question.into(),
            answer.into(),
            who_to_ask(notice),
        ],
        why: WHY_TOO.to_owned(),
        ..self::answer(house, notice, question, answer)
    }
}

/// For someone who wanted to know what will not be answered on the page, or has not been for a long
/// time.
pub fn not_answered_too(house: &House, notice: &Notice, is_set_aside: bool) -> Words {
    let what_became_of_it = if is_set_aside {
        "They won't answer it on the page, where everyone sees it."
    } else {
        "Nobody has answered it yet. If they do later, it will be on the page."
    };
    Words {
        subject: format!("A question about: {}", notice.words.title),
        paragraphs: vec![
            "You wanted to know the answer to a question about this change.".into(),
            what_became_of_it.into(),
            who_to_ask(notice),
        ],
        why: WHY_TOO.to_owned(),
        ..answer(house, notice, "", "")
    }
}

/// Why someone hears about a question that another person asked.
const WHY_TOO: &str = "You get this email because you pressed “I want to know this too” on the \
    page of this change. You won't get another about this question.";

/// For someone whose question will not be answered on the page.
pub fn set_aside(house: &House, notice: &Notice) -> Words {
    not_answered(
        house,
        notice,
        "They have read your question, but won't answer it on the page, where everyone sees it.",
    )
}

/// For someone whose question has not been answered for a long time.
pub fn unanswered(house: &House, notice: &Notice) -> Words {
    not_answered(
        house,
        notice,
        "Nobody has answered your question yet. If they do later, it will be on the page.",
    )
}

/// Without the question: nobody has confirmed the address, and our emails must not carry what
/// anyone writes to anyone.
fn not_answered(house: &House, notice: &Notice, what_became_of_it: &str) -> Words {
    Words {
        subject: format!("Your question about: {}", notice.words.title),
        paragraphs: vec![
            "You asked about this change.".into(),
            what_became_of_it.into(),
            who_to_ask(notice),
        ],
        ..answer(house, notice, "", "")
    }
}

fn stop(house: &House, token: &str) -> Stop {
    Stop {
        choose: house.link(&format!("/subscriptions/{token}")),
        one_click: house.link(&format!("/unsubscribe/{token}")),
    }
}

fn subject(notice: &Notice) -> String {
    let title = &notice.words.title;
    match notice.course.follow {
        Some(Follow::Withdrawal) => format!("No longer happening: {title}"),
        Some(Follow::Correction) => format!("Corrected: {}: {title}", short(notice.words.effect)),
        None => format!("{}: {title}", short(notice.words.effect)),
    }
}

/// At the top of an email that follows another.
fn what_has_changed(notice: &Notice) -> Vec<Paragraph> {
    let Some(follows) = &notice.words.follows else { return Vec::new() };
    let before = match follows.how {
        Follow::Correction => "This corrects what we said before. What has changed:",
        Follow::Withdrawal => "This change is no longer happening.",
    };
    vec![before.into(), follows.changed.clone().into()]
}

/// The day alone, for a subject.
fn short(effect: Effect) -> String {
    clock::day(effect.at())
}

fn takes_effect(notice: &Notice) -> String {
    let from = notice.words.effect.words();
    if notice.course.is_withdrawal() {
        return format!("This was due to happen from {from}:");
    }
    if notice.words.decided_day.is_some() {
        format!("This will happen from {from}.")
    } else {
        format!("This is proposed from {from}. It has not been decided yet.")
    }
}

fn what_to_do(notice: &Notice) -> Option<Paragraph> {
    let words = &notice.words;
    (!notice.course.is_withdrawal() && !words.must_do.is_empty()).then(|| {
        Paragraph::ToDo(match words.must_do_by_day() {
            Some(by) => format!("What you need to do by {by}: {}", words.must_do),
            None => format!("What you need to do: {}", words.must_do),
        })
    })
}

fn entitlement(notice: &Notice) -> Option<Paragraph> {
    (!notice.course.is_withdrawal() && notice.words.changes_entitlement)
        .then(|| "This changes what children are legally entitled to.".into())
}

fn who_to_ask(notice: &Notice) -> Paragraph {
    let words = &notice.words;
    Paragraph::Ask(words.whom.clone(), words.phone.clone(), words.email.clone())
}

/// The quieter link of an email: that its reader has read it.
fn have_read(house: &House, token: &str) -> (String, String) {
    ("I have read this".to_owned(), house.link(&format!("/read/{token}")))
}
