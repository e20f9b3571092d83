//! Who we are, how to reach us, what we do with people's data, and whether everyone can use this.

use accounts::person_facts::FACTS;
use axum::extract::State;
use axum::response::Response;
use calendar::promise::WITHIN;
use ground::contact::{Contact, phone_link};
use ground::house::House;
use ground::ui::{Page, advice_links};
use ground::viewer::Viewer;
use leptos::prelude::*;

/// GET `/about`
pub async fn about_page(State(house): State<House>, viewer: Viewer) -> Response {
    let contact = house.contact.get();
    let (forum, area) = (house.names.forum.clone(), house.names.area.clone());
    Page::new("About us", || {
        let own = if contact.about.is_empty() {
            vec![format!(
                "{forum} is run by parents and carers of children and young people with special \
                 educational needs and disabilities (SEND) in {area}."
            )]
        } else {
            contact.about.split("\n\n").map(str::to_owned).collect()
        };
        let own = own.into_iter().map(|words| view! { <p class="lines">{words}</p> });
        let picture = (!contact.picture.is_empty()).then(|| {
            view! {
                <img
                    class="picture"
                    src=format!("/pictures/{}", contact.picture)
                    alt=contact.picture_shows.clone()
                />
            }
        });
        view! {
            <div class="stack">
                <h1>"About us"</h1>
                {picture}
                {own.collect_view()}
                <p>
                    <a class="button" href="/contact">
                        "Contact us"
                    </a>
                </p>
                <h2>"What this site is for"</h2>
                <p>
                    "Too often, parents are shown a finished plan and asked what they think of it. \
                     Here it's the other way round."
                </p>
                <ol>
                    <li>
                        <b>"You say what matters."</b>
                        " Propose a topic, or support another parent's. Nobody sees the votes \
                         until voting closes, not even the council."
                    </li>
                    <li>
                        <b>"They plan with you."</b>
                        " The council and NHS can't publish a draft plan here until parents have \
                         been involved. If they go ahead anyway, everyone can see who decided \
                         that, and why."
                    </li>
                    <li>
                        <b>"You hear before a service changes."</b>
                        " We email you before the day, and we show how many families were told in \
                         time."
                    </li>
                    <li>
                        <b>"You see what happened."</b>
                        " Leaders say what they did. We ask families if it's true, and say so."
                    </li>
                </ol>
                <h2>"Who decides what"</h2>
                <p>
                    "We are not part of the council or the NHS, and they don't run this site. They \
                     decide about services. We decide what to ask them, and they can't change or \
                     delete topics and answers from parents."
                </p>
                <p>
                    <a href="/record">"How are we doing?"</a>
                    " shows how often parents were involved from the start."
                </p>
            </div>
        }
    })
    .answer(&house, &viewer)
}

/// GET `/contact`
pub async fn contact_page(State(house): State<House>, viewer: Viewer) -> Response {
    let contact = house.contact.get();
    Page::new("Contact us", || {
        let ways = ways(&contact);
        let propose = viewer.may_propose().then(|| {
            view! {
                "To say what should be planned, "
                <a href="/topics/new">"propose a topic"</a>
                ". "
            }
        });
        view! {
            <div class="stack">
                <h1>"Contact us"</h1>
                <section class="panel warn">
                    <h2>"Is a child in danger now?"</h2>
                    <p>
                        "Call "
                        <a href="tel:999">
                            <b>"999"</b>
                        </a>
                        ". We can't answer emergencies, and nobody reads this site at night."
                    </p>
                </section>
                {ways}
                <h2>"Advice about your own child"</h2>
                {advice(&contact)}
                <h2>"Something on this site"</h2>
                <p>
                    "To ask about a change to a service, open the change and choose “Ask about \
                     this change”. "{propose}"To comment on the list of \
                    support in your area, go to the "<a href="/local-offer">"Local Offer"</a>"."
                </p>
            </div>
        }
    })
    .answer(&house, &viewer)
}

/// Telephone, email and post: whichever there are.
fn ways(contact: &Contact) -> impl IntoView + use<> {
    let phone = phone_link(&contact.phone).map(|to| {
        view! {
            <div>
                <dt>"Telephone"</dt>
                <dd>
                    <a href=to>{contact.phone.replace(' ', "\u{a0}")}</a>
                    {(!contact.hours.is_empty()).then(|| format!(", {}", contact.hours))}
                </dd>
            </div>
        }
    });
    let email = (!contact.email.is_empty()).then(|| {
        view! {
            <div>
                <dt>"Email"</dt>
                <dd>
                    <a href=format!("mailto:{}", contact.email)>{contact.email.clone()}</a>
                </dd>
            </div>
        }
    });
    let post = (!contact.post.is_empty()).then(|| {
        view! {
            <div>
                <dt>"Post"</dt>
                <dd class="lines">{contact.post.clone()}</dd>
            </div>
        }
    });
    if phone.is_none() && email.is_none() && post.is_none() {
        return view! {
            <p class="lead">"Reply to any email from us. Someone at the forum will answer."</p>
        }
        .into_any();
    }
    view! {
        <dl class="answers">{phone} {email} {post}</dl>
        <p>"You can also reply to any email from us."</p>
    }
    .into_any()
}

/// The independent advice service: what it does, and how to reach it.
fn advice(contact: &Contact) -> impl IntoView + use<> {
    let name = (!contact.advice.is_empty()).then(|| {
        view! {
            " Here it is called "
            <b>{contact.advice.clone()}</b>
            "."
        }
    });
    view! {
        <p>
            "We can't give advice about one child. The SEND information, advice and support \
             service (SENDIASS) can. It's free, independent and private." {name}
            {advice_links(contact)}
        </p>
    }
}

/// How a reader reaches us about this page: in words that follow "please".
fn reach(contact: &Contact) -> impl IntoView + use<> {
    let email = (!contact.email.is_empty()).then(|| contact.email.clone());
    let to_us = email.map_or_else(
        || "reply to any email from us".into_any(),
        |email| {
            view! {
                "email "
                <a href=format!("mailto:{email}")>{email.clone()}</a>
            }
            .into_any()
        },
    );
    view! {
        {to_us}
        " or see "
        <a href="/contact">"Contact us"</a>
    }
}

/// GET `/accessibility`
pub async fn accessibility_page(State(house): State<House>, viewer: Viewer) -> Response {
    let contact = house.contact.get();
    Page::new("Accessibility", || {
        view! {
            <div class="stack">
                <h1>"Accessibility"</h1>
                <p class="lead">
                    "Everyone should be able to use this site, on any phone, with whatever help \
                     they need."
                </p>
                <h2>"What you can do here"</h2>
                <ul>
                    <li>"Make the text four times bigger without scrolling sideways."</li>
                    <li>"Do everything with a keyboard, or with your voice."</li>
                    <li>"Listen to every page with a screen reader."</li>
                    <li>"Use every page with a weak signal, or with JavaScript turned off."</li>
                    <li>"Read in light or dark, to match your device."</li>
                </ul>
                <h2>"What doesn't work yet"</h2>
                <ul>
                    <li>
                        "Files that leaders add as evidence may not work with a screen reader. We \
                         ask them for a version that does."
                    </li>
                    <li>"Pages are in English only. There is no Easy Read or BSL version yet."</li>
                    <li>"Photos and pictures of charts are described, but not in detail."</li>
                </ul>
                <h2>"If you need something in another way"</h2>
                <p>
                    "We can read a page to you over the phone, send it on paper in large print, or \
                     take your answers by phone. To ask for this, "{reach(&contact)}
                    ". We will answer "{WITHIN}"."
                </p>
                <h2>"If something doesn't work for you"</h2>
                <p>
                    "Tell us which page it was and what happened: "{reach(&contact)}
                    ". We will answer "{WITHIN}" and say when we will fix it."
                </p>
                <p>
                    "Not happy with our answer? The "
                    <a href="https://www.equalityadvisoryservice.com/" rel="noopener">
                        "Equality Advisory and Support Service"
                    </a>" can help you take it further."
                </p>
                <h2>"How we check"</h2>
                <p>
                    "We test every page against the Web Content Accessibility Guidelines, version \
                     2.2, level AA, each time the site is changed: on a narrow phone, four times \
                     bigger, with only a keyboard, and in light and dark. Automatic tests don't \
                     find everything, and no outside expert has checked the site yet."
                </p>
                <p class="soft">"We last reviewed this page on 29 November 2026."</p>
            </div>
        }
    })
    .with_contents()
    .answer(&house, &viewer)
}

/// GET `/privacy`
pub async fn privacy_page(State(house): State<House>, viewer: Viewer) -> Response {
    let contact = house.contact.get();
    Page::new("Privacy", || {
        let controller = if contact.controller.is_empty() {
            house.names.forum.clone()
        } else {
            contact.controller.clone()
        };
        view! {
            <div class="stack">
                <h1>"Privacy"</h1>
                <p class="lead">"We keep as little about you as we can."</p>
                <h2>"Who is responsible"</h2>
                <p>
                    <b>{controller}</b>
                    " is the data controller: it decides what we store and why. To ask \
                     anything about your data, "{reach(&contact)}"."
                </p>
                <h2>"What we keep, and for how long"</h2>
                {kept()}
                <h2>"Why we are allowed to"</h2>
                <p>
                    "We use your data because parents should be able to take part in planning and \
                     be told about changes. The law calls this legitimate interests. For emails \
                     about changes we ask for your consent first: you confirm your address, and \
                     can stop at any time. If a child may be in danger, we pass on what we must \
                     because the law expects it."
                </p>
                <h2>"What we never ask"</h2>
                <p>"Your child's name, age or school. Please don't write them anywhere here."</p>
                <h2>"What other people can see"</h2>
                <p>
                    "We show topics without saying who wrote them. Nobody can see who supported \
                     what. We show numbers only after voting closes, and never a number from 1 to \
                     9, so nobody can be identified. An administrator at the forum can see email \
                     addresses. If an email about a change can't be delivered, an organiser sees \
                     that address, so they can tell you another way."
                </p>
                <h2>"Your rights"</h2>
                <p>
                    "You can ask us to show you what we keep about you, to correct it, to delete \
                     it, to stop using it, or to give you a copy to take away. We will answer \
                     within one month. It's free."
                </p>
                <p>
                    "You don't have to wait for a copy. With an account, "
                    <a href="/account/export">"take a copy of your data"</a>
                    ". If you only get emails about changes, use the link in one of them to change \
                     or stop these emails: you can take a copy there too."
                </p>
                <p>
                    "You can "<a href="/account/erase">"delete your account"</a>
                    " yourself: it's done seven days later, and the page says first what stays. If \
                     you only get emails about changes, the link in each of them leads to a page \
                     where you can delete your address."
                </p>
                <p>
                    "If you are not happy with our answer, you can complain to the "
                    <a href="https://ico.org.uk/make-a-complaint/" rel="noopener">
                        "Information Commissioner's Office (ICO)"
                    </a>", or call them on "
                    <a href="tel:03031231113">"0303\u{a0}123\u{a0}1113"</a>"."
                </p>
                <h2>"Cookies, and what your phone stores"</h2>
                <p>
                    "We only use cookies the site needs to work, so we don't ask you to accept \
                     them. No page loads anything from another company, and nobody follows what \
                     you read."
                </p>
                <ul>
                    <li>
                        <b>"session"</b>
                        " keeps you signed in: up to 180 days for parents, 7 days for people who \
                         work on the site. It goes when you sign out."
                    </li>
                    <li>
                        <b>"here"</b>
                        " lets a page with a button know your browser again for a day, so that \
                         pressing the button twice does no harm. It goes when you sign out."
                    </li>
                    <li>
                        <b>"browser"</b>
                        " remembers for a year that you have signed in with this browser, so that \
                         other people who try your password can't keep you out. People who work on \
                         the site get an email when someone signs in on a new one."
                    </li>
                    <li>
                        <b>"first-act"</b>
                        " remembers for two hours what you chose before you joined, signed in or \
                         showed us that it's you."
                    </li>
                    <li>
                        <b>"leaving"</b>
                        " remembers for ten minutes that you have just asked us to delete your \
                         account."
                    </li>
                    {house
                        .council()
                        .map(|council| {
                            let name = council.name().to_owned();
                            view! {
                                <li>
                                    <b>"council"</b>
                                    " remembers for ten minutes that you are signing in with "
                                    {name} ", and which page you came from."
                                </li>
                            }
                        })}
                    <li>
                        <b>"answers"</b>" and "<b>"link"</b>
                        " bring you back to answers you began on this phone, until you \
                         send them or the consultation closes."
                    </li>
                    <li>
                        "If your signal is lost while you answer a consultation, your phone stores \
                         those answers until they have been sent."
                    </li>
                    <li>
                        "Your phone also stores one page of ours, which says that you are offline."
                    </li>
                </ul>
                <h2>"Who else handles it"</h2>
                <p>
                    "The company that runs our server and the one that delivers our emails work \
                     for us and may not use your data themselves. To know which they are, ask us."
                </p>
                <h2>"If you are worried about a child"</h2>
                <p>
                    "Someone at the forum reads what you write. If someone may be in danger, we \
                     tell one named person (our safeguarding lead) and nobody else here. In danger \
                     now? Call 999."
                </p>
                <p class="soft">"We last reviewed this page on 29 November 2026."</p>
            </div>
        }
    })
    .with_contents()
    .answer(&house, &viewer)
}

const AS_LONG_AS_THE_ACCOUNT: &str = "Until you delete your account, and seven days more";

/// What is kept of people, and how long. `docs/retention.md` has it for the people who run the
/// site.
fn kept() -> impl IntoView {
    let rows = [
        (
            "Your email address, which inbox it leads to, and the name you choose (it doesn't have \
             to be your real name)",
            AS_LONG_AS_THE_ACCOUNT,
        ),
        (
            "Your password, stored so that nobody can read it",
            "Until you change it or delete your account",
        ),
        (
            "Topics you propose, what you support, comments and questions",
            "For good, but without you once your account is deleted; what was never published is \
             deleted too",
        ),
        (
            "Answers to a consultation. If you answered without an account, nobody knows they are \
             yours",
            "For good, without who you are",
        ),
        (
            "The subject of a message that came back to one of our emails, if we couldn't tell \
             what it meant",
            "30 days",
        ),
        ("An address that someone gave to join, if nobody used the button in the email", "7 days"),
        (
            "An address you gave only to get emails about changes",
            "Until 28 days after you stop the emails",
        ),
        (
            "A telephone number you gave so that we can ring you if our emails don't arrive",
            "Until you delete it, or 28 days after you stop the emails",
        ),
        (
            "An address you gave only to ask a question about a change",
            "Until it is answered, or 28 days",
        ),
        ("That an email was sent to you, without its text", "1 year"),
        ("Where you are signed in, such as “Chrome on Android”", "30 days after it ends"),
        ("That you have signed in with this browser", "1 year after the last time"),
        ("Your old email address, after you change it", "7 days, so that you can undo it"),
        ("How often someone tried to sign in or asked for emails, without saying who", "1 hour"),
        (
            "How many people joined from one network in an hour, if it was 10 or more, without \
             saying who or where",
            "Until the results of the next vote are confirmed, at most a year",
        ),
    ];
    let facts = FACTS.iter().map(|fact| (fact.kept, AS_LONG_AS_THE_ACCOUNT));
    let [first, rest @ ..] = rows;
    let rows = std::iter::once(first).chain(facts).chain(rest).map(|(what, how_long)| {
        view! {
            <tr>
                <th scope="row">{what}</th>
                <td data-label="How long">{how_long}</td>
            </tr>
        }
    });
    view! {
        <table class="plain">
            <caption class="unseen">"What we keep, and for how long"</caption>
            <thead>
                <tr>
                    <th scope="col">"What"</th>
                    <th scope="col">"How long"</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}
