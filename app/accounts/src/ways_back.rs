//! Where the pages of this room lead back to.

/// Where a page of somebody's own leads back to.
pub(crate) const ACCOUNT: (&str, &str) = ("/account", "Your account");

/// Where those of administrators lead back to.
pub(crate) const ADMINISTRATION: (&str, &str) = ("/admin", "Administration");

/// Where those about people lead an administrator back to.
pub(crate) const PEOPLE: (&str, &str) = ("/admin/people", "People");

/// What the page about one person is called, where pages about them lead back to it.
pub(crate) const PERSON: &str = "Their account";
