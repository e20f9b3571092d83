//! What an organiser writes of a question besides its words: the fields that only some kinds have,
//! as `questionnaires::kinds` reads them.

use forms::{Refusals, Sent};
use ground::ui::{Area, Field, Upload};
use leptos::prelude::*;

/// Fields that show that somebody has written something of this.
pub const FIELDS: [&str; 6] = ["at_most", "least", "most", "unit", "words", "file"];

/// The fields.
pub fn fields(sent: &Sent, refusals: &Refusals) -> impl IntoView {
    let kept = sent.line("file");
    let shown = (!kept.is_empty()).then(|| {
        view! { <img class="picture" src=format!("/pictures/{kept}")
        alt="The picture as it is" /> }
    });
    let upload = view! {
        <Upload
            name="picture"
            label="Picture"
            hint="PNG or JPEG, up to 500 kB. We remove the record of where and when it was \
                taken."
            accept=".png,.jpg,.jpeg"
            refusals
        />
    };
    view! {
        <Field
            name="at_most"
            label="If people can choose several: how many at most"
            kind="number"
            value=sent.typed("at_most")
            refusals
        />
        <Field
            name="least"
            label="If it is a number: the smallest it can be"
            kind="number"
            value=sent.typed("least")
            refusals
        />
        <Field
            name="most"
            label="If it is a number: the largest it can be"
            kind="number"
            value=sent.typed("most")
            refusals
        />
        <Field
            name="unit"
            label="If it is a number of something: of what, such as hours or miles"
            value=sent.typed("unit")
            refusals
        />
        <Area
            name="words"
            label="If it is a page to read: its text. If it is a picture: what it \
                shows"
            rows=4
            value=sent.typed("words")
            refusals
        />
        <input type="hidden" name="file" value=kept />
        {shown}
        {upload.into_any()}
    }
}

#[cfg(test)]
mod tests {
    use questionnaires::kinds;

    use super::*;

    #[test]
    fn whatever_only_some_kinds_have_but_their_options_is_here() {
        for (word, _) in kinds::offered() {
            let asked = kinds::asks(word).iter();
            let asked = asked.filter(|field| !matches!(**field, "options" | "other"));
            for field in asked {
                assert!(FIELDS.contains(field), "{word}: {field}");
            }
        }
    }
}
