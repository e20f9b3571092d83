//! Somebody who types no address: from the page they are on they follow a link by its words, or
//! press a button by its words.

use axum::http::StatusCode;

use crate::page::{Form, forms, links};
use crate::world::{Answer, Browser};

/// The most redirects that are followed in a row.
const MOST_REDIRECTS: usize = 5;

/// Where somebody is.
pub struct Walk<'b, 'w> {
    browser: &'b Browser<'w>,
    /// The address of the page, as it would be in the bar of the browser.
    pub at: String,
    pub page: Answer,
}

impl<'b, 'w> Walk<'b, 'w> {
    /// Begins at this page, which is somebody's desk.
    pub async fn from(browser: &'b Browser<'w>, desk: &str) -> Self {
        let page = browser.get(desk).await;
        let mut walk = Self { browser, at: desk.to_owned(), page };
        walk.arrive().await;
        walk
    }

    /// Goes where the link with these words leads: one that says just this, or else the first that
    /// begins so.
    pub async fn follow(&mut self, words: &str) {
        let links = links(&self.page.html);
        let is = links.iter().find(|(_, read)| read == words);
        let to = is.or_else(|| links.iter().find(|(_, read)| read.starts_with(words)));
        let Some((to, _)) = to else {
            panic!("there is no link “{words}” at {}: {}", self.at, self.page.html)
        };
        self.at = to.split('#').next().unwrap_or_default().to_owned();
        self.page = self.browser.get(&self.at).await;
        self.arrive().await;
    }

    /// Presses the button with these words, with what is typed and chosen in its form; the rest is
    /// sent as the page has it.
    pub async fn press(&mut self, button: &str, typed: &[(&str, &str)]) {
        let forms = forms(&self.page.html, &self.at);
        let is = forms.iter().find(|form| form.button == button);
        let form = is.or_else(|| forms.iter().find(|form| form.button.starts_with(button)));
        let Some(form) = form else {
            panic!("there is no button “{button}” at {}: {}", self.at, self.page.html)
        };
        for (name, value) in typed {
            assert!(offers(form, name, value), "{}: nobody can type {name}={value}", self.at);
        }
        let is_typed = |name: &str| typed.iter().any(|(other, _)| *other == name);
        let kept = form.as_it_stands().into_iter().filter(|(name, _)| !is_typed(name));
        let fields: Vec<(&str, &str)> = kept.chain(typed.iter().copied()).collect();
        self.page = self.browser.post(&form.to, &fields).await;
        self.at = form.to.clone();
        self.arrive().await;
    }

    pub fn says(&self, words: &str) -> bool {
        self.page.says(words)
    }

    /// Follows redirects until there is a page to read.
    async fn arrive(&mut self) {
        for _ in 0..MOST_REDIRECTS {
            if self.page.status != StatusCode::SEE_OTHER {
                break;
            }
            self.at = self.page.leads_to().split('#').next().unwrap_or_default().to_owned();
            self.page = self.browser.get(&self.at).await;
        }
        let status = self.page.status;
        assert_eq!(status, StatusCode::OK, "{} answered: {}", self.at, self.page.html);
    }
}

/// Whether the form has a field of this name, and where it offers choices to tick, this one.
fn offers(form: &Form, name: &str, value: &str) -> bool {
    form.fields
        .iter()
        .filter(|field| field.name == name)
        .any(|field| !["checkbox", "radio"].contains(&field.kind.as_str()) || field.value == value)
}
