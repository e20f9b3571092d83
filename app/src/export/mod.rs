//! A copy of all that is kept about somebody, to take away: a page to read, the same for programs,
//! and the files they uploaded, in one zip.
//!
//! It is made when they save it and is stored nowhere. Somebody with an account shows first that it
//! is them, and may then save it for an hour, in that session alone (`account`). Whoever has
//! only a subscription gets a link by email to what is kept about that subscription
//! (`subscription`). Each is told by email that a copy was asked for, which happens at most once an
//! hour, and the audit log has it. `store` reads what the rooms say they keep (`PERSONAL` of each,
//! see [`ground::personal`]), `everything` is the copy as data, `page` the page to read, `zipped`
//! puts it together, `emails` are the words.

mod account;
mod emails;
mod everything;
mod page;
mod personal;
mod store;
mod subscription;
mod zipped;

pub use account::{ask_for_copy, copy_form, save_copy};
pub use everything::{Everything, everything};
pub use page::ONLY_FOR_PROGRAMS;
pub use store::{WhoseCopy, forget_due};
pub use subscription::{
    ask_for_copy_by_link, copy_form_by_link, copy_page_by_link, save_copy_by_link,
};
pub use zipped::zipped_copy;

use ground::personal::Table;

/// Every table there is, as the rooms list them, in the order of the copy.
pub fn tables() -> impl Iterator<Item = &'static Table> {
    [
        accounts::PERSONAL,
        topics::PERSONAL,
        local_offer::PERSONAL,
        consultations::PERSONAL,
        updates::PERSONAL,
        waits::PERSONAL,
        subscriptions::PERSONAL,
        notices::PERSONAL,
        deliveries::PERSONAL,
        rounds::PERSONAL,
        plans::PERSONAL,
        area::PERSONAL,
        duties::PERSONAL,
        representatives::PERSONAL,
        ground::personal::PERSONAL,
        personal::PERSONAL,
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt::Write as _;

    use ground::personal::Whose;

    use super::*;

    const BEGINS: &str = "<!-- made from the code -->\n";
    const ENDS: &str = "<!-- until here -->\n";

    /// What the document says between the two marks.
    fn written() -> String {
        let mut text = String::from("## What is in a copy\n\n");
        for table in tables() {
            let labels: Vec<String> = table
                .readings()
                .filter_map(|reading| {
                    reading.label.map(|label| format!("{label} (`{}`)", reading.name))
                })
                .collect();
            if !labels.is_empty() {
                let _ =
                    writeln!(text, "- {}, `{}`: {}", table.title, table.name, labels.join(", "));
            }
        }
        text += "\n## What is not in it, and why\n\n| what | why |\n|---|---|\n";
        for table in tables() {
            if let Whose::Nobody(why) = table.whose {
                let _ = writeln!(text, "| `{}` | {why} |", table.name);
            }
            let mut by_reason: BTreeMap<&str, Vec<String>> = BTreeMap::new();
            for column in table.columns {
                if let (Some(name), Some(why)) = (column.of_table(), column.left_out()) {
                    by_reason.entry(why).or_default().push(format!("`{}.{name}`", table.name));
                }
            }
            for (why, columns) in by_reason {
                let _ = writeln!(text, "| {} | {why} |", columns.join(", "));
            }
        }
        text
    }

    /// To rewrite it: `UPDATE_KEPT=1 cargo test -p app --lib what_we_keep`
    #[test]
    fn what_we_keep_is_written_as_the_rooms_say_it() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/what-we-keep.md");
        let text = std::fs::read_to_string(path).expect("the file");
        let (before, rest) = text.split_once(BEGINS).expect("where it begins");
        let (is, after) = rest.split_once(ENDS).expect("where it ends");
        let now = written();
        if std::env::var_os("UPDATE_KEPT").is_some() {
            std::fs::write(path, format!("{before}{BEGINS}{now}{ENDS}{after}")).expect("the file");
        } else {
            assert_eq!(is, now, "UPDATE_KEPT=1 cargo test -p app --lib what_we_keep");
        }
    }

    #[test]
    fn a_table_is_somebodys_with_what_is_left_out_or_nobodys_with_all_of_it_left_out() {
        for table in tables() {
            let is_read = table.readings().next().is_some();
            let is_nobodys = matches!(table.whose, Whose::Nobody(_));
            assert_eq!(is_read, !is_nobodys, "{}", table.name);
            assert_eq!(table.title.is_empty(), is_nobodys, "{}", table.name);
            if let Some((hash, name)) = table.file() {
                for column in [hash, name] {
                    assert!(table.readings().any(|reading| reading.name == column), "{column}");
                }
            }
        }
    }
}
