//! The Local Offer: what parents say about the area's published list of support, and what the
//! council answers and does.
//!
//! A comment's life: sent → an organiser reads it → published, if need be without what names
//! somebody; declined for one of two reasons; or passed on to the safeguarding lead → the council
//! responds, and says what it will do and by when → the forum says whether that was done. It is due
//! as every outcome is. The comments of a year print as one document, as regulation 56 of the
//! Special Educational Needs and Disability Regulations 2014 asks for. `rules` reads what is sent,
//! `store` and `addresses` hold the SQL, `browse` and `year` are what everyone sees; `comment` is
//! the parent's page, `without_account` everyone's, `decide` and `promised` the organiser's,
//! `respond` the leader's, `safeguarding` the lead's, `emails` are what the author gets.
//!
//! # When a parent comments on the Local Offer
//!
//! 1. `/local-offer/comments/new` (`local_offer/comment.rs`) saves the comment, once for each form.
//!    Only its author sees it. Without an account it comes at
//!    `/local-offer/comments/without-account` (`without_account.rs`): nobody sees it then, and an
//!    address gets emails about it once somebody pressed the button in the first, until nothing
//!    more is promised or it is done (`addresses.rs`).
//! 2. An organiser reads it at `/forum/local-offer` (`decide.rs`): published, with names taken out
//!    of it if need be, declined for one of the two reasons of the regulation, or passed on to the
//!    safeguarding lead, the only one who can read it then (`safeguarding.rs`), and each reading is
//!    in the audit log. The author gets an email in the same write; whoever wrote about one child
//!    is told who can help.
//! 3. From then on an answer is due, after `OUTCOME_WEEKS`; `outcomes::rules::due_by`. Everyone
//!    sees when it is overdue. A leader answers at `/lead/local-offer` (`respond.rs`), and says
//!    what will be done: about a service, a leader of an organisation that runs it; about the whole
//!    Local Offer, of any. What is promised has a day, and that nothing is done a reason. The
//!    organisation's name is shown with the answer. Answers are checked before they are published,
//!    and shown one after the other; none is changed.
//! 4. Once the day is over, an organiser finds it on the desk. One who is not on the side of those
//!    who answered says at `/forum/local-offer/{id}/done` whether what was promised was done
//!    (`promised.rs`), again if that changes. The author gets an email.
//! 5. Its author can withdraw it until it is answered; without an account, by the link in the email
//!    that came first. `/local-offer/years/2026` prints a year of comments by subject, with all of
//!    that (`year.rs`).

mod addresses;
mod browse;
mod comment;
mod decide;
mod emails;
mod forget;
mod personal;
mod promised;
mod respond;
pub mod rules;
mod safeguarding;
pub mod store;
mod without_account;
mod year;

pub use addresses::{address_changed, forget_due};
pub use browse::mine;
pub use forget::{forget, forget_email};
pub use personal::PERSONAL;

use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::jobs::Job;
use ground::routes::{Access, Chose, Routes};
use ground::viewer::{Role, Viewer};
use store::Comment;

/// What somebody chose who comes to the form before they are signed in.
const COMMENT: Chose = Chose {
    what: "comment on the Local Offer",
    without_account: "/local-offer/comments/without-account",
};

/// What the room does in the background: nothing so far.
#[must_use]
pub fn jobs(_: &House) -> Vec<Job> {
    Vec::new()
}

/// The room's addresses.
#[must_use]
pub fn routes() -> Routes {
    use Access::{Anyone, Only, SignedIn};
    let (organiser, leader, lead) =
        (Only(&[Role::Organiser]), Only(&[Role::Leader]), Only(&[Role::Safeguarding]));
    Routes::new()
        .get("/local-offer", Anyone, browse::comments_page)
        .get("/local-offer/years/{year}", Anyone, year::comments_of_year_page)
        .get("/local-offer/years/{year}/comments.csv", Anyone, year::comments_of_year_csv)
        .get_first("/local-offer/comments/new", SignedIn, COMMENT, comment::comment_form)
        .post_first("/local-offer/comments/new", SignedIn, COMMENT, comment::send_comment)
        .get(
            "/local-offer/comments/without-account",
            Anyone,
            without_account::comment_without_account_form,
        )
        .post(
            "/local-offer/comments/without-account",
            Anyone,
            without_account::send_comment_without_account,
        )
        .get("/local-offer/comments/sent", Anyone, without_account::comment_sent_page)
        .get("/local-offer/emails/{token}", Anyone, without_account::comment_email_form)
        .post("/local-offer/emails/{token}", Anyone, without_account::confirm_comment_email)
        .get(
            "/local-offer/emails/{token}/withdrawal",
            Anyone,
            without_account::withdraw_by_email_form,
        )
        .post("/local-offer/emails/{token}/withdrawal", Anyone, without_account::withdraw_by_email)
        .get("/local-offer/comments/{id}", Anyone, browse::comment_page)
        .get("/local-offer/comments/{id}/withdrawal", SignedIn, comment::withdraw_comment_form)
        .post("/local-offer/comments/{id}/withdrawal", SignedIn, comment::withdraw_comment)
        .get("/forum/local-offer", organiser, decide::comments_to_check_page)
        .get("/forum/local-offer/{id}", organiser, decide::decide_comment_form)
        .post("/forum/local-offer/{id}", organiser, decide::decide_comment)
        .get("/forum/local-offer/{id}/done", organiser, promised::promised_form)
        .post("/forum/local-offer/{id}/done", organiser, promised::judge_promised)
        .get("/forum/safeguarding/comments", lead, safeguarding::passed_on_comments_page)
        .get("/forum/safeguarding/comments/{id}", lead, safeguarding::passed_on_comment_page)
        .post("/forum/safeguarding/comments/{id}", lead, safeguarding::note_on_comment)
        .get("/lead/local-offer", leader, respond::comments_to_answer_page)
        .get("/lead/local-offer/{id}", leader, respond::answer_form)
        .post("/lead/local-offer/{id}", leader, respond::answer_comment)
}

/// The comment of an address, or "not found". Who may read it is for the caller to ask.
async fn comment_at(house: &House, id: &Id<ids::Comment>) -> Result<Comment, Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    store::find(&house.db, &id).await?.ok_or(Error::NotFound)
}

/// The comment of an address, for whoever may read it, and whether it is theirs; "not found" for
/// everyone else.
async fn readable(
    house: &House,
    viewer: &Viewer,
    id: &Id<ids::Comment>,
) -> Result<(Comment, bool), Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    let account = viewer.person().map(|person| &person.account_id);
    let which = store::WhichComments::OneFor(&id, account);
    let comment =
        store::list(&house.db, which, (1, 0)).await?.into_iter().next().ok_or(Error::NotFound)?;
    let is_theirs = account == Some(&comment.author_id);
    if comment.facts().may_read(is_theirs) {
        Ok((comment, is_theirs))
    } else {
        Err(Error::NotFound)
    }
}
