//! What a new password may be, and hashing: argon2id with 19 MiB, two passes and one lane, on a
//! bounded pool of blocking threads.
//!
//! The same words can be typed in several forms of Unicode: a phone sends "é" as one character,
//! some keyboards as two. Passwords are judged and hashed in one form (NFKC), otherwise exactly as
//! typed.

use std::sync::{Arc, LazyLock};

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use ground::house::House;
use unicode_normalization::UnicodeNormalization as _;
use zxcvbn::feedback::{Feedback, Warning};
use zxcvbn::matching::patterns::MatchPattern;
use zxcvbn::{Entropy, Score, zxcvbn};

/// How many characters a password has at least and at most.
const LENGTH: std::ops::RangeInclusive<usize> = 10..=200;
/// How many characters at its beginning are judged. The time grows with their square, and is many
/// times longer for a text that was made to be slow.
const JUDGED: usize = 50;
/// What helps, whatever was wrong.
const TRY: &str = "Try three words that don't belong together";

/// What is checked where there is no password, so that an unknown address takes as long as a known
/// one.
static NOBODYS: LazyLock<String> = LazyLock::new(|| hash("nobody has this password"));

/// A new password that somebody chooses, in the form in which it is hashed. `own` are the person's
/// own words, such as their name, their address and their part of the area.
///
/// It has ten characters or more, and someone who knows how people choose passwords, the lists of
/// common ones, that person's words and ours would need 10^8 guesses (a score of 3 by `zxcvbn`). At
/// some hundredths of a second and 19 MiB for each that is weeks for one password, had they the
/// database, and far more by the form, which takes ten in a quarter of an hour. Where it is partly
/// made of their words or ours it needs 10^10 (a score of 4): the estimate takes for granted that
/// nobody knows how many words were joined, which whoever puts together "SeftonForum2026" does.
///
/// # Errors
/// What is wrong with it, and what to do.
pub async fn chosen(house: &House, typed: &str, own: &[&str]) -> Result<String, String> {
    let password = in_one_form(typed);
    let long = password.chars().count();
    if long < *LENGTH.start() {
        return Err(format!("Choose a password of {} characters or more. {TRY}", LENGTH.start()));
    }
    if long > *LENGTH.end() {
        return Err(format!("Choose a password of {} characters or fewer", LENGTH.end()));
    }
    let ours = [house.names.area.as_str(), house.names.forum.as_str(), "Alongside"];
    let known = known_words(ours.into_iter().chain(own.iter().copied()));
    on_the_pool(house, move || judged(password, &known)).await
}

/// The password, if it is hard enough to guess for someone who knows these words.
fn judged(password: String, known: &[String]) -> Result<String, String> {
    let beginning: String = password.chars().take(JUDGED).collect();
    let words: Vec<&str> = known.iter().map(String::as_str).collect();
    let judgement = zxcvbn(&beginning, &words);
    let is_of_known_words = judgement.sequence().iter().any(|part| match &part.pattern {
        MatchPattern::Dictionary(word) => words.contains(&word.matched_word.as_str()),
        _ => false,
    });
    let enough = if is_of_known_words { Score::Four } else { Score::Three };
    if judgement.score() >= enough {
        Ok(password)
    } else if is_of_known_words {
        Err("This is partly your name, your email address, where you live, or the name of the area \
             or the forum. Try three words that have nothing to do with you"
            .to_owned())
    } else {
        Err(format!("{}. {TRY}", why_easy(&judgement)))
    }
}

/// Why it is easy to guess.
fn why_easy(judgement: &Entropy) -> &'static str {
    match judgement.feedback().and_then(Feedback::warning) {
        Some(
            Warning::ThisIsATop10Password
            | Warning::ThisIsATop100Password
            | Warning::ThisIsACommonPassword,
        ) => "So many people use this password that it is one of the first anyone would try",
        Some(Warning::ThisIsSimilarToACommonlyUsedPassword) => {
            "This is very like a password that many people use"
        }
        Some(
            Warning::StraightRowsOfKeysAreEasyToGuess
            | Warning::ShortKeyboardPatternsAreEasyToGuess,
        ) => "Keys that are next to each other are easy to guess",
        Some(
            Warning::RepeatsLikeAaaAreEasyToGuess
            | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess,
        ) => "The same thing again and again is easy to guess",
        Some(Warning::SequencesLikeAbcAreEasyToGuess) => {
            "Things in their usual order, like abc or 6543, are easy to guess"
        }
        Some(Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess) => {
            "A year or a date is easy to guess"
        }
        Some(Warning::AWordByItselfIsEasyToGuess) => "One word by itself is easy to guess",
        Some(
            Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
            | Warning::CommonNamesAndSurnamesAreEasyToGuess,
        ) => "Names are easy to guess",
        None => "This password is easy to guess",
    }
}

/// These texts and the words in them, as they may be in a password: with and without accents, each
/// word, and all of them in one.
fn known_words<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut known = Vec::new();
    for text in texts {
        for text in [in_one_form(text).to_lowercase(), forms::folded(text)] {
            let words: Vec<&str> = text
                .split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .collect();
            known.push(words.concat());
            // Shorter ones are in half of all words.
            known.extend(
                words.iter().filter(|word| word.chars().count() > 3).map(|&word| word.to_owned()),
            );
            known.push(text);
        }
    }
    known.retain(|word| word.chars().count() > 2);
    known.sort();
    known.dedup();
    known
}

fn in_one_form(typed: &str) -> String {
    typed.nfkc().collect()
}

/// The password as it is stored.
pub async fn hashed(house: &House, password: String) -> String {
    on_the_pool(house, move || hash(&in_one_form(&password))).await
}

/// Whether this is the password. Without a stored one it takes the same time and says no.
pub async fn fits(house: &House, password: String, stored: Option<String>) -> bool {
    on_the_pool(house, move || {
        // Made at the first try of all, whoever that is for.
        let nobodys = NOBODYS.as_str();
        let is_known = stored.is_some();
        let stored = stored.as_deref().unwrap_or(nobodys);
        let in_one_form = in_one_form(&password);
        let fits = PasswordHash::new(stored).is_ok_and(|hash| {
            let is = |words: &str| argon2id().verify_password(words.as_bytes(), &hash).is_ok();
            // Some were stored as typed, before there was one form.
            is(&in_one_form) || (in_one_form != password && is(&password))
        });
        fits && is_known
    })
    .await
}

/// Whether it was hashed as a password is today, and not as it was done before or will be no
/// longer.
pub fn is_as_today(stored: &str) -> bool {
    made_with(stored) == made_with(&NOBODYS)
}

/// The algorithm, its version and its parameters: all but the salt and the hash.
fn made_with(stored: &str) -> Option<&str> {
    stored.rsplitn(3, '$').nth(2)
}

async fn on_the_pool<T: Send + 'static>(
    house: &House,
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    // The semaphore is never closed and the work does not panic; both would be faults of this
    // program.
    let places = Arc::clone(&house.hashing);
    let place = places.acquire_owned().await.expect("the pool stays open");
    let hashing = tokio::task::spawn_blocking(move || {
        let done = work();
        // Only now, though whoever asked may be long gone: until here it holds its memory.
        drop(place);
        done
    });
    hashing.await.expect("hashing does not panic")
}

fn hash(password: &str) -> String {
    let salt = SaltString::generate(&mut OsRng);
    argon2id()
        .hash_password(password.as_bytes(), &salt)
        .expect("the parameters are within argon2's own limits")
        .to_string()
}

fn argon2id() -> Argon2<'static> {
    let params =
        Params::new(19 * 1024, 2, 1, None).expect("the parameters are within argon2's own limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_password_names_the_promised_parameters() {
        assert!(hash("three small words").starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }

    #[test]
    fn a_password_hashed_with_other_parameters_is_known_by_them() {
        let today = hash("three small words");
        assert!(is_as_today(&today));
        for other in [
            today.replace("m=19456", "m=9216"),
            today.replace("t=2", "t=1"),
            today.replace("p=1", "p=4"),
            today.replace("v=19", "v=16"),
            today.replace("argon2id", "argon2i"),
            String::new(),
        ] {
            assert!(!is_as_today(&other), "{other}");
        }
    }

    fn is_taken(password: &str) -> bool {
        why_not(password).is_none()
    }

    fn why_not(password: &str) -> Option<String> {
        let known = known_words(
            [
                "Sefton",
                "Sefton Parent Carer Forum",
                "Alongside",
                "zoe.brown@example.org",
                "Zoë Brown",
                "South Sefton",
            ]
            .into_iter(),
        );
        judged(in_one_form(password), &known).err()
    }

    #[test]
    fn what_people_try_first_is_refused_and_three_words_are_taken() {
        for wrong in [
            "abcdefghij",
            "football12",
            "summer2026",
            "liverpool1",
            "Password12345",
            "1234567890",
            "qwertyuiop",
            "aaaaaaaaaaaa",
            "P@ssw0rd123",
            "iloveyou12",
        ] {
            assert!(!is_taken(wrong), "{wrong}");
        }
        for right in [
            "three small words",
            "  three small  words",
            "kettle harbour otter",
            "تین چھوٹے الفاظ یہاں",
        ] {
            assert_eq!(why_not(right), None, "{right}");
        }
    }

    #[test]
    fn her_own_words_and_those_of_the_area_and_the_forum_are_refused_with_digits_too() {
        for wrong in [
            "sefton2026",
            "Sefton12345",
            "Sefton835172",
            "SeftonForum2026",
            "parentcarer99",
            "notfes2026",
            "s3ft0n-2026",
            "southsefton1",
            "alongside1",
            "alongside-demo",
            "zoe.brown@example.org",
            "zoebrown2026",
            "ZoëBrown1990",
        ] {
            let why = why_not(wrong).unwrap_or_default();
            assert!(why.contains("nothing to do with you"), "{wrong}: {why}");
        }
        assert!(is_taken("sefton kettle harbour otter"), "among others they do no harm");
    }

    #[test]
    fn the_reason_says_what_is_easy_about_it() {
        for (password, reason) in [
            ("abcdefghij", "usual order"),
            ("aaaaaaaaaaaa", "again and again"),
            ("liverpool1", "one of the first"),
            ("football12", "very like a password"),
        ] {
            let why = why_not(password).unwrap_or_default();
            assert!(why.contains(reason) && why.ends_with(TRY), "{password}: {why}");
        }
    }

    #[test]
    fn both_forms_of_unicode_are_one_password() {
        assert_eq!(in_one_form("cafe\u{301} am See"), in_one_form("caf\u{e9} am See"));
        assert_eq!(in_one_form("\u{fb01}sh and chips"), "fish and chips");
        assert_eq!(in_one_form("  Three small  words"), "  Three small  words");
    }

    #[test]
    fn a_text_made_to_be_slow_is_judged_in_a_moment() {
        let slow = "4@8({[<369!1|70$5+%2".repeat(10);
        let took = (0..5).map(|_| {
            let began = std::time::Instant::now();
            let _judged = judged(slow.clone(), &[]);
            began.elapsed()
        });
        // A machine that is busy or stands still may hold up one of them.
        let fastest = took.min().expect("five tries");
        assert!(fastest < std::time::Duration::from_secs(10), "{fastest:?}");
    }
}
