//! Which file of a crate uses which other: where the things it names are defined.
//!
//! A name that a parent module only hands on leads to the file that defines it. `mod` lines and
//! re-exports are no uses. Methods that stand in several files of one type (`impl App`) lead from
//! file to file where one calls the other's on `self`.

use std::collections::{BTreeMap, BTreeSet};

use crate::krate::{Krate, Module, Names};

/// How many re-exports are followed to where a name is defined.
const LONGEST: usize = 8;

/// For each module, the other modules that it uses.
pub fn uses(krate: &Krate) -> BTreeMap<&Names, BTreeSet<&Names>> {
    let methods = scattered_methods(krate);
    let edges = krate.modules.iter().map(|(names, module)| {
        let imports = module.imports.iter().filter(|import| !import.exported);
        let paths = imports
            .map(|import| &import.path)
            .chain(module.mentions.iter());
        let mut used: BTreeSet<&Names> = paths
            .filter_map(|path| krate.home_of(names, path, LONGEST))
            .collect();
        for (of, _) in &module.methods {
            let called = module.calls.iter().map(|call| (of, call));
            used.extend(called.filter_map(|call| methods.get(&call)));
        }
        used.remove(names);
        (names, used)
    });
    edges.collect()
}

/// Where the methods of types are whose `impl` stands in several files, by type and name.
fn scattered_methods(krate: &Krate) -> BTreeMap<(&String, &String), &Names> {
    let mut known = BTreeMap::new();
    for (names, module) in &krate.modules {
        for (of, method) in &module.methods {
            known.insert((of, method), names);
        }
    }
    known
}

impl Krate {
    /// The module that defines what a path means in the module `here`; none when it is not of this
    /// crate.
    fn home_of(&self, here: &Names, path: &[String], left: usize) -> Option<&Names> {
        let (first, mut rest) = path.split_first()?;
        let mut at = match first.as_str() {
            "crate" => Names::new(),
            "self" => here.clone(),
            "super" => here.split_last()?.1.to_vec(),
            name => {
                let child: Names = [here.as_slice(), &[name.to_owned()]].concat();
                // Else a name that an import has led to already, or another crate's.
                self.modules.get(&child).map(|_| child)?
            }
        };
        while let Some((name, after)) = rest.split_first() {
            if name == "super" {
                at.pop();
            } else {
                let child: Names = [at.as_slice(), std::slice::from_ref(name)].concat();
                if !self.modules.contains_key(&child) {
                    return self.definition(&at, name, left);
                }
                at = child;
            }
            rest = after;
        }
        self.modules.get_key_value(&at).map(|(names, _)| names)
    }

    fn definition(&self, at: &Names, name: &String, left: usize) -> Option<&Names> {
        let (names, module) = self.modules.get_key_value(at)?;
        if module.items.contains(name) || left == 0 {
            return Some(names);
        }
        let imported = |wanted: &str| {
            let imports = module.imports.iter();
            imports
                .filter(move |import| import.name == wanted)
                .collect::<Vec<_>>()
        };
        for import in imported(name) {
            if let Some(home) = self.home_of(at, &import.path, left - 1) {
                return Some(home);
            }
        }
        for import in imported("*") {
            let home = self.home_of(at, &import.path, left - 1);
            let defines = |home: &&Names| {
                let module: Option<&Module> = self.modules.get(*home);
                module.is_some_and(|module| module.items.contains(name))
            };
            if let Some(home) = home.filter(defines) {
                return Some(home);
            }
        }
        Some(names)
    }
}
