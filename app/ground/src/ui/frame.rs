//! The frame of a page that somebody opens from another: what was done just now, the way back, what
//! needs correcting, the heading.

use forms::Refusals;
use leptos::prelude::*;

use super::{Banner, Page, Summary, titled};

/// What stands around a page's own words.
#[derive(Debug)]
pub struct Frame<'a> {
    title: String,
    heading: String,
    heading_id: Option<&'static str>,
    back: (String, String),
    done: Option<(&'static str, &'static str)>,
    refusals: Option<&'a Refusals>,
}

impl<'a> Frame<'a> {
    /// `to`: the address that it leads back to; `label`: what the page there is called.
    pub fn new(
        title: impl Into<String>,
        (to, label): (impl Into<String>, impl Into<String>),
    ) -> Self {
        let title = title.into();
        Self {
            heading: title.clone(),
            heading_id: None,
            title,
            back: (to.into(), label.into()),
            done: None,
            refusals: None,
        }
    }

    /// For one thing among many, which the title names too ([`titled`]).
    #[must_use]
    pub fn of(self, thing: &str) -> Self {
        Self { title: titled(&self.title, thing), ..self }
    }

    /// With a heading that differs from the title.
    #[must_use]
    pub fn heading(self, heading: impl Into<String>) -> Self {
        Self { heading: heading.into(), ..self }
    }

    /// With an id for its heading: what needs correcting is linked to there.
    #[must_use]
    pub fn heading_id(self, id: &'static str) -> Self {
        Self { heading_id: Some(id), ..self }
    }

    /// What was done just now, if anything.
    #[must_use]
    pub fn done(self, done: Option<&'static str>) -> Self {
        self.done_so(done.map(|done| (done, "")))
    }

    /// What was done just now, if anything, and what comes of it.
    #[must_use]
    pub fn done_so(self, done: Option<(&'static str, &'static str)>) -> Self {
        Self { done, ..self }
    }

    /// What needs correcting, if anything.
    #[must_use]
    pub fn refused_for(self, refusals: &'a Refusals) -> Self {
        Self { refusals: Some(refusals), ..self }
    }

    /// The page with this in it.
    pub fn around<V: IntoView>(self, rest: impl FnOnce() -> V) -> Page {
        let Self { title, heading, heading_id, back: (back, label), done, refusals } = self;
        let nothing = Refusals::default();
        let refusals = refusals.unwrap_or(&nothing);
        let page = Page::new(title, || {
            let banner = done.map(|(title, words)| {
                view! {
                    <Banner title>
                        <p>{words}</p>
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
                    <h1 id=heading_id>{heading}</h1>
                    {rest()}
                </div>
            }
        });
        page.refused_for(refusals)
    }
}
