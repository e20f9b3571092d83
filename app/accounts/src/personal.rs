//! What this room keeps about a person, table by table, for whoever takes it out or erases it.

use ground::personal::Column::{Id, Just, Left, Name, Text, Time};
use ground::personal::{SECRET, Table, Whose};

/// Every table of this room, with each of its columns.
pub const PERSONAL: &[Table] = &[
    Table {
        name: "accounts",
        title: "Your account",
        whose: Whose::Account("t.id = $1"),
        columns: &[
            Id("id"),
            Text("email", "Email address"),
            Text("shown_name", "Display name"),
            Id("place_id"),
            Name(
                "place",
                "Where you live",
                "(SELECT o.name FROM places o WHERE o.id = t.place_id)",
            ),
            Left("password_hash", SECRET),
            Time("confirmed_at", "You joined"),
            Time("erased_at", "Closed"),
        ],
    },
    Table {
        name: "roles",
        title: "Your roles",
        whose: Whose::Account("t.account_id = $1"),
        columns: &[
            Id("account_id"),
            Text("role", "Role"),
            Id("organisation_id"),
            Name(
                "organisation",
                "For",
                "(SELECT o.name FROM organisations o WHERE o.id = t.organisation_id)",
            ),
            Time("granted_at", "Since"),
        ],
    },
    Table {
        name: "sign_ups",
        title: "Joining with your address",
        whose: Whose::Account("t.email IN (SELECT a.email FROM addresses a)"),
        columns: &[
            Left("token_hash", SECRET),
            Text("email", "Email address"),
            Text("shown_name", "Display name"),
            Id("place_id"),
            Name(
                "place",
                "Where you live",
                "(SELECT o.name FROM places o WHERE o.id = t.place_id)",
            ),
            Left("password_hash", SECRET),
            Time("ends_at", "The link works until"),
            Time("used_at", "Confirmed"),
        ],
    },
    Table {
        name: "links",
        title: "Links we emailed to your account",
        whose: Whose::Account("t.account_id = $1"),
        columns: &[
            Left("token_hash", SECRET),
            Id("account_id"),
            Text("purpose", "What the link is for"),
            Text("email", "New email address"),
            Time("ends_at", "Works until"),
            Time("used_at", "Used"),
        ],
    },
    Table {
        name: "invitations",
        title: "Invitations to your address",
        whose: Whose::Account("t.email IN (SELECT a.email FROM addresses a)"),
        columns: &[
            Id("id"),
            Left("token_hash", SECRET),
            Text("email", "Email address"),
            Text("role", "Role"),
            Id("organisation_id"),
            Name(
                "organisation",
                "For",
                "(SELECT o.name FROM organisations o WHERE o.id = t.organisation_id)",
            ),
            Time("invited_at", "Invited"),
            Time("ends_at", "Works until"),
            Time("accepted_at", "Accepted"),
        ],
    },
    Table {
        name: "sessions",
        title: "Where you signed in",
        whose: Whose::Account("t.account_id = $1"),
        columns: &[
            Id("id"),
            Left("token_hash", SECRET),
            Id("account_id"),
            Text("device", "Device"),
            Time("began_at", "Signed in"),
            Time("seen_at", "Last used"),
            Time("idle_ends_at", "Ends if not used by"),
            Time("ends_at", "Ends"),
            Time("visited_before", "Visit before that"),
        ],
    },
    Table {
        name: "first_acts",
        title: "What you chose before you signed in",
        whose: Whose::Account("t.account_id = $1"),
        columns: &[
            Left("id", SECRET),
            Id("account_id"),
            Text("goes_to", "Page"),
            Text("fields", "What you typed"),
            Text("chose", "What you chose"),
            Time("kept_at", "Saved"),
            Time("ends_at", "Deleted after"),
        ],
    },
    Table {
        name: "first_act_links",
        title: "",
        whose: Whose::Nobody(SECRET),
        columns: &[Just("token_hash"), Just("act_id")],
    },
    Table {
        name: "attempts",
        title: "",
        whose: Whose::Nobody(
            "counts of tries for at most 30 days, under a hash: nobody can read from \
             it who tried",
        ),
        columns: &[Just("kind"), Just("subject"), Just("window_ends_at"), Just("tries")],
    },
];
