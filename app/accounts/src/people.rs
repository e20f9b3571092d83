//! People and their roles, for the administrator; invitations, and accepting one.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, DAY, Millis};
use deliveries::{EmailKind, Owed, owe};
use forms::{Named, Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Account, Id, Organisation, Place};
use ground::routes::{LEAVING, SECOND_STEP, with_then};
use ground::sent::Form;
use ground::token::Token;
use ground::ui::{Banner, Choice, Choices, Field, Page, Pager, Select, Summary};
use ground::viewer::{Role, SecondStep, Viewer};
use leptos::prelude::*;
use sqlx::AnyConnection;

use super::choosing::{self, NewPassword, ShowPassword};
use super::frame::Frame;
use super::{council, emails, passwords, rules, session, sign_out, store};

const MOST_ON_A_PAGE: usize = 20;

/// GET `/admin/people`
pub async fn people_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let query = Sent::query(&uri);
    show_people(&house, &viewer, &query, &Sent::default(), &Refusals::default()).await
}

/// POST `/admin/people`: invites someone.
pub async fn send_invitation(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    let mut refusals = Refusals::default();
    let email = refusals.take("email", forms::address(sent.typed("email")));
    let role = Role::read(sent.typed("role")).filter(|role| *role != Role::Parent);
    let role =
        refusals.take("role", role.ok_or_else(|| "Choose a role for this person".to_owned()));
    let organisation = refusals.take("organisation", organisation(&house, &sent).await?);
    let (Some(email), Some(role), Some(organisation)) = (email, role, organisation) else {
        return show_people(&house, &viewer, &Sent::default(), &sent, &refusals).await;
    };
    invite(&house, Some(person.account_id.clone()), email, role, organisation).await?;
    Ok(Redirect::to("/admin/people?done=invited").into_response())
}

/// The organisation that was chosen for a leader, if one was.
async fn organisation(
    house: &House,
    sent: &Sent,
) -> Result<Result<Option<Id<Organisation>>, String>, Error> {
    let chosen = sent.typed("organisation");
    let organisations = area::store::organisations(&house.db).await?;
    let known = organisations.into_iter().find(|known| known.id == chosen);
    let known = known.map(|known| Id::from(known.id));
    Ok(if chosen.is_empty() || known.is_some() {
        Ok(known)
    } else {
        Err("Choose again: that organisation is no longer on the list".to_owned())
    })
}

/// Invites an address into a role, a leader for an organisation; the email holds the link. `by` is
/// `None` on the command line.
///
/// # Errors
/// When the database fails.
pub async fn invite(
    house: &House,
    by: Option<Id<Account>>,
    email: String,
    role: Role,
    organisation: Option<Id<Organisation>>,
) -> Result<(), Error> {
    let (now, token) = (house.clock.now(), id::secret());
    let (hash, ends_at) = (id::hash(&token), now + 14 * DAY);
    let new = store::NewInvitation {
        token_hash: &hash,
        email: &email,
        role,
        organisation_id: organisation.as_ref(),
        now,
        ends_at,
    };
    let owed = Owed {
        dedup_key: &hash,
        kind: EmailKind::Invitation,
        account_id: None,
        to: &email,
        words: &emails::invitation(house, role, &token),
        at: now,
        not_after: Some(ends_at),
    };
    let mut tx = house.db.begin().await?;
    let invitation = store::keep_invitation(&mut tx, &new).await?;
    owe(&mut tx, owed).await?;
    let (who, what, about) = (by.as_deref(), "person invited", &invitation);
    audit::note(&mut tx, Entry { at: now, who, what, about, detail: role.word() }).await?;
    Ok(tx.commit().await?)
}

/// GET `/admin/people/{id}/roles`: what the change of a role means, before it is made. `?role=`
/// says which, `?change=` whether it is given or taken; without, as after a reload, it leads back.
pub async fn role_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Account>>,
    uri: Uri,
) -> Result<Response, Error> {
    let query = Sent::query(&uri);
    let gives = match query.typed("change") {
        "give" => true,
        "take" => false,
        _ => return Ok(Redirect::to("/admin/people").into_response()),
    };
    let Some(role) = Role::read(query.typed("role")) else { return Err(Error::NotFound) };
    let person = sign_out::person_with_id(&house, &id).await?;
    if person.account_id == viewer.signed_in()?.account_id && role == Role::Admin && !gives {
        return Ok(Redirect::to("/admin/people?done=own").into_response());
    }
    let (search, change) = (query.line("search"), query.typed("change").to_owned());
    let back = people_address(&search, &[]);
    let (name, email, role_title) = (&person.shown_name, &person.email, role.title());
    let (title, asks, button, can) = if gives {
        (
            "Give someone a role",
            format!("Give {name} ({email}) the role {role_title}?"),
            "Give this role",
            "They can then",
        )
    } else {
        (
            "Remove someone's role",
            format!("Remove the role {role_title} from {name} ({email})?"),
            "Remove this role",
            "They can then no longer",
        )
    };
    let page = Frame::new(title, (back, "People")).around(|| {
        let leads = (gives && role == Role::Leader).then(|| {
            view! {
                <p>
                    "Afterwards, choose which organisation they are a leader for, under “Change \
                     roles”."
                </p>
            }
        });
        view! {
            <p class="lead">{asks}</p>
            <p>{format!("{can} {}.", emails::role_may(role))}</p>
            <p>"They will be signed out everywhere, and get an email about it."</p>
            {leads}
            <form method="post" action=format!("/admin/people/{}/roles", person.account_id)>
                <input type="hidden" name="role" value=role.word() />
                <input type="hidden" name="change" value=change />
                <input type="hidden" name="search" value=search />
                <button class="button">{button}</button>
            </form>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// The list of people who match this search, with more said in its address.
fn people_address(search: &str, more: &[(&str, &str)]) -> String {
    let search = (!search.is_empty()).then_some(("search", search));
    let said: Vec<(&str, &str)> = search.into_iter().chain(more.iter().copied()).collect();
    if said.is_empty() {
        return "/admin/people".to_owned();
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(said).finish();
    format!("/admin/people?{query}")
}

/// POST `/admin/people/{id}/roles`: gives or takes a role, and the person signs in again; or says
/// which organisation a leader is from.
pub async fn change_role(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Account>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    if sent.typed("change") == "lead for" {
        return lead_for(&house, &person.account_id, &id, &sent).await;
    }
    let (Some(id), Some(role)) = (Id::<Account>::parse(&id), Role::read(sent.typed("role"))) else {
        return Err(Error::NotFound);
    };
    let gives = sent.typed("change") == "give";
    if id == person.account_id && role == Role::Admin && !gives {
        return Ok(Redirect::to("/admin/people?done=own").into_response());
    }
    let both = (&id, &person.account_id);
    let mut tx = house.db.begin().await?;
    set_role(&mut tx, &house, role, both, gives).await.map_err(|error| {
        if error
            .as_database_error()
            .is_some_and(sqlx::error::DatabaseError::is_foreign_key_violation)
        {
            Error::NotFound
        } else {
            error.into()
        }
    })?;
    tx.commit().await?;
    let to = people_address(&sent.line("search"), &[("done", "role"), ("who", id.as_str())]);
    Ok(Redirect::to(&to).into_response())
}

/// Gives or takes a role, and ends what the person began before. A second tap changes nothing.
async fn set_role(
    tx: &mut AnyConnection,
    house: &House,
    role: Role,
    (whose, by): (&Id<Account>, &Id<Account>),
    gives: bool,
) -> Result<(), sqlx::Error> {
    let now = house.clock.now();
    let is_new = if gives {
        store::grant(tx, whose, &[role], now).await?
    } else {
        store::revoke(tx, whose, role).await?
    };
    if !is_new {
        return Ok(());
    }
    store::end_all_sessions(tx, whose).await?;
    council::store::forget(tx, whose).await?;
    if is_watched(role) {
        tell_watchers(tx, house, role, (whose, by), gives).await?;
    } else {
        tell_person(tx, house, role, (whose, by), gives).await?;
    }
    let what = if gives { "role given" } else { "role taken" };
    let entry = Entry { at: now, who: Some(by), what, about: whose, detail: role.word() };
    audit::note(tx, entry).await
}

/// Whether others are told who has this role. Nobody reads what was passed on without their
/// knowing, and no administrator is alone before the others know.
fn is_watched(role: Role) -> bool {
    matches!(role, Role::Safeguarding | Role::Admin)
}

/// Tells somebody that their role was changed, unless they did it themselves.
async fn tell_person(
    tx: &mut AnyConnection,
    house: &House,
    role: Role,
    (whose, by): (&Id<Account>, &Id<Account>),
    gives: bool,
) -> Result<(), sqlx::Error> {
    let (watchers, _, by_name) = store::watchers(tx, role, (whose, by)).await?;
    let Some(person) = watchers.iter().find(|watcher| watcher.id == *whose) else { return Ok(()) };
    owe(
        tx,
        Owed {
            dedup_key: &format!("own role changed {}", id::fresh()),
            kind: EmailKind::RoleChanged,
            account_id: Some(&person.id),
            to: &person.email,
            words: &emails::own_role_changed(house, role, &by_name, gives),
            at: house.clock.now(),
            not_after: None,
        },
    )
    .await
}

/// Tells the administrators, and the other safeguarding leads where it is that role, that somebody
/// has it now, or no longer. Whoever it is about is among them.
async fn tell_watchers(
    tx: &mut AnyConnection,
    house: &House,
    role: Role,
    (whose, by): (&Id<Account>, &Id<Account>),
    gives: bool,
) -> Result<(), sqlx::Error> {
    let (watchers, name, by_name) = store::watchers(tx, role, (whose, by)).await?;
    let by_name = (whose != by).then_some(by_name);
    // It happens once, however often somebody taps.
    let change = id::fresh();
    for watcher in watchers {
        let words =
            emails::role_changed(house, role, (&name, by_name.as_deref()), gives, watcher.is_admin);
        owe(
            tx,
            Owed {
                dedup_key: &format!("role changed {change} {}", watcher.id),
                kind: EmailKind::LeadChanged,
                account_id: Some(&watcher.id),
                to: &watcher.email,
                words: &words,
                at: house.clock.now(),
                not_after: None,
            },
        )
        .await?;
    }
    Ok(())
}

async fn lead_for(
    house: &House,
    by: &Id<Account>,
    id: &Id<Account>,
    sent: &Sent,
) -> Result<Response, Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    let Ok(organisation) = organisation(house, sent).await? else { return Err(Error::NotFound) };
    let detail = organisation.as_deref().unwrap_or_default();
    let (at, what) = (house.clock.now(), "organisation set");
    let mut tx = house.db.begin().await?;
    store::lead_for(&mut tx, &id, organisation.as_ref()).await?;
    council::store::forget(&mut tx, &id).await?;
    audit::note(&mut tx, Entry { at, who: Some(by), what, about: &id, detail }).await?;
    tx.commit().await?;
    let to =
        people_address(&sent.line("search"), &[("done", "organisation"), ("who", id.as_str())]);
    Ok(Redirect::to(&to).into_response())
}

/// GET `/invitations/{token}`
pub async fn invitation_form(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
) -> Result<Response, Error> {
    let invitation =
        store::invitation(&mut *house.db.read().await?, &id::hash(&token), None, house.clock.now())
            .await?;
    let Some(invitation) = invitation else { return Err(Error::NotFound) };
    invitation_page(&house, &viewer, &invitation, &Sent::default(), &Refusals::default()).await
}

/// POST `/invitations/{token}`: adds the role to the account with that address, or makes one.
pub async fn accept_invitation(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
    headers: HeaderMap,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (now, place) = (house.clock.now(), Id::<Place>::parse(sent.typed("place")));
    let invitation =
        store::invitation(&mut *house.db.read().await?, &id::hash(&token), place.as_ref(), now)
            .await?;
    let Some(invitation) = invitation else { return Err(Error::NotFound) };
    let (invited, is_known) = (invitation.role, invitation.account_id.is_some());
    let mut refusals = Refusals::default();
    if choosing::only_shows(&sent) {
        return invitation_page(&house, &viewer, &invitation, &sent, &refusals).await;
    }
    let mut new = None;
    if invitation.account_id.is_none() {
        let name = refusals.take("shown_name", rules::shown_name(sent.typed("shown_name")));
        let own_words = [
            invitation.email.as_str(),
            name.as_deref().unwrap_or_default(),
            invitation.place.as_deref().unwrap_or_default(),
        ];
        let password = passwords::chosen(&house, sent.typed("password"), &own_words).await;
        let password = refusals.take("password", password);
        let (Some(name), Some(password)) = (name, password) else {
            return invitation_page(&house, &viewer, &invitation, &sent, &refusals).await;
        };
        // Only a place that is one has a name.
        let place = invitation.place.as_ref().and(place);
        let password_hash = passwords::hashed(&house, password).await;
        new = Some(ChosenAccount { shown_name: name, place_id: place, password_hash });
    }
    let mut tx = house.db.begin().await?;
    let Some(account_id) = accepted(&mut tx, &house, &invitation, new.as_ref(), now).await? else {
        tx.roll_back().await?;
        return Err(Error::NotFound);
    };
    tx.commit().await?;
    let begun = if is_known {
        session::begin(&house, &account_id, &headers).await?
    } else {
        // Their desk asks for a second step, where one is needed.
        session::begin_as(&house, &account_id, (&[invited], SecondStep::NotAsked), &headers).await?
    };
    let to = if begun.waits_for_code {
        with_then("/sign-in/code", "/?done=accepted")
    } else if begun.second_step == SecondStep::Missing {
        SECOND_STEP.to_owned()
    } else {
        "/?done=accepted".to_owned()
    };
    let asks_to_keep = begun.is_leaving && !begun.waits_for_code;
    let to = if asks_to_keep { with_then(LEAVING, &to) } else { to };
    Ok((begun.cookies, Redirect::to(&to)).into_response())
}

/// What somebody chose who has no account yet.
struct ChosenAccount {
    shown_name: String,
    /// For a parent.
    place_id: Option<Id<Place>>,
    password_hash: String,
}

/// Uses the invitation up, for whoever is first: the account that has the role now. `None` where it
/// was used before, or someone made an account with that address meanwhile: then nothing is to be
/// kept, and in the second case the link still works.
async fn accepted(
    tx: &mut AnyConnection,
    house: &House,
    invitation: &store::WaitingInvitation,
    new: Option<&ChosenAccount>,
    now: Millis,
) -> Result<Option<Id<Account>>, sqlx::Error> {
    if !store::accept_invitation(tx, &invitation.id, now).await? {
        return Ok(None);
    }
    let (role, mut is_new) = (invitation.role, true);
    let account_id = match (&invitation.account_id, new) {
        (Some(known), _) => {
            is_new = store::grant(tx, known, &[role], now).await?;
            store::end_all_sessions(tx, known).await?;
            council::store::forget(tx, known).await?;
            known.clone()
        }
        (None, Some(chosen)) => {
            let account = store::NewAccount {
                email: &invitation.email,
                shown_name: &chosen.shown_name,
                place_id: chosen.place_id.as_ref(),
                password_hash: Some(&chosen.password_hash),
            };
            let Some(made) = store::make_account(tx, &account, now).await? else {
                return Ok(None);
            };
            let is_parent_too = chosen.place_id.is_some();
            let roles = if is_parent_too { vec![role, Role::Parent] } else { vec![role] };
            store::grant(tx, &made, &roles, now).await?;
            made
        }
        (None, None) => return Ok(None),
    };
    if is_new && is_watched(role) {
        tell_watchers(tx, house, role, (&account_id, &account_id), true).await?;
    }
    if invitation.organisation_id.is_some() {
        store::lead_for(tx, &account_id, invitation.organisation_id.as_ref()).await?;
    }
    let entry = Entry {
        at: now,
        who: Some(&account_id),
        what: "invitation accepted",
        about: &invitation.id,
        detail: role.word(),
    };
    audit::note(tx, entry).await?;
    Ok(Some(account_id))
}

async fn invitation_page(
    house: &House,
    viewer: &Viewer,
    invitation: &store::WaitingInvitation,
    sent: &Sent,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let is_known =
        store::by_address(&mut *house.db.read().await?, &invitation.email).await?.is_some();
    let choices = Choice::with_first(
        "I'm not a parent or carer here",
        area::store::places(&house.db).await?,
        sent.typed("place"),
    );
    let page = Page::new("Accept your invitation", || {
        let fields = (!is_known).then(|| {
            view! {
                <Field
                    name="shown_name"
                    label="Your display name"
                    autocomplete="name"
                    value=sent.typed("shown_name")
                    refusals
                />
                <Choices
                    name="place"
                    legend="If you are also a parent or carer here, where do you live?"
                    hint="Then you can propose and support topics too."
                    choices
                    refusals
                />
                <NewPassword
                    label="Choose a password"
                    email=invitation.email.clone()
                    sent
                    refusals
                />
            }
        });
        let show = (!is_known).then(|| view! { <ShowPassword sent /> });
        view! {
            <div class="stack">
                <Summary refusals />
                <h1>"Accept your invitation"</h1>
                <p class="lead">
                    "Your role will be: "<b>{invitation.role.title()}</b>". You will sign in as "
                    <b>{invitation.email.clone()}</b>"."
                </p>
                <form method="post" novalidate>
                    {fields}
                    <button class="button">"Accept and continue"</button>
                    {show}
                </form>
            </div>
        }
    });
    Ok(page.refused_for(refusals).answer(house, viewer))
}

async fn show_people(
    house: &House,
    viewer: &Viewer,
    query: &Sent,
    sent: &Sent,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let search = query.line("search");
    let mut people = store::people(
        &house.db,
        &forms::folded(&search),
        query.typed("after"),
        MOST_ON_A_PAGE as i64 + 1,
    )
    .await?;
    let next = (people.len() > MOST_ON_A_PAGE).then(|| {
        people.truncate(MOST_ON_A_PAGE);
        let last = people.last().map_or("", |person| &person.email);
        people_address(&search, &[("after", last)])
    });
    let first = (!query.typed("after").is_empty()).then(|| "/admin/people".to_owned());
    let banner = match query.typed("done") {
        "invited" => Some("Invitation sent"),
        "role" => Some("Role changed. They will need to sign in again"),
        "organisation" => Some("Organisation saved"),
        "reset" => Some("Done. They can sign in without a code now"),
        "signed-out" => Some("They have been signed out everywhere"),
        "own" => Some("You can't remove your own administrator role. Ask another administrator"),
        _ => None,
    };
    let about = match Id::parse(query.typed("who")) {
        Some(who) => store::shown_name(&house.db, &who).await?,
        None => None,
    };
    let about = about.map_or_else(String::new, |name| format!("You changed this for {name}."));
    let roles = Role::ALL.into_iter().filter(|role| *role != Role::Parent);
    let choices = Choice::each(roles.map(|role| (role.word(), role.title())), |word| {
        sent.typed("role") == word
    });
    let organisations = area::store::organisations(&house.db).await?;
    let page = Page::new("People", || {
        let invited_for = Choice::with_first(
            "No organisation",
            organisations.clone(),
            sent.typed("organisation"),
        );
        let nobody = people
            .is_empty()
            .then(|| view! { <p>"No people match. Try part of a name or email address."</p> });
        view! {
            <div class="stack">
                <section class="stack">
                    {banner
                        .map(|title| {
                            view! {
                                <Banner title>
                                    <p>{about}</p>
                                </Banner>
                            }
                        })} <Summary refusals /> <p>
                        <a class="back" href="/admin">
                            "Administration"
                        </a>
                    </p>
                    <h1>"People"</h1>
                    <p>
                        <a href="/admin/roles">
                            "Who gave and removed roles, and who opened private concerns"
                        </a>
                    </p>
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
                            <Choices
                                name="role"
                                legend="What will their role be?"
                                choices
                                refusals
                            />
                            <Select
                                name="organisation"
                                label="If they are a leader: which organisation are they from?"
                                choices=invited_for
                            />
                            <button class="button">"Send invitation"</button>
                        </form>
                    </details>
                    <form class="row" method="get" role="search">
                        <label for="search">"Name or email"</label>
                        <input id="search" name="search" type="search" value=search.clone() />
                        <button class="button quiet">"Search"</button>
                    </form>
                    {nobody}
                    <ul class="stack">
                        {people
                            .into_iter()
                            .map(|person| person_row(person, &organisations, &search))
                            .collect_view()}
                    </ul>
                    <Pager first next />
                </section>
            </div>
        }
    });
    Ok(page.refused_for(refusals).answer(house, viewer))
}

fn person_row(
    person: store::ListedPerson,
    organisations: &[Named],
    search: &str,
) -> impl IntoView + use<> {
    let chosen = person.organisation_id.clone().unwrap_or_default();
    let leads_for = organisations
        .iter()
        .find(|named| named.id == *chosen)
        .map(|named| format!(" for {}", named.name));
    let organisation = person.roles.contains(&Role::Leader).then(|| {
        let field = format!("organisation-{}", person.id);
        view! {
            <form method="post" action=format!("/admin/people/{}/roles", person.id)>
                <input type="hidden" name="search" value=search.to_owned() />
                <Select
                    name="organisation"
                    id=field
                    label="Leader for"
                    choices=Choice::with_first("No organisation", organisations.to_vec(), &chosen)
                />
                <button class="button quiet" name="change" value="lead for">
                    "Save"
                    <span class="unseen">{format!(" for {}", person.shown_name)}</span>
                </button>
            </form>
        }
    });
    let name = person.shown_name.clone();
    let changes = Role::ALL
        .into_iter()
        .map(|role| {
            let has = person.roles.contains(&role);
            let (change, verb) = if has { ("take", "Remove role") } else { ("give", "Add role") };
            let mut to = form_urlencoded::Serializer::new(String::new());
            to.append_pair("role", role.word()).append_pair("change", change);
            if !search.is_empty() {
                to.append_pair("search", search);
            }
            let to = format!("/admin/people/{}/roles?{}", person.id, to.finish());
            view! {
                <p>
                    <a href=to>
                        {format!("{verb}: {}", role.title())}
                        <span class="unseen">{format!(", {name}")}</span>
                    </a>
                </p>
            }
        })
        .collect_view();
    let roles = person.roles.iter().map(|role| role.title()).collect::<Vec<_>>().join(", ");
    let reset = person.has_second_step.then(|| {
        view! {
            <p>
                <a href=format!("/admin/people/{}/second-step", person.id)>
                    "They have lost their phone"<span class="unseen">{format!(": {name}")}</span>
                </a>
            </p>
        }
    });
    let sign_out = format!("/admin/people/{}/sessions", person.id);
    let confirmed = person.confirmed_at.map(|at| {
        view! {
            <p class="soft">
                {format!("Last confirmed by the council on {}", clock::day(at))}
            </p>
        }
    });
    view! {
        <li class="card">
            <p>
                <b>{person.shown_name}</b>
                " "
                <span class="soft">{person.email}</span>
            </p>
            <p>{if roles.is_empty() { "No role".to_owned() } else { roles }}{leads_for}</p>
            {confirmed}
            <details>
                <summary>
                    "Change roles"<span class="unseen">{format!(" for {name}")}</span>
                </summary>
                {changes}
                {organisation}
                {reset}
                <p>
                    <a href=sign_out>
                        "Sign them out everywhere"<span class="unseen">{format!(": {name}")}</span>
                    </a>
                </p>
            </details>
        </li>
    }
}
