//! Which numbers of a list or a cross-table to hide, and the proof that what is hidden cannot be
//! worked out.
//!
//! Cell suppression, as statistical offices do it (Willenborg and de Waal, *Elements of Statistical
//! Disclosure Control*, 2001, chapter 4). *Primary*: what must be hidden in its own right, because
//! it is small or differs by a few people from what was published before. *Complementary*: what
//! must be hidden beside it, since totals are shown. In a cross-table the complement is a
//! rectangle, as in the hypercube method (Giessing and Repsilber 2002). Complements are chosen by
//! their place in the table, not by their size, so that the choice gives nothing away about the
//! numbers.
//!
//! **The proof** is exact, and part of the method: hiding goes on until it holds. In a list
//! everything that is hidden can be any numbers with their sum. In a cross-table with known sums of
//! rows and columns the least and the most that a hidden cell can be is the answer to a flow
//! problem, and whole numbers are enough for it ([`Grid::room`]). Different tables of one release
//! share only numbers that are shown, and do not lead round in a ring, so any list goes with any
//! table (see [`super::tables::Unfit::Ring`]). Tables of different releases share nothing, since
//! people may have come and gone in any number; what is hidden in one is hidden in all that come
//! after, so that it does no harm if nobody did.

use std::collections::VecDeque;

use super::is_below;

/// A table of an earlier release: its true numbers, and what was hidden of it.
#[derive(Clone, Debug)]
pub struct Before {
    /// How many people, row by row.
    pub people: Vec<Vec<u64>>,
    /// Whether that was hidden.
    pub hidden: Vec<Vec<bool>>,
}

impl Before {
    /// Whether this number was hidden, or was in no such table.
    fn hid(&self, row: usize, column: usize) -> bool {
        self.hidden.get(row).and_then(|row| row.get(column)).copied().unwrap_or(true)
    }

    /// Whether this number, if it were shown now, would give away a few people who came or went, or
    /// what was hidden.
    fn tells(&self, row: usize, column: usize, people: u64, smallest: u64) -> bool {
        self.hid(row, column) || is_below(self.people(row, column).abs_diff(people), smallest)
    }

    fn people(&self, row: usize, column: usize) -> u64 {
        self.people.get(row).and_then(|row| row.get(column)).copied().unwrap_or_default()
    }
}

/// Which parts of a list to hide, when all people together are shown and are 0, or `smallest` or
/// more.
pub fn list(parts: &[u64], before: &[Before], smallest: u64) -> Vec<bool> {
    let primary = |part: usize| {
        is_below(parts[part], smallest)
            || before.iter().any(|before| before.tells(0, part, parts[part], smallest))
    };
    let is_safe = |hidden: &[bool]| {
        let group: Vec<usize> = (0..parts.len()).filter(|part| hidden[*part]).collect();
        let people: u64 = group.iter().map(|part| parts[*part]).sum();
        let was = |before: &Before| group.iter().map(|part| before.people(0, *part)).sum::<u64>();
        let differs_by_few =
            before.iter().any(|before| is_below(was(before).abs_diff(people), smallest));
        group.is_empty() || (group.len() > 1 && people >= smallest && !differs_by_few)
    };
    let mut hidden: Vec<bool> = (0..parts.len()).map(primary).collect();
    while !is_safe(&hidden) {
        let with = |part: usize| {
            (0..parts.len()).map(|other| hidden[other] || other == part).collect::<Vec<_>>()
        };
        let of_somebody: Vec<usize> =
            (0..parts.len()).rev().filter(|part| !hidden[*part] && parts[*part] > 0).collect();
        let enough = of_somebody.iter().find(|part| is_safe(&with(**part)));
        let of_nobody = (0..parts.len()).rev().find(|part| !hidden[*part]);
        let Some(part) = enough.or(of_somebody.first()).copied().or(of_nobody) else { break };
        hidden[part] = true;
    }
    hidden
}

/// Which cells of a cross-table to hide, beside the rows and columns whose sums are hidden. Every
/// sum that is shown is 0, or `smallest` or more, and so are the people of all rows together whose
/// sums are hidden, and those of all such columns.
pub fn cross(
    cells: &[Vec<u64>],
    sums_hidden: (&[bool], &[bool]),
    before: &[Before],
    smallest: u64,
) -> Vec<Vec<bool>> {
    let changes = |row: usize, column: usize| {
        before.iter().any(|before| before.tells(row, column, cells[row][column], smallest))
    };
    let must_vary: Vec<Vec<bool>> = (0..cells.len())
        .map(|row| (0..cells[row].len()).map(|column| changes(row, column)).collect())
        .collect();
    let mut hidden: Vec<Vec<bool>> = (0..cells.len())
        .map(|row| {
            let is_hidden = |column: usize| {
                sums_hidden.0[row]
                    || sums_hidden.1[column]
                    || is_below(cells[row][column], smallest)
                    || must_vary[row][column]
            };
            (0..cells[row].len()).map(is_hidden).collect()
        })
        .collect();
    while let Some(more) = line_that_differs_by_few(cells, &hidden, sums_hidden, before, smallest)
        .or_else(|| Grid::of(cells, &hidden, &must_vary, sums_hidden).unsafe_cell(smallest))
    {
        for (row, column) in more {
            hidden[row][column] = true;
        }
    }
    hidden
}

/// One more cell to hide in a row or column of which the hidden cells together differ by a few
/// people from what they were.
fn line_that_differs_by_few(
    cells: &[Vec<u64>],
    hidden: &[Vec<bool>],
    sums_hidden: (&[bool], &[bool]),
    before: &[Before],
    smallest: u64,
) -> Option<Vec<(usize, usize)>> {
    let (rows, columns) = (cells.len(), cells.first().map_or(0, Vec::len));
    let across = (0..rows)
        .filter(|row| !sums_hidden.0[*row])
        .map(|row| (0..columns).map(|column| (row, column)).collect());
    let down = (0..columns)
        .filter(|column| !sums_hidden.1[*column])
        .map(|column| (0..rows).map(|row| (row, column)).collect());
    across.chain(down).find_map(|line: Vec<(usize, usize)>| {
        let (group, shown): (Vec<_>, Vec<_>) =
            line.into_iter().partition(|(row, column)| hidden[*row][*column]);
        let people: u64 = group.iter().map(|(row, column)| cells[*row][*column]).sum();
        let differs_by_few = before.iter().any(|before| {
            let was: u64 = group.iter().map(|(row, column)| before.people(*row, *column)).sum();
            is_below(was.abs_diff(people), smallest)
        });
        let next = shown.iter().rfind(|(row, column)| cells[*row][*column] > 0).or(shown.last());
        next.filter(|_| differs_by_few).map(|next| vec![*next])
    })
}

/// A cross-table as its reader knows it: all rows whose sums are hidden are one row, since only
/// their people together are known; likewise the columns. The sum of each row and column is known.
struct Grid {
    people: Vec<Vec<u64>>,
    hidden: Vec<Vec<bool>>,
    /// Cells that must not be known closely, though they are not small.
    must_vary: Vec<Vec<bool>>,
    /// The row of the table that each row of the grid is; `None` for the one made of several.
    rows: Vec<Option<usize>>,
    columns: Vec<Option<usize>>,
}

impl Grid {
    fn of(
        cells: &[Vec<u64>],
        hidden: &[Vec<bool>],
        must_vary: &[Vec<bool>],
        sums_hidden: (&[bool], &[bool]),
    ) -> Self {
        let lines = |sums: &[bool]| {
            let shown = (0..sums.len()).filter(|line| !sums[*line]).map(Some);
            shown.chain(sums.contains(&true).then_some(None)).collect::<Vec<_>>()
        };
        let (rows, columns) = (lines(sums_hidden.0), lines(sums_hidden.1));
        let of_line = |line: Option<usize>, sums: &[bool]| match line {
            Some(line) => vec![line],
            None => (0..sums.len()).filter(|line| sums[*line]).collect(),
        };
        let cell = |row: Option<usize>, column: Option<usize>| {
            let columns = of_line(column, sums_hidden.1);
            of_line(row, sums_hidden.0)
                .into_iter()
                .flat_map(move |row| columns.clone().into_iter().map(move |column| (row, column)))
        };
        let people = |row, column| cell(row, column).map(|(row, column)| cells[row][column]).sum();
        let of = |row: Option<usize>, column: Option<usize>, marks: &[Vec<bool>]| {
            row.zip(column).map(|(row, column)| marks[row][column])
        };
        Self {
            people: rows
                .iter()
                .map(|row| columns.iter().map(|column| people(*row, *column)).collect())
                .collect(),
            hidden: rows
                .iter()
                .map(|row| {
                    columns.iter().map(|column| of(*row, *column, hidden).unwrap_or(true)).collect()
                })
                .collect(),
            must_vary: rows
                .iter()
                .map(|row| {
                    columns
                        .iter()
                        .map(|column| of(*row, *column, must_vary).unwrap_or(false))
                        .collect()
                })
                .collect(),
            rows,
            columns,
        }
    }

    /// What to hide for the first cell that can be worked out too closely; `None` when there is
    /// none.
    fn unsafe_cell(&self, smallest: u64) -> Option<Vec<(usize, usize)>> {
        let all = || {
            (0..self.rows.len())
                .flat_map(|row| (0..self.columns.len()).map(move |column| (row, column)))
        };
        let is_unsafe = |&(row, column): &(usize, usize)| {
            let people = self.people[row][column];
            let is_small = is_below(people, smallest);
            if !self.hidden[row][column] || !(is_small || self.must_vary[row][column]) {
                return false;
            }
            let (up, down) = self.room((row, column), 2 * smallest);
            (is_small && people + up < smallest) || up + down + 1 < smallest
        };
        let complements = all().filter(is_unsafe).find_map(|cell| {
            let more = self.rectangle(cell, smallest).or_else(|| self.line(cell));
            more.filter(|more| !more.is_empty())
        });
        let of_table = |(row, column): (usize, usize)| self.rows[row].zip(self.columns[column]);
        complements.map(|complements| complements.into_iter().filter_map(of_table).collect())
    }

    /// The corners to hide so that people can be thought to move round a rectangle: those beside
    /// the cell are not small, so that enough can move. The fewest that are not hidden yet, a
    /// corner of nobody only if need be; the last in the table.
    fn rectangle(
        &self,
        (row, column): (usize, usize),
        smallest: u64,
    ) -> Option<Vec<(usize, usize)>> {
        let corners = (0..self.rows.len())
            .flat_map(|other| (0..self.columns.len()).map(move |beside| (other, beside)));
        let able = corners.filter(|(other, beside)| {
            *other != row
                && *beside != column
                && self.people[row][*beside] >= smallest
                && self.people[*other][column] >= smallest
        });
        let able = able.map(|(other, beside)| {
            let shown: Vec<_> = [(row, beside), (other, column), (other, beside)]
                .into_iter()
                .filter(|(r, c)| !self.hidden[*r][*c])
                .collect();
            let of_nobody = usize::from(self.people[other][beside] == 0);
            (of_nobody, shown.len(), (usize::MAX - other, usize::MAX - beside), shown)
        });
        able.filter(|(_, new, _, _)| *new > 0).min().map(|(_, _, _, shown)| shown)
    }

    /// The whole row of the cell to hide, or, when it is hidden, the last other row that is not.
    fn line(&self, (row, _): (usize, usize)) -> Option<Vec<(usize, usize)>> {
        let shown = |row: usize| {
            (0..self.columns.len())
                .filter(|column| !self.hidden[row][*column])
                .map(|column| (row, column))
                .collect::<Vec<_>>()
        };
        std::iter::once(row)
            .chain((0..self.rows.len()).rev())
            .map(shown)
            .find(|shown| !shown.is_empty())
    }

    /// By how many people a hidden cell could be more, and by how many fewer, for all that is
    /// known; each up to `most`.
    fn room(&self, cell: (usize, usize), most: u64) -> (u64, u64) {
        let (row, column) = (cell.0, self.rows.len() + cell.1);
        (
            self.flow(cell, column, row, most),
            self.flow(cell, row, column, most.min(self.people[cell.0][cell.1])),
        )
    }

    /// How many people can be thought to move from one line to another through hidden cells other
    /// than `cell`, up to `most`: the maximum flow by shortest augmenting paths (Edmonds and Karp
    /// 1972). Nodes are the rows, then the columns. From a row to a column a cell grows, without
    /// bound; from a column to a row it shrinks, at most to 0.
    fn flow(&self, cell: (usize, usize), from: usize, to: usize, most: u64) -> u64 {
        let (rows, nodes) = (self.rows.len(), self.rows.len() + self.columns.len());
        let mut people = self.people.clone();
        let mut flow = 0;
        while flow < most {
            let room = |one: usize, next: usize, people: &[Vec<u64>]| {
                let (row, column) =
                    if one < rows { (one, next.wrapping_sub(rows)) } else { (next, one - rows) };
                let is_edge = (one < rows) != (next < rows)
                    && (row, column) != cell
                    && self.hidden[row][column];
                if !is_edge {
                    0
                } else if one < rows {
                    u64::MAX
                } else {
                    people[row][column]
                }
            };
            let Some(path) = shortest(nodes, from, to, |one, next| room(one, next, &people) > 0)
            else {
                return flow;
            };
            let bottleneck = path
                .iter()
                .map(|(one, next)| room(*one, *next, &people))
                .min()
                .unwrap_or(0)
                .min(most - flow);
            for (one, next) in path {
                if one < rows {
                    people[one][next - rows] += bottleneck;
                } else {
                    people[next][one - rows] -= bottleneck;
                }
            }
            flow += bottleneck;
        }
        flow
    }
}

/// The edges of a shortest path.
fn shortest(
    nodes: usize,
    from: usize,
    to: usize,
    is_edge: impl Fn(usize, usize) -> bool,
) -> Option<Vec<(usize, usize)>> {
    let mut came_from = vec![None; nodes];
    let mut queue = VecDeque::from([from]);
    while let Some(node) = queue.pop_front().filter(|node| *node != to) {
        for (next, by) in came_from.iter_mut().enumerate() {
            if next != from && by.is_none() && is_edge(node, next) {
                *by = Some(node);
                queue.push_back(next);
            }
        }
    }
    let mut path = Vec::new();
    let mut node = to;
    while node != from {
        let previous = came_from[node]?;
        path.push((previous, node));
        node = previous;
    }
    Some(path)
}
