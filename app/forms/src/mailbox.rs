//! Which mailbox an email address leads to, as far as its provider says. Pure.
//!
//! Only for counting people: an email goes to the address as it was typed. Where a provider does
//! not do what is said here, two people may be counted as one; nothing else happens to them.
//!
//! What is folded, and who says that it is the same mailbox:
//!
//! - Capitals, everywhere: no provider of any size tells them apart.
//! - `+` and what comes after it, everywhere: RFC 5233 describes it, and Gmail, Outlook, iCloud,
//!   Fastmail, Proton and Yahoo do it. Elsewhere such an address mostly leads nowhere.
//! - Dots before the @ of Gmail, and its old name googlemail.com, under which many people in the UK
//!   joined: Google's help, "Dots don't matter in Gmail addresses". For a school or a firm that has
//!   its mail with Google dots do matter, and its own domain is not folded.
//! - me.com and mac.com as icloud.com: Apple's help, "If you have @mac.com, @me.com and
//!   @icloud.com email addresses".
//! - Dots, hyphens and underscores before the @ of Proton, and its four domains: Proton's help,
//!   "Types of email addresses", and how its own web client compares addresses.
//! - `-` and what comes after it at Yahoo: Yahoo's help, "disposable email addresses". No name of a
//!   Yahoo account has a hyphen.
//! - `anything@name.fastmail.com` as `name@fastmail.com`: Fastmail's help, "Plus addressing and
//!   subdomain addressing".
//!
//! A newer rule is not applied to accounts by itself: see decision 0028.

/// A provider whose addresses lead to one mailbox where they differ by more than a `+`.
struct Provider {
    /// Its domains. An account has the same name in each; the first stands for all.
    domains: &'static [&'static str],
    /// What it does not read before the @.
    ignores: &'static [char],
}

static PROVIDERS: [Provider; 3] = [
    Provider { domains: &["gmail.com", "googlemail.com"], ignores: &['.'] },
    Provider { domains: &["icloud.com", "me.com", "mac.com"], ignores: &[] },
    Provider {
        domains: &["proton.me", "protonmail.com", "protonmail.ch", "pm.me"],
        ignores: &['.', '-', '_'],
    },
];

/// Yahoo's domains, each with names of its own.
const YAHOO: [&str; 5] = ["yahoo.com", "yahoo.co.uk", "ymail.com", "rocketmail.com", "myyahoo.com"];

/// Fastmail's domains, below which each account has one of its own.
const FASTMAIL: [&str; 3] = ["fastmail.com", "fastmail.fm", "fastmail.co.uk"];

/// The mailbox that this address leads to: two addresses with the same one are one person's, for
/// counting.
#[must_use]
pub fn mailbox(address: &str) -> String {
    let address = address.trim().to_lowercase();
    let Some((name, domain)) = address.rsplit_once('@') else { return address };
    let (name, domain) = below_fastmail(domain).unwrap_or((name, domain));
    let without_tag = name.split('+').next().unwrap_or_default();
    let provider = PROVIDERS.iter().find(|provider| provider.domains.contains(&domain));
    let (folded, domain) = match provider {
        Some(Provider { domains, ignores }) => {
            (without_tag.replace(*ignores, ""), domains.first().copied().unwrap_or(domain))
        }
        None if YAHOO.contains(&domain) => {
            (without_tag.split('-').next().unwrap_or_default().to_owned(), domain)
        }
        None => (without_tag.to_owned(), domain),
    };
    // Nothing but what is folded: no provider has such a name, so it is left as it is.
    let name = if folded.is_empty() { name } else { &folded };
    format!("{name}@{domain}")
}

/// The account and the domain behind a domain that belongs to one Fastmail account.
fn below_fastmail(domain: &str) -> Option<(&str, &str)> {
    FASTMAIL.into_iter().find_map(|of_all| {
        let account = domain.strip_suffix(of_all)?.strip_suffix('.')?;
        (!account.is_empty() && !account.contains('.')).then_some((account, of_all))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn twelve_addresses_with_tags_are_one_mailbox() {
        let all: BTreeSet<String> =
            (0..12).map(|nth| mailbox(&format!("one+{nth}@example.org"))).collect();
        assert_eq!(all, ["one@example.org".to_owned()].into());
    }

    #[test]
    fn what_a_provider_says_is_one_mailbox_is_one() {
        for (address, folded) in [
            ("Ann.Other@Example.org", "ann.other@example.org"),
            ("a.n.n@gmail.com", "ann@gmail.com"),
            ("A.N.N+forum@googlemail.com", "ann@gmail.com"),
            ("ann@mac.com", "ann@icloud.com"),
            ("ann.other@me.com", "ann.other@icloud.com"),
            ("ann_o-ther+1@pm.me", "annother@proton.me"),
            ("ann-forum@yahoo.co.uk", "ann@yahoo.co.uk"),
            ("anything@ann.fastmail.com", "ann@fastmail.com"),
            ("ann.other+x+y@outlook.com", "ann.other@outlook.com"),
        ] {
            assert_eq!(mailbox(address), folded, "{address}");
        }
    }

    #[test]
    fn what_may_be_two_people_stays_two() {
        for (one, other) in [
            ("ann.other@outlook.com", "annother@outlook.com"),
            ("ann-other@example.org", "ann@example.org"),
            ("ann.other@school.example", "annother@school.example"),
            ("ann@yahoo.com", "ann@yahoo.co.uk"),
            ("ann@hotmail.com", "ann@outlook.com"),
            ("ann@fastmail.com", "ann@notfastmail.com"),
            ("ann@ben.example.org", "ann@example.org"),
        ] {
            assert_ne!(mailbox(one), mailbox(other));
        }
    }

    #[test]
    fn an_address_of_nothing_but_what_is_folded_stays_as_it_is() {
        assert_eq!(mailbox("+a@example.org"), "+a@example.org");
        assert_eq!(mailbox("..@gmail.com"), "..@gmail.com");
        assert_eq!(mailbox("no address"), "no address");
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(name in "[a-zA-Z0-9.+_-]{1,12}", nth in 0..8_usize) {
            let domain = [
                "gmail.com", "googlemail.com", "mac.com", "pm.me", "yahoo.com", "fastmail.com",
                "ann.fastmail.fm", "example.org",
            ][nth];
            let once = mailbox(&format!("{name}@{domain}"));
            prop_assert_eq!(mailbox(&once), once.clone());
            prop_assert!(once.contains('@'));
        }
    }
}
