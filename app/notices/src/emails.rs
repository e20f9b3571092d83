//! The emails about notices: one notice, or a digest of several.

use calendar::clock;
use deliveries::{Stop, Words};
use ground::house::House;

use super::rules::{Effect, Follow};
use super::store::Notice;

/// The email about one notice. `token` is the link of this very email.
pub fn one(house: &House, notice: &Notice, token: &str) -> Words {
    let mut paragraphs = what_has_changed(notice);
    paragraphs.extend([
        takes_effect(notice),
        notice.words.what.clone(),
        format!("Who this affects: {}", notice.words.affected),
    ]);
    paragraphs.extend(what_to_do(notice));
    if !notice.course.is_withdrawal() {
        paragraphs.push(format!("Why: {}", notice.words.why));
    }
    paragraphs.extend(entitlement(notice));
    paragraphs.push(whom_to_ask(notice));
    Words {
        subject: subject(notice),
        paragraphs,
        button: Some(("I have read this".to_owned(), house.link(&format!("/read/{token}")))),
        also: Some((
            "Read the full notice".to_owned(),
            house.link(&format!("/notices/{}", notice.id)),
        )),
        why: format!(
            "You get this email because you asked us to tell you about changes to {}.",
            notice.labels.join(", ")
        ),
        from: house.names.forum.clone(),
        stop: Some(stop(house, token)),
    }
}

/// The digest of several notices, the first to take effect first.
pub fn digest(house: &House, notices: &[&Notice], token: &str) -> Words {
    let paragraphs = notices.iter().flat_map(|notice| {
        let address = house.link(&format!("/notices/{}", notice.id));
        let mut about = vec![format!("{}. {}", notice.words.title, takes_effect(notice))];
        about.extend(what_has_changed(notice));
        if notice.course.follow == Some(Follow::Correction) {
            about.push(notice.words.what.clone());
        }
        about.extend(what_to_do(notice));
        about.extend(entitlement(notice));
        about.push(whom_to_ask(notice));
        about.push(format!("Read the full notice: {address}"));
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
        button: Some(("I have read this".to_owned(), house.link(&format!("/read/{token}")))),
        also: Some(("See all changes".to_owned(), house.link("/notices"))),
        why:
            "You get this email because you asked us to tell you about changes once a day or once \
            a week."
                .to_owned(),
        from: house.names.forum.clone(),
        stop: Some(stop(house, token)),
    }
}

/// A question, for the team named in the notice. It does not say who asked.
pub fn question(house: &House, notice: &Notice, question: &str) -> Words {
    Words {
        subject: format!("A question about: {}", notice.words.title),
        paragraphs: vec![
            "Someone has asked:".to_owned(),
            question.to_owned(),
            "A leader in your organisation can answer it on the page. If that isn't you, please \
             pass this on. We will email the answer to the person who asked, and everyone can read \
             it."
            .to_owned(),
        ],
        button: Some((
            "Answer it (leaders only)".to_owned(),
            house.link(&format!("/lead/notices/{}/questions", notice.id)),
        )),
        also: Some(("See the change".to_owned(), house.link(&format!("/notices/{}", notice.id)))),
        why: "You get this email because your address is on that page for families' questions."
            .to_owned(),
        from: house.names.forum.clone(),
        stop: None,
    }
}

/// The answer, for someone who asked.
pub fn answer(house: &House, notice: &Notice, question: &str, answer: &str) -> Words {
    Words {
        subject: format!("Your question about: {}", notice.words.title),
        paragraphs: vec![
            "You asked about this change. Here is the answer.".to_owned(),
            question.to_owned(),
            answer.to_owned(),
            whom_to_ask(notice),
        ],
        button: Some((
            "Read the full notice".to_owned(),
            house.link(&format!("/notices/{}", notice.id)),
        )),
        also: None,
        why: "You get this email because someone asked a question with your address. We have now \
            deleted the address."
            .to_owned(),
        from: house.names.forum.clone(),
        stop: None,
    }
}

/// The answer, for someone who wanted to know it too.
pub fn answer_too(house: &House, notice: &Notice, question: &str, answer: &str) -> Words {
    Words {
        subject: format!("The answer about: {}", notice.words.title),
        paragraphs: vec![
            "You wanted to know this about a change. Here is the answer.".to_owned(),
            question.to_owned(),
            answer.to_owned(),
            whom_to_ask(notice),
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
            "You wanted to know the answer to a question about this change.".to_owned(),
            what_became_of_it.to_owned(),
            whom_to_ask(notice),
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
            "You asked about this change.".to_owned(),
            what_became_of_it.to_owned(),
            whom_to_ask(notice),
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
fn what_has_changed(notice: &Notice) -> Vec<String> {
    let Some(follows) = &notice.words.follows else { return Vec::new() };
    let before = match follows.how {
        Follow::Correction => "This corrects what we said before. What has changed:",
        Follow::Withdrawal => "This change is no longer happening.",
    };
    vec![before.to_owned(), follows.changed.clone()]
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

fn what_to_do(notice: &Notice) -> Option<String> {
    let words = &notice.words;
    (!notice.course.is_withdrawal() && !words.must_do.is_empty()).then(|| {
        match words.must_do_by_day() {
            Some(by) => format!("What you need to do by {by}: {}", words.must_do),
            None => format!("What you need to do: {}", words.must_do),
        }
    })
}

fn entitlement(notice: &Notice) -> Option<String> {
    (!notice.course.is_withdrawal() && notice.words.changes_entitlement)
        .then(|| "This changes what children are legally entitled to.".to_owned())
}

fn whom_to_ask(notice: &Notice) -> String {
    format!("Who to ask: {}, {}", notice.words.whom, notice.words.ways_to_ask())
}
