//! How long families waited, place beside place and month after month, and what is said about it.
//! Pure. A number of people below ten is never here: it is not kept either.

use disclosure::{SMALLEST_SHOWN, commas};
use ground::ids::{Id, Place, Service, WaitReport};
use outcomes::rules::{Verdict, judged};

use super::months::Month;
use calendar::clock::Moment;

/// How long families in a place waited, as leaders counted it at the end of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// So few waited that nothing is said about them.
    FewerThanTen,
    /// In whole weeks.
    Weeks {
        /// How many were waiting.
        waiting: i64,
        /// Half of them had waited longer.
        median: i64,
        longest: i64,
    },
}

impl Figure {
    /// What may be kept of these numbers. With fewer than ten people it is only that; nobody counts
    /// as few too.
    #[must_use]
    pub fn of(waiting: i64, median: i64, longest: i64) -> Self {
        let people =
            u64::try_from(waiting).ok().and_then(|waiting| disclosure::count(waiting).number());
        match people {
            Some(people) if people >= SMALLEST_SHOWN => Self::Weeks { waiting, median, longest },
            _ => Self::FewerThanTen,
        }
    }

    /// The weeks that half of the families had waited longer than, where they are shown.
    #[must_use]
    pub fn weeks(self) -> Option<i64> {
        match self {
            Self::FewerThanTen => None,
            Self::Weeks { median, .. } => Some(median),
        }
    }

    /// "24 weeks"; for few people, that it is not shown.
    #[must_use]
    pub fn words(self) -> String {
        self.weeks().map_or_else(|| "Not shown: fewer than 10 waiting".to_owned(), weeks)
    }

    /// The rest: the longest wait, and how many were waiting.
    #[must_use]
    pub fn more(self) -> Option<String> {
        match self {
            Self::FewerThanTen => None,
            Self::Weeks { waiting, longest, .. } => {
                let people = u64::try_from(waiting).map_or_else(|_| String::new(), commas);
                Some(format!("longest {longest}, {people} waiting"))
            }
        }
    }

    /// With all that is shown of it.
    #[must_use]
    pub fn in_full(self) -> String {
        let more = self.more().map(|more| format!(" ({more})")).unwrap_or_default();
        format!("{}{more}", self.words())
    }
}

/// What a number of weeks says.
pub const WEEKS_SAY: &str =
    "Half of families still waiting at the end of the month had waited more than this.";

/// "1 week", "24 weeks".
#[must_use]
pub fn weeks(weeks: i64) -> String {
    if weeks == 1 { "1 week".to_owned() } else { format!("{weeks} weeks") }
}

/// What a leader published about one place and one month.
#[derive(Clone, Debug)]
pub struct Told {
    pub service_id: Id<Service>,
    pub service: String,
    pub place_id: Id<Place>,
    pub place: String,
    pub month: Month,
    pub figure: Figure,
    /// What it was published in, and which of the service's publications that was, from 1.
    pub report_id: Id<WaitReport>,
    pub nth: i64,
    /// In weeks.
    pub target: Option<i64>,
    pub source: String,
    pub organisation: String,
    pub published_at: Moment,
    /// What the forum says about that publication.
    pub verdict: Option<(Verdict, Moment)>,
}

impl Told {
    /// The forum's word, where it does not agree. It is said beside the number, wherever that is.
    #[must_use]
    pub fn doubt(&self) -> Option<Verdict> {
        self.verdict.map(|(verdict, _)| verdict).filter(|verdict| *verdict != Verdict::Confirmed)
    }
}

/// What was published about one place and one month, the latest last; empty where nothing was.
pub type Cell = Vec<Told>;

/// A service's places side by side, over some months.
#[derive(Clone, Debug)]
pub struct Waits {
    pub service_id: Id<Service>,
    pub service: String,
    /// Every month from the first to the last, whether or not anything was published about it.
    pub months: Vec<Month>,
    /// Each place by name, in the order of the area, with a cell for each month.
    pub places: Vec<(String, Vec<Cell>)>,
    /// The target that was published last, in weeks.
    pub target: Option<i64>,
}

/// The longest and the shortest wait of the places, in the latest month in which two or more are
/// shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlike {
    pub month: Month,
    pub worst: Wait,
    pub best: Wait,
}

/// How long families waited in a place, who says so, and what the forum says about that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    pub place: String,
    pub weeks: i64,
    organisation: String,
    verdict: Option<Verdict>,
}

impl Wait {
    /// `None` where the weeks are not shown.
    fn of(place: &str, told: &Told) -> Option<Self> {
        Some(Self {
            place: place.to_owned(),
            weeks: told.figure.weeks()?,
            organisation: told.organisation.clone(),
            verdict: told.verdict.map(|(verdict, _)| verdict),
        })
    }
}

impl Waits {
    /// What was told, service by service in the order it comes in, with every month up to this one:
    /// one that nobody has published anything about is there, and empty.
    #[must_use]
    pub fn each(told: Vec<Told>, until: Month) -> Vec<Self> {
        let mut services: Vec<(Id<Service>, Vec<Told>)> = Vec::new();
        for one in told {
            match services.last_mut() {
                Some((service_id, all)) if *service_id == one.service_id => all.push(one),
                _ => services.push((one.service_id.clone(), vec![one])),
            }
        }
        services.into_iter().filter_map(|(_, told)| Self::of(told, until)).collect()
    }

    /// The same for one service; `None` where nothing was told.
    #[must_use]
    pub fn of(told: Vec<Told>, until: Month) -> Option<Self> {
        let (first, last) = (told.first()?, told.iter().max_by_key(|one| one.nth)?);
        let (service_id, service, target) =
            (first.service_id.clone(), first.service.clone(), last.target);
        let from = told.iter().map(|one| one.month).min()?;
        let months: Vec<Month> = std::iter::successors(Some(from), |month| {
            Some(month.following()).filter(|next| *next <= until)
        })
        .collect();
        let mut places: Vec<(String, Id<Place>, Vec<Cell>)> = Vec::new();
        for one in told {
            if places.last().is_none_or(|(_, last, _)| *last != one.place_id) {
                let cells = vec![Cell::new(); months.len()];
                places.push((one.place.clone(), one.place_id.clone(), cells));
            }
            let at = months.iter().position(|month| *month == one.month);
            if let (Some(at), Some((_, _, cells))) = (at, places.last_mut()) {
                cells[at].push(one);
            }
        }
        let places = places.into_iter().map(|(place, _, cells)| (place, cells)).collect();
        Some(Self { service_id, service, months, places, target })
    }

    /// The weeks of a place in each month, where they are shown.
    pub fn weeks(cells: &[Cell]) -> impl Iterator<Item = Option<i64>> + '_ {
        cells.iter().map(|cell| cell.last().and_then(|told| told.figure.weeks()))
    }

    /// How unlike the places are.
    #[must_use]
    pub fn unlike(&self) -> Option<Unlike> {
        let in_month = |nth: usize| {
            let places = self.places.iter();
            places
                .filter_map(|(place, cells)| Wait::of(place, cells.get(nth)?.last()?))
                .collect::<Vec<_>>()
        };
        let months = self.months.iter().enumerate().rev();
        let (month, shown) = months
            .map(|(nth, month)| (*month, in_month(nth)))
            .find(|(_, shown)| shown.len() > 1)?;
        // Of several alike, the first in the order of the area.
        let worst = shown.iter().rev().max_by_key(|wait| wait.weeks)?.clone();
        let best = shown.iter().min_by_key(|wait| wait.weeks)?;
        // Where all are alike, another place is the best.
        let best = if best.weeks == worst.weeks { shown.last()? } else { best };
        Some(Unlike { month, worst, best: best.clone() })
    }

    /// In how many months the forum has said this about a number that counts now.
    #[must_use]
    pub fn months_judged(&self, verdict: Verdict) -> usize {
        let is_judged = |cell: Option<&Cell>| {
            let given = cell.and_then(|cell| Some(cell.last()?.verdict?.0));
            given == Some(verdict)
        };
        (0..self.months.len())
            .filter(|nth| self.places.iter().any(|(_, cells)| is_judged(cells.get(*nth))))
            .count()
    }
}

impl Unlike {
    /// How many times as long families wait in the worst place; `None` where the best is nothing.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        (self.best.weeks > 0).then(|| self.worst.weeks as f64 / self.best.weeks as f64)
    }

    /// In one sentence.
    #[must_use]
    pub fn words(&self) -> String {
        let Self { month, worst: Wait { place: worst, weeks: most, .. }, best } = self;
        let month = month.words();
        let Wait { place: best, weeks: least, .. } = best;
        if most == least {
            return format!(
                "In {month} families waited as long in {worst} as anywhere else that is shown: {}.",
                weeks(*most)
            );
        }
        let times =
            self.ratio().map(|ratio| format!(": {ratio:.1} times as long")).unwrap_or_default();
        format!("In {month} families in {worst} waited {}, in {best} {least}{times}.", weeks(*most))
    }

    /// What the forum says about these two numbers; of each where that is not the same.
    #[must_use]
    pub fn forum(&self) -> String {
        let Self { worst, best, .. } = self;
        let [of_worst, of_best] =
            [worst, best].map(|wait| judged(wait.verdict, &wait.organisation));
        if of_worst == of_best {
            return of_worst;
        }
        format!("{}: {of_worst}. {}: {of_best}", worst.place, best.place)
    }

    /// The sentence, and what the forum says about it.
    #[must_use]
    pub fn in_full(&self) -> String {
        format!("{} {}.", self.words(), self.forum())
    }

    /// Whether the forum disagrees with one of the two numbers.
    #[must_use]
    pub fn is_disputed(&self) -> bool {
        [&self.worst, &self.best].iter().any(|wait| wait.verdict == Some(Verdict::Disputed))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What was told: (nth, place, month, weeks), with 40 families waiting; 0 weeks for few people.
    pub(crate) fn told(all: &[(i64, &str, &str, i64)]) -> Vec<Told> {
        let one = |(nth, place, month, weeks): &(i64, &str, &str, i64)| Told {
            service_id: "s".into(),
            service: "Therapy".to_owned(),
            place_id: (*place).into(),
            place: (*place).to_owned(),
            month: month.parse().expect("a month"),
            figure: Figure::of(if *weeks == 0 { 3 } else { 40 }, *weeks, *weeks + 9),
            report_id: "r".into(),
            nth: *nth,
            target: Some(18),
            source: "The list".to_owned(),
            organisation: "NHS".to_owned(),
            published_at: Moment::from_millis(*nth),
            verdict: None,
        };
        all.iter().map(one).collect()
    }

    fn month(text: &str) -> Month {
        text.parse().expect("a month")
    }

    #[test]
    fn fewer_than_ten_people_leave_no_number_behind() {
        for waiting in [-1, 0, 1, 9] {
            assert_eq!(Figure::of(waiting, 12, 30), Figure::FewerThanTen);
        }
        let shown = Figure::of(10, 1, 30);
        assert_eq!(shown.words(), "1 week");
        assert_eq!(shown.more().as_deref(), Some("longest 30, 10 waiting"));
        assert_eq!(Figure::FewerThanTen.more(), None);
    }

    #[test]
    fn a_month_that_is_late_is_empty_and_what_was_corrected_is_last() {
        let all = told(&[
            (1, "North", "2026-08", 9),
            (1, "North", "2026-10", 9),
            (1, "South", "2026-08", 26),
            (2, "South", "2026-08", 24),
        ]);
        let waits = Waits::of(all, month("2026-11")).expect("something");
        let months: Vec<String> = waits.months.iter().map(Month::to_string).collect();
        assert_eq!(months, ["2026-08", "2026-09", "2026-10", "2026-11"]);
        let weeks: Vec<Vec<_>> =
            waits.places.iter().map(|(_, cells)| Waits::weeks(cells).collect()).collect();
        assert_eq!(weeks, [[Some(9), None, Some(9), None], [Some(24), None, None, None]]);
        assert_eq!(waits.places[1].1[0].len(), 2, "what it was before is there too");
        assert!(Waits::of(Vec::new(), month("2026-11")).is_none());
    }

    #[test]
    fn the_worst_and_the_best_place_are_of_the_last_month_in_which_two_are_shown() {
        let says = |all: &[(i64, &str, &str, i64)]| {
            let waits = Waits::of(told(all), month("2026-10")).expect("something");
            waits.unlike().map(|unlike| unlike.words())
        };
        let both = [(1, "North", "2026-09", 9), (1, "South", "2026-09", 24)];
        let sentence =
            "In September 2026 families in South waited 24 weeks, in North 9: 2.7 times as long.";
        assert_eq!(says(&both).as_deref(), Some(sentence));
        // In October there are too few in the north to say, and so in neither place is it compared.
        let later = [both[0], (1, "North", "2026-10", 0), both[1], (1, "South", "2026-10", 30)];
        assert_eq!(says(&later).as_deref(), Some(sentence));
        let alike = [(1, "North", "2026-09", 9), (1, "South", "2026-09", 9)];
        let words = says(&alike).expect("a sentence");
        assert!(words.contains("as long in North as anywhere else") && words.contains("9 weeks"));
        assert_eq!(says(&both[..1]), None, "one place is not compared with anything");
    }

    #[test]
    fn what_the_forum_says_about_a_number_is_said_of_each_place_where_it_differs() {
        let mut all = told(&[(1, "North", "2026-09", 9), (1, "South", "2026-09", 24)]);
        let says = |all: &[Told]| {
            let waits = Waits::of(all.to_vec(), month("2026-10")).expect("something");
            let unlike = waits.unlike().expect("two places");
            (unlike.forum(), unlike.is_disputed(), waits.months_judged(Verdict::Disputed))
        };
        assert_eq!(says(&all), ("○ NHS says so – not checked yet".to_owned(), false, 0));
        all[1].verdict = Some((Verdict::Disputed, Moment::from_millis(5)));
        let apart = "South: × The forum disagrees. North: ○ NHS says so – not checked yet";
        assert_eq!(says(&all), (apart.to_owned(), true, 1));
        all[0].verdict = Some((Verdict::Disputed, Moment::from_millis(5)));
        assert_eq!(says(&all), ("× The forum disagrees".to_owned(), true, 1));
        // Where places are alike, what is said of the second is not lost.
        all[0].figure = all[1].figure;
        all[0].verdict = Some((Verdict::Confirmed, Moment::from_millis(5)));
        assert!(says(&all).1);
    }

    #[test]
    fn each_service_has_its_own() {
        let mut all = told(&[(1, "North", "2026-09", 9)]);
        let mut other = told(&[(1, "North", "2026-08", 12)]);
        other[0].service_id = "another".into();
        all.extend(other);
        let each = Waits::each(all, month("2026-10"));
        let months: Vec<usize> = each.iter().map(|waits| waits.months.len()).collect();
        assert_eq!(months, [2, 3]);
    }
}
