//! What a public page says of itself, for a search engine and for whoever it is passed on to.

use leptos::html;
use leptos::prelude::*;

use crate::house::House;

/// The most characters of a description that are shown where a page is passed on.
const LONGEST: usize = 155;
/// The picture that goes with every page: 1200 by 630.
const PICTURE: &str = "/preview.png";

/// The description of a page, and what other programs show of it: its title, the forum, a picture.
pub(super) fn described(
    house: &House,
    path: &str,
    title: &str,
    about: Option<&str>,
    body: &str,
) -> impl IntoView + use<> {
    let names = &house.names;
    let words = about.map(str::to_owned).or_else(|| lead(body)).unwrap_or_else(|| {
        format!(
            "{}: parents and carers in {} say what the council and NHS should plan, and see what \
             happens.",
            names.forum, names.area
        )
    });
    let words = forms::beginning(&words, LONGEST);
    let kind = if about.is_some() { "article" } else { "website" };
    let properties = [
        ("og:type", kind.to_owned()),
        ("og:site_name", names.forum.clone()),
        ("og:title", title.to_owned()),
        ("og:description", words.clone()),
        ("og:url", house.link(path)),
        ("og:image", house.link(PICTURE)),
    ];
    let properties = properties
        .map(|(name, value)| html::meta().attr("property", name).attr("content", value))
        .into_iter()
        .collect_view();
    view! {
        <meta name="description" content=words />
        {properties}
    }
}

/// The words of a page's lead, without their tags.
fn lead(body: &str) -> Option<String> {
    let (_, rest) = body.split_once("<p class=\"lead\">")?;
    let (html, _) = rest.split_once("</p>")?;
    let mut is_tag = false;
    let words = html.chars().filter(|c| {
        let is_word = !is_tag && *c != '<';
        is_tag = if is_tag { *c != '>' } else { *c == '<' };
        is_word
    });
    let words: String = words.collect();
    Some(html_escape::decode_html_entities(&words).into_owned()).filter(|words| !words.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lead_is_read_as_people_read_it() {
        let body = "<h1>A</h1><p class=\"lead\">Have <b>your</b> say: you &amp; I.</p><p>More</p>";
        assert_eq!(lead(body).as_deref(), Some("Have your say: you & I."));
        assert_eq!(lead("<p>No lead</p>"), None);
    }
}
