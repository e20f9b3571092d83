//! What administrators look at and search: the audit log, emails, who is told about changes, and
//! how much room all of it takes. `store` holds the SQL.

pub mod audit;
pub mod emails;
pub mod storage;
mod store;
pub mod subscribers;

/// An address with these in its query; those that are empty are left out.
fn address(path: &str, said: &[(&str, &str)]) -> String {
    let said = said.iter().filter(|(_, value)| !value.is_empty());
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(said).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}
