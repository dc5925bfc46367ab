//! The modules of one crate: what each defines, imports and mentions.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    ImplItem, Item, UseTree,
    visit::{self, Visit},
};

/// A path as written, without generic arguments: `["crate", "store", "LogError"]`.
pub type Names = Vec<String>;

/// A crate's files by the module that each holds. Tests are left out.
#[derive(Default)]
pub struct Krate {
    /// Modules by their path from the root, which is empty.
    pub modules: BTreeMap<Names, Module>,
}

/// One file.
#[derive(Default)]
pub struct Module {
    /// Where it lies.
    pub path: PathBuf,
    /// Types that it defines.
    pub types: BTreeSet<String>,
    /// Items that it defines.
    pub(crate) items: BTreeSet<String>,
    /// Names that it imports, and from where. A name `*` stands for all of a module.
    pub(crate) imports: Vec<Import>,
    /// Paths in its code.
    pub(crate) mentions: BTreeSet<Names>,
    /// Names of methods that it calls on `self`.
    pub(crate) calls: BTreeSet<String>,
    /// Methods that it defines, with the type they belong to.
    pub(crate) methods: BTreeSet<(String, String)>,
}

/// `use path as name`.
pub(crate) struct Import {
    /// What it is called here.
    pub(crate) name: String,
    /// Where it comes from.
    pub(crate) path: Names,
    /// Handed on by a module that does not use it itself.
    pub(crate) exported: bool,
}

impl Krate {
    /// Reads the crate whose root files lie in `source`.
    pub fn read(source: &Path) -> io::Result<Self> {
        let mut krate = Self::default();
        for path in crate::source::files(source, &[".rs"])? {
            let mut names = module_names(source, &path);
            if names.iter().any(|name| name.contains("test")) {
                continue;
            }
            // A program beside a library is a crate of its own, on top of it.
            if path == source.join("main.rs") && source.join("lib.rs").exists() {
                names = vec!["main.rs".to_owned()];
            }
            let text = fs::read_to_string(&path)?;
            let file = syn::parse_file(&text)
                .map_err(|why| io::Error::other(format!("{}: {why}", path.display())))?;
            let mut module = Module {
                path,
                ..Module::default()
            };
            module.visit_file(&file);
            krate.modules.insert(names, module);
        }
        Ok(krate)
    }
}

/// `src/store/mod.rs` and `src/store.rs` are the module `store`.
fn module_names(source: &Path, path: &Path) -> Names {
    let inside = path.strip_prefix(source).unwrap_or(path).with_extension("");
    let mut names: Names = inside
        .iter()
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    let last = names.last().map(String::as_str);
    if matches!(last, Some("mod")) || names == ["lib"] || names == ["main"] {
        names.pop();
    }
    names
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) if list.path.is_ident("cfg") => {
            list.tokens.to_string().contains("test")
        }
        syn::Meta::Path(path) => path.is_ident("test"),
        _ => false,
    })
}

fn attributes(item: &Item) -> &[syn::Attribute] {
    match item {
        Item::Mod(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Const(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        _ => &[],
    }
}

impl<'ast> Visit<'ast> for Module {
    fn visit_item(&mut self, item: &'ast Item) {
        if is_test(attributes(item)) {
            return;
        }
        match item {
            Item::Use(item) => {
                let exported = !matches!(item.vis, syn::Visibility::Inherited);
                self.import(&mut Vec::new(), &item.tree, exported);
            }
            Item::Fn(item) => self.define(&item.sig.ident),
            Item::Const(item) => self.define(&item.ident),
            Item::Static(item) => self.define(&item.ident),
            Item::Struct(item) => self.define_type(&item.ident),
            Item::Enum(item) => self.define_type(&item.ident),
            Item::Union(item) => self.define_type(&item.ident),
            Item::Trait(item) => self.define_type(&item.ident),
            Item::Type(item) => self.define_type(&item.ident),
            Item::Macro(item) => item.ident.iter().for_each(|name| self.define(name)),
            Item::Impl(item) => {
                if let (None, syn::Type::Path(path)) = (&item.trait_, &*item.self_ty)
                    && let Some(segment) = path.path.segments.last()
                {
                    let methods = item.items.iter().filter_map(|item| match item {
                        ImplItem::Fn(method) => Some(&method.sig.ident),
                        _ => None,
                    });
                    let of = segment.ident.to_string();
                    self.methods
                        .extend(methods.map(|method| (of.clone(), method.to_string())));
                }
            }
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {
        // `pub(super)` names the parent, and uses nothing of it.
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Names = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        self.mentions.insert(names);
        visit::visit_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if let syn::Expr::Path(receiver) = &*call.receiver
            && receiver.path.is_ident("self")
        {
            self.calls.insert(call.method.to_string());
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }
}

impl Module {
    fn define(&mut self, name: &syn::Ident) {
        self.items.insert(name.to_string());
    }

    fn define_type(&mut self, name: &syn::Ident) {
        self.define(name);
        self.types.insert(name.to_string());
    }

    fn import(&mut self, prefix: &mut Names, tree: &UseTree, exported: bool) {
        let mut add = |name: String, last: Option<String>| {
            let mut path = prefix.clone();
            path.extend(last.filter(|last| last != "self"));
            self.imports.push(Import {
                name,
                path,
                exported,
            });
        };
        match tree {
            UseTree::Path(tree) => {
                prefix.push(tree.ident.to_string());
                self.import(prefix, &tree.tree, exported);
                prefix.pop();
            }
            UseTree::Name(tree) => {
                let name = tree.ident.to_string();
                let known_as = match (name.as_str(), prefix.last()) {
                    ("self", Some(last)) => last.clone(),
                    _ => name.clone(),
                };
                add(known_as, Some(name));
            }
            UseTree::Rename(tree) => add(tree.rename.to_string(), Some(tree.ident.to_string())),
            UseTree::Glob(_) => add("*".to_owned(), None),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(prefix, tree, exported);
                }
            }
        }
    }

    /// Paths among the arguments of a macro, which nobody has parsed.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path = Names::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        self.mention(&mut path);
                    }
                    path.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Punct(sign) if sign.as_char() == ':' => colons += 1,
                TokenTree::Punct(_) => {
                    self.mention(&mut path);
                    colons = 0;
                }
                TokenTree::Group(group) => {
                    self.mention(&mut path);
                    self.tokens(group.stream());
                }
                TokenTree::Literal(_) => {}
            }
        }
        self.mention(&mut path);
    }

    fn mention(&mut self, path: &mut Names) {
        if path.len() > 1 {
            self.mentions.insert(path.clone());
        }
        path.clear();
    }
}
