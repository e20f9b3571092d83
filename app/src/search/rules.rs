//! What a search looks for: words and their stems, local words that mean the same, slips of a
//! letter or two, and where the words stand in a text. Pure.

use std::collections::HashMap;
use std::ops::Range;

use rust_stemmers::{Algorithm, Stemmer};

/// The most words of a search that are looked for; more make it slower and no better.
pub const MOST_WORDS: usize = 8;
/// The longest word that can be found or meant, in bytes.
const LONGEST_WORD: usize = 40;

/// The local words that the program ships with, one line for each thing.
pub const SHIPPED: &str = "\
EHC plan, EHCP, EHC plans, EHCPs, education health and care plan, statement of needs
SALT, SLT, SaLT, speech and language, speech and language therapy, speech therapy, speech therapist
OT, OTs, occupational therapy, occupational therapist
ASD, ASC, autism, autistic, autism spectrum, Asperger
ADHD, ADD, attention deficit
SENDIASS, IASS, SEND information advice and support, parent partnership
transport, taxi, taxis, minibus, bus, buses, school run, escort, passenger assistant
respite, short breaks, short break, time out
CAMHS, mental health, child and adolescent mental health
SEND, SEN, special needs, special educational needs, additional needs
SENCO, SENDCO, SENCo, special needs coordinator
TA, TAs, teaching assistant, teaching assistants, one to one
personal budget, personal budgets, direct payment, direct payments
annual review, EHCP review, plan review
paediatrician, paediatrics, consultant, community paediatrics
hearing, audiology, deaf, hearing aid, hearing aids
eyesight, vision, blind, visual impairment
wheelchair, wheelchairs, hoist, accessible
preparing for adulthood, PfA, transition, leaving school, college, supported internship
early years, nursery, preschool, pre-school
social care, social worker, children with disabilities team
tribunal, appeal, mediation
EOTAS, home education, home tutoring, not in school
exclusion, excluded, suspension, suspended, part-time timetable";

/// Words that say nothing of what a text is about.
const EMPTY: [&str; 58] = [
    "a", "about", "after", "all", "an", "and", "any", "are", "as", "at", "be", "before", "but",
    "by", "can", "do", "does", "for", "from", "get", "has", "have", "how", "i", "if", "in", "into",
    "is", "it", "me", "my", "no", "not", "of", "on", "or", "our", "s", "so", "t", "than", "that",
    "the", "their", "them", "there", "they", "this", "to", "up", "was", "we", "what", "when",
    "where", "who", "with", "you",
];

/// A word of a text: where it stands, and the word folded: lower case, no accents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Its bytes in the text.
    pub at: Range<usize>,
    pub folded: String,
}

/// The words of a text: runs of letters and digits.
#[must_use]
pub fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut from = None;
    for (at, sign) in text.char_indices().chain([(text.len(), ' ')]) {
        match (sign.is_alphanumeric(), from) {
            (true, None) => from = Some(at),
            (false, Some(start)) => {
                words.push(Word { at: start..at, folded: forms::folded(&text[start..at]) });
                from = None;
            }
            _ => {}
        }
    }
    words
}

/// The stem of a folded word, by Porter's English algorithm (Snowball's "Porter2").
#[must_use]
pub fn stem(word: &str) -> String {
    Stemmer::create(Algorithm::English).stem(word).into_owned()
}

/// Sets of words that mean the same here. Each has a name that no word of a text can be, since it
/// begins with `=`.
#[derive(Clone, Debug, Default)]
pub struct LocalWords {
    /// The phrases of each set, each with its words.
    sets: Vec<Vec<Vec<String>>>,
    /// By its first word, every phrase: its set, and where it stands there.
    by_first_word: HashMap<String, Vec<(usize, usize)>>,
}

impl LocalWords {
    /// Reads one set a line, its words parted by commas.
    ///
    /// # Errors
    /// Which line to change, and how.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut sets = Vec::new();
        for (nth, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let phrases: Vec<Vec<String>> = line
                .split(',')
                .map(|phrase| words(phrase).into_iter().map(|word| word.folded).collect())
                .filter(|phrase: &Vec<String>| !phrase.is_empty())
                .collect();
            if phrases.len() < 2 {
                return Err(format!(
                    "Line {} needs at least two words that mean the same, with a comma between \
                     them",
                    nth + 1
                ));
            }
            sets.push(phrases);
        }
        let mut by_first_word = HashMap::<String, Vec<_>>::new();
        for (set, phrases) in sets.iter().enumerate() {
            for (nth, phrase) in phrases.iter().enumerate() {
                by_first_word.entry(phrase[0].clone()).or_default().push((set, nth));
            }
        }
        Ok(Self { sets, by_first_word })
    }

    /// The set whose longest phrase begins at the start of these words: its number, and how many
    /// words the phrase has.
    fn begins(&self, words: &[Word]) -> Option<(usize, usize)> {
        let begins = |phrase: &[String]| {
            words.len() >= phrase.len()
                && phrase.iter().zip(words).all(|(wanted, word)| *wanted == word.folded)
        };
        let phrases = self.by_first_word.get(&words.first()?.folded)?.iter();
        phrases
            .map(|(set, nth)| (*set, &self.sets[*set][*nth]))
            .filter(|(_, phrase)| begins(phrase))
            .map(|(set, phrase)| (set, phrase.len()))
            .max_by_key(|(_, length)| *length)
    }

    /// The name that stands in the index for every phrase of a set: its first phrase.
    fn name(&self, nth: usize) -> String {
        format!("={}", self.sets[nth].first().map_or_else(String::new, |phrase| phrase.join("-")))
    }
}

/// What of a text can be found: each word once with its stem, and the names of the sets of local
/// words it holds, where the stem is the name too.
#[must_use]
pub fn findable(text: &str, local: &LocalWords) -> Vec<(String, String)> {
    let words = words(text);
    let mut found: Vec<(String, String)> = words
        .iter()
        .filter(|word| !EMPTY.contains(&word.folded.as_str()) && word.folded.len() <= LONGEST_WORD)
        .map(|word| (word.folded.clone(), stem(&word.folded)))
        .collect();
    for nth in 0..words.len() {
        if let Some((set, _)) = local.begins(&words[nth..]) {
            found.push((local.name(set), local.name(set)));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// One thing a search looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// As it was typed.
    pub typed: String,
    /// The stems that will do; one that begins with `=` is a set of local words.
    pub stems: Vec<String>,
}

impl Term {
    /// Whether it is a set of local words.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.stems.iter().any(|stem| stem.starts_with('='))
    }
}

/// What a search looks for. Words that say nothing are left out, unless there are no others.
#[must_use]
pub fn terms(search: &str, local: &LocalWords) -> Vec<Term> {
    let words = words(search);
    let says_nothing = |word: &Word| EMPTY.contains(&word.folded.as_str());
    let is_all_empty = words.iter().all(says_nothing);
    let (mut terms, mut nth): (Vec<Term>, usize) = (Vec::new(), 0);
    while nth < words.len() && terms.len() < MOST_WORDS {
        let word = &words[nth];
        if let Some((set, length)) = local.begins(&words[nth..]) {
            let typed = &search[word.at.start..words[nth + length - 1].at.end];
            terms.push(Term { typed: typed.to_owned(), stems: vec![local.name(set)] });
            nth += length;
            continue;
        }
        if is_all_empty || !says_nothing(word) {
            let typed = search[word.at.clone()].to_owned();
            terms.push(Term { typed, stems: vec![stem(&word.folded)] });
        }
        nth += 1;
    }
    terms.dedup_by(|one, next| one.stems == next.stems);
    terms
}

/// How many letters may be wrong in a word of this many: none in the shortest.
#[must_use]
pub fn slips_allowed(letters: usize) -> usize {
    match letters {
        0..=3 => 0,
        4 | 5 => 1,
        _ => 2,
    }
}

/// The stems of the known words that somebody may have meant by a word nobody used: those that
/// begin with it, or else those the fewest slips away. A letter left out, put in, changed, or two
/// that changed places is one slip (Damerau and Levenshtein, restricted).
#[must_use]
pub fn meant<'w>(typed: &str, known: impl Iterator<Item = (&'w str, &'w str)>) -> Vec<String> {
    let typed = forms::folded(typed);
    let letters = typed.chars().count();
    if typed.len() > LONGEST_WORD + slips_allowed(letters) * 4 {
        return Vec::new();
    }
    let mut nearest: Vec<(usize, &str)> = known
        .filter(|(word, _)| !word.starts_with('='))
        .filter_map(|(word, stem)| {
            if letters >= 3 && word.starts_with(&typed) {
                return Some((0, stem));
            }
            let slips = strsim::osa_distance(&typed, word);
            (slips <= slips_allowed(letters)).then_some((slips, stem))
        })
        .collect();
    nearest.sort_unstable();
    let fewest = nearest.first().map_or(0, |(slips, _)| *slips);
    let mut stems: Vec<String> = nearest
        .into_iter()
        .filter(|(slips, _)| *slips == fewest)
        .map(|(_, stem)| stem.to_owned())
        .collect();
    stems.dedup();
    stems.truncate(20);
    stems
}

/// A text in pieces, each with whether it was looked for.
pub type Marked = Vec<(bool, String)>;

/// Marks the words of a text that a search looked for.
#[must_use]
pub fn marked(text: &str, terms: &[Term], local: &LocalWords) -> Marked {
    let mut marked: Marked = Vec::new();
    let mut end = 0;
    for at in places(text, terms, local) {
        if at.start > end {
            marked.push((false, text[end..at.start].to_owned()));
        }
        marked.push((true, text[at.clone()].to_owned()));
        end = at.end;
    }
    if end < text.len() {
        marked.push((false, text[end..].to_owned()));
    }
    marked
}

/// A part of a long text around the first word that was looked for, with the words marked.
#[must_use]
pub fn around(text: &str, terms: &[Term], local: &LocalWords) -> Marked {
    const BEFORE: usize = 60;
    const IN_ALL: usize = 200;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // A part that was left empty leaves its dash.
    let text = text.replace("– – ", "– ").trim_end_matches([' ', '–']).to_owned();
    let first = places(&text, terms, local).first().map_or(0, |at| at.start);
    let words = words(&text);
    let from = words
        .iter()
        .map(|word| word.at.start)
        .find(|start| start + BEFORE >= first)
        .filter(|_| first > BEFORE)
        .unwrap_or(0);
    let until = words
        .iter()
        .map(|word| word.at.end)
        .take_while(|end| *end <= from + IN_ALL)
        .last()
        .unwrap_or(0)
        .max(from);
    let is_cut = words.last().is_some_and(|last| last.at.end > until);
    let part = if is_cut { &text[from..until] } else { &text[from..] };
    let mut marked = marked(part, terms, local);
    if from > 0 {
        marked.insert(0, (false, "… ".to_owned()));
    }
    if is_cut {
        marked.push((false, " …".to_owned()));
    }
    marked
}

/// Where in a text something stands that was looked for, in order.
fn places(text: &str, terms: &[Term], local: &LocalWords) -> Vec<Range<usize>> {
    let words = words(text);
    let wanted = || terms.iter().flat_map(|term| &term.stems);
    let is_wanted = |stem: &str| wanted().any(|one| one == stem);
    // A word begins with the letter that its stem begins with, and few words do with one of these.
    let may_be_wanted = |word: &str| wanted().any(|one| one.chars().next() == word.chars().next());
    let (mut places, mut nth) = (Vec::new(), 0);
    while nth < words.len() {
        let phrase = local.begins(&words[nth..]).filter(|(set, _)| is_wanted(&local.name(*set)));
        if let Some((_, length)) = phrase {
            places.push(words[nth].at.start..words[nth + length - 1].at.end);
            nth += length;
            continue;
        }
        let word = &words[nth].folded;
        if may_be_wanted(word) && is_wanted(&stem(word)) {
            places.push(words[nth].at.clone());
        }
        nth += 1;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local() -> LocalWords {
        LocalWords::read(SHIPPED).expect("a list")
    }

    #[test]
    fn the_shipped_words_are_a_list_that_an_administrator_could_have_written() {
        assert!(local().sets.len() > 20);
        assert!(LocalWords::read("EHCP, EHC plan\n\nrespite").is_err_and(|why| why.contains("3")));
    }

    #[test]
    fn words_that_mean_the_same_here_are_looked_for_as_one() {
        for search in ["SALT", "speech and language", "slt"] {
            assert_eq!(terms(search, &local())[0].stems, ["=salt"], "{search}");
        }
        let text = "Waiting for speech and language therapy";
        assert!(findable(text, &local()).contains(&("=salt".to_owned(), "=salt".to_owned())));
    }

    #[test]
    fn a_stem_begins_with_the_letter_that_its_word_begins_with() {
        let irregular = ["skies", "dying", "lying", "tying", "idly", "yearly", "ugly", "news", "y"];
        let shipped = words(SHIPPED).into_iter().map(|word| word.folded);
        for word in irregular.map(str::to_owned).into_iter().chain(shipped) {
            assert_eq!(stem(&word).chars().next(), word.chars().next(), "{word}");
        }
    }

    #[test]
    fn of_phrases_that_begin_alike_the_longest_is_meant() {
        let local = LocalWords::read("plan, school plan\nschool, school run").expect("a list");
        let stems = |search| terms(search, &local).swap_remove(0).stems;
        assert_eq!(stems("school run"), ["=school"]);
        assert_eq!(stems("school plan"), ["=plan"]);
        assert_eq!(stems("school"), ["=school"]);
    }

    #[test]
    fn words_that_say_nothing_are_left_out_unless_there_are_no_others() {
        let stems = |search| {
            terms(search, &LocalWords::default())
                .into_iter()
                .flat_map(|term| term.stems)
                .collect::<Vec<_>>()
        };
        assert_eq!(stems("the waiting for therapies"), ["wait", "therapi"]);
        assert_eq!(stems("the"), ["the"]);
        assert_eq!(stems("  "), Vec::<String>::new());
        assert_eq!(stems(&"word1 word2 ".repeat(50)).len(), MOST_WORDS);
    }

    #[test]
    fn a_slip_of_a_letter_or_two_finds_the_word_that_was_meant() {
        let known = [("speech", "speech"), ("transport", "transport"), ("occupational", "occup")];
        for (typed, stem) in [
            ("speach", "speech"),
            ("tranpsort", "transport"),
            ("ocupationel", "occup"),
            ("transp", "transport"),
        ] {
            assert_eq!(meant(typed, known.into_iter()), [stem], "{typed}");
        }
        assert_eq!(meant("bus", known.into_iter()), Vec::<String>::new());
    }

    #[test]
    fn what_was_looked_for_is_marked_in_whatever_form_it_stands() {
        let local = local();
        let marked = |text: &str, search: &str| {
            marked(text, &terms(search, &local), &local)
                .into_iter()
                .map(|(is_found, words)| if is_found { format!("[{words}]") } else { words })
                .collect::<String>()
        };
        assert_eq!(marked("Waits are long; we wait.", "waiting"), "[Waits] are long; we [wait].");
        assert_eq!(marked("An EHC plan, or EHCP", "ehcp"), "An [EHC plan], or [EHCP]");
        assert_eq!(marked("Café Ömer", "cafe"), "[Café] Ömer");
    }

    #[test]
    fn a_long_text_is_cut_at_words_around_what_was_found() {
        let text = format!("{}the hoist works{}", "begin ".repeat(40), " end".repeat(100));
        let part = around(&text, &terms("hoist", &LocalWords::default()), &LocalWords::default());
        let words = part.iter().map(|(_, words)| words.as_str()).collect::<String>();
        assert!(words.starts_with("… begin") && words.ends_with("end …"), "{words}");
        assert!(part.contains(&(true, "hoist".to_owned())) && words.len() < 260);
    }
}
