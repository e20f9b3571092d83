//! How every page begins is packed once, and only what follows with each answer.
//!
//! The beginning is mostly the style: two thirds of a page's bytes, the same in each, and two
//! thirds of the time that packing took. Brotli lets a stream go on where another ended, if both
//! were packed for that: the first has no end, and the other no beginning and no look at what was
//! before it. It goes without brotli's dictionary too, which would need to know how much that was.

use std::io;
use std::sync::LazyLock;

use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use brotli::enc::BrotliEncoderParams;
use ground::routes::OfDataAlone;
use ground::ui::BEGINNING;
use http_body_util::BodyExt as _;

use crate::packing::Packing;

/// How hard an answer is packed when it goes out.
pub const QUALITY: i32 = 5;

/// How hard a page is that is one person's own: half the work for a fiftieth more bytes.
const QUALITY_OF_OWN: i32 = 3;

/// How hard what is packed once is.
const HARDEST: i32 = 11;

/// An empty last block, which ends a stream.
const END: u8 = 0b11;

static PACKED_BEGINNING: LazyLock<Option<Vec<u8>>> = LazyLock::new(|| {
    let goes_on = BrotliEncoderParams {
        quality: HARDEST,
        appendable: true,
        bare_stream: true,
        ..BrotliEncoderParams::default()
    };
    compressed(BEGINNING.as_bytes(), &goes_on).ok()
});

/// Packs a page for a browser that can unpack brotli. Any other answer is left to the layer around
/// this, which leaves what is packed as it is.
pub async fn pack_pages(request: Request, next: Next) -> Response {
    let packing = Packing::of(request.headers());
    let answer = next.run(request).await;
    if packing != Packing::Brotli || !is_whole_page(&answer) {
        return answer;
    }
    let (mut parts, body) = answer.into_parts();
    let Ok(body) = body.collect().await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let page = body.to_bytes();
    let is_for_all = parts.extensions.get::<OfDataAlone>().is_some();
    let quality = if is_for_all { QUALITY } else { QUALITY_OF_OWN };
    let Some(packed) = packed(&page, quality) else {
        return Response::from_parts(parts, Body::from(page));
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    parts.headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    Response::from_parts(parts, Body::from(packed))
}

/// Whether it is a page that is in memory as a whole, and not packed.
fn is_whole_page(answer: &Response) -> bool {
    let is_page = answer
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    is_page
        && !answer.headers().contains_key(header::CONTENT_ENCODING)
        && answer.body().size_hint().exact().is_some()
}

/// A page as one stream; `None` for what does not begin as every page does.
fn packed(page: &[u8], quality: i32) -> Option<Vec<u8>> {
    let rest = page.strip_prefix(BEGINNING.as_bytes())?;
    let follows = BrotliEncoderParams {
        quality,
        catable: true,
        bare_stream: true,
        ..BrotliEncoderParams::default()
    };
    let rest = compressed(rest, &follows).ok()?;
    Some([PACKED_BEGINNING.as_deref()?, rest.as_slice(), &[END]].concat())
}

fn compressed(mut plain: &[u8], params: &BrotliEncoderParams) -> io::Result<Vec<u8>> {
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut plain, &mut compressed, params)?;
    Ok(compressed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unpacked(mut packed: &[u8]) -> Vec<u8> {
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut packed, &mut plain).expect("one whole stream");
        plain
    }

    #[test]
    fn a_page_of_any_length_is_one_stream_that_begins_as_all_do() {
        let rows = |many: usize| -> String {
            (0..many).map(|nth| format!("<li>Topic {}</li>", nth * 7_919 % 1_009)).collect()
        };
        let ends: [String; 6] =
            ["<".into(), "</".into(), "</h".into(), rows(10), rows(1_000), rows(20_000)];
        for end in ends {
            let page = format!("{}{end}", *BEGINNING);
            for quality in [QUALITY, QUALITY_OF_OWN] {
                let packed = packed(page.as_bytes(), quality).expect("a page");
                assert!(packed.starts_with(PACKED_BEGINNING.as_deref().expect("it can be packed")));
                assert!(unpacked(&packed) == page.as_bytes(), "{} bytes follow", end.len());
            }
        }
        assert!(packed(b"<!DOCTYPE html><p>Something else", QUALITY).is_none());
    }
}
