//! Layers: a crate knows only what lies below it.

use super::Finding;
use crate::workspace::Package;

/// The folder of the crates.
const CRATES: &str = "crates";

/// Every crate has a layer and a folder of its name, and every dependency among members points to a smaller layer.
///
/// Packages without a layer (tests, benchmarks, tasks) may depend on anything, but nothing may depend on them.
pub(super) fn check(packages: &[Package]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in packages {
        let manifest = format!("{}/Cargo.toml", package.folder);
        if package.folder.starts_with(CRATES) {
            if package.folder != format!("{CRATES}/{}", package.name) {
                let message = format!("the folder of `{0}` must be `{CRATES}/{0}`", package.name);
                findings.push(Finding::at(&manifest, message));
            }
            if package.layer.is_none() {
                let message = "a crate needs a layer: add `[package.metadata.dunamis]` with `layer = n`";
                findings.push(Finding::at(&manifest, message));
            }
        }
        let Some(layer) = package.layer else { continue };
        for name in &package.dependencies {
            let below = packages.iter().find(|other| other.name == *name).and_then(|other| other.layer);
            let message = match below {
                Some(below) if below < layer => continue,
                Some(below) => format!("layer {layer} may not depend on `{name}` of layer {below}"),
                None => format!("layer {layer} may not depend on `{name}`, which has no layer"),
            };
            findings.push(Finding::at(&manifest, message));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(folder: &str, layer: Option<u64>, dependencies: &[&str]) -> Package {
        let name = folder.rsplit('/').next().unwrap().to_owned();
        let dependencies = dependencies.iter().map(|&name| name.to_owned()).collect();
        Package { name, folder: folder.to_owned(), layer, dependencies }
    }

    fn messages(packages: &[Package]) -> Vec<String> {
        check(packages).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn downward_dependencies_pass() {
        let low = package("crates/low", Some(0), &[]);
        let high = package("crates/high", Some(2), &["low"]);
        let task = package("task", None, &["high", "low"]);
        assert_eq!(check(&[high, low, task]), []);
    }

    #[test]
    fn sideways_upward_and_layerless_dependencies_fail() {
        let packages = [
            package("crates/low", Some(0), &["high", "twin", "task"]),
            package("crates/twin", Some(0), &[]),
            package("crates/high", Some(2), &[]),
            package("task", None, &[]),
        ];
        let expected = [
            "crates/low/Cargo.toml: layer 0 may not depend on `high` of layer 2",
            "crates/low/Cargo.toml: layer 0 may not depend on `twin` of layer 0",
            "crates/low/Cargo.toml: layer 0 may not depend on `task`, which has no layer",
        ];
        assert_eq!(messages(&packages), expected);
    }

    #[test]
    fn crates_have_a_layer_and_a_folder_of_their_name() {
        let mut renamed = package("crates/old", Some(0), &[]);
        renamed.name = "new".into();
        let expected = [
            "crates/bare/Cargo.toml: a crate needs a layer: add `[package.metadata.dunamis]` with `layer = n`",
            "crates/old/Cargo.toml: the folder of `new` must be `crates/new`",
        ];
        assert_eq!(messages(&[package("crates/bare", None, &[]), renamed]), expected);
    }
}
