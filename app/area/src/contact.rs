//! Who the forum is and how people reach it: read for every page's foot, written by an
//! administrator.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent};
use ground::contact::{Contact, phone_link};
use ground::db::Db;
use ground::error::Error;
use ground::files;
use ground::house::House;
use ground::sent::{CHOOSE_AGAIN, SentWithFile};
use ground::ui::{Area, Banner, Field, Page, Summary, Upload};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::texts;

/// The fields of the form, by the names they are sent and kept under: what is asked for, and how
/// long it may be.
const FIELDS: [(&str, usize); 10] = [
    ("about", 4_000),
    ("picture_shows", 200),
    ("phone", 40),
    ("hours", 120),
    ("email", 120),
    ("post", 400),
    ("advice", 80),
    ("advice_phone", 40),
    ("advice_web", 200),
    ("controller", 200),
];
/// The name the picture is kept under.
const PICTURE: &str = "picture";

/// Who the forum is, as it was last written.
///
/// # Errors
/// When the database fails.
pub async fn read(db: &Db) -> sqlx::Result<Contact> {
    Ok(contact(&texts::all(db).await?))
}

fn contact(texts: &HashMap<String, String>) -> Contact {
    let text = |name: &str| texts.get(name).cloned().unwrap_or_default();
    Contact {
        about: text("about"),
        picture: text(PICTURE),
        picture_shows: text("picture_shows"),
        phone: text("phone"),
        hours: text("hours"),
        email: text("email"),
        post: text("post"),
        advice: text("advice"),
        advice_phone: text("advice_phone"),
        advice_web: text("advice_web"),
        controller: text("controller"),
    }
}

/// Reads what the form sent: (name, words) of each field.
fn said(sent: &Sent) -> Result<Vec<(&'static str, String)>, Refusals> {
    let mut refusals = Refusals::default();
    let mut said = Vec::new();
    for (name, longest) in FIELDS {
        let words = match name {
            "about" | "post" => sent.typed(name).trim().replace("\r\n", "\n"),
            _ => sent.line(name),
        };
        let is_wrong = match name {
            "phone" | "advice_phone" => phone_link(&words).is_none(),
            "email" => !words.contains('@'),
            "advice_web" => !(words.starts_with("https://") || words.starts_with("http://")),
            _ => false,
        };
        let words = if words.is_empty() {
            Ok(words)
        } else if is_wrong {
            Err(match name {
                "email" => "Enter an email address, like name@example.org",
                "advice_web" => "Enter a web address that starts with https://",
                _ => "Enter a telephone number, like 0151 496 0000",
            }
            .to_owned())
        } else {
            forms::within(words, longest, "")
        };
        if let Some(words) = refusals.take(name, words) {
            said.push((name, words));
        }
    }
    if refusals.is_empty() { Ok(said) } else { Err(refusals) }
}

/// GET `/admin/contact`
pub async fn contact_form(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let texts = texts::all(&house.db).await?;
    let fields = texts.iter().map(|(name, words)| (name.as_str(), words.as_str()));
    let sent = Sent::of(&fields.collect::<Vec<_>>());
    let is_done = Sent::query(&uri).typed("done") == "saved";
    Ok(contact_page(&sent, is_done, &Refusals::default()).answer(&house, &viewer))
}

/// POST `/admin/contact`: all of it at once, with a picture if one was chosen.
pub async fn save_contact(
    State(house): State<House>,
    viewer: Viewer,
    SentWithFile { mut sent, file, is_too_large, is_left_behind }: SentWithFile,
) -> Result<Response, Error> {
    if is_left_behind {
        let refusals = Refusals::one("photo", CHOOSE_AGAIN);
        return Ok(contact_page(&sent, false, &refusals).answer(&house, &viewer));
    }
    let picture = match new_picture(&house, file, is_too_large).await? {
        Ok(Some(name)) => name,
        Ok(None) if sent.typed("no_picture") == "yes" => String::new(),
        Ok(None) => sent.typed(PICTURE).to_owned(),
        Err(refusals) => return Ok(contact_page(&sent, false, &refusals).answer(&house, &viewer)),
    };
    sent = sent.with(PICTURE, &picture);
    let mut said = match said(&sent) {
        Ok(said) => said,
        Err(refusals) => return Ok(contact_page(&sent, false, &refusals).answer(&house, &viewer)),
    };
    said.push((
        PICTURE,
        if id::picture_name(&picture).is_some() { picture } else { String::new() },
    ));
    let texts: Vec<_> = said.iter().map(|(name, words)| (*name, words.as_str())).collect();
    texts::save_by(&house, &viewer, &texts, "contact details changed").await?;
    let saved = said.into_iter().map(|(name, words)| (name.to_owned(), words)).collect();
    house.contact.set(contact(&saved));
    Ok(Redirect::to("/admin/contact?done=saved").into_response())
}

/// Keeps the picture that was sent: its name; `None` where none was.
async fn new_picture(
    house: &House,
    file: Option<(String, Bytes)>,
    is_too_large: bool,
) -> Result<Result<Option<String>, Refusals>, Error> {
    let Some((_, content)) = file.filter(|_| !is_too_large) else {
        return Ok(if is_too_large { Err(too_large()) } else { Ok(None) });
    };
    if content.len() > files::LARGEST_PICTURE {
        return Ok(Err(too_large()));
    }
    let kept = house.files.keep_picture(content).await?;
    Ok(kept
        .map(Some)
        .map_err(|why| Refusals::one("photo", why.what_to_do("Choose a PNG or JPEG picture"))))
}

fn too_large() -> Refusals {
    let most = files::LARGEST_PICTURE / 1024;
    Refusals::one("photo", format!("Choose a smaller picture: up to {most} kB"))
}

fn contact_page(sent: &Sent, is_done: bool, refusals: &Refusals) -> Page {
    let picture = sent.typed(PICTURE).to_owned();
    let page = Page::new("Who we are and how to reach us", || {
        let banner = is_done.then(|| {
            view! {
                <Banner title="Saved">
                    <p>
                        "It is on "<a href="/about">"About us"</a>", "
                        <a href="/contact">"Contact us"</a>" and at the bottom of every page."
                    </p>
                </Banner>
            }
        });
        let shown = (!picture.is_empty()).then(|| {
            view! {
                <input type="hidden" name=PICTURE value=picture.clone() />
                <p>
                    <img
                        class="picture"
                        src=format!("/pictures/{picture}")
                        alt=sent.typed("picture_shows").to_owned()
                    />
                </p>
                <label class="option" for="no_picture">
                    <input type="checkbox" id="no_picture" name="no_picture" value="yes" />
                    "Take this picture down"
                </label>
            }
        });
        let field = |name: &str| sent.typed(name).to_owned();
        view! {
            <div class="stack">
                {banner}
                <Summary refusals />
                <p>
                    <a class="back" href="/admin">
                        "Administration"
                    </a>
                </p>
                <h1>"Who we are and how to reach us"</h1>
                <p class="lead">
                    "Families look for this first. What you leave empty is not shown."
                </p>
                <form
                    method="post"
                    action="/admin/contact"
                    enctype="multipart/form-data"
                    novalidate
                >
                    <h2>"About the forum"</h2>
                    <Area
                        name="about"
                        label="Who you are, in your own words"
                        hint="Who runs the forum, how many parents are in it, who pays for it. \
                        Leave an empty line between paragraphs."
                        rows=8
                        value=field("about")
                        refusals
                    />
                    {shown}
                    <Upload
                        name="photo"
                        label="A photo"
                        hint="People like to see who they are talking to. Ask everyone in it \
                        first, and don't show children. JPEG or PNG."
                        accept="image/jpeg,image/png"
                        refusals
                    />
                    <Field
                        name="picture_shows"
                        label="What the photo shows"
                        hint="For people who can't see it."
                        value=field("picture_shows")
                        refusals
                    />
                    <h2>"How to reach you"</h2>
                    <Field
                        name="phone"
                        label="Telephone"
                        kind="tel"
                        value=field("phone")
                        refusals
                    />
                    <Field
                        name="hours"
                        label="When someone answers"
                        hint="For example, Monday to Thursday, 10am to 2pm in term time."
                        value=field("hours")
                        refusals
                    />
                    <Field
                        name="email"
                        label="Email address"
                        kind="email"
                        value=field("email")
                        refusals
                    />
                    <Area name="post" label="Postal address" value=field("post") refusals />
                    <h2>"Independent advice (SENDIASS)"</h2>
                    <Field
                        name="advice"
                        label="Name of the advice service"
                        value=field("advice")
                        refusals
                    />
                    <Field
                        name="advice_phone"
                        label="Telephone of the advice service"
                        kind="tel"
                        value=field("advice_phone")
                        refusals
                    />
                    <Field
                        name="advice_web"
                        label="Website of the advice service"
                        kind="url"
                        value=field("advice_web")
                        refusals
                    />
                    <h2>"Personal data"</h2>
                    <Field
                        name="controller"
                        label="Who is responsible for people's data"
                        hint="The data controller: the forum, or the charity that runs it. Leave \
                        this empty if it is the forum."
                        value=field("controller")
                        refusals
                    />
                    <button class="button">"Save"</button>
                </form>
            </div>
        }
    });
    page.refused_for(refusals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_empty_is_fine_and_what_is_wrong_says_how_it_should_be() {
        assert!(said(&Sent::default()).is_ok());
        for (name, wrong) in [("phone", "ask"), ("email", "us"), ("advice_web", "example.org")] {
            assert!(said(&Sent::of(&[(name, wrong)])).is_err(), "{name}");
        }
        assert!(said(&Sent::of(&[("about", &"a".repeat(4_001))])).is_err());
    }

    #[test]
    fn every_field_of_the_form_is_shown_somewhere() {
        let texts = FIELDS.map(|(name, _)| (name.to_owned(), format!("{name}!")));
        let shown = format!("{:?}", contact(&HashMap::from(texts)));
        for (name, _) in FIELDS {
            assert!(shown.contains(&format!("\"{name}!\"")), "{name}");
        }
    }
}
