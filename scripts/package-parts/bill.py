#!/usr/bin/env python3
"""What a program is made of: a bill of materials (CycloneDX 1.5) and the texts of all licences.

    bill.py PACKAGE TARGET RUST SBOM TEXTS [FEATURES]

Both come from `cargo tree` (which crates are in the program, by target and features), `cargo
metadata` (their licences), Cargo.lock (their digests) and the crates' own files. The same sources
give the same bytes. Fails where a crate has no licence text and there is no text to take instead.
"""
import json
import os
import re
import subprocess
import sys
import tomllib
import uuid
from datetime import datetime, timezone

# What is in the scanner without being a crate. Texts are quoted where the licence asks for it.
BESIDE = {
    "gatepost": [
        ("Noto Sans", "2.001", "OFL-1.1", "https://github.com/notofonts/latin-greek-cyrillic",
         "Copyright 2015-2020 Google LLC. ui/fonts/latin.ttf, latin-bold.ttf."),
        ("Noto Sans Arabic", "2.005", "OFL-1.1", "https://github.com/notofonts/arabic",
         "Copyright 2015-2020 Google LLC. ui/fonts/uyghur.ttf."),
        ("WenQuanYi Micro Hei", "0.2.0-beta", "Apache-2.0", "https://sourceforge.net/projects/wqy/",
         "Copyright 2007 Google Corporation; 2008-2009 The WenQuanYi Project Board of Trustees,"
         " mozbug and Qianqian Fang. ui/fonts/gatepost.ttf.gz."),
        ("Material Icons", "0.14.13", "Apache-2.0",
         "https://github.com/marella/material-design-icons",
         "Copyright Google LLC. ui/icons.slint."),
        ("espeak-ng voice data", "1.51", "GPL-3.0-or-later",
         "https://github.com/espeak-ng/espeak-ng",
         "Copyright 2005-2014 Jonathan Duddington; 2015-2023 Reece H. Dunn and contributors."
         " What it spoke is in src/devices/sound/voices."),
    ],
}
# Programs in C that crates bring along: where the version stands, and its licence.
IN_CRATES = {
    "libsqlite3-sys": ("sqlite3/sqlite3.h", r'#define SQLITE_VERSION +"([\d.]+)"', "SQLite",
                       "blessing", "https://sqlite.org"),
    "zstd-sys": ("zstd/lib/zstd.h", r"#define ZSTD_VERSION_(?:MAJOR|MINOR|RELEASE) +(\d+)",
                 "Zstandard", "BSD-3-Clause", "https://github.com/facebook/zstd"),
}
LICENCE_FILE = re.compile(r"(licen[sc]e|copying|notice|unlicense|copyright)", re.I)
OFL = "packaging/licences/OFL-1.1.txt"
MIT = "packaging/licences/MIT.txt"


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def crates(package, target, features):
    """The crates in the program, and which of them use which."""
    graph = ["--locked", "--target", target, "-e", "normal,no-proc-macro"]
    options = ["--no-default-features", "--features", features] if features else []
    lines = run("cargo", "tree", "-p", package, *graph, *options, "--prefix", "depth",
                "--no-dedupe", "--format", "|{p}|").splitlines()
    uses, path = {}, []
    for line in lines:
        depth, name = line.split("|")[:2]
        name, version = name.split(" ")[:2]
        crate = (name, version.removeprefix("v"))
        uses.setdefault(crate, set())
        del path[int(depth):]
        if path:
            uses[path[-1]].add(crate)
        path.append(crate)
    return uses


def texts_of(directory):
    """The licence files of a crate, below it too (LICENSES/, vendored C)."""
    found = []
    for at, below, files in os.walk(directory):
        depth = os.path.relpath(at, directory).count(os.sep)
        below[:] = sorted(b for b in below if depth < 2 and b not in ("target", "tests", "benches"))
        for name in sorted(files):
            if (LICENCE_FILE.match(name) or os.path.basename(at) == "LICENSES") \
                    and not name.endswith((".rs", ".html", ".py", ".sh")):
                with open(os.path.join(at, name), encoding="utf-8", errors="replace") as file:
                    found.append(file.read().strip())
    return [text for text in found if text]


def purl(crate):
    return f"pkg:cargo/{crate[0]}@{crate[1]}"


def main():
    package, target, rust, sbom_to, texts_to = sys.argv[1:6]
    features = sys.argv[6] if len(sys.argv) > 6 else ""
    uses = crates(package, target, features)
    metadata = json.loads(run("cargo", "metadata", "--locked", "--format-version", "1",
                              "--filter-platform", target, "--all-features"))
    known = {(p["name"], p["version"]): p for p in metadata["packages"]}
    with open("Cargo.lock", "rb") as file:
        sums = {(p["name"], p["version"]): p.get("checksum")
                for p in tomllib.load(file)["package"]}
    top = next(crate for crate in uses if crate[0] == package)

    components, texts, same = [], {}, {}
    apache = None
    lacking = []
    for crate in sorted(uses):
        about = known[crate]
        component = {
            "type": "application" if crate == top else "library",
            "bom-ref": purl(crate), "name": crate[0], "version": crate[1],
            "licenses": [{"expression": about["license"].replace("/", " OR ")}],
            "purl": purl(crate),
        }
        if about["repository"]:
            component["externalReferences"] = [{"type": "vcs", "url": about["repository"]}]
        if sums.get(crate):
            component["hashes"] = [{"alg": "SHA-256", "content": sums[crate]}]
        if crate == top:
            of_top = component
            continue
        components.append(component)
        if not about["source"]:
            continue  # Ours.
        directory = os.path.dirname(about["manifest_path"])
        own = texts_of(directory)
        if not own:
            lacking.append((crate, about))
        for text in own:
            # The same words in other lines are the same text.
            text = same.setdefault(" ".join(text.split()), text)
            names = texts.setdefault(text, [])
            if f"{crate[0]} {crate[1]}" not in names:
                names.append(f"{crate[0]} {crate[1]}")
            if apache is None and "Apache License" in text[:200] and "APPENDIX" in text:
                apache = text
        if crate[0] in IN_CRATES:
            header, pattern, name, licence, url = IN_CRATES[crate[0]]
            with open(os.path.join(directory, header), encoding="utf-8") as file:
                version = ".".join(re.findall(pattern, file.read())[:3])
            ref = f"{name}@{version}"
            components.append({
                "type": "library", "bom-ref": ref, "name": name, "version": version,
                "licenses": [{"license": {"id": licence}}],
                "externalReferences": [{"type": "website", "url": url}],
            })
            uses[crate].add(ref)

    # A crate that says its licence and brings no text of it.
    for crate, about in lacking:
        name = f"{crate[0]} {crate[1]}"
        if "MIT" in about["license"]:
            with open(MIT, encoding="utf-8") as file:
                who = ", ".join(re.sub(r" <.*?>", "", a) for a in about["authors"]) or "its authors"
                texts.setdefault(file.read().strip().replace("AUTHORS", who), []).append(name)
        elif "Apache-2.0" in about["license"] and apache:
            texts[apache].append(name)
        else:
            sys.exit(f"bill: no licence text of {name} ({about['license']})")

    # What every Rust program has in it, by the version that the compiler left in the program.
    beside = [("Rust standard library", rust, "MIT OR Apache-2.0",
               "https://github.com/rust-lang/rust", "Copyright the Rust project contributors.")]
    for name, version, licence, url, words in beside + BESIDE.get(package, []):
        ref = f"{name.replace(' ', '-')}@{version}"
        components.append({
            "type": "library" if licence.startswith("MIT") else "data", "bom-ref": ref,
            "name": name, "version": version,
            "licenses": [{"expression": licence}], "copyright": words.split(". ")[0],
            "externalReferences": [{"type": "website", "url": url}],
        })
        uses[top].add(ref)
        if licence == "OFL-1.1":
            with open(OFL, encoding="utf-8") as file:
                texts.setdefault(file.read().strip(), []).append(f"{name} {version}. {words}")
        elif licence.endswith("Apache-2.0"):
            texts[apache].append(f"{name} {version}. {words}")

    def ref(crate):
        return crate if isinstance(crate, str) else purl(crate)

    epoch = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    body = {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(epoch, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": of_top,
            "properties": [{"name": "target", "value": target},
                           {"name": "features", "value": features or "default"}],
        },
        "components": components,
        "dependencies": [{"ref": purl(crate), "dependsOn": sorted(map(ref, uses[crate]))}
                         for crate in sorted(uses)],
    }
    number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(body, sort_keys=True))
    body["serialNumber"] = f"urn:uuid:{number}"
    with open(sbom_to, "w", encoding="utf-8") as file:
        json.dump(body, file, indent=1, ensure_ascii=False)
        file.write("\n")
    with open(texts_to, "w", encoding="utf-8") as file:
        file.write(f"What else is in {package}, and under which licence.\n")
        file.write("Where a component offers a choice, its texts are all here.\n")
        for text, names in sorted(texts.items(), key=lambda item: item[1]):
            file.write("\n" + "=" * 79 + "\n" + "\n".join(names) + "\n" + "-" * 79 + "\n\n")
            file.write(text + "\n")
    print(f"{package}: {len(components)} components, {len(texts)} licence texts")


main()
