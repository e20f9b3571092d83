//! People: signing up, signing in, sessions, roles, invitations.
//!
//! There is an account only once its address is confirmed: until the button in the email is
//! pressed, a sign-up just waits, and holds an address and nothing else that was typed. We never
//! give away whether an address is known, in words or in time: known or not, each form does the
//! same work and owes one email. Nobody's tries use up another's, and a link by email has a limit
//! of its own. `people` is everyone, for administrators, and `invitations` asks new people in.
//! `rules` says what a name may be, `person_facts` what people choose from the area's lists, as
//! where they live; `passwords` what a password may be, and hashes it on a bounded pool; `choosing`
//! is the field for a new one; `session` finds out who is asking; `attempts` counts tries; `limits`
//! says how much one person may send, `joinings` counts what is made from one network in an hour;
//! `store` holds the SQL, and `erasing` that of leaving; `emails` the words; `ways_back` where
//! their pages lead back to; [`here`] knows a browser again between a page and a press on it;
//! `second_factor` asks for a code from a phone, and for fresh proof; `council` lets officers sign
//! in with their council; [`passkeys`] do instead of a password and a code; the other files are one
//! page each, with its actions.

mod account;
mod attempts;
mod choosing;
mod council;
mod details;
pub mod emails;
pub mod erasing;
mod first_act;
pub mod here;
mod invitations;
pub mod joinings;
mod limits;
mod own_password;
pub mod passkeys;
mod passwords;
mod people;
pub mod person_facts;
mod personal;
mod rules;
mod second_factor;
mod session;
mod sign_in;
mod sign_out;
mod sign_up;
pub mod store;
mod ways_back;

pub use attempts::{Asker, Caller, Purpose, Wait, may_answer, may_ask, may_comment, may_write};
pub use council::{ENDED_BY_COUNCIL, ENDED_UNCONFIRMED, lapse_due};
pub use first_act::{GO_ON, STAYS, keep_first_act};
pub use invitations::invite;
pub use limits::{Sends, may_send, too_many};
pub use passwords::hashed;
pub use personal::PERSONAL;
pub use second_factor::{WE_MAY_ASK, reset_second_step, tell_new_devices_due};
pub use session::{names_a_session, recognise, signed_out};

use ground::house::House;
use ground::jobs::{EACH_TEN_MINUTES, EACH_TEN_SECONDS, Job};
use ground::routes::{Access, Routes};
use ground::viewer::Role;

/// What the room does in the background.
#[must_use]
pub fn jobs(house: &House) -> Vec<Job> {
    vec![
        Job::of(house, "emails about new devices", EACH_TEN_SECONDS, async |house: House| {
            tell_new_devices_due(&house).await
        }),
        Job::of(house, "leaders without their council", EACH_TEN_MINUTES, async |house: House| {
            lapse_due(&house).await
        }),
    ]
}

/// The room's addresses.
#[must_use]
pub fn routes() -> Routes {
    use Access::{Anyone, Only, SignedIn};
    const INVITE: &str = "invite someone";
    const INVITED: &str = "send an invitation again or cancel it";
    const ROLES: &str = "change someone's role";
    const ADDRESS: &str = "change your email address";
    const SIGN_OUT: &str = "sign someone out everywhere";
    const SUSPEND: &str = "suspend or restore someone's account";
    let admin = Only(&[Role::Admin]);
    Routes::new()
        .get("/sign-up", Anyone, sign_up::sign_up_form)
        .post("/sign-up", Anyone, sign_up::sign_up)
        .get("/sign-up/sent", Anyone, sign_up::sign_up_sent)
        .get("/sign-up/{token}", Anyone, sign_up::confirm_sign_up_form)
        .post("/sign-up/{token}", Anyone, sign_up::confirm_sign_up)
        .get("/sign-in", Anyone, sign_in::sign_in_form)
        .post("/sign-in", Anyone, sign_in::sign_in_with_password)
        .get("/sign-in/link", Anyone, sign_in::back_to_sign_in)
        .post("/sign-in/link", Anyone, sign_in::send_sign_in_link)
        .get("/sign-in/code", Anyone, second_factor::code::code_form)
        .post("/sign-in/code", Anyone, second_factor::code::sign_in_with_code)
        .get("/sign-in/council", Anyone, council::begin_at_council)
        .get("/sign-in/council/answer", Anyone, council::council_answer)
        .get("/sign-in/{token}", Anyone, sign_in::sign_in_link_form)
        .post("/sign-in/{token}", Anyone, sign_in::sign_in_with_link)
        .get("/forgotten-password", Anyone, sign_in::forgotten_password_form)
        .post("/forgotten-password", Anyone, sign_in::forgotten_password)
        .get("/forgotten-password/sent", Anyone, sign_in::forgotten_password_sent)
        .get("/new-password/{token}", Anyone, sign_in::new_password_form)
        .post("/new-password/{token}", Anyone, sign_in::new_password)
        .get("/go-on", SignedIn, first_act::go_on_page)
        .post("/go-on", SignedIn, first_act::go_on)
        .post("/sign-out", Anyone, sign_in::sign_out)
        .get("/sign-out", Anyone, sign_in::back_to_sign_in)
        .post("/account/sessions/end", SignedIn, account::end_sessions)
        .get("/account/sessions/end", SignedIn, account::back_to_account)
        .get("/account/details", SignedIn, details::details_form)
        .post("/account/details", SignedIn, details::change_details)
        .get("/account/email", SignedIn, account::change_email_form)
        .post_first("/account/email", SignedIn.fresh(), ADDRESS, account::change_email)
        .get("/account/password", SignedIn, own_password::own_password_form)
        .post("/account/password", SignedIn, own_password::change_own_password)
        .get("/prove", SignedIn, second_factor::prove::proof_form)
        .post("/prove", SignedIn, second_factor::prove::prove)
        .get("/prove/link", SignedIn, second_factor::prove::back_to_proof)
        .post("/prove/link", SignedIn, second_factor::prove::send_proof_link)
        .get("/prove/passkey", SignedIn, second_factor::prove::back_to_proof)
        .post("/prove/passkey", SignedIn, second_factor::prove::prove_with_passkey)
        .join(second_factor::routes())
        .join(passkeys::routes())
        .get("/admin/people", admin, people::people_page)
        .post_first("/admin/people", admin.fresh(), INVITE, invitations::send_invitation)
        .get("/admin/people/{id}", admin, people::person::person_page)
        .post_first("/admin/people/{id}/roles", admin.fresh(), ROLES, people::roles::change_role)
        .get("/admin/people/{id}/roles", admin, people::roles::role_form)
        .get("/admin/people/{id}/sessions", admin, sign_out::sign_out_person_form)
        .post_first(
            "/admin/people/{id}/sessions",
            admin.fresh(),
            SIGN_OUT,
            sign_out::sign_out_person,
        )
        .get("/admin/people/{id}/suspension", admin, people::suspending::suspension_form)
        .post_first(
            "/admin/people/{id}/suspension",
            admin.fresh(),
            SUSPEND,
            people::suspending::change_suspension,
        )
        .get("/admin/invitations", admin, invitations::invitations_page)
        .get("/admin/invitations/{id}", admin, invitations::back_to_invitations)
        .post_first(
            "/admin/invitations/{id}",
            admin.fresh(),
            INVITED,
            invitations::change_invitation,
        )
        .get("/invitations/{token}", Anyone, invitations::accepting::invitation_form)
        .post("/invitations/{token}", Anyone, invitations::accepting::accept_invitation)
}
