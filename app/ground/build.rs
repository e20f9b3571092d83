//! Puts the steps of `migrations/` into the program: `NNNN_name/{both,sqlite,postgres}.sql`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo says where"))
        .join("../../migrations");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut steps: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("the folder of migrations is there")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.is_dir())
        .collect();
    steps.sort();
    let mut code = String::from("[\n");
    for step in steps {
        let name = step.file_name().and_then(|name| name.to_str()).expect("a name in letters");
        let (number, title) = name.split_once('_').expect("a step is called NNNN_name");
        let number: i64 = number.parse().expect("a step begins with its number");
        let title = title.replace('_', " ");
        let texts = ["both", "sqlite", "postgres"].map(|which| text(&step, which));
        let [both, sqlite, postgres] = texts;
        writeln!(
            code,
            "Step {{ number: {number}, title: {title:?}, both: {both}, sqlite: {sqlite}, \
             postgres: {postgres} }},"
        )
        .expect("a String can be written");
    }
    code.push(']');
    let out = Path::new(&env::var("OUT_DIR").expect("cargo says where")).join("steps.rs");
    fs::write(out, code).expect("cargo's folder can be written");
}

/// The text of a step for one database as an expression; none where the step has no such file.
fn text(step: &Path, which: &str) -> String {
    let file = step.join(which).with_extension("sql");
    if file.exists() {
        format!("include_str!({:?})", file.display().to_string())
    } else {
        "\"\"".into()
    }
}
