//! The list of all addresses: every room, and the pages that show many rooms at once.

use ground::routes::{Access, LEAVING, Routes};
use ground::viewer::Role;

use crate::{
    about, account, desks, emails, erase, export, found, home, roles, said, search, service,
    services, standing,
};

/// Every room's addresses.
#[must_use]
pub fn all() -> Routes {
    Routes::new()
        .join(own())
        .join(topics::routes())
        .join(organisers::routes())
        .join(rounds::routes())
        .join(plans::routes())
        .join(consultations::routes())
        .join(notices::routes())
        .join(updates::routes())
        .join(record::routes())
        .join(local_offer::routes())
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
        .get("/", Anyone, home::home)
        .get("/have-your-say", Anyone, home::have_your_say)
        .get("/search", Anyone, search::page)
        .get("/admin/search-words", Only(Role::Admin), search::words_form)
        .post("/admin/search-words", Only(Role::Admin), search::save_words)
        .get("/about", Anyone, about::about)
        .get("/contact", Anyone, about::contact)
        .get("/services", Anyone, services::list)
        .get("/services/{id}", Anyone, services::service)
        .get("/places/{id}", Anyone, services::place)
        .get("/account", SignedIn, account::page)
        .get("/account/said", SignedIn, said::said)
        .post("/account/said", SignedIn, said::want)
        .get("/account/emails", SignedIn, emails::page)
        .post("/account/emails", SignedIn, emails::change)
        .get("/account/export", SignedIn, export::form)
        .post_first("/account/export", SignedIn.fresh(), COPY, export::ask)
        .get("/account/export/copy.zip", SignedIn, export::save)
        .get("/subscriptions/{token}/copy", Anyone, export::form_by_link)
        .post("/subscriptions/{token}/copy", Anyone, export::ask_by_link)
        .get("/copies/{token}", Anyone, export::page_by_link)
        .get("/copies/{token}/copy.zip", Anyone, export::save_by_link)
        .get("/account/email/{token}", Anyone, account::confirm_email_form)
        .post("/account/email/{token}", Anyone, account::confirm_email)
        .get("/account/email/undo/{token}", Anyone, account::undo_form)
        .post("/account/email/undo/{token}", Anyone, account::undo)
        .get("/account/erase", SignedIn, erase::page)
        .post_first("/account/erase", SignedIn.fresh(), ERASE, erase::ask)
        .get(LEAVING, SignedIn, erase::leaving)
        .post(LEAVING, SignedIn, erase::keep_own)
        .get("/account/erase/begun", Anyone, erase::begun)
        .get("/account/erase/{token}", Anyone, erase::keep_form)
        .post("/account/erase/{token}", Anyone, erase::keep)
        .get("/forum", Only(Role::Organiser), desks::desk)
        .get("/lead", Only(Role::Leader), desks::lead)
        .get("/admin/roles", Only(Role::Admin), roles::page)
        .get("/admin/service", Only(Role::Admin), service::page)
        .post_first(
            "/admin/service",
            Only(Role::Admin).fresh(),
            "release the emails that were on hold",
            service::release,
        )
        .get("/accessibility", Anyone, about::accessibility)
        .get("/privacy", Anyone, about::privacy)
        .get("/offline", Anyone, standing::offline)
        .get("/robots.txt", Anyone, found::robots)
        .get("/sitemap.xml", Anyone, found::sitemap)
        .get("/sitemap/{page}", Anyone, found::sitemap_part)
        .get("/manifest.webmanifest", Anyone, found::manifest)
        .get("/healthz", Anyone, standing::healthz)
        .get("/readyz", Anyone, standing::readyz)
}
