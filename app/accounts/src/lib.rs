//! People: signing up, signing in, sessions, roles, invitations.
//!
//! There is an account only once its address is confirmed: until the button in the email is
//! pressed, a sign-up just waits. We never give away whether an address is known, in words or in
//! time: known or not, each form does the same work and owes one email. Limits on guessing stop
//! passwords only; the link in an email always works. `rules` says what a name and a password
//! may be; `session` finds out who is asking; `passwords` hashes them on a bounded pool; `attempts`
//! counts tries; `fresh` makes sure that it is the person herself who asks; `store` holds the SQL, and
//! `erasing` that of leaving; `emails` the words; the other files are one page each, with its
//! actions.

mod account;
mod attempts;
mod details;
pub mod emails;
pub mod erasing;
mod first_act;
mod fresh;
mod passwords;
mod people;
mod rules;
mod session;
mod sign_in;
mod sign_up;
pub mod store;

pub use attempts::{Caller, may_answer, may_ask, may_write};
pub use first_act::keep_first_act;
pub use fresh::{Fresh, is_herself};
pub use passwords::hashed;
pub use people::invite;
pub use session::{recognise, signed_out};

use ground::routes::{Access, Routes};
use ground::viewer::Role;

/// The room's addresses.
#[must_use]
pub fn routes() -> Routes {
    use Access::{Anyone, Only, SignedIn};
    Routes::new()
        .get("/sign-up", Anyone, sign_up::form)
        .post("/sign-up", Anyone, sign_up::send)
        .get("/sign-up/sent", Anyone, sign_up::sent)
        .get("/sign-up/{token}", Anyone, sign_up::confirm_form)
        .post("/sign-up/{token}", Anyone, sign_up::confirm)
        .get("/sign-in", Anyone, sign_in::form)
        .post("/sign-in", Anyone, sign_in::with_password)
        .get("/sign-in/link", Anyone, sign_in::back_to_form)
        .post("/sign-in/link", Anyone, sign_in::send_link)
        .get("/sign-in/{token}", Anyone, sign_in::link_form)
        .post("/sign-in/{token}", Anyone, sign_in::with_link)
        .get("/forgotten-password", Anyone, sign_in::forgotten_form)
        .post("/forgotten-password", Anyone, sign_in::forgotten)
        .get("/forgotten-password/sent", Anyone, sign_in::forgotten_sent)
        .get("/new-password/{token}", Anyone, sign_in::new_password_form)
        .post("/new-password/{token}", Anyone, sign_in::new_password)
        .get("/go-on", SignedIn, first_act::page)
        .post("/go-on", SignedIn, first_act::go_on)
        .post("/sign-out", Anyone, sign_in::sign_out)
        .get("/sign-out", Anyone, sign_in::back_to_form)
        .post("/account/sessions/end", SignedIn, account::end_sessions)
        .get("/account/sessions/end", SignedIn, account::back)
        .get("/account/details", SignedIn, details::form)
        .post("/account/details", SignedIn, details::change)
        .get("/account/email", SignedIn, account::email_form)
        .post("/account/email", SignedIn, account::change_email)
        .get("/admin/people", Only(Role::Admin), people::list)
        .post("/admin/people", Only(Role::Admin), people::send_invitation)
        .post("/admin/people/{id}/roles", Only(Role::Admin), people::change_role)
        .get("/admin/people/{id}/roles", Only(Role::Admin), people::back)
        .get("/invitations/{token}", Anyone, people::invitation_form)
        .post("/invitations/{token}", Anyone, people::accept)
}
