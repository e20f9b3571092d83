//! The table of addresses as a type: each with who may use it. `app::routes` is the list of all.
//!
//! There is no way to add an address without saying who may use it, and the rule is enforced here,
//! before the room's own code runs. The test of roles against routes is made from
//! [`Routes::rules`].

use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request};
use axum::handler::Handler;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::MethodRouter;
use axum::{Extension, Router};
use forms::Sent;
use leptos::server_fn::ServerFn;
use tracing::Instrument as _;

use crate::error::Error;
use crate::functions;
use crate::house::House;
use crate::sent::{MOST_READ, SentWithFile};
use crate::viewer::{PublicPage, Role, Viewer};

/// How long a request may take.
const TIME: Duration = Duration::from_secs(30);
/// How long one with a file may take: 20 MB over a slow line.
const TIME_FOR_A_FILE: Duration = Duration::from_secs(600);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Anyone,
    SignedIn,
    /// Everyone who is signed in and holds one of these roles.
    Only(&'static [Role]),
    /// The same people, with one of these roles or, where none is named, any, once they have shown
    /// in the last minutes that it is them: what does the most harm when somebody else holds their
    /// phone.
    Fresh(&'static [Role]),
}

impl Access {
    /// The same people, but only with fresh proof.
    #[must_use]
    pub const fn fresh(self) -> Self {
        match self {
            Self::Anyone | Self::SignedIn => Self::Fresh(&[]),
            Self::Only(roles) => Self::Fresh(roles),
            Self::Fresh(_) => self,
        }
    }

    /// The roles of which one is needed; empty where none is.
    #[must_use]
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::Anyone | Self::SignedIn => &[],
            Self::Only(roles) | Self::Fresh(roles) => roles,
        }
    }

    /// Whether it is part of the team's work.
    #[must_use]
    pub fn is_for_staff(self) -> bool {
        self.roles().iter().any(|role| role.is_staff())
    }

    #[must_use]
    pub const fn is_fresh(self) -> bool {
        matches!(self, Self::Fresh(_))
    }

    /// Whether what is sent here is never done by itself once somebody has signed in: what asks for
    /// fresh proof, and all that the team does. Otherwise a stranger could leave a form behind at a
    /// computer that somebody of the team signs in at next.
    #[must_use]
    pub fn is_grave(self) -> bool {
        self.is_fresh() || self.is_for_staff()
    }

    /// Whether this person may, once nothing is lacking: a role counts here before its second step
    /// is set up, so that they are led to that.
    #[must_use]
    fn allows(self, viewer: &Viewer) -> bool {
        match self {
            Self::Anyone => true,
            Self::SignedIn | Self::Fresh([]) => viewer.is_signed_in(),
            Self::Only(roles) | Self::Fresh(roles) => roles.iter().any(|role| viewer.holds(*role)),
        }
    }

    /// What this person must do before they may; `None` where they may now. `chose`: what people
    /// choose here before they are signed in. Whose account is about to be erased adds nothing to
    /// it; their own pages stay open to them, so that they can take a copy.
    fn asks(self, viewer: &Viewer, chose: &str) -> Option<First> {
        let is_own = self.roles().is_empty() && (chose.is_empty() || self.is_fresh());
        if !self.allows(viewer) {
            Some(First::SignIn)
        } else if viewer.is_leaving() && !is_own {
            Some(First::Keep)
        } else if self.is_for_staff() && viewer.lacks_second_step() {
            Some(First::SetUp)
        } else if self.is_fresh() && !viewer.is_fresh() {
            Some(First::Prove)
        } else {
            None
        }
    }
}

/// What is asked of somebody before an address answers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// To join or to sign in.
    SignIn,
    /// To keep their account, which is about to be erased.
    Keep,
    /// To show again that it is them.
    Prove,
    /// To set up a second step.
    SetUp,
}

/// What somebody chose who comes to an address before they are signed in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chose {
    /// In words that follow "to"; empty where people are signed in already.
    pub what: &'static str,
    /// Where the same can be done without an account; empty where it can't. A form that was sent
    /// goes there with [`WITHOUT_ACCOUNT`] as its step, to be shown again.
    pub without_account: &'static str,
}

impl From<&'static str> for Chose {
    fn from(what: &'static str) -> Self {
        Self { what, without_account: "" }
    }
}

/// What is sent as `step` with a form of somebody who was asked to sign in and would rather not.
pub const WITHOUT_ACCOUNT: &str = "without account";

/// One address with one method, and who may use it.
#[derive(Clone, Debug)]
pub struct Rule {
    pub method: Method,
    /// The address, its parameters in braces.
    pub path: &'static str,
    pub access: Access,
    pub chose: Chose,
}

impl Rule {
    /// Whether this is a public page, which search engines may find.
    #[must_use]
    pub fn is_public_page(&self) -> bool {
        self.method == Method::GET
            && self.access == Access::Anyone
            && !IN_A_LINK.iter().any(|part| self.path.contains(part))
            && !STEPS.iter().any(|step| self.path.starts_with(step))
    }
}

/// What only a link that was given to one person has in its path.
const IN_A_LINK: [&str; 3] = ["{token}", "{code}", "{link}"];

/// How paths begin of pages that are a step on the way to something, or tell about this machine.
const STEPS: [&str; 9] = [
    "/account/",
    "/sign-",
    "/forgotten-password",
    "/subscribe/",
    "/subscriptions/",
    "/offline",
    "/returns",
    "/healthz",
    "/readyz",
];

/// What is asked before an address answers.
#[derive(Clone, Copy, Debug)]
struct Gate {
    access: Access,
    chose: Chose,
    is_public_page: bool,
    is_for_programs: bool,
}

impl Gate {
    fn of(rule: &Rule) -> Self {
        let Rule { access, chose, .. } = *rule;
        let (is_public_page, is_for_programs) = (rule.is_public_page(), false);
        Self { access, chose, is_public_page, is_for_programs }
    }

    /// Whether a program asks, and no form was sent. What it asks for is of no use after signing
    /// in: it is told 401, and sends its form or opens its page again.
    fn is_asked_by_program(&self, request: &Request) -> bool {
        let asks_for_words =
            request.headers().get(header::ACCEPT).is_some_and(|accept| accept == "text/plain");
        request.method() == Method::POST && (self.is_for_programs || asks_for_words)
    }
}

/// Addresses with their handlers and rules.
#[derive(Debug, Default)]
pub struct Routes {
    router: Router<House>,
    rules: Vec<Rule>,
}

impl Routes {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A page to look at.
    #[must_use]
    pub fn get<H: Handler<T, House>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        self.get_first(path, access, Chose::default(), handler)
    }

    /// A form that is sent.
    #[must_use]
    pub fn post<H: Handler<T, House>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        self.post_first(path, access, Chose::default(), handler)
    }

    /// A page that people choose before they are signed in, as to propose a topic. `chose` says
    /// what they chose.
    #[must_use]
    pub fn get_first<H: Handler<T, House>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        chose: impl Into<Chose>,
        handler: H,
    ) -> Self {
        let rule = Rule { method: Method::GET, path, access, chose: chose.into() };
        self.guarded(rule, axum::routing::get(handler), TIME)
    }

    /// Likewise a form that is sent, as to support a topic.
    #[must_use]
    pub fn post_first<H: Handler<T, House>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        chose: impl Into<Chose>,
        handler: H,
    ) -> Self {
        let rule = Rule { method: Method::POST, path, access, chose: chose.into() };
        self.guarded(rule, axum::routing::post(handler), TIME)
    }

    /// A form with a file. [`SentWithFile`] says how long its body may be; a slow connection is
    /// given the time it needs.
    #[must_use]
    pub fn post_file<H: Handler<T, House>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        let rule = Rule { method: Method::POST, path, access, chose: Chose::default() };
        let own = Self::new().guarded(rule, axum::routing::post(handler), TIME_FOR_A_FILE);
        self.join(Self {
            router: own.router.layer(DefaultBodyLimit::max(MOST_READ)),
            rules: own.rules,
        })
    }

    /// A typed function that a program in the browser calls, at its own address.
    #[must_use]
    pub fn function<F: ServerFn>(mut self, access: Access) -> Self {
        let rule = Rule { method: Method::POST, path: F::PATH, access, chose: Chose::default() };
        let gate = Gate { is_for_programs: true, ..Gate::of(&rule) };
        self.rules.push(rule);
        self.behind(gate, F::PATH, axum::routing::post(functions::answer), TIME)
    }

    /// All addresses of another room.
    #[must_use]
    pub fn join(mut self, other: Self) -> Self {
        self.rules.extend(other.rules);
        Self { router: self.router.merge(other.router), rules: self.rules }
    }

    /// Hands a thing to every handler of these addresses that asks for it as an [`Extension`]: what
    /// is made above a room and shown on its pages.
    #[must_use]
    pub fn hands<T: Clone + Send + Sync + 'static>(self, thing: T) -> Self {
        Self { router: self.router.layer(Extension(thing)), rules: self.rules }
    }

    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    pub fn into_router(self) -> Router<House> {
        self.router
    }

    fn guarded(mut self, rule: Rule, handler: MethodRouter<House>, time: Duration) -> Self {
        let (gate, path) = (Gate::of(&rule), rule.path);
        self.rules.push(rule);
        self.behind(gate, path, handler, time)
    }

    fn behind(
        self,
        gate: Gate,
        path: &'static str,
        handler: MethodRouter<House>,
        time: Duration,
    ) -> Self {
        let guarded = handler
            .layer(from_fn_with_state(gate, guard))
            .layer(from_fn_with_state(time, within))
            .layer(from_fn(to_its_end));
        Self { router: self.router.route(path, guarded), rules: self.rules }
    }
}

/// In the extensions of a request that nothing ends however long it takes: one of a test, which a
/// busy machine does not fail. Nothing that comes by the network has extensions of its own.
#[derive(Clone, Copy, Debug)]
pub struct NoHurry;

/// In the extensions of an answer that is made of the data and the clock alone: a public page for a
/// visitor, with nothing in it that was drawn for them, such as the key of a form.
#[derive(Clone, Copy, Debug)]
pub struct OfDataAlone;

/// Ends a request that takes too long: one that waits for the database, or for a body that never
/// arrives.
async fn within(time: axum::extract::State<Duration>, request: Request, next: Next) -> Response {
    if request.extensions().get::<NoHurry>().is_some() {
        return next.run(request).await;
    }
    tokio::time::timeout(time.0, next.run(request))
        .await
        .unwrap_or_else(|_elapsed| crate::error::unable())
}

/// Carries out what a form asks for in a task of its own: a phone that goes away half-way stops
/// nothing, and leaves nothing open.
async fn to_its_end(request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    let work = next.run(request).instrument(tracing::Span::current());
    tokio::spawn(work).await.unwrap_or_else(|stopped| match stopped.try_into_panic() {
        // As in the task of the request, where it is caught and told of.
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(_shutting_down) => crate::error::unable(),
    })
}

/// What someone chose who must do something else first, in the extensions of the answer 401.
/// `accounts` answers with the page that asks for it, and carries on what they chose.
#[derive(Clone, Debug)]
pub struct SignInFirst {
    pub first: First,
    /// Whether it is never done by itself afterwards ([`Access::is_grave`]).
    pub is_grave: bool,
    /// The address they were going to; empty where a program asked.
    pub then: String,
    /// What a form sent there; `None` for a page or a program.
    pub sent: Option<Sent>,
    pub chose: Chose,
}

/// An address that leads on to `then` afterwards; the same without one.
#[must_use]
pub fn with_then(path: &str, then: &str) -> String {
    if then.is_empty() {
        return path.to_owned();
    }
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("then", then).finish();
    format!("{path}?{query}")
}

/// The address of the sign-in page that leads on to `then`.
#[must_use]
pub fn sign_in_then(then: &str) -> String {
    with_then("/sign-in", then)
}

/// The header that keeps an answer out of search engines.
pub const NOT_FOR_SEARCH: (&str, &str) = ("x-robots-tag", "noindex");

/// Where somebody whose account is about to be erased is told so, and can keep it.
pub const LEAVING: &str = "/account/keep";

pub const SECOND_STEP: &str = "/account/second-step";

/// Lets a request in, or asks the person for something first, as to sign in: a page opens
/// afterwards, and what a form sent is saved meanwhile.
async fn guard(
    gate: axum::extract::State<Gate>,
    viewer: Viewer,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(first) = gate.access.asks(&viewer, gate.chose.what) else {
        if gate.is_public_page {
            let page = PublicPage(request.uri().path().into());
            request.extensions_mut().insert(page);
            let (mut answer, has_drawn) = id::noticing(next.run(request)).await;
            if !viewer.is_signed_in() && !has_drawn {
                answer.extensions_mut().insert(OfDataAlone);
            }
            return answer;
        }
        let mut answer = next.run(request).await;
        answer.headers_mut().insert(NOT_FOR_SEARCH.0, HeaderValue::from_static(NOT_FOR_SEARCH.1));
        return answer;
    };
    if first == First::SignIn && viewer.is_signed_in() {
        return Error::Forbidden.into_response();
    }
    let then = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let chose = gate.chose;
    if gate.is_asked_by_program(&request) {
        let is_grave = gate.access.is_grave();
        let first = SignInFirst { first, is_grave, then: String::new(), sent: None, chose };
        return (StatusCode::UNAUTHORIZED, Extension(first)).into_response();
    }
    let sent = if request.method() == Method::POST {
        match SentWithFile::without_file(request).await {
            Ok(sent) => Some(sent),
            Err(refused) => return refused,
        }
    } else if let First::SetUp | First::Keep = first {
        let to = if first == First::SetUp { SECOND_STEP } else { LEAVING };
        return Redirect::to(&with_then(to, &then)).into_response();
    } else if first == First::SignIn && chose.what.is_empty() {
        return Redirect::to(&sign_in_then(&then)).into_response();
    } else {
        None
    };
    let is_grave = gate.access.is_grave();
    let first = SignInFirst { first, is_grave, then, sent, chose };
    (StatusCode::UNAUTHORIZED, Extension(first)).into_response()
}
