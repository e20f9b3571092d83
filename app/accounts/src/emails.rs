//! The emails about accounts.

use deliveries::Words;
use ground::house::House;
use ground::viewer::Role;

/// How long each link lasts, in words; the numbers are in the actions.
fn words(
    house: &House,
    subject: &str,
    paragraphs: &[&str],
    button: Option<(&str, String)>,
    why: &str,
) -> Words {
    Words {
        subject: subject.to_owned(),
        paragraphs: paragraphs.iter().map(|paragraph| (*paragraph).to_owned()).collect(),
        button: button.map(|(label, address)| (label.to_owned(), address)),
        why: why.to_owned(),
        from: house.names.forum.clone(),
        also: None,
        stop: None,
    }
}

/// Asks whether the person behind the address wants an account.
pub fn confirm_sign_up(house: &House, token: &str) -> Words {
    words(
        house,
        "Confirm your email address",
        &[
            "You asked to join Alongside. Press the button to confirm that this is your email \
             address.",
            "The button works for two days.",
        ],
        Some(("Confirm my email address", house.link(&format!("/sign-up/{token}")))),
        "Somebody signed up with this address. If it was not you, do nothing: no account is made.",
    )
}

/// Tells somebody who signs up again that she has an account.
pub fn already_signed_up(house: &House) -> Words {
    words(
        house,
        "You already have an account",
        &["You asked to join Alongside, and you have an account already. You can sign in, or ask \
             for a link that signs you in without a password."],
        Some(("Sign in", house.link("/sign-in"))),
        "Somebody signed up with this address. If it was not you, do nothing: nothing has changed.",
    )
}

/// The link that signs in.
pub fn sign_in_link(house: &House, token: &str) -> Words {
    words(
        house,
        "Your link to sign in",
        &["Press the button to sign in to Alongside.", "It works once, in the next two hours."],
        Some(("Sign in", house.link(&format!("/sign-in/{token}")))),
        "Somebody asked for this link with your address. If it was not you, do nothing: nobody can \
         use it but you.",
    )
}

/// The link that sets a new password.
pub fn new_password_link(house: &House, token: &str) -> Words {
    words(
        house,
        "Choose a new password",
        &[
            "Press the button to choose a new password for Alongside.",
            "It works once, in the next two hours.",
        ],
        Some(("Choose a new password", house.link(&format!("/new-password/{token}")))),
        "Somebody asked for this with your address. If it was not you, do nothing: your password \
         stays as it is.",
    )
}

/// Tells a person whose address is not known that there is no account.
pub fn no_account(house: &House) -> Words {
    words(
        house,
        "There is no account with this address",
        &[
            "You asked for a link to sign in to Alongside, but there is no account with this \
             address.",
            "Perhaps you signed up with another address. If you have not joined yet, you are \
             welcome to.",
        ],
        Some(("Join Alongside", house.link("/sign-up"))),
        "Somebody asked for this with your address. If it was not you, do nothing: we keep nothing \
         about you.",
    )
}

/// Says that a password was changed.
pub fn password_changed(house: &House) -> Words {
    words(
        house,
        "Your password was changed",
        &[
            "The password of your account was changed just now, and you were signed out everywhere \
             else.",
            "If it was not you, ask for a link to choose a new one straight away.",
        ],
        Some(("Choose a new password", house.link("/forgotten-password"))),
        "You get this email whenever your password changes.",
    )
}

/// Asks at the new address whether it is right.
pub fn confirm_address(house: &House, token: &str) -> Words {
    words(
        house,
        "Confirm your new email address",
        &[
            "You asked us to use this address for your account. Press the button to confirm it.",
            "It works once, in the next two days.",
        ],
        Some(("Use this address", house.link(&format!("/account/email/{token}")))),
        "Somebody gave this address for an account. If it was not you, do nothing.",
    )
}

/// Tells the old address that a new one was asked for.
pub fn address_may_change(house: &House) -> Words {
    words(
        house,
        "Your email address may change",
        &[
            "Somebody signed in to your account and asked us to use another email address. It \
             changes when the new address is confirmed.",
            "If it was not you, choose a new password straight away: that stops it.",
        ],
        Some(("Choose a new password", house.link("/forgotten-password"))),
        "You get this email whenever somebody asks to change your address.",
    )
}

/// Tells both addresses that it has changed.
pub fn address_changed(house: &House) -> Words {
    words(
        house,
        "Your email address was changed",
        &["Your account now has its new email address. Emails go there from now on."],
        None,
        "You get this email at your old and your new address. If it was not you, answer this \
         email and the forum will help.",
    )
}

/// Invites somebody into a role.
pub fn invitation(house: &House, role: Role, token: &str) -> Words {
    words(
        house,
        &format!("You are invited: {}", role.title()),
        &[
            &format!("{} invites you to Alongside as: {}.", house.names.forum, role.title()),
            "The button works for 14 days.",
        ],
        Some(("Accept the invitation", house.link(&format!("/invitations/{token}")))),
        "The forum's administrator gave us your address for this one email.",
    )
}
