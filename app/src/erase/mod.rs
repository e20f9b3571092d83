//! Leaving: `/account/erase` says what goes and what stays, asks for fresh proof, and waits seven
//! days, in which a link calls it back, or the button that whoever signs in meets first
//! (`keeping`). Then `doing` asks every room to forget.
//!
//! Why it is like this: `docs/adr/0030-erased-and-still-counted.md`.

mod doing;
mod keeping;
mod store;

pub use doing::erase_due;
pub use keeping::{keep_own_account, leaving_page};

use accounts::erasing::{self, AfterErasureLink, ErasureAsked, LeavingWish};
use accounts::{WE_MAY_ASK, emails, signed_out};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Moment};
use deliveries::{EmailKind, Owed, owe};
use forms::Refusals;
use ground::cookie;
use ground::error::Error;
use ground::house::House;
use ground::routes::LEAVING;
use ground::sent::Form;
use ground::token::Token;
use ground::ui::{Choice, Choices, Page};
use ground::viewer::{SignedIn, Viewer};
use leptos::prelude::*;
use sqlx::AnyConnection;

use self::store::Has;

/// GET `/account/erase`
pub async fn erase_form(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    if viewer.is_leaving() {
        return Ok(Redirect::to(LEAVING).into_response());
    }
    answer_with_form(&house, &viewer).await
}

/// POST `/account/erase`, with fresh proof: begins the seven days, and signs them out everywhere.
pub async fn ask_to_erase(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    let wish = LeavingWish {
        takes_down: sent.typed("published") == "take down",
        keeps_emails: sent.typed("changes") == "keep",
    };
    let mut tx = house.db.begin().await?;
    let asked = begin(&mut tx, &house, person, wish).await?;
    tx.commit().await?;
    if asked == ErasureAsked::LastAdmin {
        return answer_with_form(&house, &viewer).await;
    }
    let begun = cookie::line(&house, (begun_name(&house), "/"), "yes", BEGUN_FOR);
    let answer = (AppendHeaders([(header::SET_COOKIE, begun)]), Redirect::to(BEGUN));
    Ok(signed_out(&house, answer.into_response()))
}

/// Begins the seven days, ends their sessions and tells them, unless they are the last
/// administrator.
async fn begin(
    tx: &mut AnyConnection,
    house: &House,
    person: &SignedIn,
    wish: LeavingWish,
) -> sqlx::Result<ErasureAsked> {
    let (now, account_id) = (house.clock.now(), &person.account_id);
    let token = id::secret();
    let hash = id::hash(&token);
    let asked = erasing::ask(tx, account_id, &hash, wish, now).await?;
    if asked != ErasureAsked::LastAdmin {
        let here = &person.session_id;
        accounts::store::end_sessions_but_for_a_moment(tx, account_id, here, now).await?;
    }
    if asked == ErasureAsked::Now {
        let owed = Owed {
            dedup_key: &hash,
            kind: EmailKind::Erasing,
            account_id: Some(account_id),
            to: &person.email,
            words: &emails::erasing(house, &token, &clock::day(now + erasing::WAITS)),
            at: now,
            not_after: Some(now + erasing::WAITS),
        };
        owe(tx, owed).await?;
    }
    Ok(asked)
}

const BEGUN: &str = "/account/erase/begun";

/// For how many seconds a browser remembers that somebody has asked in it: until they have read
/// what happens next.
const BEGUN_FOR: i64 = 10 * 60;

fn begun_name(house: &House) -> &'static str {
    if house.is_secure() { "__Host-leaving" } else { "leaving" }
}

/// GET `/account/erase/begun`: only in the browser in which they have just asked.
pub async fn erase_begun_page(
    State(house): State<House>,
    viewer: Viewer,
    headers: HeaderMap,
) -> Response {
    if viewer.is_signed_in() || cookie::named(&headers, begun_name(&house)).is_none() {
        return Redirect::to("/account/erase").into_response();
    }
    Page::new("We will delete your account in seven days", || {
        view! {
            <div class="stack">
                <h1>"We will delete your account in seven days"</h1>
                <p class="lead">"We have signed you out everywhere, and sent you an email."</p>
                <p>
                    "Changed your mind? Press the button in that email, or sign in and press “Keep \
                     my account”, within seven days. Then we will keep your account as it was."
                </p>
                <p>
                    "Until then we only email you what you need for this, and about changes to \
                     services if you asked for that. Check your junk or spam folder if the email \
                     doesn't arrive in a few minutes."
                </p>
                <p>
                    <a href="/">"Go to the home page"</a>
                </p>
            </div>
        }
    })
    .answer(&house, &viewer)
}

/// GET `/account/erase/{token}`: a button, since mail scanners open links.
pub async fn keep_account_form(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
) -> Result<Response, Error> {
    let hash = id::hash(&token);
    let due = erasing::due_at(&mut *house.db.read().await?, &hash).await?;
    let Some(due) = due else { return ended(&house, &viewer, &hash).await };
    let page = Page::new("Keep your account", || {
        view! {
            <div class="stack">
                <h1>"Keep your account"</h1>
                <p class="lead">
                    {format!("You asked us to delete your account on {}.", clock::day(due))}
                </p>
                <form method="post">
                    <button class="button">"Keep my account"</button>
                </form>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// POST `/account/erase/{token}`: calls it back.
pub async fn keep_account(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
) -> Result<Response, Error> {
    let hash = id::hash(&token);
    let mut tx = house.db.begin().await?;
    let Some(called_back) = erasing::call_back(&mut tx, &hash).await? else {
        tx.roll_back().await?;
        return ended(&house, &viewer, &hash).await;
    };
    keeping::tell_kept(&mut tx, &house, &called_back).await?;
    tx.commit().await?;
    let page = Page::new("We will keep your account", || {
        view! {
            <div class="stack">
                <h1>"We will keep your account"</h1>
                <p class="lead">"Nothing has been deleted. You can sign in as before."</p>
                <p>
                    <a class="button" href="/sign-in">
                        "Sign in"
                    </a>
                </p>
                <p>
                    "Wasn't it you who asked us to delete it? "
                    <a href="/forgotten-password">"Choose a new password"</a>
                    ": someone else may know yours."
                </p>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// For a link that was used, as by a second tap, or has ended: how its account stands now.
async fn ended(house: &House, viewer: &Viewer, hash: &str) -> Result<Response, Error> {
    let after = erasing::after_link(&mut *house.db.read().await?, hash).await?;
    let page = match after {
        AfterErasureLink::Kept => {
            let why = "You have told us to keep it, so we won't delete it. Nothing has been \
                       deleted.";
            let to = if viewer.is_signed_in() {
                ("/account", "Your account")
            } else {
                ("/sign-in", "Sign in")
            };
            Page::link_ended("We are keeping your account", why, to)
        }
        AfterErasureLink::Again(due_at) => asked_again(due_at),
        AfterErasureLink::Gone => {
            let why = "The account that it was for has been deleted, the link is more than a \
                       year old, or part of it is missing.";
            Page::link_ended("This link no longer works", why, ("/", "Go to the home page"))
        }
    };
    Ok(page.answer(house, viewer))
}

/// For a link that called it back once, when they have asked again since.
fn asked_again(due_at: Moment) -> Page {
    let day = clock::day(due_at);
    let page = Page::new(format!("We will delete your account on {day}"), || {
        view! {
            <div class="stack">
                <h1>{format!("We will delete your account on {day}")}</h1>
                <p class="lead">
                    "This link has kept it once, and you have asked us to delete it again since \
                     then."
                </p>
                <p>
                    "Changed your mind? Press the button in our newest email about it, or sign in \
                     and press “Keep my account”."
                </p>
                <p>
                    <a class="button" href=LEAVING>
                        "Sign in to keep it"
                    </a>
                </p>
            </div>
        }
    });
    page.status(StatusCode::GONE)
}

/// The page: what goes, what stays, and the form; or what the last administrator does first.
async fn answer_with_form(house: &House, viewer: &Viewer) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    let has = store::has(&house.db, &person.account_id, house.clock.now()).await?;
    let is_staff = person.is_staff();
    let none = Refusals::default();
    let page = Page::new("Delete your account", || {
        let hand_over = has.is_last_admin.then(hand_over);
        let rest = (!has.is_last_admin).then(|| {
            view! {
                {what_goes(&has)}
                {what_stays(&has, is_staff)}
                {form(&has, &none)}
            }
        });
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/account">
                        "Your account"
                    </a>
                </p>
                <h1>"Delete your account"</h1>
                <p class="lead">
                    "We will delete it seven days after you ask. Until then you can change your \
                     mind. After that nobody can bring it back."
                </p>
                {hand_over}
                {rest}
            </div>
        }
    });
    Ok(page.answer(house, viewer))
}

fn hand_over() -> impl IntoView {
    view! {
        <p class="panel gold">
            <b>"You are the only administrator."</b>
            " Without one, nobody can invite people or change what they may do. Give this role to \
             someone else first, then come back to this page."
        </p>
        <p>
            <a class="button" href="/admin/people">
                "Go to people and roles"
            </a>
        </p>
    }
}

fn what_goes(has: &Has) -> impl IntoView + use<> {
    let each = [
        many(
            has.unpublished,
            "What you wrote that is not published: one topic or comment",
            "What you wrote that is not published: # topics and comments",
        ),
        many(
            has.open_votes,
            "Your support for one topic that people still vote on. It won't be counted",
            "Your support for # topics that people still vote on. They won't be counted",
        ),
        many(
            has.doubts,
            "What you told the forum once that was not your experience",
            "What you told the forum # times that was not your experience",
        ),
        many(
            has.questions,
            "Your email address on one question about a change. You won't get the answer",
            "Your email address on # questions about changes. You won't get the answers",
        ),
        many(
            has.consultations,
            "That you took part in one consultation, but not your answers",
            "That you took part in # consultations, but not your answers",
        ),
    ];
    let each = each.into_iter().flatten().map(|words| view! { <li>{words}</li> });
    view! {
        <h2>"What we will delete"</h2>
        <ul>
            <li>"Your email address, your display name, your password and where you live"</li>
            <li>"Where you are signed in, and every link and email that is waiting for you"</li>
            {each.collect_view()}
        </ul>
    }
}

fn what_stays(has: &Has, is_staff: bool) -> impl IntoView + use<> {
    let each = [
        many(
            has.published,
            "One published topic or comment, unless you take it down below",
            "# published topics and comments, unless you take them down below",
        ),
        many(
            has.closed_votes,
            "Your support for one topic where voting has closed: the results stay as they were",
            "Your support for # topics where voting has closed: the results stay as they were",
        ),
        many(
            has.passed_on,
            "What you wrote once that is with our safeguarding lead",
            "What you wrote # times that is with our safeguarding lead",
        ),
    ];
    let each = each.into_iter().flatten().map(|words| view! { <li>{words}</li> });
    let staff = is_staff.then(|| {
        view! {
            <li>
                "What you wrote and decided for the forum, the council or the NHS. It will say \
                 “Someone who has left” instead of your name. A name you typed into a text, such \
                 as in the reason for publishing a draft early, stays in it."
            </li>
        }
    });
    view! {
        <h2>"What will stay, without you"</h2>
        <p>"Nobody will be able to see that these were yours."</p>
        <ul>
            {each.collect_view()} {staff}
            <li>
                "Answers to consultations: nobody knows which are yours. To delete them too, use \
                 your code first."
            </li>
            <li>
                "A line in our log that an account was deleted. It does not say whose. What you \
                 changed here before is listed there with a number instead of a name."
            </li>
            <li>"Older backups, until they are deleted in their turn"</li>
        </ul>
    }
}

/// The choices they have; nothing about them can be wrong.
fn form(has: &Has, none: &Refusals) -> impl IntoView {
    let published = (has.to_take_down > 0).then(|| {
        let choices = [
            ("leave", "Leave what is published, so that it still counts"),
            ("take down", "Take down what I still can, and delete it"),
        ];
        view! {
            <Choices
                name="published"
                legend="What you wrote that everyone can read"
                hint="You can take down topics until their vote closes, and comments until they \
                    are answered."
                choices=Choice::each(choices, |word| word == "leave")
                refusals=none
            />
        }
    });
    let changes = (has.subscriptions > 0).then(|| {
        let choices = [
            ("stop", "Stop them, and delete my email address"),
            ("keep", "Keep sending them to my email address, without an account"),
        ];
        view! {
            <Choices
                name="changes"
                legend="Emails about changes to services"
                hint="We keep sending them during the seven days in any case."
                choices=Choice::each(choices, |word| word == "stop")
                refusals=none
            />
        }
    });
    view! {
        <h2>"Delete it"</h2>
        <p>
            "We will sign you out everywhere and email you. To keep your account, press the button \
             in that email within seven days, or sign in and press it there."
        </p>
        <p>{WE_MAY_ASK}</p>
        <form method="post" action="/account/erase" novalidate>
            {published} {changes} <button class="button warn">"Delete my account"</button>
        </form>
    }
}

/// So many of something, in words; `None` for nothing. `#` is the number.
fn many(number: i64, one: &'static str, more: &'static str) -> Option<String> {
    match number {
        ..=0 => None,
        1 => Some(one.to_owned()),
        _ => Some(more.replace('#', &number.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_not_named_and_one_is_not_many() {
        assert_eq!(many(0, "one topic", "# topics"), None);
        assert_eq!(many(1, "one topic", "# topics").as_deref(), Some("one topic"));
        assert_eq!(many(12, "one topic", "# topics").as_deref(), Some("12 topics"));
    }
}
