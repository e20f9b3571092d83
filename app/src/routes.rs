//! The list of all addresses: every room, and the pages that show many rooms at once.

use ground::routes::{Access, LEAVING, Routes};
use ground::viewer::Role;

use crate::{
    about, account, admin, desks, emails, erase, export, found, guides, home, roles, said, search,
    service, services, standing, takedown, task_emails,
};

/// Every room's addresses.
#[must_use]
pub fn all() -> Routes {
    Routes::new()
        .join(own())
        .join(taking_down())
        .join(guides::routes())
        .join(topics::routes())
        .join(organisers::routes())
        .join(rounds::routes())
        .join(plans::routes())
        .join(consultations::routes(organisers::builder::view))
        .join(notices::routes())
        .join(updates::routes())
        .join(waits::routes())
        .join(record::routes())
        .join(local_offer::routes())
        .join(duties::routes())
        .join(representatives::routes())
        .join(subscriptions::routes())
        .join(accounts::routes())
        .join(deliveries::routes())
        .join(area::routes())
}

/// The pages that show many rooms at once.
fn own() -> Routes {
    use Access::{Anyone, Only, SignedIn};
    const COPY: &str = "take a copy of your data";
    const ERASE: &str = "delete your account";
    Routes::new()
        .get("/", Anyone, home::home_page)
        .get("/have-your-say", Anyone, home::have_your_say_page)
        .get("/search", Anyone, search::search_page)
        .get("/admin/search-words", Only(&[Role::Admin]), search::search_words_form)
        .post("/admin/search-words", Only(&[Role::Admin]), search::save_search_words)
        .get("/about", Anyone, about::about_page)
        .get("/contact", Anyone, about::contact_page)
        .get("/services", Anyone, services::services_page)
        .get("/services/{id}", Anyone, services::service_page)
        .get("/places/{id}", Anyone, services::place_page)
        .get("/account", SignedIn, account::account_page)
        .get("/account/said", SignedIn, said::said_page)
        .post("/account/said", SignedIn, said::choose_outcome_email)
        .get("/account/emails", SignedIn, emails::emails_page)
        .post("/account/emails", SignedIn, emails::change_emails)
        .get("/account/emails/tasks", SignedIn, task_emails::task_emails_page)
        .post("/account/emails/tasks", SignedIn, task_emails::choose_task_emails)
        .get("/account/export", SignedIn, export::copy_form)
        .post_first("/account/export", SignedIn.fresh(), COPY, export::ask_for_copy)
        .get("/account/export/copy.zip", SignedIn, export::save_copy)
        .get("/subscriptions/{token}/copy", Anyone, export::copy_form_by_link)
        .post("/subscriptions/{token}/copy", Anyone, export::ask_for_copy_by_link)
        .get("/copies/{token}", Anyone, export::copy_page_by_link)
        .get("/copies/{token}/copy.zip", Anyone, export::save_copy_by_link)
        .get("/account/email/{token}", Anyone, account::confirm_email_form)
        .post("/account/email/{token}", Anyone, account::confirm_email)
        .get("/account/email/undo/{token}", Anyone, account::undo_email_form)
        .post("/account/email/undo/{token}", Anyone, account::undo_email_change)
        .get("/account/erase", SignedIn, erase::erase_form)
        .post_first("/account/erase", SignedIn.fresh(), ERASE, erase::ask_to_erase)
        .get(LEAVING, SignedIn, erase::leaving_page)
        .post(LEAVING, SignedIn, erase::keep_own_account)
        .get("/account/erase/begun", Anyone, erase::erase_begun_page)
        .get("/account/erase/{token}", Anyone, erase::keep_account_form)
        .post("/account/erase/{token}", Anyone, erase::keep_account)
        .get("/forum", Only(&[Role::Organiser]), desks::organisers_desk)
        .get("/lead", Only(&[Role::Leader]), desks::leaders_desk)
        .get("/forum/safeguarding", Only(&[Role::Safeguarding]), desks::safeguarding_desk)
        .get("/admin", Only(&[Role::Admin]), desks::administration_desk)
        .get("/admin/test-email", Only(&[Role::Admin]), desks::test_email_form)
        .post("/admin/test-email", Only(&[Role::Admin]), desks::send_test_email)
        .get("/admin/roles", Only(&[Role::Admin]), roles::roles_page)
        .get("/admin/audit", Only(&[Role::Admin]), admin::audit::audit_page)
        .get("/admin/emails", Only(&[Role::Admin]), admin::emails::emails_page)
        .post("/admin/emails", Only(&[Role::Admin]), admin::emails::try_emails_again)
        .get("/admin/storage", Only(&[Role::Admin]), admin::storage::storage_page)
        .get("/admin/subscribers", Only(&[Role::Admin]), admin::subscribers::subscribers_page)
        .get("/admin/service", Only(&[Role::Admin]), service::service_health_page)
        .post_first(
            "/admin/service",
            Only(&[Role::Admin]).fresh(),
            "release the emails that were on hold",
            service::release_emails,
        )
        .get("/accessibility", Anyone, about::accessibility_page)
        .get("/privacy", Anyone, about::privacy_page)
        .get("/offline", Anyone, standing::offline_page)
        .get("/robots.txt", Anyone, found::robots)
        .get("/sitemap.xml", Anyone, found::sitemap)
        .get("/sitemap/{page}", Anyone, found::sitemap_part)
        .get("/manifest.webmanifest", Anyone, found::manifest)
        .get("/healthz", Anyone, standing::healthz)
        .get("/readyz", Anyone, standing::readyz)
}

/// What organisers take down, and what the safeguarding lead reads of it.
fn taking_down() -> Routes {
    use Access::Only;
    let (organiser, lead) = (Only(&[Role::Organiser]), Only(&[Role::Safeguarding]));
    Routes::new()
        .get("/forum/takedowns", organiser, takedown::takedowns_page)
        .get("/forum/topics/{id}/takedown", organiser, takedown::take_topic_down_form)
        .post_first(
            "/forum/topics/{id}/takedown",
            organiser.fresh(),
            "take down a topic",
            takedown::take_topic_down,
        )
        .get("/forum/local-offer/{id}/takedown", organiser, takedown::take_comment_down_form)
        .post_first(
            "/forum/local-offer/{id}/takedown",
            organiser.fresh(),
            "take down a comment",
            takedown::take_comment_down,
        )
        .get("/forum/notices/questions/{id}/takedown", organiser, takedown::take_question_down_form)
        .post_first(
            "/forum/notices/questions/{id}/takedown",
            organiser.fresh(),
            "take down a question",
            takedown::take_question_down,
        )
        .get("/forum/notices/answers/{id}/takedown", organiser, takedown::take_answer_down_form)
        .post_first(
            "/forum/notices/answers/{id}/takedown",
            organiser.fresh(),
            "take down a question and its answer",
            takedown::take_answer_down,
        )
        .get("/forum/safeguarding/taken-down", lead, takedown::taken_down_words_page)
        .get("/forum/safeguarding/taken-down/{id}", lead, takedown::words_taken_down_page)
        .post("/forum/safeguarding/taken-down/{id}", lead, takedown::note_on_taken_down)
}
