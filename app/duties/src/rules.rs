//! What a duty is, on which day it is due, and how it stands. Pure.
//!
//! Days are counted backwards in school days ([`SchoolYear::days_before`]). Where the terms don't
//! tell about a day, there is no day, and whoever looks is told which terms to enter: none is
//! guessed. A day that has passed is kept as it was ([`Passed`]): what becomes of the duty or of the
//! terms after it moves only what is to come.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use calendar::clock::{self, Millis};
use calendar::months;
use calendar::school::{NoTerms, SchoolYear};
use forms::{Named, Refusals, Sent};
use ground::ids::{self, Id};
use jiff::ToSpan as _;
use jiff::civil::Date;

/// The most duties of an area, and the most steps of one.
pub const MOST: usize = 60;
const MOST_STEPS: usize = 12;
/// Whoever is responsible is told so many weeks before.
pub const WARNED: [i32; 2] = [8, 2];
/// What is still not done so many weeks after its day is called not done, and no longer late.
const NOT_DONE_AFTER: i32 = 26;
/// Administrators are asked for the terms of what is due within so many weeks.
const BEFORE_LONG: i32 = 40;
/// Administrators are told so many days before the bank holidays that we know end.
const ENDS_SOON: i32 = 180;

/// What must be done every year, as the area says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    /// What other duties and files call it: a few letters, digits and hyphens.
    pub word: String,
    pub name: String,
    /// The area's rule, in a sentence or two. Never advice about the law.
    pub rule: String,
    /// Where the rule was read: an address.
    pub source: String,
    /// The day somebody last looked there; none while nobody in the area has.
    pub checked_on: Option<Date>,
    pub responsible: Responsible,
    pub due: Due,
    /// What it is done by.
    pub by: By,
    pub steps: Vec<Step>,
    /// Whether everyone sees how it stands.
    pub is_public: bool,
    pub is_on: bool,
}

/// Who is responsible for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Responsible {
    Forum,
    /// The leaders of all organisations.
    Leaders,
    /// Those of one.
    Organisation(Named),
}

impl Responsible {
    /// As a form and a file have it.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Forum => "forum",
            Self::Leaders => "leaders",
            Self::Organisation(organisation) => &organisation.name,
        }
    }

    /// As people read it.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            Self::Forum => "the forum",
            Self::Leaders => "the council and the NHS",
            Self::Organisation(organisation) => &organisation.name,
        }
    }

    /// As a sentence: "The forum is responsible."
    #[must_use]
    pub fn sentence(&self) -> String {
        let are = if *self == Self::Leaders { "are" } else { "is" };
        format!("{} {are} responsible.", capital(self.title().to_owned()))
    }
}

/// On which day it is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// The same day each year. The last of February, where a year has no 29th.
    Each {
        /// From 1 to 12.
        month: i8,
        day: i8,
    },
    /// So long before another duty, which has this word.
    Before(Span, String),
}

/// How long before a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    SchoolDays(u16),
    /// Where that is no school day, the last one before it.
    Weeks(u16),
}

/// What in Alongside a duty or a step is done by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Round,
    Consultation,
    Notice,
    /// Anything with an address of its own.
    Document,
}

impl By {
    pub const ALL: [Self; 4] = [Self::Round, Self::Consultation, Self::Notice, Self::Document];

    /// The word it is stored and sent by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Round => "round",
            Self::Consultation => "consultation",
            Self::Notice => "notice",
            Self::Document => "document",
        }
    }

    /// As people read it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Round => "a voting round",
            Self::Consultation => "a consultation",
            Self::Notice => "a change notice",
            Self::Document => "a document",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.word() == word)
    }
}

/// What must happen before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// In words that "by Monday 12 January" follows: "The round must open".
    pub name: String,
    pub before: Span,
    pub by: By,
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SchoolDays(1) => f.write_str("1 school day"),
            Self::SchoolDays(many) => write!(f, "{many} school days"),
            Self::Weeks(1) => f.write_str("1 week"),
            Self::Weeks(many) => write!(f, "{many} weeks"),
        }
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "write how long before, like 60 school days or 6 weeks".to_owned();
        let (many, unit) = text.trim().split_once(' ').ok_or_else(wrong)?;
        let many: u16 = many.parse().map_err(|_| wrong())?;
        match unit.trim() {
            "school day" | "school days" if (1..=190).contains(&many) => Ok(Self::SchoolDays(many)),
            "week" | "weeks" if (1..=52).contains(&many) => Ok(Self::Weeks(many)),
            "school day" | "school days" => Err("use 1 to 190 school days".to_owned()),
            "week" | "weeks" => Err("use 1 to 52 weeks".to_owned()),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Each { month, day } => {
                write!(f, "{day} {}", months::name(*month))
            }
            Self::Before(span, word) => write!(f, "{span} before {word}"),
        }
    }
}

impl FromStr for Due {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((span, word)) = text.split_once(" before ") {
            return Ok(Self::Before(span.parse()?, word_of(word)?));
        }
        let wrong = || "write a day like 31 May, or 20 school days before another duty".to_owned();
        let (day, month) = text.trim().split_once(' ').ok_or_else(wrong)?;
        let day: i8 = day.parse().map_err(|_| wrong())?;
        let is_it = |name: &&str| name.eq_ignore_ascii_case(month.trim());
        let month = months::NAMES.iter().position(is_it).ok_or_else(wrong)?;
        let month = i8::try_from(month + 1).map_err(|_| wrong())?;
        // A year with a 29 February has every day that any year has.
        Date::new(2024, month, day).map_err(|_| format!("there is no {}", text.trim()))?;
        Ok(Self::Each { month, day })
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} | {} before | {}", self.name, self.before, self.by.word())
    }
}

impl FromStr for Step {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('|').map(str::trim).collect();
        let [name, before, by] = parts[..] else {
            let wrong =
                "write a step like: The voting round must open | 60 school days before | round";
            return Err(wrong.to_owned());
        };
        let name = forms::within(forms::line(name), 120, "say what must happen")?;
        let before = before.strip_suffix("before").unwrap_or(before).parse()?;
        let by = By::read(by).ok_or("end it with round, consultation, notice or document")?;
        Ok(Self { name, before, by })
    }
}

/// Steps as a form and a table hold them, one a line.
#[must_use]
pub fn steps_as_text(steps: &[Step]) -> String {
    steps.iter().map(Step::to_string).collect::<Vec<_>>().join("\n")
}

/// Reads what [`steps_as_text`] writes.
///
/// # Errors
/// What is wrong with which step.
pub fn steps(text: &str) -> Result<Vec<Step>, String> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let each = lines.enumerate().map(|(nth, line)| {
        line.parse::<Step>().map_err(|wrong| format!("Step {}: {wrong}", nth + 1))
    });
    let steps: Vec<Step> = each.collect::<Result<_, _>>()?;
    if steps.len() > MOST_STEPS {
        return Err(format!("Use {MOST_STEPS} steps or fewer"));
    }
    for (nth, step) in steps.iter().enumerate() {
        if steps[..nth].iter().any(|other| other.name == step.name) {
            return Err(format!("Step {}: another step says the same", nth + 1));
        }
    }
    Ok(steps)
}

/// The word of a duty: of a to z, digits and hyphens.
fn word_of(text: &str) -> Result<String, String> {
    let word = text.trim().to_lowercase();
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=40).contains(&word.len()) && word.chars().all(is_letter) {
        Ok(word)
    } else {
        Err("use a short name without spaces for a duty, like transport-16".to_owned())
    }
}

/// A duty as the fields of its form, which are those of a file too.
#[must_use]
pub fn fields(duty: &Duty) -> Sent {
    let yes = |is: bool| if is { "yes" } else { "no" };
    Sent::of(&[
        ("duty", &duty.word),
        ("name", &duty.name),
        ("rule", &duty.rule),
        ("source", &duty.source),
        ("checked", &duty.checked_on.map_or_else(String::new, |day| day.to_string())),
        ("responsible", duty.responsible.word()),
        ("due", &duty.due.to_string()),
        ("by", duty.by.word()),
        ("steps", &steps_as_text(&duty.steps)),
        ("public", yes(duty.is_public)),
        ("on", yes(duty.is_on)),
    ])
}

/// Reads a duty from the fields of its form, or of a file.
///
/// # Errors
/// What to put right, in the order of the fields.
pub fn duty(sent: &Sent, organisations: &[Named], today: Date) -> Result<Duty, Refusals> {
    let mut refusals = Refusals::default();
    let yes_or_no = |field: &'static str| match sent.line(field).as_str() {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("Choose yes or no".to_owned()),
    };
    let word = refusals.take("duty", word_of(sent.typed("duty")).map_err(capital));
    let name = forms::within(sent.line("name"), 120, "Enter what must be done");
    let name = refusals.take("name", name);
    let rule = forms::within(sent.line("rule"), 600, "Say what the area's rule is");
    let rule = refusals.take("rule", rule);
    let source = refusals.take("source", address(&sent.line("source")));
    let checked_on = refusals.take("checked", checked(sent.typed("checked"), today));
    let responsible = responsible(&sent.line("responsible"), organisations);
    let responsible = refusals.take("responsible", responsible);
    let due = refusals.take("due", sent.line("due").parse::<Due>().map_err(capital));
    let by = By::read(&sent.line("by"));
    let by = by.ok_or_else(|| "Choose round, consultation, notice or document".to_owned());
    let by = refusals.take("by", by);
    let steps = refusals.take("steps", steps(sent.typed("steps")));
    let is_public = refusals.take("public", yes_or_no("public"));
    let is_on = yes_or_no("on").and_then(|is_on| match (is_on, checked_on) {
        (true, Some(None)) => Err("Look at the source first, and enter the day you did".to_owned()),
        _ => Ok(is_on),
    });
    let is_on = refusals.take("on", is_on);
    let what = (word, name, rule, source, checked_on);
    let (Some(word), Some(name), Some(rule), Some(source), Some(checked_on)) = what else {
        return Err(refusals);
    };
    let how = (responsible, due, by, steps, is_public, is_on);
    let (Some(responsible), Some(due), Some(by), Some(steps), Some(is_public), Some(is_on)) = how
    else {
        return Err(refusals);
    };
    Ok(Duty { word, name, rule, source, checked_on, responsible, due, by, steps, is_public, is_on })
}

fn capital(words: String) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect::<String>())
}

/// Reads an address that everyone can open.
///
/// # Errors
/// What to do about it.
pub fn address(text: &str) -> Result<String, String> {
    let has_host = text.strip_prefix("https://").is_some_and(|rest| rest.contains('.'));
    if !has_host || text.contains(char::is_whitespace) {
        return Err("Enter an address that begins with https://".to_owned());
    }
    forms::within(text.to_owned(), 300, "Enter an address")
}

fn checked(typed: &str, today: Date) -> Result<Option<Date>, String> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let day: Date = typed
        .trim()
        .parse()
        .map_err(|_| "Enter the day somebody looked at the source, like 2026-11-30".to_owned())?;
    if day > today {
        return Err("The day somebody looked at the source can't be in the future".to_owned());
    }
    Ok(Some(day))
}

fn responsible(word: &str, organisations: &[Named]) -> Result<Responsible, String> {
    match word {
        "forum" => Ok(Responsible::Forum),
        "leaders" => Ok(Responsible::Leaders),
        name => {
            let organisation = organisations.iter().find(|one| one.name == name).cloned();
            organisation.map(Responsible::Organisation).ok_or_else(|| {
                "Choose forum, leaders, or an organisation by the name it has here".to_owned()
            })
        }
    }
}

/// What is wrong with the days of these duties among each other: one that comes before a duty that
/// isn't there, or, round a circle, before itself. The word of the duty, and what to do.
#[must_use]
pub fn wrong_order(duties: &[&Duty]) -> Option<(String, String)> {
    duties.iter().find_map(|duty| {
        let mut at = *duty;
        for _ in 0..=duties.len() {
            let Due::Before(_, word) = &at.due else { return None };
            let Some(next) = duties.iter().copied().find(|other| other.word == *word) else {
                let what_to_do = format!("There is no duty called {word}. Add it, or choose a day");
                return Some((at.word.clone(), what_to_do));
            };
            at = next;
        }
        let what_to_do = "Choose another day: this duty would come before itself".to_owned();
        Some((duty.word.clone(), what_to_do))
    })
}

/// A duty as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub id: Id<ids::Duty>,
    pub duty: Duty,
    /// Since when it counts; `None` while it is off.
    pub on_since: Option<Millis>,
    /// Since when it is off; `None` while it is on, and where it never was.
    pub off_since: Option<Millis>,
    /// Since when its day and its steps are as they are.
    pub days_since: Millis,
    pub changed_at: Millis,
}

/// A day of a duty, or of a step, that has passed: with the duty as it was then. It stays, whatever
/// becomes of the duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    pub duty_id: Id<ids::Duty>,
    pub year: i16,
    /// The step; empty for the duty itself.
    pub step: String,
    /// `None` for what was done while the terms didn't tell by when.
    pub due: Option<Date>,
    pub by: By,
    pub name: String,
    pub rule: String,
    pub source: String,
    pub responsible: Responsible,
    pub is_public: bool,
}

/// A day that is to be kept; the rest is in the duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPassed {
    pub duty_id: Id<ids::Duty>,
    pub year: i16,
    /// The step; empty for the duty itself.
    pub step: String,
    pub due: Option<Date>,
    pub by: By,
}

/// That a duty or a step was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub id: Id<ids::DutyReport>,
    pub duty_id: Id<ids::Duty>,
    /// Which year's it was: the year of the fixed day that it is counted from.
    pub year: i16,
    /// The step; empty for the duty itself.
    pub step: String,
    pub done_on: Date,
    pub by: By,
    /// The id of a round, a consultation or a notice, or the address of a document; empty for a
    /// document that has none.
    pub thing: String,
    /// The organisation that says so; `None` where it is the forum.
    pub organisation: Option<Named>,
}

impl Report {
    /// Where everyone can see it; `None` for a document without an address.
    #[must_use]
    pub fn address(&self) -> Option<String> {
        match self.by {
            By::Round => Some(format!("/rounds/{}", self.thing)),
            By::Consultation => Some(format!("/consultations/{}", self.thing)),
            By::Notice => Some(format!("/notices/{}", self.thing)),
            By::Document => Some(self.thing.clone()).filter(|address| !address.is_empty()),
        }
    }
}

/// The bank holidays of England that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BankHolidays {
    pub source: String,
    pub checked_on: Option<Date>,
    /// The last day that they are known for.
    pub until: Option<Date>,
    /// Each with its name.
    pub days: Vec<(Date, String)>,
}

impl BankHolidays {
    /// What an administrator must know about them; `None` while they go on for long.
    #[must_use]
    pub fn warning(&self, today: Date) -> Option<String> {
        let Some(until) = self.until else {
            return Some(
                "We don't know the bank holidays yet, so school days may be counted on them."
                    .to_owned(),
            );
        };
        let left = (until - today).get_days();
        (left <= ENDS_SOON).then(|| {
            let ends = if left < 0 { "ended" } else { "end" };
            format!(
                "The bank holidays we know {ends} on {}. Add the new ones to your file of duties \
                 and import it.",
                in_words(until)
            )
        })
    }
}

/// Whose duties somebody looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Side {
    Forum,
    /// A leader of the organisation with this id; of none yet.
    Leader(Option<String>),
}

impl Side {
    /// Whether a duty is theirs to do.
    #[must_use]
    pub fn answers_for(&self, duty: &Duty) -> bool {
        match (self, &duty.responsible) {
            (Self::Forum, responsible) => *responsible == Responsible::Forum,
            (Self::Leader(of), Responsible::Leaders) => of.is_some(),
            (Self::Leader(of), Responsible::Organisation(named)) => of.as_ref() == Some(&named.id),
            (Self::Leader(_), Responsible::Forum) => false,
        }
    }

    /// Whether they can say that it was done. The forum can about every duty.
    #[must_use]
    pub fn may_report(&self, duty: &Duty) -> bool {
        *self == Self::Forum || self.answers_for(duty)
    }
}

/// All that is known of the area's duties.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Everything {
    pub duties: Vec<Kept>,
    pub reports: Vec<Report>,
    pub passed: Vec<Passed>,
    /// The terms and closed days, and the bank holidays among the latter.
    pub school: SchoolYear,
    pub bank: BankHolidays,
    /// The organisation of the leader who looks, if one does.
    pub organisation: Option<String>,
}

/// How a duty stands in a year, or a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Done by its day.
    Done,
    DoneLate,
    /// Its day has not passed.
    Due,
    /// Its day has passed.
    Late,
    /// Its day has passed by half a year.
    NotDone,
    /// The terms don't tell on which day it is due.
    NoTerms,
    /// Its day had passed already when it began to count, so it is neither late nor not done.
    Uncounted,
}

/// One year of a duty.
#[derive(Clone, Debug)]
pub struct Turn<'e> {
    pub year: i16,
    pub due: Result<Date, NoTerms>,
    /// About when it is due, also where the terms don't tell.
    about: Date,
    /// What it is done by.
    pub by: By,
    pub report: Option<&'e Report>,
    pub state: State,
    /// The first to be due first.
    pub steps: Vec<StepTurn<'e>>,
    /// The duty as it was when this day passed; `None` where it is as the duty is today.
    pub then: Option<&'e Passed>,
    pub is_public: bool,
}

/// A step in one year.
#[derive(Clone, Debug)]
pub struct StepTurn<'e> {
    pub name: &'e str,
    /// How long before the duty it must happen, where it is one of today's steps.
    pub before: Option<Span>,
    /// What it is done by.
    pub done_by: By,
    /// By which day it must have happened.
    pub by: Result<Date, NoTerms>,
    pub report: Option<&'e Report>,
    pub state: State,
}

impl Turn<'_> {
    /// What must be done, as it was called when its day passed.
    #[must_use]
    pub fn name<'n>(&'n self, kept: &'n Kept) -> &'n str {
        self.then.map_or(kept.duty.name.as_str(), |then| then.name.as_str())
    }
}

/// Something that is still to be done: a duty or one of its steps.
#[derive(Clone, Debug)]
pub struct Open<'e> {
    pub kept: &'e Kept,
    pub year: i16,
    /// `None` for the duty itself.
    pub step: Option<&'e str>,
    pub day: Date,
}

impl Open<'_> {
    /// What must be done, in words that "by Monday 12 January" follows.
    #[must_use]
    pub fn words(&self) -> String {
        self.step.unwrap_or(&self.kept.duty.name).to_owned()
    }
}

impl Everything {
    fn duty(&self, word: &str) -> Option<&Duty> {
        self.duties.iter().map(|kept| &kept.duty).find(|duty| duty.word == word)
    }

    /// The duty with this id.
    #[must_use]
    pub fn find(&self, id: &Id<ids::Duty>) -> Option<&Kept> {
        self.duties.iter().find(|kept| kept.id == *id)
    }

    /// The fixed day in a year that a duty is counted from. A circle of duties, which is refused
    /// when they are saved, ends too.
    fn counted_from(&self, duty: &Duty, year: i16) -> Option<Date> {
        let mut at = duty;
        for _ in 0..=self.duties.len() {
            match &at.due {
                Due::Each { month, day } => return Some(fixed(year, *month, *day)),
                Due::Before(_, word) => at = self.duty(word)?,
            }
        }
        None
    }

    /// The day on which a duty is due that is counted from a fixed day in this year.
    ///
    /// # Errors
    /// When the terms don't tell.
    pub fn due(&self, duty: &Duty, year: i16) -> Result<Date, NoTerms> {
        let mut spans = Vec::new();
        let mut at = duty;
        while let Due::Before(span, word) = &at.due {
            spans.push(*span);
            match self.duty(word) {
                Some(next) if spans.len() <= self.duties.len() => at = next,
                _ => return Err(NoTerms(fixed(year, 12, 31))),
            }
        }
        let from = self.counted_from(at, year).unwrap_or_else(|| fixed(year, 12, 31));
        spans.into_iter().rev().try_fold(from, |day, span| self.before(day, span))
    }

    /// The day so long before another.
    ///
    /// # Errors
    /// When the terms don't tell.
    pub fn before(&self, day: Date, span: Span) -> Result<Date, NoTerms> {
        match span {
            Span::SchoolDays(many) => self.school.days_before(day, many),
            Span::Weeks(many) => self.school.school_day_by(day - i32::from(many).weeks()),
        }
    }

    /// What was said about a duty in a year, or with words about that step.
    fn report(&self, kept: &Kept, year: i16, step: &str) -> Option<&Report> {
        self.reports
            .iter()
            .find(|report| report.duty_id == kept.id && report.year == year && report.step == step)
    }

    /// Since when a duty counts with the day that it has: switched on, and neither its day nor that
    /// of a duty which it comes before was changed.
    fn counted_since(&self, kept: &Kept) -> Option<Date> {
        let (mut at, mut since) = (kept, kept.on_since?.max(kept.days_since));
        for _ in 0..=self.duties.len() {
            let Due::Before(_, word) = &at.duty.due else { break };
            let Some(next) = self.duties.iter().find(|other| other.duty.word == *word) else {
                break;
            };
            since = since.max(next.days_since);
            at = next;
        }
        Some(clock::date(since))
    }

    /// One year of a duty.
    #[must_use]
    pub fn turn<'e>(&'e self, kept: &'e Kept, year: i16, today: Date) -> Turn<'e> {
        let is_it =
            |day: &&Passed| day.duty_id == kept.id && day.year == year && day.step.is_empty();
        let then = self.passed.iter().find(is_it);
        let report = self.report(kept, year, "");
        let end = fixed(year, 12, 31);
        let due = match then {
            Some(day) => day.due.ok_or(NoTerms(end)),
            None => self.due(&kept.duty, year),
        };
        let done_on = then.and(report).map(|report| report.done_on);
        let about = due.ok().or(done_on).or_else(|| self.counted_from(&kept.duty, year));
        Turn {
            year,
            due,
            about: about.unwrap_or(end),
            by: then.map_or(kept.duty.by, |day| day.by),
            report,
            state: state(due, report, today),
            steps: self.steps(kept, year, then.is_some(), due, today),
            then,
            is_public: then.map_or(kept.duty.is_public, |day| day.is_public),
        }
    }

    /// The steps of a year: those whose day has passed as they were, the others as they are, and
    /// what was said about one that there no longer is. `is_over`: there are no others any more.
    fn steps<'e>(
        &'e self,
        kept: &'e Kept,
        year: i16,
        is_over: bool,
        due: Result<Date, NoTerms>,
        today: Date,
    ) -> Vec<StepTurn<'e>> {
        let no_day = Err(NoTerms(fixed(year, 12, 31)));
        let passed = self
            .passed
            .iter()
            .filter(|day| day.duty_id == kept.id && day.year == year && !day.step.is_empty());
        let mut steps: Vec<StepTurn<'e>> = passed
            .map(|day| StepTurn {
                name: &day.step,
                before: None,
                done_by: day.by,
                by: day.due.map_or(no_day, Ok),
                report: None,
                state: State::Due,
            })
            .collect();
        let todays: &[Step] = if is_over { &[] } else { &kept.duty.steps };
        for step in todays {
            if steps.iter().all(|known| known.name != step.name) {
                steps.push(StepTurn {
                    name: &step.name,
                    before: Some(step.before),
                    done_by: step.by,
                    by: due.and_then(|due| self.before(due, step.before)),
                    report: None,
                    state: State::Due,
                });
            }
        }
        let said = self.reports.iter().filter(|report| {
            report.duty_id == kept.id && report.year == year && !report.step.is_empty()
        });
        for report in said {
            if steps.iter().all(|known| known.name != report.step) {
                steps.push(StepTurn {
                    name: &report.step,
                    before: None,
                    done_by: report.by,
                    by: no_day,
                    report: None,
                    state: State::Due,
                });
            }
        }
        let since = self.counted_since(kept);
        for step in &mut steps {
            step.report = self.report(kept, year, step.name);
            let is_uncounted = step.before.is_some()
                && step.report.is_none()
                && matches!((step.by, since), (Ok(by), Some(since)) if by < since);
            step.state =
                if is_uncounted { State::Uncounted } else { state(step.by, step.report, today) };
        }
        steps.sort_by_key(|step| step.by.unwrap_or(Date::MAX));
        steps
    }

    /// Every year of a duty whose day has passed while it was on, the oldest first, and the next.
    #[must_use]
    pub fn years<'e>(&'e self, kept: &'e Kept, today: Date) -> Vec<Turn<'e>> {
        let is_whole = |day: &&Passed| day.duty_id == kept.id && day.step.is_empty();
        let mut years: BTreeSet<i16> =
            self.passed.iter().filter(is_whole).map(|day| day.year).collect();
        let (since, off) = (self.counted_since(kept), kept.off_since.map(clock::date));
        if since.is_some() {
            years.extend(today.year() - 1..=today.year() + 2);
        }
        let counts = |turn: &Turn<'_>| match (turn.then, since) {
            (Some(_), Some(_)) => true,
            // It may have been switched off before its day.
            (Some(_), None) => turn.report.is_some() || off.is_none_or(|off| turn.about < off),
            (None, Some(since)) => turn.about >= since,
            (None, None) => false,
        };
        let turns = years.into_iter().map(|year| self.turn(kept, year, today));
        let mut turns: Vec<Turn<'e>> = turns.filter(counts).collect();
        turns.sort_by_key(|turn| turn.about);
        if let Some(next) = turns.iter().position(|turn| turn.about >= today) {
            turns.truncate(next + 1);
        }
        turns
    }

    /// The years of a duty that matter today: the last whose day has passed, and the next.
    #[must_use]
    pub fn turns<'e>(&'e self, kept: &'e Kept, today: Date) -> Vec<Turn<'e>> {
        let mut turns = self.years(kept, today);
        let over = turns.iter().filter(|turn| turn.about < today).count();
        turns.split_off(over.saturating_sub(1))
    }

    /// A duty as everyone sees it: one that isn't public any more, as it was in its last year that
    /// was.
    #[must_use]
    pub fn as_public(&self, kept: &Kept, today: Date) -> Kept {
        let mut seen = kept.clone();
        let mut years = self.years(kept, today).into_iter().rev().filter(|turn| turn.is_public);
        let last = years.find_map(|turn| turn.then);
        if let Some(then) = last.filter(|_| !kept.duty.is_public) {
            seen.duty.name.clone_from(&then.name);
            seen.duty.rule.clone_from(&then.rule);
            seen.duty.source.clone_from(&then.source);
            seen.duty.responsible = then.responsible.clone();
        }
        seen
    }

    /// The days that have passed and are not kept yet.
    #[must_use]
    pub fn to_keep(&self, today: Date) -> Vec<NewPassed> {
        self.kept_of(today, |_, _| false)
    }

    /// What must be kept before the duties become as they are in `after`: what has passed, what was
    /// done, and a year that has begun and whose new day would be over already.
    #[must_use]
    pub fn to_keep_before(&self, after: &Self, today: Date) -> Vec<NewPassed> {
        self.kept_of(today, |kept, turn| {
            let becomes = after.find(&kept.id).filter(|kept| kept.on_since.is_some());
            let is_over = |kept| after.turn(kept, turn.year, today).about < today;
            turn.report.is_some() || (turn.about >= today && becomes.is_some_and(is_over))
        })
    }

    /// The days to keep: those that have passed, and all of a year that `is_settled`.
    fn kept_of(
        &self,
        today: Date,
        is_settled: impl Fn(&Kept, &Turn<'_>) -> bool,
    ) -> Vec<NewPassed> {
        let mut days = Vec::new();
        for kept in self.duties.iter().filter(|kept| kept.on_since.is_some()) {
            let open = self.years(kept, today).into_iter().filter(|turn| turn.then.is_none());
            for turn in open {
                let all = is_settled(kept, &turn);
                let mut keep = |step: &str, due: Option<Date>, by: By| {
                    days.push(NewPassed {
                        duty_id: kept.id.clone(),
                        year: turn.year,
                        step: step.to_owned(),
                        due,
                        by,
                    });
                };
                for step in &turn.steps {
                    let is_todays = step.before.is_some() && step.state != State::Uncounted;
                    if let Some(by) = step.by.ok().filter(|by| is_todays && (all || *by < today)) {
                        keep(step.name, Some(by), step.done_by);
                    }
                }
                if all || turn.due.is_ok_and(|due| due < today) {
                    keep("", turn.due.ok(), turn.by);
                }
            }
        }
        days
    }

    /// The same once these duties are saved.
    #[must_use]
    pub fn with(&self, duties: &[Duty], now: Millis) -> Self {
        let mut after = self.clone();
        for duty in duties {
            let known = after.duties.iter_mut().find(|kept| kept.duty.word == duty.word);
            if let Some(kept) = known {
                kept.on_since = duty.is_on.then(|| kept.on_since.unwrap_or(now));
                kept.duty = duty.clone();
            } else {
                after.duties.push(Kept {
                    id: duty.word.as_str().into(),
                    duty: duty.clone(),
                    on_since: duty.is_on.then_some(now),
                    off_since: None,
                    days_since: now,
                    changed_at: now,
                });
            }
        }
        after
    }

    /// What is still to be done of all duties that are on, steps too, the first to be due first.
    #[must_use]
    pub fn open(&self, today: Date) -> Vec<Open<'_>> {
        let mut open = Vec::new();
        for kept in self.duties.iter().filter(|kept| kept.on_since.is_some()) {
            for turn in self.turns(kept, today) {
                let is_open = |state| matches!(state, State::Due | State::Late);
                // What is done needs no step any more.
                if !is_open(turn.state) {
                    continue;
                }
                let steps = turn.steps.iter().filter(|step| is_open(step.state));
                let steps = steps.filter_map(|step| Some((Some(step.name), step.by.ok()?)));
                let whole = turn.due.ok().map(|day| (None, day));
                open.extend(steps.chain(whole).map(|(step, day)| Open {
                    kept,
                    year: turn.year,
                    step,
                    day,
                }));
            }
        }
        open.sort_by(|one, next| (one.day, &one.kept.id).cmp(&(next.day, &next.kept.id)));
        open
    }

    /// What a desk names: what is late, and what is due in the weeks in which people are told.
    #[must_use]
    pub fn for_desk(&self, side: &Side, today: Date) -> Vec<Open<'_>> {
        let soon = today + WARNED[0].weeks();
        let mut open = self.open(today);
        open.retain(|open| side.answers_for(&open.kept.duty) && open.day <= soon);
        open
    }

    /// What people are told about now, each with how many weeks before its day that is meant to be.
    /// Somebody who is told late for the first is told once.
    #[must_use]
    pub fn to_warn(&self, today: Date) -> Vec<(Open<'_>, i32)> {
        let weeks = |open: &Open<'_>| {
            let left = (open.day - today).get_days();
            let passed = WARNED.into_iter().filter(|weeks| left <= weeks * 7);
            if left < 0 { None } else { passed.min() }
        };
        let open = self.open(today).into_iter();
        open.filter_map(|open| weeks(&open).map(|weeks| (open, weeks))).collect()
    }

    /// How all of it is that everyone sees, in words: "2 done, 1 late"; `None` where there is none.
    /// What has come round once counts by its last year.
    #[must_use]
    pub fn tally(&self, today: Date) -> Option<String> {
        let states = self.duties.iter().filter_map(|kept| {
            let turns = self.turns(kept, today);
            turns.iter().find(|turn| turn.is_public).map(|turn| turn.state)
        });
        let states: Vec<State> = states.collect();
        let many = |of: &[State]| states.iter().filter(|state| of.contains(state)).count();
        let all = [
            ("done", many(&[State::Done])),
            ("done late", many(&[State::DoneLate])),
            ("late", many(&[State::Late])),
            ("not done", many(&[State::NotDone])),
            ("still to come", many(&[State::Due, State::NoTerms, State::Uncounted])),
        ];
        let words = all.into_iter().filter(|(_, many)| *many > 0);
        let words: Vec<String> = words.map(|(words, many)| format!("{many} {words}")).collect();
        (!words.is_empty()).then(|| words.join(", "))
    }

    /// The first day about which the terms tell nothing, of all duties that are due before long.
    #[must_use]
    pub fn lacks_terms(&self, today: Date) -> Option<Date> {
        let on = self.duties.iter().filter(|kept| kept.on_since.is_some());
        let turns = on.filter_map(|kept| self.turns(kept, today).pop());
        let turns = turns.filter(|turn| turn.then.is_none());
        let about = |turn: &Turn<'_>| turn.due.unwrap_or_else(|NoTerms(day)| day);
        let turns = turns.filter(|turn| about(turn) <= today + BEFORE_LONG.weeks());
        let days = turns.flat_map(|turn| {
            let steps = turn.steps.iter().filter(|step| step.before.is_some());
            let steps: Vec<_> = steps.filter_map(|step| step.by.err()).collect();
            steps.into_iter().chain(turn.due.err())
        });
        days.map(|NoTerms(day)| day).min()
    }
}

/// A fixed day in a year: the last of February for a 29th that is not there.
fn fixed(year: i16, month: i8, day: i8) -> Date {
    let first = Date::new(year, month, 1).unwrap_or(Date::MAX);
    Date::new(year, month, day).unwrap_or_else(|_| first.last_of_month())
}

fn state(due: Result<Date, NoTerms>, report: Option<&Report>, today: Date) -> State {
    match (due, report.map(|report| report.done_on)) {
        (Ok(due), Some(done)) if done > due => State::DoneLate,
        (_, Some(_)) => State::Done,
        (Err(_), None) => State::NoTerms,
        (Ok(due), None) if today <= due => State::Due,
        (Ok(due), None) if today <= due + NOT_DONE_AFTER.weeks() => State::Late,
        (Ok(_), None) => State::NotDone,
    }
}

/// A day in words: "Monday 12 January 2027".
#[must_use]
pub fn in_words(day: Date) -> String {
    clock::day_of(&day.to_string()).unwrap_or_else(|| day.to_string())
}

/// What to do where the terms don't tell about a day.
#[must_use]
pub fn enter_terms(NoTerms(day): NoTerms) -> String {
    format!(
        "We can't count the school days. An administrator must first enter the school terms around \
         {}.",
        in_words(day)
    )
}

/// What somebody says about a duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReport {
    pub year: i16,
    /// The step; empty for the duty itself.
    pub step: String,
    pub done_on: Date,
    pub by: By,
    pub thing: String,
}

/// A round, a consultation or a notice that everyone can see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    pub by: By,
    pub named: Named,
}

/// Which of the open things of a duty a form names: the year, and the step if it is one. Never by
/// its place in a list, which may be another when the form is sent.
#[must_use]
pub fn part_word(year: i16, step: &str) -> String {
    format!("{year} {step}").trim_end().to_owned()
}

/// Whether it takes an address to say that this was done: for the duty itself, where everyone sees
/// how it stands.
#[must_use]
pub fn needs_address(turn: &Turn<'_>, step: &str, by: By) -> bool {
    by == By::Document && step.is_empty() && turn.is_public
}

/// Reads that something was done.
///
/// # Errors
/// What to put right, in the order of the fields.
pub fn report(
    sent: &Sent,
    turns: &[Turn<'_>],
    things: &[Thing],
    today: Date,
) -> Result<NewReport, Refusals> {
    let parts = turns.iter().flat_map(|turn| {
        let steps = turn.steps.iter().map(move |step| (turn, step.name, step.done_by));
        std::iter::once((turn, "", turn.by)).chain(steps)
    });
    let mut parts =
        parts.filter(|(turn, step, _)| part_word(turn.year, step) == sent.typed("part"));
    let mut refusals = Refusals::default();
    let part = parts.next().ok_or_else(|| "Choose what was done".to_owned());
    let part = refusals.take("part", part);
    let done_on = match sent.typed("done_on").trim().parse::<Date>() {
        Err(_) => Err("Enter the day it was done".to_owned()),
        Ok(day) if day > today => Err("Choose today or an earlier day".to_owned()),
        Ok(day) if day < today - 2.years() => Err("Choose a day in the last two years".to_owned()),
        Ok(day) => Ok(day),
    };
    let done_on = refusals.take("done_on", done_on);
    let thing = part.and_then(|(turn, step, by)| match by {
        By::Document => {
            let link = sent.line("link");
            let is_left_out = link.is_empty() && !needs_address(turn, step, by);
            refusals.take("link", if is_left_out { Ok(link) } else { address(&link) })
        }
        by => {
            let is_it = |thing: &&Thing| thing.by == by && thing.named.id == sent.typed("thing");
            let thing = things.iter().find(is_it).map(|thing| thing.named.id.clone());
            let what_to_do = || format!("Choose {} from the list", by.title());
            refusals.take("thing", thing.ok_or_else(what_to_do))
        }
    });
    match (part, done_on, thing) {
        (Some((turn, step, by)), Some(done_on), Some(thing)) => {
            Ok(NewReport { year: turn.year, step: step.to_owned(), done_on, by, thing })
        }
        _ => Err(refusals),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(day: &str) -> Date {
        day.parse().expect("a day")
    }

    fn duty(word: &str, due: &str, steps: &str) -> Duty {
        Duty {
            word: word.to_owned(),
            name: "Transport statement".to_owned(),
            rule: "Published each year.".to_owned(),
            source: "https://example.org/rule".to_owned(),
            checked_on: Some(date("2026-09-01")),
            responsible: Responsible::Forum,
            due: due.parse().expect("a due day"),
            by: By::Document,
            steps: super::steps(steps).expect("steps"),
            is_public: true,
            is_on: true,
        }
    }

    fn kept(duty: Duty, since: &str) -> Kept {
        let on_since = clock::read(since, "10:00");
        let id = duty.word.as_str().into();
        Kept { id, duty, on_since, off_since: None, days_since: 0, changed_at: 0 }
    }

    /// A school year with its breaks, in which Christmas and the last Monday of May are closed.
    fn area(duties: Vec<Kept>) -> Everything {
        let term = |first, last| (date(first), date(last));
        let school = SchoolYear {
            terms: vec![
                term("2026-09-02", "2026-10-23"),
                term("2026-11-02", "2026-12-18"),
                term("2027-01-04", "2027-02-12"),
                term("2027-02-22", "2027-03-25"),
                term("2027-04-12", "2027-05-28"),
                term("2027-06-07", "2027-07-21"),
            ],
            closed: vec![date("2027-05-03"), date("2027-05-31")],
        };
        Everything { duties, school, ..Everything::default() }
    }

    fn due(duties: Vec<Kept>, year: i16) -> Result<Date, NoTerms> {
        let all = area(duties);
        all.due(&all.duties[0].duty, year)
    }

    #[test]
    fn a_day_a_span_and_a_step_are_read_as_they_are_written_and_refused_plainly() {
        for text in ["31 May", "29 February", "20 school days before transport-16"] {
            assert_eq!(text.parse::<Due>().map(|due| due.to_string()), Ok(text.to_owned()));
        }
        for text in [
            "31 June",
            "30 February",
            "0 May",
            "May 31",
            "soon",
            "0 weeks before a",
            "53 weeks before a",
            "191 school days before a",
            "6 months before a",
            "6 weeks before two words",
            "-1 weeks before a",
        ] {
            assert!(text.parse::<Due>().is_err(), "{text}");
        }
        let text = "The round must open | 60 school days before | round";
        assert_eq!(steps(text).map(|steps| steps_as_text(&steps)), Ok(text.to_owned()));
        let wrong = steps(&format!("{text}\nA draft"));
        assert!(wrong.expect_err("no span").starts_with("Step 2: write a step like"));
        assert!(steps(&format!("{text}\n{text}")).is_err(), "the same step twice");
    }

    #[test]
    fn a_step_is_counted_backwards_in_school_days_over_holidays_and_closed_days() {
        let steps = "The round must open | 60 school days before | round\n\
            A draft must be out | 4 weeks before | consultation";
        let all = area(vec![kept(duty("a", "31 May", steps), "2026-09-01")]);
        let turn = all.turn(&all.duties[0], 2027, date("2026-12-01"));
        assert_eq!(turn.due, Ok(date("2027-05-31")), "it stays on a bank holiday");
        // By hand: 34 school days from 12 April, without 3 May; 24 from 22 February; two before.
        assert_eq!(turn.steps[0].by, Ok(date("2027-02-11")));
        // 3 May is closed, so the Friday before.
        assert_eq!(turn.steps[1].by, Ok(date("2027-04-30")));
        assert_eq!(turn.state, State::Due);
    }

    #[test]
    fn a_29th_of_february_and_the_weeks_in_which_clocks_change_have_their_days() {
        let leap = |year| due(vec![kept(duty("a", "29 February", ""), "2026-09-01")], year);
        assert_eq!(leap(2028), Ok(date("2028-02-29")));
        assert_eq!(leap(2027), Ok(date("2027-02-28")));
        let before = |fixed: &str, span: &str| {
            let duties = [duty("a", &format!("{span} before b"), ""), duty("b", fixed, "")];
            due(duties.map(|duty| kept(duty, "2026-09-01")).into(), 2027)
        };
        // Clocks go forward on 28 March and go back on 25 October.
        assert_eq!(before("29 March", "1 school day"), Ok(date("2027-03-25")), "over Easter");
        assert_eq!(before("13 April", "1 school day"), Ok(date("2027-04-12")));
        let autumn = due(
            vec![
                kept(duty("a", "1 week before b", ""), "2026-09-01"),
                kept(duty("b", "3 November", ""), "2026-09-01"),
            ],
            2026,
        );
        assert_eq!(autumn, Ok(date("2026-10-23")), "half-term: the last school day before it");
    }

    #[test]
    fn terms_that_end_before_the_day_give_no_day_and_say_what_to_enter() {
        let duties = || {
            vec![
                kept(duty("a", "1 school day before b", ""), "2026-09-01"),
                kept(duty("b", "31 August", ""), "2026-09-01"),
            ]
        };
        assert_eq!(due(duties(), 2027), Err(NoTerms(date("2027-08-31"))));
        let all = area(duties());
        assert_eq!(all.turn(&all.duties[0], 2027, date("2027-01-15")).state, State::NoTerms);
        assert_eq!(all.lacks_terms(date("2027-01-15")), Some(date("2027-08-31")));
        let words = enter_terms(NoTerms(date("2027-08-31")));
        assert!(words.contains("school terms around Tuesday 31 August 2027"), "{words}");
    }

    #[test]
    fn duties_in_a_circle_or_before_none_are_refused_and_never_counted_for_ever() {
        let (a, b) = (duty("a", "1 week before b", ""), duty("b", "1 week before a", ""));
        assert_eq!(wrong_order(&[&a, &b]).map(|(word, _)| word), Some("a".to_owned()));
        let wrong = wrong_order(&[&a]).expect("b is missing");
        assert!(wrong.1.contains("no duty called b"), "{wrong:?}");
        let fixed = duty("b", "31 May", "");
        assert_eq!(wrong_order(&[&a, &fixed]), None);
        assert!(due(vec![kept(a, "2026-09-01"), kept(b, "2026-09-01")], 2027).is_err());
    }

    #[test]
    fn it_is_done_done_late_late_or_not_done_by_the_day_and_what_was_before_it_began_is_no_fault() {
        let on = |today: &str, done: Option<&str>| {
            let kept = kept(duty("a", "31 May", ""), "2026-09-01");
            let report = done.map(|done| Report {
                id: "r".into(),
                duty_id: kept.id.clone(),
                year: 2027,
                step: String::new(),
                done_on: date(done),
                by: By::Document,
                thing: "https://example.org".to_owned(),
                organisation: None,
            });
            let all = Everything { reports: report.into_iter().collect(), ..area(vec![kept]) };
            all.turns(&all.duties[0], date(today)).iter().map(|turn| turn.state).collect::<Vec<_>>()
        };
        assert_eq!(on("2027-05-31", None), [State::Due], "its last day");
        assert_eq!(on("2027-06-01", None), [State::Late, State::Due]);
        assert_eq!(on("2027-11-29", None), [State::Late, State::Due]);
        assert_eq!(on("2027-11-30", None), [State::NotDone, State::Due]);
        assert_eq!(on("2027-06-10", Some("2027-05-31")), [State::Done, State::Due]);
        assert_eq!(on("2027-06-10", Some("2027-06-01")), [State::DoneLate, State::Due]);
    }

    /// Those days as they are kept: with the duty as it is.
    fn kept_days(all: &Everything, days: Vec<NewPassed>) -> Vec<Passed> {
        let passed = |day: NewPassed| {
            let duty = &all.find(&day.duty_id)?.duty;
            Some(Passed {
                duty_id: day.duty_id,
                year: day.year,
                step: day.step,
                due: day.due,
                by: day.by,
                name: duty.name.clone(),
                rule: duty.rule.clone(),
                source: duty.source.clone(),
                responsible: duty.responsible.clone(),
                is_public: duty.is_public,
            })
        };
        days.into_iter().filter_map(passed).collect()
    }

    /// The days of a duty's years once it is changed on a day.
    fn days_once(changed: &[(&str, Duty)], today: &str) -> Vec<(State, Date)> {
        let mut all = area(vec![kept(duty("a", "31 May", ""), "2026-09-01")]);
        for (on, duty) in changed {
            let now = clock::read(on, "10:00").expect("a time");
            let mut after = all.with(std::slice::from_ref(duty), now);
            let days = kept_days(&all, all.to_keep_before(&after, date(on)));
            after.passed.extend(days);
            after.duties[0].off_since = (!duty.is_on).then_some(now);
            after.duties[0].days_since = now;
            all = after;
        }
        let years = all.years(&all.duties[0], date(today));
        years.iter().map(|turn| (turn.state, turn.due.expect("a day"))).collect()
    }

    #[test]
    fn a_day_that_has_passed_stays_whatever_becomes_of_the_duty() {
        let late = (State::Late, date("2027-05-31"));
        let other = duty("a", "20 October", "");
        assert_eq!(
            days_once(&[("2027-06-10", other.clone())], "2027-06-10"),
            [late, (State::Due, date("2028-10-20"))],
            "this year is over"
        );
        let mut off = duty("a", "29 February", "");
        off.is_on = false;
        let changes = [("2027-06-10", off.clone())];
        assert_eq!(days_once(&changes, "2027-06-10"), [late]);
        let changes = [("2027-06-10", off.clone()), ("2027-06-12", other.clone())];
        assert_eq!(days_once(&changes, "2027-06-12"), [late, (State::Due, date("2028-10-20"))]);
        assert!(days_once(&[("2027-05-20", off)], "2027-06-10").is_empty(), "off before its day");
        // What is to come moves, and a year that has begun can't be left out by an earlier day.
        assert_eq!(
            days_once(&[("2027-05-20", other)], "2027-06-10"),
            [(State::Due, date("2027-10-20"))]
        );
        let earlier = duty("a", "1 May", "");
        assert_eq!(
            days_once(&[("2027-05-20", earlier)], "2027-06-10"),
            [late, (State::Due, date("2028-05-01"))]
        );
    }

    #[test]
    fn a_step_whose_day_was_over_when_it_began_to_count_is_not_late() {
        let steps = "The round must open | 4 weeks before | round";
        let state = |since: &str| {
            let all = area(vec![kept(duty("a", "31 May", steps), since)]);
            all.turn(&all.duties[0], 2027, date("2027-05-20")).steps[0].state
        };
        assert_eq!(state("2027-04-30"), State::Late);
        assert_eq!(state("2027-05-01"), State::Uncounted);
    }

    #[test]
    fn people_are_told_eight_and_two_weeks_before_and_once_where_they_are_late_for_the_first() {
        let warned = |today: &str| {
            let all = area(vec![kept(duty("a", "31 May", ""), "2026-09-01")]);
            all.to_warn(date(today)).first().map(|(_, weeks)| *weeks)
        };
        assert_eq!(warned("2027-04-04"), None);
        assert_eq!(warned("2027-04-05"), Some(8));
        assert_eq!(warned("2027-05-16"), Some(8));
        assert_eq!(warned("2027-05-17"), Some(2));
        assert_eq!(warned("2027-05-31"), Some(2));
        assert_eq!(warned("2027-06-01"), None, "then the desk says that it is late");
    }

    #[test]
    fn each_side_has_its_own_duties_and_the_forum_may_say_of_all_that_they_are_done() {
        let council = Named { id: "council".to_owned(), name: "The council".to_owned() };
        let mut of_council = duty("a", "31 May", "");
        of_council.responsible = Responsible::Organisation(council);
        let leader = |of: &str| Side::Leader(Some(of.to_owned()));
        assert!(leader("council").answers_for(&of_council));
        assert!(
            !leader("nhs").may_report(&of_council) && !Side::Leader(None).may_report(&of_council)
        );
        assert!(Side::Forum.may_report(&of_council) && !Side::Forum.answers_for(&of_council));
        assert!(!leader("council").may_report(&duty("b", "31 May", "")));
    }

    #[test]
    fn the_end_of_the_bank_holidays_is_told_before_it_comes() {
        let until = |day: &str| BankHolidays { until: Some(date(day)), ..BankHolidays::default() };
        let today = date("2027-01-15");
        assert_eq!(until("2027-12-31").warning(today), None);
        assert!(until("2027-07-14").warning(today).is_some_and(|words| words.contains("end on")));
        assert!(until("2026-12-31").warning(today).is_some_and(|words| words.contains("ended on")));
        assert!(BankHolidays::default().warning(today).is_some());
    }
}
