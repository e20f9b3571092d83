//! The code that a phone's camera reads.

use fast_qr::QRBuilder;
use leptos::prelude::*;

/// A text as a code that a phone's camera reads, as one path; nothing where it is too long for one.
/// `label` says what it is for whoever cannot see it.
pub fn qr(text: &str, label: &'static str) -> impl IntoView + use<> {
    let code = QRBuilder::new(text).build().ok()?;
    let dark = (0..code.size)
        .flat_map(|y| (0..code.size).map(move |x| (x, y)))
        .filter(|(x, y)| code[*y][*x].value());
    let path: String = dark.map(|(x, y)| format!("M{} {}h1v1h-1z", x + 4, y + 4)).collect();
    let size = code.size + 8;
    Some(view! {
        <svg viewBox=format!("0 0 {size} {size}") role="img" aria-label=label>
            <rect width="100%" height="100%" fill="#fff" />
            <path d=path fill="#000" />
        </svg>
    })
}
