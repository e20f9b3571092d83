//! An area with thousands of accounts, and as many addresses that have none.

use std::path::Path;

use accounts::store;
use calendar::clock::Clock;
use ground::db::{Db, Kind};
use ground::files::Files;
use ground::house::House;
use ground::viewer::{PersonFacts, Role};
use rand::Rng as _;
use rand::rngs::StdRng;
use tempfile::TempDir;

use super::world::{World, new_postgres_database};

pub struct Area {
    pub url: String,
    pub known: Vec<String>,
    pub unknown: Vec<String>,
    /// Something to be told about.
    pub service: String,
    folder: TempDir,
}

impl Area {
    pub async fn new(kind: Kind, pairs: usize, chance: &mut StdRng) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = match kind {
            Kind::Sqlite => format!("sqlite://{}/alongside.db", folder.path().display()),
            Kind::Postgres => new_postgres_database().await,
        };
        // Nothing about an address but the account says which it is.
        let mut addresses: Vec<String> = (0..2 * pairs).map(|_| address(chance)).collect();
        let unknown = addresses.split_off(pairs);
        let known = addresses;
        let db = Db::open(&url).await.unwrap();
        db.migrate().await.unwrap();
        let house = House::new(db.clone(), Files::in_memory(), Clock::system(), World::names());
        let hash = accounts::hashed(&house, "three small words".to_owned()).await;
        for lot in known.chunks(500) {
            join(&house, lot, &hash).await;
        }
        let mut tx = db.begin().await.unwrap();
        let service =
            area::store::add(&mut tx, area::AreaKind::Service, "Transport", None).await.unwrap();
        tx.commit().await.unwrap();
        db.close().await;
        Self { url, known, unknown, service, folder }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

fn address(chance: &mut StdRng) -> String {
    let name: String = (0..14).map(|_| char::from(chance.random_range(b'a'..=b'z'))).collect();
    format!("{name}@example.org")
}

/// Makes accounts of these addresses, with one password for all.
async fn join(house: &House, lot: &[String], hash: &str) {
    let now = house.clock.now();
    let mut tx = house.db.begin().await.unwrap();
    for email in lot {
        let account = store::NewAccount {
            email,
            shown_name: "Somebody",
            facts: PersonFacts::default(),
            password_hash: Some(hash),
        };
        let made = store::make_account(&mut tx, &account, now).await.unwrap();
        let id = made.expect("a new address");
        store::grant(&mut tx, &id, &[Role::Parent], now).await.unwrap();
    }
    tx.commit().await.unwrap();
}
