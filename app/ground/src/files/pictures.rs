//! Pictures without what a camera or a program adds to them, turned the right way up: a phone
//! keeps its pictures as it was held, and says beside them how to turn them.

use std::io::Cursor;

use axum::body::Bytes;
use img_parts::jpeg::{Jpeg, JpegSegment, markers};
use img_parts::png::Png;
use jpeg_encoder::{Encoder, ImageBuffer, JpegColorType, rgb_to_ycbcr};
use zune_jpeg::JpegDecoder;

use super::kinds::NotTaken;

/// The largest picture, in bytes: it must load quickly on a phone.
pub const LARGEST_PICTURE: usize = 500 * 1024;

/// The most pixels that are turned: each takes up to nine bytes while it is.
const MOST_PIXELS: usize = 25_000_000;

/// How well a turned picture is kept, of 100: nobody sees the difference on a screen.
const QUALITY: u8 = 88;

/// A picture without what a camera or a program adds to it, such as where and when it was taken,
/// turned as that says; and its ending.
///
/// # Errors
/// Why it is not taken: it is neither PNG nor JPEG, or cannot be turned.
pub fn without_traces(content: Bytes) -> Result<(Bytes, &'static str), NotTaken> {
    /// What says how a picture looks: the picture, its colours, its size.
    const PARTS_OF_PNG: [&[u8; 4]; 10] =
        [b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"pHYs"];
    if let Ok(mut png) = Png::from_bytes(content.clone()) {
        png.chunks_mut().retain(|chunk| PARTS_OF_PNG.contains(&&chunk.kind()));
        return Ok((png.encoder().bytes(), "png"));
    }
    let Ok(mut jpeg) = Jpeg::from_bytes(content.clone()) else {
        return Err(match super::kinds::kind_of(&content) {
            Ok(kind) if !kind.is_text() => NotTaken::SpoiltPicture,
            Err(why @ (NotTaken::Empty | NotTaken::Heic)) => why,
            // How to mend a text is no help where a picture is wanted.
            _ => NotTaken::Other,
        });
    };
    let way_up = way_up(&jpeg);
    if way_up != UPRIGHT {
        return Ok((turned(&jpeg, &content, way_up)?, "jpg"));
    }
    // Of what programs add only the size, the colours and how they are coded; no comment.
    let is_look = |marker: u8| {
        !matches!(
            marker,
            markers::APP1 | markers::APP3..=markers::APP13 | markers::APP15 | markers::COM
        )
    };
    jpeg.segments_mut().retain(|segment| is_look(segment.marker()));
    Ok((jpeg.encoder().bytes(), "jpg"))
}

/// The way up of a picture that needs no turning, as the tag says it.
const UPRIGHT: u8 = 1;

/// How a picture is to be turned: the tag `Orientation` of what a camera adds (Exif), 1 to 8.
fn way_up(jpeg: &Jpeg) -> u8 {
    let added = jpeg.segments_by_marker(markers::APP1);
    let tiff = added.filter_map(|segment| segment.contents().strip_prefix(b"Exif\0\0"));
    tiff.filter_map(orientation).find(|way| (1..=8).contains(way)).unwrap_or(UPRIGHT)
}

/// Reads it from the first table of a TIFF file: twelve bytes for each tag.
fn orientation(tiff: &[u8]) -> Option<u8> {
    const ORIENTATION: u16 = 0x0112;
    let is_little = match tiff.get(..2)? {
        b"II" => true,
        b"MM" => false,
        _ => return None,
    };
    let number = |at: usize| -> Option<u16> {
        let bytes: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if is_little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let (one, other) = (usize::from(number(4)?), usize::from(number(6)?));
    let table = if is_little { (other << 16) | one } else { (one << 16) | other };
    let tags = usize::from(number(table)?);
    let at =
        (0..tags).map(|nth| table + 2 + 12 * nth).find(|at| number(*at) == Some(ORIENTATION))?;
    u8::try_from(number(at + 8)?).ok()
}

/// The picture turned, made anew from its pixels. Of what was added to it, its colours stay.
fn turned(jpeg: &Jpeg, content: &[u8], way_up: u8) -> Result<Bytes, NotTaken> {
    let mut decoder = JpegDecoder::new(Cursor::new(content));
    decoder.decode_headers().map_err(|_spoilt| NotTaken::SpoiltPicture)?;
    let (width, height) = decoder.dimensions().ok_or(NotTaken::SpoiltPicture)?;
    if width * height > MOST_PIXELS {
        return Err(NotTaken::LargePicture);
    }
    let pixels = decoder.decode().map_err(|_spoilt| NotTaken::SpoiltPicture)?;
    if pixels.len() != width * height * 3 {
        return Err(NotTaken::SpoiltPicture);
    }
    let mut bytes: Vec<u8> = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, QUALITY);
    for profile in colours(jpeg) {
        encoder.add_app_segment(2, profile.to_vec()).map_err(|_long| NotTaken::SpoiltPicture)?;
    }
    encoder
        .encode_image(Turned { pixels, width, height, way_up })
        .map_err(|_spoilt| NotTaken::SpoiltPicture)?;
    Ok(bytes.into())
}

/// What its colours mean (ICC), in parts; nothing where they were other than red, green and blue,
/// as those of a printer.
fn colours(jpeg: &Jpeg) -> impl Iterator<Item = &Bytes> {
    const FRAMES: [u8; 3] = [0xC0, 0xC1, 0xC2];
    let frame = jpeg.segments().iter().find(|segment| FRAMES.contains(&segment.marker()));
    let components = frame.and_then(|frame| frame.contents().get(5).copied());
    jpeg.segments_by_marker(markers::APP2)
        .map(JpegSegment::contents)
        .filter(move |added| components == Some(3) && added.starts_with(b"ICC_PROFILE\0"))
}

/// A picture as it is to be looked at.
struct Turned {
    /// Red, green and blue of each pixel, row by row, as the camera kept them.
    pixels: Vec<u8>,
    width: usize,
    height: usize,
    way_up: u8,
}

impl Turned {
    /// Which pixel of the camera's is at this place.
    fn camera(&self, x: usize, y: usize) -> (usize, usize) {
        let (right, below) = (self.width - 1, self.height - 1);
        match self.way_up {
            2 => (right - x, y),
            3 => (right - x, below - y),
            4 => (x, below - y),
            5 => (y, x),
            6 => (y, below - x),
            7 => (right - y, below - x),
            8 => (right - y, x),
            _ => (x, y),
        }
    }
}

impl ImageBuffer for Turned {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        JpegColorType::Ycbcr
    }

    fn width(&self) -> u16 {
        let width = if self.way_up >= 5 { self.height } else { self.width };
        u16::try_from(width).unwrap_or_default()
    }

    fn height(&self) -> u16 {
        let height = if self.way_up >= 5 { self.width } else { self.height };
        u16::try_from(height).unwrap_or_default()
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        for x in 0..self.width() {
            let (x, y) = self.camera(usize::from(x), usize::from(y));
            let at = 3 * (y * self.width + x);
            let (luma, blue, red) =
                rgb_to_ycbcr(self.pixels[at], self.pixels[at + 1], self.pixels[at + 2]);
            buffers[0].push(luma);
            buffers[1].push(blue);
            buffers[2].push(red);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of two by three blocks of 16 pixels, each of its own grey, and how to turn it.
    fn photograph(way_up: u8, is_little: bool) -> Bytes {
        let (width, height) = (32, 48);
        let grey = |x: usize, y: usize| u8::try_from(40 * (x / 16 + 2 * (y / 16))).expect("grey");
        let pixels = (0..height).flat_map(|y| (0..width).flat_map(move |x| [grey(x, y); 3]));
        let (pixels, mut bytes): (Vec<u8>, Vec<u8>) = (pixels.collect(), Vec::new());
        let mut encoder = Encoder::new(&mut bytes, 95);
        let exif: Vec<u8> = if is_little {
            [&b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0"[..], &[way_up, 0, 0, 0]].concat()
        } else {
            [&b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01"[..], &[0, way_up, 0, 0]].concat()
        };
        encoder.add_exif_metadata(&exif).expect("what a camera adds");
        encoder
            .encode_image(Turned { pixels, width, height, way_up: UPRIGHT })
            .expect("a photograph");
        bytes.into()
    }

    /// The greys of its blocks, row by row, as a number from 0.
    fn blocks(jpeg: &[u8]) -> Vec<Vec<u8>> {
        let mut decoder = JpegDecoder::new(Cursor::new(jpeg));
        let pixels = decoder.decode().expect("a picture");
        let (width, height) = decoder.dimensions().expect("a size");
        let grey = |x: usize, y: usize| (pixels[3 * (y * width + x)] + 20) / 40;
        (0..height / 16)
            .map(|row| (0..width / 16).map(|column| grey(16 * column + 8, 16 * row + 8)).collect())
            .collect()
    }

    #[test]
    fn a_photograph_is_turned_as_the_phone_says_and_no_longer_says_it() {
        for (way_up, looks) in [
            (1, vec![vec![0, 1], vec![2, 3], vec![4, 5]]),
            (2, vec![vec![1, 0], vec![3, 2], vec![5, 4]]),
            (3, vec![vec![5, 4], vec![3, 2], vec![1, 0]]),
            (4, vec![vec![4, 5], vec![2, 3], vec![0, 1]]),
            (5, vec![vec![0, 2, 4], vec![1, 3, 5]]),
            (6, vec![vec![4, 2, 0], vec![5, 3, 1]]),
            (7, vec![vec![5, 3, 1], vec![4, 2, 0]]),
            (8, vec![vec![1, 3, 5], vec![0, 2, 4]]),
            (9, vec![vec![0, 1], vec![2, 3], vec![4, 5]]),
        ] {
            for is_little in [true, false] {
                let (kept, ending) =
                    without_traces(photograph(way_up, is_little)).expect("a picture");
                assert_eq!(ending, "jpg");
                assert_eq!(blocks(&kept), looks, "{way_up}");
                assert!(!kept.windows(4).any(|part| part == b"Exif"), "{way_up}");
            }
        }
    }

    #[test]
    fn a_photograph_of_a_phone_on_its_side_lies_as_it_was_seen() {
        let phone = include_bytes!("../../tests/files/photo-orientation-6.jpg");
        let size = |jpeg: &[u8]| {
            let mut decoder = JpegDecoder::new(Cursor::new(jpeg));
            decoder.decode().expect("a picture");
            decoder.dimensions().expect("a size")
        };
        let (kept, _) = without_traces(Bytes::from_static(phone)).expect("a picture");
        let (width, height) = size(phone);
        assert_eq!(size(&kept), (height, width));
        assert!(!kept.windows(4).any(|part| part == b"Exif"));
    }

    /// The pictures that `cargo fuzz run pictures` begins with. One says that it has a million
    /// pixels, and holds fewer.
    #[test]
    fn hostile_pictures_are_read_or_refused() {
        let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/pictures");
        let mut read = 0;
        for entry in std::fs::read_dir(corpus).expect("the corpus") {
            let bytes = std::fs::read(entry.expect("a file").path()).expect("a picture");
            for length in [bytes.len(), bytes.len() / 2, 20] {
                let _ = super::super::read(Bytes::copy_from_slice(&bytes[..length]));
            }
            read += 1;
        }
        assert!(read >= 4, "{read}");
    }

    #[test]
    fn its_colours_stay_when_it_is_turned() {
        let mut jpeg = Jpeg::from_bytes(photograph(6, true)).expect("a photograph");
        let profile = Bytes::from_static(b"ICC_PROFILE\0\x01\x01of a phone");
        let segment = JpegSegment::new_with_contents(markers::APP2, profile);
        jpeg.segments_mut().insert(0, segment);
        let (kept, _) = without_traces(jpeg.encoder().bytes()).expect("a picture");
        assert!(kept.windows(10).any(|part| part == b"of a phone"));
    }

    #[test]
    fn a_picture_that_cannot_be_turned_is_refused_with_why() {
        let whole = photograph(6, true);
        let cut = whole.slice(..60);
        assert_eq!(without_traces(cut), Err(NotTaken::SpoiltPicture));
        // Another size in its head, as nobody's phone takes them.
        let mut large = whole.to_vec();
        let frame = large.windows(2).position(|part| part == b"\xFF\xC0").expect("its head");
        large[frame + 5..frame + 9].copy_from_slice(&[0x27, 0x10, 0x27, 0x10]);
        assert_eq!(without_traces(large.into()), Err(NotTaken::LargePicture));
    }

    #[test]
    fn what_a_camera_adds_is_read_to_its_end_whatever_it_says() {
        for tiff in [
            &b""[..],
            b"II",
            b"II*\0\xff\xff\xff\xff",
            b"MM\0*\0\0\0\x08\xff\xff",
            b"MM\0*\0\0\0\x08\0\x01\x01\x12",
            b"XX*\0\x08\0\0\0",
        ] {
            assert_eq!(orientation(tiff), None, "{tiff:?}");
        }
    }

    #[test]
    fn a_picture_keeps_how_it_looks_and_loses_where_and_when_it_was_taken() {
        let chunk = |kind: &[u8; 4], content: &'static [u8]| {
            img_parts::png::PngChunk::new(*kind, Bytes::from_static(content)).encoder().bytes()
        };
        let parts = [
            chunk(b"IHDR", &[0; 13]),
            chunk(b"tEXt", b"Location: an invented road"),
            chunk(b"IDAT", b"look"),
            chunk(b"IEND", b""),
        ];
        let png = [&b"\x89PNG\r\n\x1a\n"[..], &parts.concat()].concat();
        let (kept, ending) = without_traces(Bytes::from(png)).expect("a picture");
        let has = |kept: &[u8], words: &[u8]| kept.windows(words.len()).any(|part| part == words);
        assert!(ending == "png" && has(&kept, b"look") && !has(&kept, b"road"));
        let jpeg = [
            &b"\xFF\xD8"[..],
            b"\xFF\xE1\x00\x10Exif\0\0a road",
            b"\xFF\xFE\x00\x08a road",
            b"\xFF\xDB\x00\x06look",
            b"\xFF\xDA\x00\x03\x01look\xFF\xD9",
        ]
        .concat();
        let jpeg_again = jpeg.clone();
        let (kept, ending) = without_traces(Bytes::from(jpeg)).expect("a picture");
        assert!(ending == "jpg" && has(&kept, b"look") && !has(&kept, b"road"));
        let (kind, kept) = super::super::read(Bytes::from(jpeg_again)).expect("a file");
        assert!(
            kind == super::super::FileKind::Jpg && has(&kept, b"look") && !has(&kept, b"road"),
            "also where it is only to be saved"
        );
        assert!(super::super::read(Bytes::from_static(b"\xFF\xD8\xFFno picture")).is_err());
        for other in [&b"GIF89a"[..], b"", b"<svg onload=alert(1)>"] {
            assert!(without_traces(Bytes::copy_from_slice(other)).is_err());
        }
        assert!(id::picture_name(&format!("{}.png", "a".repeat(64))).is_some());
        for name in [
            "map.png",
            "../../etc/passwd",
            &format!("{}.svg", "a".repeat(64)),
            &format!("{}.png", "A".repeat(64)),
        ] {
            assert!(id::picture_name(name).is_none(), "{name}");
        }
    }
}
