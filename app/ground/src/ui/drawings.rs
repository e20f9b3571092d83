//! Our own drawings: one hand, ink and three colours, light and dark. None says anything that the
//! words beside it don't.

use leptos::prelude::*;

/// A school gate, a phone in hand, a bus, and two lines that run on side by side.
#[component]
pub fn Scene() -> impl IntoView {
    view! {
        <svg class="drawing scene" viewBox="0 0 360 230" aria-hidden="true">
            <path class="line" d="M8 152h344" />
            <path d="M24 152V98M96 152V98M24 112c24-22 48-22 72 0" />
            <path d="M42 152v-42M60 152v-48M78 152v-42" />
            <circle class="sand" cx="155" cy="74" r="18" />
            <path class="sand" d="M126 152v-26c0-30 58-30 58 0v26z" />
            <rect class="plate" x="162" y="112" width="22" height="34" rx="4" />
            <path class="green" d="M168 122h10M168 130h7" />
            <path class="sky" d="M206 152V92c0-6 4-10 10-10h112c6 0 10 4 10 10v60z" />
            <path class="plate" d="M218 96h26v22h-26zM254 96h26v22h-26zM292 96h30v50h-30z" />
            <circle class="ink" cx="236" cy="154" r="11" />
            <circle class="ink" cx="308" cy="154" r="11" />
            <path class="green thick" d="M16 196c60-30 112 12 164-8s104-26 164-4" />
            <path class="gold thick" d="M16 216c60-30 112 12 164-8s104-26 164-4" />
        </svg>
    }
}

/// Somebody says something, on a phone.
#[component]
pub fn Saying() -> impl IntoView {
    view! {
        <svg class="drawing" viewBox="0 0 72 72" aria-hidden="true">
            <rect class="plate" x="8" y="16" width="30" height="50" rx="6" />
            <path class="green" d="M16 28h14M16 37h9" />
            <path class="sand" d="M30 6h34v26H48l-8 8v-8H30z" />
            <path d="M38 15h18M38 23h11" />
        </svg>
    }
}

/// A bus, and a leaf of the calendar before it.
#[component]
pub fn Told() -> impl IntoView {
    view! {
        <svg class="drawing" viewBox="0 0 72 72" aria-hidden="true">
            <rect class="plate" x="8" y="6" width="28" height="26" rx="4" />
            <path class="green" d="M8 15h28M16 24h4M24 24h4" />
            <path class="sky" d="M10 60V44c0-3 2-5 5-5h42c3 0 5 2 5 5v16z" />
            <path d="M18 47h10M34 47h10M50 47h5" />
            <circle class="ink" cx="22" cy="61" r="5" />
            <circle class="ink" cx="50" cy="61" r="5" />
        </svg>
    }
}

/// Two voices side by side: what they say, and whether it is so.
#[component]
pub fn Checked() -> impl IntoView {
    view! {
        <svg class="drawing" viewBox="0 0 72 72" aria-hidden="true">
            <rect class="mist" x="6" y="12" width="28" height="48" rx="6" />
            <rect class="plate" x="38" y="12" width="28" height="48" rx="6" />
            <path d="M13 24h14M13 33h9" />
            <path class="green" d="m44 36 6 6 10-13" />
        </svg>
    }
}
