//! Who gave and removed roles, and who opened what was passed on to the safeguarding leads: for
//! administrators, so that nobody takes that role, reads and gives it back unseen.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use calendar::clock;
use forms::{Sent, page_number};
use ground::error::Error;
use ground::house::House;
use ground::ui::{Page, Pager, capital};
use ground::viewer::{Role, Viewer};
use leptos::prelude::*;

use crate::store::{self, OfRoles};

const MOST_ON_A_PAGE: i64 = 50;

/// GET `/admin/roles`
pub async fn roles_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let number = page_number(&Sent::query(&uri));
    let part = (MOST_ON_A_PAGE + 1, (number - 1) * MOST_ON_A_PAGE);
    let mut lines = store::of_roles(&house.db, part).await?;
    let next = (lines.len() as i64 > MOST_ON_A_PAGE).then(|| {
        lines.truncate(MOST_ON_A_PAGE as usize);
        format!("/admin/roles?page={}", number + 1)
    });
    let first = (number > 1).then(|| "/admin/roles".to_owned());
    let page = Page::new("Who was given which role", || {
        let nothing = lines.is_empty().then(|| view! { <p>"Nothing has happened yet."</p> });
        let lines = lines.iter().map(|line| {
            view! {
                <li>
                    <time datetime=clock::machine(line.at)>{clock::day_and_hour(line.at)}</time>
                    <p>{in_words(line)}</p>
                </li>
            }
        });
        let lines = lines.collect::<Vec<_>>();
        let lines = (!lines.is_empty()).then(|| view! { <ol class="timeline">{lines}</ol> });
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/admin/people">
                        "People"
                    </a>
                </p>
                <h1>"Who was given which role"</h1>
                <p class="lead">
                    "Who gave and removed roles, who changed which organisation a leader is for, \
                     and who opened what was passed on to the safeguarding leads. The latest is \
                     first. Nobody can change this list."
                </p>
                {nothing}
                {lines}
                <Pager first next />
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// What happened, in a sentence.
fn in_words(line: &OfRoles) -> String {
    let named = |name: &str| {
        if name.is_empty() { "someone who has left".to_owned() } else { name.to_owned() }
    };
    let (who, whose) = (named(&line.who), named(&line.whose));
    let role = Role::read(&line.detail).map_or_else(|| line.detail.as_str(), |role| role.title());
    capital(&match line.what.as_str() {
        "role given" => format!("{who} gave {whose} the role: {role}"),
        "role taken" => format!("{who} removed the role from {whose}: {role}"),
        "organisation set" => {
            format!("{who} changed which organisation {whose} is a leader for")
        }
        accounts::ENDED_BY_COUNCIL => {
            format!(
                "{whose} no longer has the role: {role}. The council doesn't list them any more"
            )
        }
        accounts::ENDED_UNCONFIRMED => {
            format!(
                "{whose} no longer has the role: {role}. They had not signed in with the council \
                 for too long"
            )
        }
        "invitation accepted" if line.who.is_empty() => {
            format!("{whose} accepted an invitation to the role: {role}")
        }
        "invitation accepted" => {
            format!("{whose} accepted an invitation from {who} to the role: {role}")
        }
        _ => format!("{who} opened what was passed on ({})", line.detail),
    })
}

#[cfg(test)]
mod tests {
    use calendar::clock::Moment;

    use super::*;

    #[test]
    fn each_line_says_who_did_what_and_to_whom() {
        let of = |what: &str, who: &str, whose: &str, detail: &str| {
            in_words(&OfRoles {
                at: Moment::from_millis(0),
                what: what.to_owned(),
                who: who.to_owned(),
                whose: whose.to_owned(),
                detail: detail.to_owned(),
            })
        };
        assert_eq!(
            of("role given", "Ann", "Bob", "safeguarding"),
            "Ann gave Bob the role: Safeguarding lead"
        );
        assert_eq!(
            of("role taken", "Ann", "", "leader"),
            "Ann removed the role from someone who has left: Leader"
        );
        assert_eq!(
            of("organisation set", "Ann", "Bob", "an id"),
            "Ann changed which organisation Bob is a leader for"
        );
        assert_eq!(
            of(accounts::ENDED_BY_COUNCIL, "", "Bob", "leader"),
            "Bob no longer has the role: Leader. The council doesn't list them any more"
        );
        assert_eq!(
            of(accounts::ENDED_UNCONFIRMED, "", "Bob", "leader"),
            "Bob no longer has the role: Leader. They had not signed in with the council for too \
             long"
        );
        assert_eq!(
            of("invitation accepted", "", "Bob", "admin"),
            "Bob accepted an invitation to the role: Administrator"
        );
        assert_eq!(
            of(topics::store::OPENED, "Ann", "", "comment"),
            "Ann opened what was passed on (comment)"
        );
    }
}
