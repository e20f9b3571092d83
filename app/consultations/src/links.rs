//! An organiser gives families personal links: by email, or as a list to print and cut out.

use std::collections::HashSet;

use axum::extract::{Path, State};
use axum::response::Response;
use calendar::clock::Moment;
use deliveries::{EmailKind, Owed, owe, owe_later};
use forms::{Refusals, Sent, addresses, mailbox};
use ground::audit::{self, Entry};
use ground::day_key::keyed;
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Area, Banner, Choice, Choices, Field, Page, Summary, titled};
use ground::viewer::Viewer;
use leptos::prelude::*;
use sqlx::AnyConnection;

use super::closing::UNSENT_STAYS;
use super::rules::{ConsultationState, WhoMayAnswer, reminder_at};
use super::store::Consultation;
use super::{consultation, emails, responses};

/// The most links that are given at once.
const MOST: usize = 200;

/// The most faults of a list that are named at once.
const MOST_WRONG: usize = 20;

/// GET `/forum/consultations/{id}/links`
pub async fn links_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
) -> Result<Response, Error> {
    let consultation = given_by_link(&house, &id).await?;
    let page = shown(&house, &consultation, &Sent::default(), &Refusals::default(), &[]).await?;
    Ok(page.answer(&house, &viewer))
}

/// POST `/forum/consultations/{id}/links`: owes an email to each address, or shows links to print.
/// They are shown only this once. A family that was given its link before gets the same one.
pub async fn give_links(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let consultation = given_by_link(&house, &id).await?;
    if consultation.state(house.clock.now()) != ConsultationState::Open {
        let refusals = Refusals::one(
            "addresses",
            "You can only give out links while the consultation is open",
        );
        let page = shown(&house, &consultation, &sent, &refusals, &[]).await?;
        return Ok(page.answer(&house, &viewer));
    }
    let (addresses, to_print) = match read(&sent) {
        Ok(read) => read,
        Err(refusals) => {
            let page = shown(&house, &consultation, &sent, &refusals, &[]).await?;
            return Ok(page.answer(&house, &viewer));
        }
    };
    let of =
        |link: &String| house.link(&format!("/consultations/{}/links/{link}", consultation.id));
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let reminder =
        reminder_at(now, consultation.terms.closes_at).filter(|_| sent.typed("remind") == "yes");
    let mut tx = house.db.begin().await?;
    let key = responses::link_key(&mut tx, &consultation.id).await?;
    let emailed: Vec<String> = addresses.iter().map(|to| of_family(&key, to)).collect();
    let printed: Vec<String> = std::iter::repeat_with(id::secret).take(to_print).collect();
    let links = [emailed.as_slice(), printed.as_slice()].concat();
    let new = responses::keep_links(&mut tx, &consultation.id, &links).await?;
    let asked: Vec<(String, String)> = addresses.into_iter().zip(emailed).collect();
    owe_links(&mut tx, &house, &consultation, &asked, reminder).await?;
    let emailed = asked.len().to_string();
    let again = links.len().saturating_sub(usize::try_from(new).unwrap_or(usize::MAX));
    let (what, about, detail) = ("links given", &consultation.id, &new.to_string());
    audit::note(&mut tx, Entry { at: now, who: Some(by), what, about, detail }).await?;
    tx.commit().await?;
    let done = Sent::of(&[("done", "given"), ("again", &again.to_string()), ("emailed", &emailed)]);
    let printed: Vec<String> = printed.iter().map(of).collect();
    let page = shown(&house, &consultation, &done, &Refusals::default(), &printed).await?;
    Ok(page.answer(&house, &viewer))
}

/// Owes each address an email with its link; and one more when the reminder is due, but to those
/// who have taken part by then.
async fn owe_links(
    tx: &mut AnyConnection,
    house: &House,
    consultation: &Consultation,
    asked: &[(String, String)],
    reminder: Option<Moment>,
) -> Result<(), Error> {
    let (now, closes_at) = (house.clock.now(), consultation.terms.closes_at);
    let of = |link: &str| house.link(&format!("/consultations/{}/links/{link}", consultation.id));
    for (to, link) in asked {
        let owed = Owed {
            // No key that is made from the link: nothing says whose it is.
            dedup_key: &id::fresh(),
            kind: EmailKind::Asked,
            account_id: None,
            to,
            words: &emails::asked(house, consultation, &of(link), reminder),
            at: now,
            not_after: Some(closes_at),
        };
        owe(&mut *tx, owed).await?;
    }
    let Some(due) = reminder else { return Ok(()) };
    for (to, link) in asked {
        if responses::is_used(&mut *tx, &consultation.id, link).await? {
            continue;
        }
        let owed = Owed {
            dedup_key: &responses::reminder_key(link),
            kind: EmailKind::AskedAgain,
            account_id: None,
            to,
            words: &emails::asked_again(house, consultation, &of(link), due),
            at: now,
            not_after: Some(closes_at),
        };
        owe_later(&mut *tx, owed, due).await?;
    }
    Ok(())
}

/// The link of the family that reads this address, the same each time it is given: who has two has
/// two answers. Addresses that lead to one mailbox are one family's.
fn of_family(key: &str, address: &str) -> String {
    keyed(key, &mailbox(address))
}

/// Addresses to write to, and how many links to print.
fn read(sent: &Sent) -> Result<(Vec<String>, usize), Refusals> {
    let (mut refusals, mut wrong) = (Refusals::default(), 0);
    let (mut found, mut families): (Vec<String>, HashSet<String>) = Default::default();
    for read in addresses(sent.typed("addresses")) {
        match refusals.take("addresses", read) {
            Some(address) if families.insert(mailbox(&address)) => found.push(address),
            Some(_) => {}
            None => wrong += 1,
        }
        // The rest of a list that is too long is not read.
        if found.len() > MOST || wrong == MOST_WRONG {
            break;
        }
    }
    let many = match sent.line("many").as_str() {
        "" => Some(0),
        many => refusals.take(
            "many",
            many.parse::<usize>()
                .ok()
                .filter(|many| *many <= MOST)
                .ok_or_else(|| format!("Print {MOST} links or fewer at a time")),
        ),
    };
    if found.len() > MOST {
        refusals.add("addresses", format!("Enter {MOST} email addresses or fewer at a time"));
    }
    if refusals.is_empty() && found.is_empty() && many == Some(0) {
        refusals.add("addresses", "Enter email addresses, or how many links to print");
    }
    if refusals.is_empty() { Ok((found, many.unwrap_or_default())) } else { Err(refusals) }
}

/// The consultation of an address whose families are given links; "not found" for others.
async fn given_by_link(house: &House, id: &Id<ids::Consultation>) -> Result<Consultation, Error> {
    Some(consultation(house, id).await?)
        .filter(|consultation| consultation.terms.access == WhoMayAnswer::Link)
        .ok_or(Error::NotFound)
}

/// Says that so many families had a link already.
fn given_again(families: usize) -> String {
    let (who, was) = if families == 1 {
        ("1 family on your list".to_owned(), "was")
    } else {
        (format!("{families} families on your list"), "were")
    };
    format!(
        "{who} {was} given a link before. We are sending the same link again, so each family can \
         still answer only once."
    )
}

async fn shown(
    house: &House,
    consultation: &Consultation,
    sent: &Sent,
    refusals: &Refusals,
    printed: &[String],
) -> Result<Page, Error> {
    let (given, used) = responses::links(&house.db, &consultation.id).await?;
    let now = house.clock.now();
    let is_closed = consultation.state(now) == ConsultationState::Closed;
    let is_forgotten = consultation.terms.closes_at <= now - UNSENT_STAYS;
    let page = Page::new(titled("Personal links", &consultation.terms.title), || {
        let banner = (sent.typed("done") == "given").then(|| {
            let (is_emailed, has_printed) = (sent.typed("emailed") != "0", !printed.is_empty());
            let again = sent
                .typed("again")
                .parse::<usize>()
                .ok()
                .filter(|again| *again > 0)
                .map(given_again);
            view! {
                <Banner title="Links created">
                    {again.map(|words| view! { <p>{words}</p> })}
                    {is_emailed.then(|| view! { <p>"Emails will go out within minutes."</p> })}
                    {has_printed
                        .then(|| {
                            view! {
                                <p>"Links to print are below: we only show them this once."</p>
                            }
                        })}
                </Banner>
            }
        });
        let list = printed
            .iter()
            .map(|link| {
                view! {
                    <li class="on-paper">
                        <b>{consultation.terms.title.clone()}</b>
                        <br />
                        {link.clone()}
                    </li>
                }
            })
            .collect_view();
        let list = (!printed.is_empty()).then(|| {
            view! {
                <section>
                    <h2>"To print and cut out"</h2>
                    <ul class="plain">{list}</ul>
                </section>
            }
        });
        let is_first = sent.typed("addresses").is_empty() && sent.typed("many").is_empty();
        let remind = [("yes", "Remind each family once, if nobody has used its link")];
        let remind = Choice::each(remind, |value| is_first || sent.typed("remind") == value);
        let used = if is_closed {
            format!(" Families who have taken part: {used}.")
        } else {
            String::new()
        };
        let counts = (!is_forgotten).then(|| format!("Links given out: {given}.{used} "));
        view! {
            <div class="stack">
                {banner}
                <p class="no-print">
                    <a class="back" href=format!("/forum/consultations/{}", consultation.id)>
                        {consultation.terms.title.clone()}
                    </a>
                </p>
                <Summary refusals />
                <h1 class="no-print">"Personal links"</h1>
                <p class="no-print">
                    {counts}
                    "Each link is for one family. Nobody can see which answers came from which \
                     link."
                </p>
                {list}
                <form class="no-print" method="post" novalidate>
                    <Area
                        name="addresses"
                        label="Email addresses"
                        hint="Paste a list, with names or without. Each family gets an email with \
                            its own link. Without a reminder we don't keep the addresses."
                        rows=4
                        value=sent.typed("addresses")
                        refusals
                    />
                    <Choices
                        name="remind"
                        legend="Reminder"
                        hint="Half-way to the last day, after two weeks at the latest. You won't \
                            see who gets one: it would tell you who has answered. Then we delete \
                            the address."
                        choices=remind
                        many=true
                        refusals
                    />
                    <Field
                        name="many"
                        label="Or how many links to print"
                        kind="number"
                        value=sent.typed("many")
                        refusals
                    />
                    <button class="button">"Create these links"</button>
                </form>
            </div>
        }
    });
    Ok(page.refused_for(refusals))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(addresses: &str) -> Result<(Vec<String>, usize), Refusals> {
        read(&Sent::of(&[("addresses", addresses)]))
    }

    #[test]
    fn a_list_as_long_as_a_form_may_be_is_refused_in_few_words() {
        let many: String = (0..50_000).map(|nth| format!("family{nth}@example.org\n")).collect();
        let refused = list(&many).expect_err("too many");
        assert_eq!(
            refused.iter().collect::<Vec<_>>(),
            [("addresses", "Enter 200 email addresses or fewer at a time")]
        );
        let refused = list(&"not.an.address\n".repeat(50_000)).expect_err("faults");
        assert_eq!(refused.iter().count(), MOST_WRONG);
    }

    #[test]
    fn addresses_of_one_mailbox_are_one_family_however_often_they_are_pasted() {
        let twelve: String = (0..12).map(|nth| format!("one+{nth}@example.org\n")).collect();
        assert_eq!(list(&twelve.repeat(1_000)), Ok((vec!["one+0@example.org".to_owned()], 0)));
        let most: String = (0..MOST).map(|nth| format!("family{nth}@example.org, ")).collect();
        assert_eq!(list(&most.repeat(2)).map(|(found, _)| found.len()), Ok(MOST));
    }
}
