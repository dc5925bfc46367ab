//! Prints the figures of the house: sizes of files, circles, names with two meanings.

use std::{collections::BTreeMap, error::Error, fs};

use gatepost_tidy::{circles::circles, krate::Krate, source, uses::uses};

#[allow(clippy::print_stdout)]
fn main() -> Result<(), Box<dyn Error>> {
    let root = std::env::args()
        .nth(1)
        .map_or_else(source::root, Into::into);
    let mut sizes = Vec::new();
    for file in source::files(&root, &[".rs", ".slint"])? {
        sizes.push((fs::read_to_string(&file)?.lines().count(), file));
    }
    sizes.sort();
    let at = |share: usize| {
        sizes
            .get((sizes.len() - 1) * share / 100)
            .map(|size| size.0)
    };
    println!(
        "{} files; lines: median {:?}, p90 {:?}, max {:?}",
        sizes.len(),
        at(50),
        at(90),
        sizes.last()
    );
    let mut types: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut count = 0;
    for source in source::crates(&root)? {
        let krate = Krate::read(&source)?;
        let edges = uses(&krate);
        for circle in circles(&edges) {
            count += 1;
            let names: Vec<_> = circle.iter().map(|names| names.join("/")).collect();
            println!("circle in {}: {}", source.display(), names.join(", "));
        }
        for module in krate.modules.values() {
            for name in &module.types {
                let path = module.path.display().to_string();
                types.entry(name.clone()).or_default().push(path);
            }
        }
    }
    println!("{count} circles");
    types.retain(|_, paths| paths.len() > 1);
    for (name, paths) in &types {
        println!("{name}: {}", paths.join(" "));
    }
    println!("{} type names with more than one meaning", types.len());
    Ok(())
}
