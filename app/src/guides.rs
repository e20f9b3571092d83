//! The guides for whoever works for the area, each with a page of its own that a desk leads to.
//! They are the files in `docs/`, where they have pictures too.

use std::sync::LazyLock;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use ground::error::Error;
use ground::house::House;
use ground::routes::{Access, Routes};
use ground::text::markdown;
use ground::ui::Page;
use ground::viewer::{Role, Viewer};
use leptos::prelude::*;

struct Guide {
    path: &'static str,
    title: &'static str,
    /// What it is called where guides name each other.
    file: &'static str,
    text: &'static str,
}

const GUIDES: [Guide; 4] = [
    Guide {
        path: "/guides/organisers",
        title: "Guide for organisers",
        file: "for-forums.md",
        text: include_str!("../../docs/for-forums.md"),
    },
    Guide {
        path: "/guides/leaders",
        title: "Guide for leaders",
        file: "for-leaders.md",
        text: include_str!("../../docs/for-leaders.md"),
    },
    Guide {
        path: "/guides/administrators",
        title: "Guide for administrators",
        file: "for-administrators.md",
        text: include_str!("../../docs/for-administrators.md"),
    },
    Guide {
        path: "/guides/safeguarding-leads",
        title: "Guide for safeguarding leads",
        file: "for-safeguarding-leads.md",
        text: include_str!("../../docs/for-safeguarding-leads.md"),
    },
];

/// The guides' addresses. Whoever works for the area may read all of them: they name each other.
pub fn routes() -> Routes {
    const STAFF: Access =
        Access::Only(&[Role::Organiser, Role::Leader, Role::Safeguarding, Role::Admin]);
    GUIDES.iter().fold(Routes::new(), |routes, guide| routes.get(guide.path, STAFF, guide_page))
}

/// GET `/guides/…`
async fn guide_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    /// Made once: they never change while the program runs.
    static HTML: LazyLock<[String; 4]> = LazyLock::new(|| GUIDES.map(|guide| html(guide.text)));
    let mut all = GUIDES.into_iter().zip(&*HTML);
    let (guide, html) = all.find(|(guide, _)| guide.path == uri.path()).ok_or(Error::NotFound)?;
    let title = guide.title;
    let page = Page::new(title, || {
        let back = viewer.desks().next().map(|desk| {
            view! {
                <p>
                    <a class="back" href=desk.path>
                        {desk.title}
                    </a>
                </p>
            }
        });
        view! {
            <div class="stack">
                {back}
                <h1>{title}</h1>
                <div class="stack" inner_html=html.clone() />
            </div>
        }
    });
    Ok(page.with_contents().answer(&house, &viewer))
}

/// The text as HTML, with its parts right below the page's own title.
fn html(text: &str) -> String {
    let is_shown = |line: &&str| !line.trim_start().starts_with("![");
    let lines: Vec<&str> = text.lines().skip(1).filter(is_shown).collect();
    markdown(&with_links_to_guides(&lines.join("\n")))
        .replace("<h4>", "<h2>")
        .replace("</h4>", "</h2>")
}

/// The text with links to guides alone. Other documents are for whoever runs the machine and are
/// not served: of them the words stay.
fn with_links_to_guides(text: &str) -> String {
    let (mut made, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once("](") {
        let (to, left) = after.split_once(')').unwrap_or((after, ""));
        let (before, label) = before.rsplit_once('[').unwrap_or((before, ""));
        let file = to.split('#').next().unwrap_or_default();
        made += before;
        match GUIDES.iter().find(|guide| guide.file == file) {
            Some(guide) => made += &format!("[{label}]({})", guide.path),
            None => made += label,
        }
        rest = left;
    }
    made + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guide_is_shown_whole_with_links_that_lead_somewhere() {
        for guide in GUIDES {
            let html = html(guide.text);
            for other in GUIDES.iter().filter(|other| other.path != guide.path) {
                let link = format!("<a href=\"{}\"", other.path);
                assert!(html.contains(&link), "{} leads to {}", guide.path, other.path);
            }
            assert!(!html.contains("href=\"for-") && !html.contains(".md\""), "{html}");
            assert!(!html.contains("<img") && !html.contains("]("), "{html}");
            let parts = guide.text.lines().filter(|line| line.starts_with("## ")).count();
            assert_eq!(html.matches("<h2>").count(), parts, "{}", guide.path);
            assert!(!html.contains("<h1>") && !html.contains("<h3>"), "{html}");
        }
    }
}
