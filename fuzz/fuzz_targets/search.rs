//! Words to look for, and the list of local words: the first line is looked for among the others.
#![no_main]

use app::search::rules::{LocalWords, MOST_WORDS, around, findable, marked, terms};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (search, list) = text.split_once('\n').unwrap_or((text, ""));
    let local = LocalWords::read(list).unwrap_or_default();
    let terms = terms(search, &local);
    assert!(terms.len() <= MOST_WORDS);
    let _ = (findable(list, &local), marked(list, &terms, &local), around(list, &terms, &local));
});
