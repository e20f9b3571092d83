//! What the tests themselves stand in.

use std::time::Duration;
use std::{panic, thread};

use crate::world::{new_postgres_database, on_postgres};

/// A test with a database of its own, which fails and says which it was.
async fn fails() {
    let url = new_postgres_database().await;
    panic::resume_unwind(Box::new(url));
}

#[test]
fn a_database_goes_with_its_test_even_where_that_fails() {
    on_postgres(async |world| {
        let test = thread::spawn(|| {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(fails());
        });
        let url = test.join().unwrap_err().downcast::<String>().unwrap();
        let name = url.rsplit('/').next().unwrap_or_default();
        for _ in 0..600 {
            let there: i64 = sqlx::query_scalar(
                "SELECT count(*) FROM pg_database WHERE CAST(datname AS TEXT) = $1",
            )
            .bind(name)
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
            if there == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{name} is still there");
    });
}
