//! The local area: its services, places and organisations, and when its schools are open. They are
//! data, set by an administrator.
//!
//! A service or place is never deleted, since topics name it; it is retired and can be brought
//! back. Its name can be corrected (`correcting`), and what it was stays in sight (`corrections`).
//! `rules` reads what an administrator says, `place_facts` what they say about a place beside its
//! name, `baselines` a file of theirs, `lines` any file with a line for each place, `store` holds
//! the SQL, `actions` with `pages` and `running` are the administrator's pages. `texts` holds what
//! an administrator writes by name, `contact` who the forum is and how to reach it,
//! `characteristics` by which plans and notices say who they affect, `equality` what they share of
//! that. School days are counted in `calendar`; everyone's pages, which show what changes soon too,
//! are `app/src/services.rs`.

mod actions;
pub mod baselines;
pub mod characteristics;
pub mod contact;
mod correcting;
pub mod corrections;
pub mod equality;
pub mod items;
pub mod lines;
mod pages;
mod personal;
mod place_facts;
mod rules;
mod running;
pub mod store;
pub mod texts;

/// Where people live whose place is not one of the area's.
pub const ELSEWHERE: &str = "Elsewhere";

pub use correcting::told_of_place;
pub use personal::PERSONAL;
pub use place_facts::PlaceFacts;
pub use rules::{AreaKind, Asked, Leader, chosen};

use ground::routes::{Access, Routes};
use ground::viewer::Role;

/// The room's addresses.
#[must_use]
pub fn routes() -> Routes {
    let admin = Access::Only(&[Role::Admin]);
    Routes::new()
        .get("/admin/area", admin, actions::area_page)
        .post("/admin/area", admin, actions::change_area)
        .get("/admin/area/baselines", admin, correcting::baselines_form)
        .post_file("/admin/area/baselines", admin, correcting::take_over_baselines)
        .get("/admin/area/baselines/places.csv", admin, correcting::baselines_file)
        .get("/admin/area/{what}/{id}", admin, correcting::correction_form)
        .post("/admin/area/{what}/{id}", admin, correcting::correct)
        .get("/admin/characteristics", admin, characteristics::characteristics_form)
        .post("/admin/characteristics", admin, characteristics::save_characteristics)
        .get("/admin/contact", admin, contact::contact_form)
        .post_file("/admin/contact", admin, contact::save_contact)
        .get("/admin/telling", admin, running::telling_page)
        .post("/admin/telling", admin, running::change_telling)
        .get("/admin/services/{id}", admin, running::service_form)
        .post("/admin/services/{id}", admin, running::change_service)
}
