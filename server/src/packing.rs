//! In which of the two ways that every browser knows an answer is packed.

use axum::http::header::ACCEPT_ENCODING;
use axum::http::{HeaderMap, HeaderValue};

/// How a page is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Packing {
    Brotli,
    Gzip,
    Not,
}

impl Packing {
    /// The best that a browser can unpack, by all that it says (RFC 9110, section 12.5.3).
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let said = || {
            let lines = headers.get_all(ACCEPT_ENCODING).iter();
            lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','))
        };
        let weight = |wanted: &str| {
            let weights = said().filter_map(|one| {
                let mut parts = one.split(';').map(str::trim);
                parts.next().filter(|name| name.eq_ignore_ascii_case(wanted))?;
                let weight = parts.find_map(|part| part.strip_prefix("q="));
                weight.map_or(Some(1.0), |weight| weight.parse::<f32>().ok())
            });
            weights.fold(0.0, f32::max)
        };
        match (weight("br"), weight("gzip")) {
            (brotli, gzip) if brotli > 0.0 && brotli >= gzip => Self::Brotli,
            (_, gzip) if gzip > 0.0 => Self::Gzip,
            _ => Self::Not,
        }
    }

    /// Says it in place of what the browser said, so that whoever packs has the same to go by.
    pub fn say(self, headers: &mut HeaderMap) {
        headers.remove(ACCEPT_ENCODING);
        let name = match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Not => return,
        };
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packing(lines: &[&'static str]) -> Packing {
        let line = |line: &&'static str| (ACCEPT_ENCODING, HeaderValue::from_static(line));
        Packing::of(&lines.iter().map(line).collect())
    }

    #[test]
    fn a_page_is_packed_as_well_as_all_that_a_browser_says_allows() {
        for (lines, expected) in [
            (&["gzip, deflate, br, zstd"][..], Packing::Brotli),
            (&["gzip, deflate", "br"], Packing::Brotli),
            (&["br;q=0.1, gzip"], Packing::Gzip),
            (&["br;q=0, GZIP;q=0.5"], Packing::Gzip),
            (&["br;q=0"], Packing::Not),
            (&["identity, *;q=0", ""], Packing::Not),
            (&["brr, xgzip; br"], Packing::Not),
            (&[], Packing::Not),
        ] {
            assert_eq!(packing(lines), expected, "{lines:?}");
        }
    }
}
