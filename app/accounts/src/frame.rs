//! The frame of a page that somebody opens from another: what was done just now, the way back, what
//! needs correcting, the heading.

use forms::Refusals;
use ground::ui::{Banner, Page, Summary};
use leptos::prelude::*;

/// Where a page of somebody's own leads back to.
pub(crate) const ACCOUNT: (&str, &str) = ("/account", "Your account");

/// Where those of administrators lead back to.
pub(crate) const ADMINISTRATION: (&str, &str) = ("/admin", "Administration");

/// Where those about people lead an administrator back to.
pub(crate) const PEOPLE: (&str, &str) = ("/admin/people", "People");

/// What the page about one person is called, where pages about them lead back to it.
pub(crate) const PERSON: &str = "Their account";

pub(crate) struct Frame<'a> {
    title: &'static str,
    heading: &'static str,
    back: (String, &'static str),
    done: Option<&'static str>,
    refusals: Option<&'a Refusals>,
}

impl<'a> Frame<'a> {
    /// `to`: the address that it leads back to; `label`: what the page there is called.
    pub(crate) fn new(title: &'static str, (to, label): (impl Into<String>, &'static str)) -> Self {
        Self { title, heading: title, back: (to.into(), label), done: None, refusals: None }
    }

    /// With a heading that differs from the title.
    pub(crate) fn heading(self, heading: &'static str) -> Self {
        Self { heading, ..self }
    }

    /// What was done just now, if anything.
    pub(crate) fn done(self, done: Option<&'static str>) -> Self {
        Self { done, ..self }
    }

    /// What needs correcting, if anything.
    pub(crate) fn refused_for(self, refusals: &'a Refusals) -> Self {
        Self { refusals: Some(refusals), ..self }
    }

    /// The page with this in it.
    pub(crate) fn around<V: IntoView>(self, rest: impl FnOnce() -> V) -> Page {
        let Self { title, heading, back: (back, label), done, refusals } = self;
        let nothing = Refusals::default();
        let refusals = refusals.unwrap_or(&nothing);
        let page = Page::new(title, || {
            let banner = done.map(|title| {
                view! {
                    <Banner title>
                        <p />
                    </Banner>
                }
            });
            view! {
                <div class="stack">
                    {banner}
                    <p>
                        <a class="back" href=back>
                            {label}
                        </a>
                    </p>
                    <Summary refusals />
                    <h1>{heading}</h1>
                    {rest()}
                </div>
            }
        });
        page.refused_for(refusals)
    }
}
