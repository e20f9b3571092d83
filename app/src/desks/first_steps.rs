//! What an area needs before anyone can use it: a list that ticks itself off.

use leptos::prelude::*;

use super::store::Begun;

/// One of the first steps.
struct FirstStep {
    what: &'static str,
    why: &'static str,
    /// Where it is done.
    to: &'static str,
    is_done: bool,
}

/// All of them, in the order they are best done in.
fn all(begun: &Begun) -> [FirstStep; 11] {
    let step = |what, why, to, is_done| FirstStep { what, why, to, is_done };
    [
        step(
            "Send a test email",
            "Nobody can join or be invited unless emails arrive.",
            "/admin/test-email",
            begun.tested > 0,
        ),
        step(
            "Name the places",
            "The parts of the area. People say where they live when they join.",
            "/admin/area",
            begun.places > 0,
        ),
        step(
            "Name the services",
            "What parents propose topics about and are told about.",
            "/admin/area",
            begun.services > 0,
        ),
        step(
            "Name the organisations",
            "The council and the NHS bodies that leaders are from.",
            "/admin/area",
            begun.organisations > 0,
        ),
        step(
            "Say who runs each service",
            "Until then no leader can tell families about a change to it.",
            "/admin/telling",
            begun.run > 0,
        ),
        step(
            "Say when schools are open",
            "We count school days to tell families early enough.",
            "/admin/telling",
            begun.terms > 0,
        ),
        step(
            "Say how to reach you",
            "A telephone number, an email address or a postal address for families.",
            "/admin/contact",
            begun.contact > 0,
        ),
        step(
            "Invite a second administrator",
            "So that someone else can help if you can't sign in.",
            "/admin/people",
            begun.administrators > 1,
        ),
        step(
            "Invite two organisers",
            "One counts the answers to a consultation, another checks the results.",
            "/admin/people",
            begun.organisers > 1,
        ),
        step(
            "Invite a safeguarding lead",
            "The one person who reads what suggests that someone may be in danger.",
            "/admin/people",
            begun.safeguarding > 0,
        ),
        step(
            "Invite two leaders",
            "Someone else has to approve what a leader writes to families.",
            "/admin/people",
            begun.leaders > 1,
        ),
    ]
}

/// The list for administrators, until all of it is done.
pub fn list(begun: &Begun) -> impl IntoView + use<> {
    let steps = all(begun);
    let (done, many) = (steps.iter().filter(|step| step.is_done).count(), steps.len());
    (done < many).then(|| {
        let rows = steps.into_iter().map(|step| {
            if step.is_done {
                view! {
                    <li>
                        <p>"✓ Done: "{step.what}</p>
                    </li>
                }
                .into_any()
            } else {
                view! {
                    <li>
                        <h3>
                            <a href=step.to>{step.what}</a>
                        </h3>
                        <p>{step.why}</p>
                    </li>
                }
                .into_any()
            }
        });
        view! {
            <section class="stack">
                <h2>{format!("First steps: {done} of {many} done")}</h2>
                <ol class="queue">{rows.collect_view()}</ol>
            </section>
        }
    })
}

/// For everyone else at work here: what an administrator still has to do before parents can use it.
pub fn missing(begun: &Begun) -> impl IntoView + use<> {
    let names = [
        ("places", begun.places),
        ("services", begun.services),
        ("organisations", begun.organisations),
    ];
    let missing = names.into_iter().filter(|(_, many)| *many == 0).map(|(name, _)| name);
    let missing: Vec<&str> = missing.collect();
    (!missing.is_empty()).then(|| {
        let words = format!(
            "This area isn't ready yet. An administrator still has to name its {}.",
            missing.join(", ")
        );
        view! { <p class="panel warn">{words}</p> }
    })
}

#[cfg(test)]
mod tests {
    use ground::ui::rendered;

    use super::*;

    const EVERYTHING: Begun = Begun {
        places: 2,
        services: 9,
        organisations: 2,
        run: 9,
        terms: 6,
        contact: 1,
        administrators: 2,
        organisers: 2,
        leaders: 2,
        safeguarding: 1,
        tested: 1,
        backed_up_at: None,
    };

    #[test]
    fn the_list_ticks_itself_off_and_goes_when_all_is_done() {
        let empty = rendered(|| list(&Begun { administrators: 1, ..Begun::default() }));
        assert!(empty.contains("First steps: 0 of 11 done"), "{empty}");
        assert!(empty.contains("href=\"/admin/test-email\""), "{empty}");
        let nearly = rendered(|| list(&Begun { administrators: 1, ..EVERYTHING }));
        assert!(nearly.contains("First steps: 10 of 11 done"), "{nearly}");
        assert!(nearly.contains("✓ Done: Name the places"), "{nearly}");
        assert!(nearly.contains("Invite a second administrator"), "{nearly}");
        assert!(!rendered(|| list(&EVERYTHING)).contains("First steps"));
    }

    #[test]
    fn everyone_else_is_told_only_what_keeps_parents_out() {
        let html = rendered(|| missing(&Begun { places: 2, ..Begun::default() }));
        assert!(html.contains("name its services, organisations."), "{html}");
        assert!(!rendered(|| missing(&EVERYTHING)).contains("administrator"));
    }
}
