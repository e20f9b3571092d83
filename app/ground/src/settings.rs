//! What an area sets for itself that rooms decide by, and what a setting is. All other settings are
//! in `server/src/all_settings.rs`.

use std::ops::RangeInclusive;
use std::sync::Arc;

use Unset::{Is, Nothing};
use calendar::clock::{DAY, MINUTE, Millis};
use disclosure::tables::Rule;
use url::Url;

use crate::council::Council;
use crate::return_address::ReturnAddress;

/// A setting.
#[derive(Debug)]
pub struct Setting {
    pub name: &'static str,
    pub unset: Unset,
    /// For whoever runs it, in Markdown.
    pub help: &'static str,
}

/// What is taken where a setting is not set.
#[derive(Clone, Copy, Debug)]
pub enum Unset {
    Is(&'static str),
    /// It is made from others, as these words say.
    Made(&'static str),
    Nothing,
}

/// Makes [`AreaSettings`], its values in tests, its reading, and what the guide says of it, from
/// one row for each setting that stands alone:
///
/// ```text
/// /// How many apples a family gets.
/// apples: u32 {
///     name: "APPLES",
///     unset: Is("3"),
///     help: "how many apples a family gets, 1 to 9",
///     read: |name, text| number(name, text, 1..=9),
///     in_tests: 3,
/// }
/// ```
///
/// Nothing is read as an empty text. What cannot be read is an error that names the setting.
macro_rules! area_settings {
    ($(
        $(#[$doc:meta])*
        $field:ident: $type:ty {
            name: $name:literal,
            unset: $unset:expr,
            help: $help:literal,
            read: $read:expr,
            in_tests: $in_tests:expr,
        }
    )*) => {
        /// What an area sets for itself that rooms decide by.
        #[derive(Clone, Debug)]
        pub struct AreaSettings {
            /// Where emails come back to, and the key that proves which are ours; `None` where
            /// nobody reads them.
            pub return_address: Option<Arc<ReturnAddress>>,
            /// How much of published results must be hidden.
            pub rule: Rule,
            /// The council with which its officers may sign in. Rooms ask
            /// [`House::council`](crate::house::House::council).
            pub council: Option<Arc<Council>>,
            $($(#[$doc])* pub $field: $type,)*
        }

        impl Default for AreaSettings {
            fn default() -> Self {
                Self {
                    return_address: None,
                    rule: Rule::default(),
                    council: None,
                    $($field: $in_tests,)*
                }
            }
        }

        impl AreaSettings {
            /// Those that stand alone.
            pub const ROWS: &'static [Setting] =
                &[$(Setting { name: $name, unset: $unset, help: $help }),*];

            /// Reads those that stand alone; what is made from several settings is as in tests.
            /// `said`: what a setting says, or what is taken where it is not set.
            ///
            /// # Errors
            /// One line that names the setting and what it may be.
            pub fn read(said: impl Fn(&str) -> String) -> Result<Self, String> {
                $(
                    let read: fn(&str, &str) -> Result<$type, String> = $read;
                    let $field = read($name, said($name).trim())?;
                )*
                Ok(Self { $($field,)* ..Self::default() })
            }
        }
    };
}

area_settings! {
    /// How long leaders have to say what came of what parents said.
    outcome_within: Millis {
        name: "OUTCOME_WEEKS",
        unset: Is("12"),
        help: "within how many weeks leaders must say what happened about a chosen topic, \
               results or a draft: 1 to 52",
        read: |name, text| Ok(i64::from(number(name, text, 1..=52)?) * 7 * DAY),
        in_tests: 12 * 7 * DAY,
    }

    /// How long a notice that is approved for now can still be called back. Tests have no time for
    /// it.
    call_back: Millis {
        name: "CALL_BACK_MINUTES",
        unset: Is("10"),
        help: "how many minutes a change notice that was approved for now can still be called \
               back before anyone is told: 0 to 120",
        read: |name, text| Ok(i64::from(number(name, text, 0..=120)?) * MINUTE),
        in_tests: 0,
    }

    /// Where people can read the area's list of support, if that is set.
    local_offer: Option<String> {
        name: "LOCAL_OFFER_URL",
        unset: Nothing,
        help: "where people can read the area's published list of support; `/local-offer` links \
               to it",
        read: |name, text| (!text.is_empty()).then(|| web_address(name, text)).transpose(),
        in_tests: None,
    }

    /// Who gets the end of the audit log each month.
    audit_head_to: Vec<String> {
        name: "AUDIT_HEAD_TO",
        unset: Nothing,
        help: "addresses, separated by commas, that get the end of the audit log by email each \
               month, to keep it elsewhere",
        read: addresses,
        in_tests: Vec::new(),
    }
}

/// Reads a whole number.
///
/// # Errors
/// One line that names the setting and what it may be.
pub fn number(name: &str, text: &str, range: RangeInclusive<u32>) -> Result<u32, String> {
    let wrong =
        || format!("{name} must be a whole number from {} to {}", range.start(), range.end());
    text.trim().parse().ok().filter(|number| range.contains(number)).ok_or_else(wrong)
}

fn web_address(name: &str, text: &str) -> Result<String, String> {
    let url = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some());
    url.map(|url| url.to_string()).ok_or_else(|| {
        format!("{name} must be an address like https://www.example.org/local-offer")
    })
}

fn addresses(name: &str, text: &str) -> Result<Vec<String>, String> {
    let each = text.split(',').filter(|to| !to.trim().is_empty()).map(forms::address);
    let all: Result<Vec<_>, _> = each.collect();
    all.map_err(|_| format!("{name} must be email addresses, separated by commas"))
}
