//! What the program knows while an organiser changes the questions, and how a change is saved:
//! shown at once, sent one after another, each on the list that the server last told.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::change_questions;
use super::list::{Answer, Kind, Listed, Row, Step, ahead, place};

/// How long to wait before trying again without a connection.
const BETWEEN_TRIES: Duration = Duration::from_secs(4);

const NO_CONNECTION: &str = "There is no connection. Your change isn't saved yet: keep this page \
    open, and we will try again.";
const NOT_SAVED: &str = "That couldn't be saved. You may have been signed out. Reload the page, \
    sign in, and try again.";
const FROZEN: &str = "Nothing was changed. Someone has already answered, or parents couldn't \
    answer it like that while it is open.";

/// The question that is being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editing {
    /// Its key; empty for a new one.
    pub key: String,
    /// The key of the question that a new one comes after; empty for the end.
    pub after: String,
}

/// Why a step is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Anew,
    Undoing,
    Redoing,
}

/// A step that is not saved yet.
#[derive(Clone, Debug)]
pub struct Wish {
    step: Step,
    doing: Doing,
    /// What is said once it is saved.
    pub done: String,
}

/// What the program knows. All of it is signals, so it is copied freely.
#[derive(Clone, Copy)]
pub struct Builder {
    /// The list as the server last told it.
    pub saved: RwSignal<Listed>,
    /// The rows as they are shown, with what is not saved yet.
    pub rows: RwSignal<Vec<Row>>,
    /// The kinds of questions.
    pub kinds: StoredValue<Vec<Kind>>,
    /// The steps that are not saved yet, the first is being sent.
    pub waiting: RwSignal<Vec<Wish>>,
    pub editing: RwSignal<Option<Editing>>,
    /// What must be corrected in the question that is being written.
    pub refused: RwSignal<Vec<(String, String)>>,
    /// The list as somebody else left it, until it is decided what becomes of the own changes.
    pub clash: RwSignal<Option<Listed>>,
    /// The question that is dragged.
    pub dragged: RwSignal<Option<String>>,
    /// Before which row it would be let go; one more than the last is after all.
    pub slot: RwSignal<Option<usize>>,
    pub says: RwSignal<String>,
    /// Whether the program runs; what needs it is hidden until then.
    pub is_awake: RwSignal<bool>,
    /// Lists as they were, to go back to; the last is next.
    undos: RwSignal<Vec<String>>,
    redos: RwSignal<Vec<String>>,
    is_sending: RwSignal<bool>,
    is_to_try: RwSignal<bool>,
}

impl Builder {
    pub fn new(listed: Listed, kinds: Vec<Kind>) -> Self {
        Self {
            rows: RwSignal::new(listed.rows.clone()),
            saved: RwSignal::new(listed),
            kinds: StoredValue::new(kinds),
            waiting: RwSignal::new(Vec::new()),
            editing: RwSignal::new(None),
            refused: RwSignal::new(Vec::new()),
            clash: RwSignal::new(None),
            dragged: RwSignal::new(None),
            slot: RwSignal::new(None),
            says: RwSignal::new(String::new()),
            is_awake: RwSignal::new(false),
            undos: RwSignal::new(Vec::new()),
            redos: RwSignal::new(Vec::new()),
            is_sending: RwSignal::new(false),
            is_to_try: RwSignal::new(false),
        }
    }

    /// The address of the consultation's page, or of one below it.
    pub fn address(self, below: &str) -> String {
        self.saved
            .with_untracked(|saved| format!("/forum/consultations/{}{below}", saved.consultation))
    }

    /// Takes a question to another place, and keeps the finger or the key where it is.
    pub fn place_at(self, key: &str, to: usize, focus: &str) {
        let (at, all) = self.rows.with_untracked(|rows| (place(rows, key), rows.len()));
        let text = self.text(key);
        let to = to.min(all.saturating_sub(1));
        if at.is_none_or(|at| at == to) {
            self.says.set(format!("“{text}” is {} of {all}, as before.", to + 1));
            return;
        }
        let done = format!("“{text}” is now {} of {all}.", to + 1);
        self.wish(Step::Move { key: key.to_owned(), to }, Doing::Anew, done);
        focus_soon(format!("{focus}-{key}"));
    }

    /// Takes a question one place earlier or later.
    pub fn move_by(self, key: &str, is_up: bool, focus: &str) {
        let at = self.rows.with_untracked(|rows| place(rows, key)).unwrap_or_default();
        self.place_at(key, if is_up { at.saturating_sub(1) } else { at + 1 }, focus);
    }

    /// Takes a question out of the list. The next one, or the one before, can then be pressed.
    pub fn remove(self, key: &str) {
        let done = format!("Removed “{}”. You can undo this.", self.text(key));
        let at = self.rows.with_untracked(|rows| place(rows, key));
        self.wish(Step::Remove { key: key.to_owned() }, Doing::Anew, done);
        let next = self.rows.with_untracked(|rows| {
            let next = at.and_then(|at| rows.get(at).or(rows.last()));
            next.map(|row| format!("change-{}", row.key))
        });
        focus_soon(next.unwrap_or_else(|| "add-question".to_owned()));
    }

    /// Saves the question that is being written.
    pub fn save(self, editing: &Editing, sent: String) {
        if untrack(move || self.is_saving()) {
            return;
        }
        self.refused.set(Vec::new());
        let step = Step::Save { key: editing.key.clone(), after: editing.after.clone(), sent };
        self.wish(step, Doing::Anew, "The question is saved.".to_owned());
    }

    /// Whether a question that was written waits to be saved.
    pub fn is_saving(self) -> bool {
        self.waiting
            .with(|waiting| waiting.iter().any(|wish| matches!(wish.step, Step::Save { .. })))
    }

    pub fn edit(self, key: &str, after: &str) {
        self.refused.set(Vec::new());
        self.editing.set(Some(Editing { key: key.to_owned(), after: after.to_owned() }));
        focus_soon("edit-text".to_owned());
    }

    /// Leaves the question as it was.
    pub fn leave(self) {
        let was = self.editing.get_untracked();
        self.editing.set(None);
        self.refused.set(Vec::new());
        focus_soon(match was {
            Some(was) if !was.key.is_empty() => format!("change-{}", was.key),
            _ => "add-question".to_owned(),
        });
    }

    pub fn can_undo(self) -> bool {
        self.waiting.with(Vec::is_empty) && !self.undos.with(Vec::is_empty)
    }

    pub fn can_redo(self) -> bool {
        self.waiting.with(Vec::is_empty) && !self.redos.with(Vec::is_empty)
    }

    pub fn undo(self) {
        if untrack(move || self.can_undo())
            && let Some(list) = self.undos.try_update(Vec::pop).flatten()
        {
            self.wish(Step::PutBack { list }, Doing::Undoing, "Undone.".to_owned());
        }
    }

    pub fn redo(self) {
        if untrack(move || self.can_redo())
            && let Some(list) = self.redos.try_update(Vec::pop).flatten()
        {
            self.wish(Step::PutBack { list }, Doing::Redoing, "Done again.".to_owned());
        }
    }

    /// Whether changes wait and none is being sent.
    pub fn is_stuck(self) -> bool {
        !self.waiting.with(Vec::is_empty)
            && !self.is_sending.get()
            && self.clash.with(Option::is_none)
    }

    /// Sends the own changes again, onto the list that somebody else left.
    pub fn keep_mine(self) {
        let Some(theirs) = self.clash.get_untracked() else { return };
        self.clash.set(None);
        self.forget_lists();
        self.take(theirs);
        self.send();
    }

    /// Lets the own changes go.
    pub fn keep_theirs(self) {
        let Some(theirs) = self.clash.get_untracked() else { return };
        self.clash.set(None);
        self.forget_lists();
        self.waiting.set(Vec::new());
        self.editing.set(None);
        self.take(theirs);
        self.says.set("The questions are as the other person left them.".to_owned());
        focus_soon("add-question".to_owned());
    }

    /// Sends the first change that waits.
    pub fn send(self) {
        let waits = self.clash.with_untracked(Option::is_some) || self.is_sending.get_untracked();
        let first = self.waiting.with_untracked(|waiting| waiting.first().cloned());
        let Some(wish) = first.filter(|_| !waits) else { return };
        let (consultation, version, edits) = self
            .saved
            .with_untracked(|saved| (saved.consultation.clone(), saved.version, saved.edits));
        self.is_sending.set(true);
        spawn_local(async move {
            let step = wish.step.clone();
            let answer = change_questions(consultation, version, edits, step).await;
            self.is_sending.set(false);
            match answer {
                Ok(answer) => self.answered(wish, answer),
                Err(ServerFnError::Request(_)) => {
                    self.says.set(NO_CONNECTION.to_owned());
                    self.try_later();
                }
                Err(_) => self.says.set(NOT_SAVED.to_owned()),
            }
        });
    }

    fn wish(self, step: Step, doing: Doing, done: String) {
        self.rows.update(|rows| ahead(rows, &step));
        self.waiting.update(|waiting| waiting.push(Wish { step, doing, done }));
        self.send();
    }

    fn answered(self, wish: Wish, answer: Answer) {
        match answer {
            Answer::Kept { listed, before } => {
                self.waiting.update(|waiting| drop(waiting.remove(0)));
                match wish.doing {
                    Doing::Anew => {
                        self.undos.update(|undos| undos.push(before));
                        self.redos.set(Vec::new());
                    }
                    Doing::Undoing => self.redos.update(|redos| redos.push(before)),
                    Doing::Redoing => self.undos.update(|undos| undos.push(before)),
                }
                if let Step::Save { key, .. } = &wish.step {
                    self.saved_question(key, &listed);
                }
                self.take(listed);
                self.says.set(match wish.step {
                    Step::Save { .. } => wish.done,
                    _ => format!("{} Saved.", wish.done),
                });
                self.send();
            }
            Answer::Refused(refusals) => {
                self.waiting.update(|waiting| drop(waiting.remove(0)));
                self.take(self.saved.get_untracked());
                if matches!(wish.step, Step::Save { .. }) {
                    self.refused.set(refusals);
                    focus_soon("edit-problems".to_owned());
                } else {
                    let words = refusals.into_iter().map(|(_, words)| words);
                    self.says.set(words.collect::<Vec<_>>().join(" "));
                }
                self.send();
            }
            Answer::Changed(theirs) => {
                self.clash.set(Some(theirs));
                self.says.set(String::new());
                focus_soon("clash".to_owned());
            }
            Answer::Frozen(listed) => {
                self.waiting.set(Vec::new());
                self.take(listed);
                self.says.set(FROZEN.to_owned());
            }
        }
    }

    /// Closes the question that was saved; the one that was added can then be pressed.
    fn saved_question(self, key: &str, listed: &Listed) {
        self.editing.set(None);
        let new = self.saved.with_untracked(|before| {
            listed.rows.iter().find(|row| place(&before.rows, &row.key).is_none()).cloned()
        });
        let key = if key.is_empty() { new.map(|row| row.key) } else { Some(key.to_owned()) };
        if let Some(key) = key {
            focus_soon(format!("change-{key}"));
        }
    }

    /// Takes the list as the server told it, and shows what is not saved yet on top of it. Whoever
    /// is on a row that moves stays on it.
    fn take(self, listed: Listed) {
        if let Some(focused) = document().active_element().map(|focused| focused.id()) {
            focus_soon(focused);
        }
        let mut rows = listed.rows.clone();
        self.waiting.with_untracked(|waiting| {
            waiting.iter().for_each(|wish| ahead(&mut rows, &wish.step));
        });
        self.saved.set(listed);
        self.rows.set(rows);
    }

    /// Lists from before somebody else's change would undo that too.
    fn forget_lists(self) {
        self.undos.set(Vec::new());
        self.redos.set(Vec::new());
    }

    fn try_later(self) {
        if self.is_to_try.get_untracked() {
            return;
        }
        self.is_to_try.set(true);
        set_timeout(
            move || {
                self.is_to_try.set(false);
                self.send();
            },
            BETWEEN_TRIES,
        );
    }

    fn text(self, key: &str) -> String {
        self.rows.with_untracked(|rows| {
            rows.iter().find(|row| row.key == key).map(|row| row.text.clone()).unwrap_or_default()
        })
    }
}

/// Puts the focus on an element once the page shows what was changed: what moves loses it.
pub fn focus_soon(id: String) {
    request_animation_frame(move || {
        let found = document().get_element_by_id(&id);
        if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            let _ = element.focus();
        }
    });
}
