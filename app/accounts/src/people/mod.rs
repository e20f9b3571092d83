//! People and their roles, for the administrator: the list of everyone, found by name, address or
//! role, with the form that invites; `person` is the page of one of them, `roles` changes what they
//! may do, `suspending` keeps somebody out for a while.

pub mod person;
pub mod roles;
pub mod store;
pub mod suspending;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use disclosure::commas;
use forms::{Named, Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Account, Id};
use ground::ui::{Banner, Choice, Choices, Field, Page, Pager, Select, Summary};
use ground::viewer::{Role, Viewer};
use leptos::prelude::*;

use self::store::{ListedPerson, PeopleCounts};

const MOST_ON_A_PAGE: usize = 20;

/// What the page that asks a second time sends, as `checked`.
pub(crate) const CHECKED: &str = "yes";

/// Which people are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Everyone,
    With(Role),
    WithoutRole,
    Suspended,
}

impl Group {
    /// All of them, in the order they are shown.
    pub fn all() -> impl Iterator<Item = Self> {
        let roles = Role::ALL.into_iter().map(Self::With);
        std::iter::once(Self::Everyone).chain(roles).chain([Self::WithoutRole, Self::Suspended])
    }

    /// The word it is chosen by; empty for everyone.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Everyone => "",
            Self::With(role) => role.word(),
            Self::WithoutRole => "none",
            Self::Suspended => "suspended",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Everyone => "Everyone",
            Self::With(role) => role.title(),
            Self::WithoutRole => "No role",
            Self::Suspended => "Suspended",
        }
    }

    fn read(word: &str) -> Self {
        Self::all().find(|group| group.word() == word).unwrap_or(Self::Everyone)
    }
}

/// What an administrator looks for in the list, carried through the pages about one person, so that
/// the way back leads to the same list.
#[derive(Clone, Debug)]
pub(crate) struct ListWish {
    search: String,
    group: Group,
}

impl ListWish {
    pub fn read(sent: &Sent) -> Self {
        Self { search: sent.line("search"), group: Group::read(sent.typed("has")) }
    }

    /// An address that says this, and more.
    fn address(&self, path: &str, more: &[(&str, &str)]) -> String {
        let own = [("search", self.search.as_str()), ("has", self.group.word())];
        let said =
            own.into_iter().chain(more.iter().copied()).filter(|(_, value)| !value.is_empty());
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(said).finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// The list.
    pub fn list(&self) -> String {
        self.address("/admin/people", &[])
    }

    /// The page of one of them, after something was done; empty for nothing.
    pub fn of_person(&self, id: &Id<Account>, done: &str) -> String {
        self.address(&format!("/admin/people/{id}"), &[("done", done)])
    }

    pub fn hidden(&self) -> impl IntoView + use<> {
        let field = |name: &'static str, value: String| {
            (!value.is_empty()).then(|| view! { <input type="hidden" name=name value=value /> })
        };
        (field("search", self.search.clone()), field("has", self.group.word().to_owned()))
    }
}

/// What is read before somebody becomes an administrator.
pub(crate) fn what_administrators_can_do() -> impl IntoView {
    view! {
        <div class="todo">
            <p>
                "Administrators see everyone's name and email address. They can invite people, \
                 give and remove every role, also yours, and suspend accounts."
            </p>
        </div>
        <p>"Every other administrator will get an email about it."</p>
    }
}

/// GET `/admin/people`
pub async fn people_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let query = Sent::query(&uri);
    show_people(&house, &viewer, &query, &Sent::default(), &Refusals::default()).await
}

/// The organisation that was chosen for a leader, if one was.
pub(crate) async fn organisation(
    house: &House,
    sent: &Sent,
) -> Result<Result<Option<Named>, String>, Error> {
    let chosen = sent.typed("organisation");
    let organisations = area::store::organisations(&house.db).await?;
    let known = organisations.into_iter().find(|known| known.id == chosen);
    Ok(if chosen.is_empty() || known.is_some() {
        Ok(known)
    } else {
        Err("Choose again: that organisation is no longer on the list".to_owned())
    })
}

/// The list, with what was typed into the form that invites.
pub(crate) async fn show_people(
    house: &House,
    viewer: &Viewer,
    query: &Sent,
    sent: &Sent,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let (wish, after) = (ListWish::read(query), query.typed("after"));
    let (search, most) = (forms::folded(&wish.search), MOST_ON_A_PAGE as i64 + 1);
    let mut people = store::people(&house.db, (&search, wish.group), after, most).await?;
    let next = (people.len() > MOST_ON_A_PAGE).then(|| {
        people.truncate(MOST_ON_A_PAGE);
        let last = people.last().map_or("", |person| &person.email);
        wish.address("/admin/people", &[("after", last)])
    });
    let first = (!after.is_empty()).then(|| wish.list());
    let counts = store::counts(&house.db).await?;
    let organisations = area::store::organisations(&house.db).await?;
    let is_invited = query.typed("done") == "invited";
    let page = Page::new("People", || {
        let banner = is_invited.then(|| {
            view! {
                <Banner title="Invitation sent">
                    <p />
                </Banner>
            }
        });
        let nobody = people
            .is_empty()
            .then(|| view! { <p>"No people match. Try part of a name or email address."</p> });
        let rows = people.iter().map(|person| row(person, &wish)).collect::<Vec<_>>();
        let rows = (!rows.is_empty()).then(|| view! { <ul class="queue">{rows}</ul> });
        view! {
            <div class="stack">
                {banner}
                <Summary refusals />
                <p>
                    <a class="back" href="/admin">
                        "Administration"
                    </a>
                </p>
                <h1>"People"</h1>
                <p>
                    <a href="/admin/invitations">{invitations(counts.invitations)}</a>
                </p>
                <p>
                    <a href="/admin/roles">"Who was given which role"</a>
                </p>
                {invite_form(organisations, sent, refusals)}
                {find_form(&wish, &counts)}
                {nobody}
                {rows}
                <Pager first next />
            </div>
        }
    });
    Ok(page.refused_for(refusals).answer(house, viewer))
}

fn invitations(many: i64) -> String {
    match many {
        0 => "Invitations: none is waiting".to_owned(),
        1 => "Invitations: 1 is waiting".to_owned(),
        many => format!("Invitations: {} are waiting", commas(many.unsigned_abs())),
    }
}

fn invite_form(organisations: Vec<Named>, sent: &Sent, refusals: &Refusals) -> impl IntoView {
    let choices = Choice::each(Role::staff().map(|role| (role.word(), role.title())), |word| {
        sent.typed("role") == word
    });
    let invited_for =
        Choice::with_first("No organisation", organisations, sent.typed("organisation"));
    view! {
        <details open=!refusals.is_empty()>
            <summary>"Invite someone"</summary>
            <form method="post" action="/admin/people" novalidate>
                <Field
                    name="email"
                    label="Email address"
                    kind="email"
                    value=sent.typed("email")
                    refusals
                />
                <Choices name="role" legend="What will their role be?" choices refusals />
                <Select
                    name="organisation"
                    label="If they are a leader: which organisation are they from?"
                    choices=invited_for
                />
                <button class="button">"Send invitation"</button>
            </form>
        </details>
    }
}

fn find_form(wish: &ListWish, counts: &PeopleCounts) -> impl IntoView + use<> {
    let many = |group: Group| {
        let found = counts.groups.iter().find(|(word, _)| word == group.word());
        found.map_or(0, |(_, many)| many.unsigned_abs())
    };
    let labelled =
        |group: Group| (group.word(), format!("{} ({})", group.title(), commas(many(group))));
    let choices = Choice::each(Group::all().map(labelled), |word| word == wish.group.word());
    let search = wish.search.clone();
    view! {
        <form class="row" method="get" action="/admin/people" role="search">
            <div class="field">
                <label for="search">"Name or email"</label>
                <input id="search" name="search" type="search" value=search />
            </div>
            <Select name="has" label="Role" choices />
            <button class="button quiet">"Search"</button>
        </form>
    }
}

/// One short line for each person: all that can be done is on their own page.
fn row(person: &ListedPerson, wish: &ListWish) -> impl IntoView + use<> {
    let roles = person.roles.iter().map(|role| role.title()).collect::<Vec<_>>().join(", ");
    let roles = if roles.is_empty() { "No role".to_owned() } else { roles };
    let leads_for = person.organisation.as_ref().map(|name| format!(" for {name}"));
    let suspended = person.suspended_at.map(|_| view! { <span class="label">"Suspended"</span> });
    view! {
        <li>
            <p>
                <a href=wish.of_person(&person.id, "")>{person.shown_name.clone()}</a>
                " "
                <span class="soft">{person.email.clone()}</span>
            </p>
            <p>{roles} {leads_for} " " {suspended}</p>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_leads_to_the_same_list() {
        let sent = Sent::of(&[("search", "jo & co"), ("has", "leader")]);
        let wish = ListWish::read(&sent);
        assert_eq!(wish.list(), "/admin/people?search=jo+%26+co&has=leader");
        let id = Id::from("1".to_owned());
        assert_eq!(
            wish.of_person(&id, "role"),
            "/admin/people/1?search=jo+%26+co&has=leader&done=role"
        );
        let nothing = ListWish::read(&Sent::default());
        assert_eq!(nothing.list(), "/admin/people");
        assert_eq!(nothing.of_person(&id, ""), "/admin/people/1");
    }

    #[test]
    fn every_group_is_read_from_its_own_word() {
        for group in Group::all() {
            assert_eq!(Group::read(group.word()), group);
        }
        assert_eq!(Group::read("nobody knows"), Group::Everyone);
    }
}
