//! Makes the programs for the browser: bindings, fewer bytes, brotli, all of it in
//! `target/site/pkg`.

use std::fmt::{self, Display};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::SystemTime;
use std::{env, fs};

use brotli::enc::BrotliEncoderParams;
use wasm_bindgen_cli_support::Bindgen;

// Every path is from the root of the repository.

/// The programs: the crate that each is made of, and its name in the browser. Parents load the
/// first alone.
const PROGRAMS: [(&str, &str); 2] = [("islands", "app"), ("organisers", "organisers")];
/// Where cargo puts what it made of them.
const BUILT: &str = "target/wasm32-unknown-unknown/wasm-release";
/// Where the server takes its files from.
const PKG: &str = "target/site/pkg";
/// Where those files are made first, so that `PKG` is never half done.
const WORK: &str = "target/site/work";
/// Where npm puts `wasm-opt` and `terser`.
const TOOLS: &str = "site/node_modules/.bin";
/// The file npm writes last: as new as the tools are.
const TOOLS_STAMP: &str = "site/node_modules/.package-lock.json";

/// The passes that came out smallest, and what Rust's compiler takes for granted in every browser.
const WASM_OPT: &[&str] = &[
    "-Oz",
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
    "-Oz",
    "-Oz",
    "--reorder-locals",
    "--reorder-globals",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-multivalue",
];
const TERSER: &[&str] = &["--module", "--compress", "--mangle"];

/// A result whose error is one line for the person who builds.
type Outcome<T> = Result<T, String>;

fn main() -> ExitCode {
    match build() {
        Ok(done) => {
            println!("{done}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("site: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Takes all steps, and says how large the results are.
fn build() -> Outcome<String> {
    go_to_the_root()?;
    for (made_of, _) in PROGRAMS {
        if !Path::new(&built(made_of)).is_file() {
            return Err(format!("{} is missing; site/build.sh builds it", built(made_of)));
        }
    }
    if is_up_to_date() {
        return Ok(format!("{PKG} is up to date"));
    }
    make_anew(WORK)?;
    let told = PROGRAMS.iter().map(|(made_of, name)| make(made_of, name));
    let told = told.collect::<Outcome<Vec<_>>>()?;
    publish()?;
    Ok(told.join("\n"))
}

/// Makes one program, the wasm last: the next run looks at the time of its packed form.
fn make(made_of: &str, name: &str) -> Outcome<String> {
    let (wasm, js) = (format!("{WORK}/{name}.wasm"), format!("{WORK}/{name}.js"));
    bind(made_of, name)?;
    shrink("wasm-opt", WASM_OPT, &wasm)?;
    shrink("terser", TERSER, &js)?;
    let js = pack(&js)?;
    let wasm = pack(&wasm)?;
    let together = Kilobytes(wasm.packed.0 + js.packed.0);
    Ok(format!("{PKG}: {name}.wasm {wasm}, {name}.js {js}, together {together} packed"))
}

/// What cargo made of a crate.
fn built(made_of: &str) -> String {
    format!("{BUILT}/{made_of}.wasm")
}

/// Makes the paths above right, wherever this program is started.
fn go_to_the_root() -> Outcome<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    env::set_current_dir(&root).map_err(|why| format!("{}: {why}", root.display()))
}

/// Whether the files are newer than what they are made of and than what made them.
fn is_up_to_date() -> bool {
    PROGRAMS.iter().all(|(made_of, name)| {
        let made = changed_at(Path::new(PKG).join(format!("{name}.wasm.br")));
        let by = env::current_exe().ok().and_then(changed_at);
        let made_of = [changed_at(built(made_of)), changed_at(TOOLS_STAMP), by];
        made_of.iter().all(|source| is_newer(made, *source))
    })
}

/// When a file was last written, if it is there.
fn changed_at(file: impl AsRef<Path>) -> Option<SystemTime> {
    fs::metadata(file).and_then(|facts| facts.modified()).ok()
}

/// A file that is not there is newer than none, and a source that is not there is older than all.
fn is_newer(made: Option<SystemTime>, source: Option<SystemTime>) -> bool {
    made.is_some() && made > source
}

/// Leaves an empty folder.
fn make_anew(folder: &str) -> Outcome<()> {
    remove(folder)?;
    fs::create_dir_all(folder).map_err(at(folder))
}

fn remove(folder: &str) -> Outcome<()> {
    if Path::new(folder).exists() {
        fs::remove_dir_all(folder).map_err(at(folder))?;
    }
    Ok(())
}

/// Writes the script by which the page and the program call each other, and the program that fits
/// it.
///
/// This is the command `wasm-bindgen` as a library: its version must be exactly that of the
/// wasm-bindgen inside the app, and as a library `Cargo.lock` sees to it.
fn bind(made_of: &str, name: &str) -> Outcome<()> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(built(made_of))
        .out_name(name)
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true);
    bindgen.web(true).map_err(at("wasm-bindgen"))?;
    let mut bound = bindgen.generate_output().map_err(at("wasm-bindgen"))?;
    if bound.js().contains("./snippets/") {
        return Err("it brings scripts of its own, but only one file is served".into());
    }
    bound.emit(WORK).map_err(at("wasm-bindgen"))?;
    let as_wasm_bindgen_names_it = format!("{WORK}/{name}_bg.wasm");
    fs::rename(&as_wasm_bindgen_names_it, format!("{WORK}/{name}.wasm"))
        .map_err(at(&as_wasm_bindgen_names_it))
}

/// Lets a tool from npm rewrite a file; without the tool the file only stays larger.
fn shrink(tool: &str, options: &[&str], file: &str) -> Outcome<()> {
    let program = Path::new(TOOLS).join(tool);
    if !program.exists() {
        println!("{file} stays larger: {tool} is missing (npm ci in site/ brings it)");
        return Ok(());
    }
    // The file comes first: terser would take it for the value of --mangle.
    let ended = Command::new(program)
        .arg(file)
        .args(options)
        .args(["-o", file])
        .status()
        .map_err(at(tool))?;
    if ended.success() { Ok(()) } else { Err(format!("{tool} failed on {file} ({ended})")) }
}

/// Writes a file's packed form beside it, as small as brotli can.
fn pack(file: &str) -> Outcome<Sizes> {
    let plain = fs::read(file).map_err(at(file))?;
    let packed = brotli(&plain).map_err(at(file))?;
    let beside = format!("{file}.br");
    fs::write(&beside, &packed).map_err(at(&beside))?;
    Ok(Sizes { plain: Kilobytes(plain.len()), packed: Kilobytes(packed.len()) })
}

fn brotli(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let best = BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: plain.len(),
        ..Default::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &plain[..], &mut packed, &best)?;
    Ok(packed)
}

/// Puts the finished files in the place of the last ones.
fn publish() -> Outcome<()> {
    remove(PKG)?;
    fs::rename(WORK, PKG).map_err(at(PKG))
}

/// Says where an error happened, and all of it in one line.
fn at<E: Display>(place: &str) -> impl Fn(E) -> String {
    // `{:#}` also tells the causes, where an error keeps them.
    move |why| {
        let told = format!("{why:#}");
        format!("{place}: {}", told.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

/// How large a file is, and how large it travels.
struct Sizes {
    plain: Kilobytes,
    packed: Kilobytes,
}

impl Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} packed)", self.plain, self.packed)
    }
}

/// A number of bytes, told in thousands.
struct Kilobytes(usize);

impl Display for Kilobytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Tenths are near enough, and whole numbers reach them without a cast.
        let tenths = (self.0 + 50) / 100;
        write!(f, "{}.{} kB", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::time::Duration;

    #[test]
    fn packed_bytes_unpack_to_the_same() {
        let plain = b"Who answers here, and by when? ".repeat(40);
        let packed = brotli(&plain).expect("packs");
        let mut unpacked = Vec::new();
        brotli::Decompressor::new(&packed[..], 4096).read_to_end(&mut unpacked).expect("unpacks");
        assert!(packed.len() < plain.len());
        assert_eq!(unpacked, plain);
    }

    #[test]
    fn only_a_later_file_is_newer() {
        let earlier = Some(SystemTime::UNIX_EPOCH);
        let later = earlier.map(|time| time + Duration::from_secs(1));
        assert!(is_newer(later, earlier));
        assert!(!is_newer(earlier, later));
        assert!(!is_newer(earlier, earlier));
    }

    #[test]
    fn a_missing_file_is_never_newer_and_a_missing_source_always_older() {
        let now = Some(SystemTime::now());
        assert!(!is_newer(None, now));
        assert!(!is_newer(None, None));
        assert!(is_newer(now, None));
    }

    #[test]
    fn sizes_are_told_in_tenths_of_a_kilobyte() {
        assert_eq!(Kilobytes(67_464).to_string(), "67.5 kB");
        assert_eq!(Kilobytes(49).to_string(), "0.0 kB");
    }

    #[test]
    fn an_error_is_one_line() {
        assert_eq!(at("app.wasm")("no such\n  file"), "app.wasm: no such file");
    }
}
