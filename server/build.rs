//! Makes sure the folder that is embedded is there: a folder missing when the program is built is
//! never found later.

fn main() {
    let folder = "../target/site/pkg";
    // Without it the build goes on: the program then serves pages without islands.
    let _ = std::fs::create_dir_all(folder);
    println!("cargo:rerun-if-changed={folder}");
}
