//! The demonstration's waits: eighteen months of occupational therapy in two places, of which the
//! forum has confirmed the most; the month after them, which is late; and paediatrics, with too few
//! families to show in one month and a number that was corrected.

use calendar::clock::{DAY, HOUR, Moment};
use ground::ids::{Id, Service, WaitReport};
use outcomes::rules::Verdict;
use sqlx::AnyConnection;
use waits::figures::Figure;
use waits::months::Month;
use waits::rules::{Line, Report};
use waits::store::{self, NewDoubt, NewReport, NewVerdict};

use super::sefton::{NHS_LEADER, PLACES};

/// The weeks that half of the families had waited longer than, in the north and in the south, month
/// by month.
const THERAPY: [(i64, i64); 18] = [
    (8, 18),
    (8, 18),
    (9, 19),
    (9, 20),
    (9, 20),
    (10, 21),
    (9, 22),
    (9, 22),
    (9, 23),
    (8, 23),
    (9, 24),
    (9, 24),
    (9, 24),
    (9, 24),
    (9, 24),
    (9, 24),
    (9, 24),
    (9, 24),
];
const PAEDIATRICS: [(i64, i64); 6] = [(12, 15), (11, 15), (11, 16), (12, 17), (12, 17), (11, 18)];

/// A publication, as its leader sends it.
struct Published {
    service: &'static str,
    nth: i64,
    target: i64,
    source: &'static str,
    lines: Vec<Line>,
    at: Moment,
}

pub async fn fill(tx: &mut AnyConnection, now: Moment) -> sqlx::Result<()> {
    // The month that is over is late. What the NHS counted a few days ago is in its update.
    let last = Month::last_over(now - 3 * DAY).back(1);
    let therapy = lines(tx, &THERAPY, last, 57).await?;
    let (latest, before): (Vec<Line>, Vec<Line>) =
        therapy.into_iter().partition(|line| line.month == last);
    let source = "The therapy waiting list, counted on the last day of the month";
    let of_therapy = |nth, lines, at| Published {
        service: "Occupational therapy",
        nth,
        target: 12,
        source,
        lines,
        at,
    };
    let first = publish(tx, of_therapy(1, before, now - 33 * DAY)).await?;
    let second = publish(tx, of_therapy(2, latest, now - 3 * DAY)).await?;
    judge(tx, &first, now - 20 * DAY).await?;
    doubt(tx, &second, now - 2 * DAY).await?;
    paediatrics(tx, last.back(1), now).await
}

/// Paediatrics: one month in the north is about too few families, and one in the south was wrong at
/// first.
async fn paediatrics(tx: &mut AnyConnection, last: Month, now: Moment) -> sqlx::Result<()> {
    let mut all = lines(tx, &PAEDIATRICS, last, 34).await?;
    let (few, wrong) = (last.back(3), last.back(2));
    let is_few = |line: &Line| line.month == few && line.place == PLACES[0].0;
    let is_wrong = |line: &Line| line.month == wrong && line.place == PLACES[1].0;
    let right: Vec<Line> = all.iter().filter(|line| is_wrong(line)).cloned().collect();
    for line in &mut all {
        if is_few(line) {
            line.figure = Figure::FewerThanTen;
        } else if is_wrong(line) {
            line.figure = Figure::of(41, 27, 40);
        }
    }
    let of_paediatrics = |nth, lines, at| Published {
        service: "Paediatrics",
        nth,
        target: 18,
        source: "The clinics' own lists",
        lines,
        at,
    };
    publish(tx, of_paediatrics(1, all, now - 32 * DAY)).await?;
    publish(tx, of_paediatrics(2, right, now - 30 * DAY)).await?;
    Ok(())
}

/// The last months up to this one, in both places; as many wait as this, and a few more each month.
async fn lines(
    tx: &mut AnyConnection,
    weeks: &[(i64, i64)],
    last: Month,
    waiting: i64,
) -> sqlx::Result<Vec<Line>> {
    let mut all = Vec::new();
    for (side, (place, _)) in PLACES.into_iter().enumerate() {
        let place_id: String = sqlx::query_scalar("SELECT id FROM places WHERE name = $1")
            .bind(place)
            .fetch_one(&mut *tx)
            .await?;
        for (ago, (nth, (north, south))) in (0..).zip(weeks.iter().enumerate().rev()) {
            let median = if side == 0 { *north } else { *south };
            let more = i64::try_from(nth).map_or(0, |nth| nth * 2);
            all.push(Line {
                place_id: place_id.as_str().into(),
                place: place.to_owned(),
                month: last.back(ago),
                figure: Figure::of(waiting + more, median, median + 13),
            });
        }
    }
    Ok(all)
}

async fn publish(tx: &mut AnyConnection, new: Published) -> sqlx::Result<Id<WaitReport>> {
    let leader = super::account(tx, NHS_LEADER).await?;
    let service_id: Id<Service> = sqlx::query_scalar("SELECT id FROM services WHERE name = $1")
        .bind(new.service)
        .fetch_one(&mut *tx)
        .await?;
    let report =
        Report { lines: new.lines, target: Some(new.target), source: new.source.to_owned() };
    let form_key = format!("{} {}", new.service, new.nth);
    let published =
        NewReport { form_key: &form_key, service_id: &service_id, nth: new.nth, report: &report };
    store::publish(tx, published, &leader, new.at).await?.ok_or(sqlx::Error::RowNotFound)
}

async fn judge(tx: &mut AnyConnection, report_id: &Id<WaitReport>, at: Moment) -> sqlx::Result<()> {
    let organiser = super::account(tx, "organiser@example.org").await?;
    let new = NewVerdict {
        form_key: "waits for therapy".to_owned(),
        verdict: Verdict::Confirmed,
        words: "We asked 40 families in the south and 25 in the north. It is what they found."
            .to_owned(),
    };
    store::judge(tx, report_id, &new, &organiser, at).await?;
    Ok(())
}

async fn doubt(tx: &mut AnyConnection, report_id: &Id<WaitReport>, at: Moment) -> sqlx::Result<()> {
    let family = super::account(tx, "family3@example.org").await?;
    let words = "We waited 31 weeks, and nobody had told us that it would be so long.";
    let new = NewDoubt { form_key: "waits for therapy", report_id, words };
    store::doubt(tx, new, &family, at + HOUR).await
}
