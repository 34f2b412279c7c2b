//! `cargo xtask python`: the Python package, built, installed into a virtual environment of its own, and tested there.

use crate::dunamis::executable;
use crate::workspace::{Failure, Result, Workspace, output, run as run_command};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How to build the package.
#[derive(Debug, Default, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask python                  the tests, with the build for development that `cargo test` has made already
  cargo xtask python --release        the wheel in target/wheels, as `pip install .` makes it, and the same tests
  cargo xtask python -- -k gymnasium  what follows `--` goes to pytest as it is")]
pub(crate) struct Arguments {
    /// Build, install and test the wheel that is distributed
    #[arg(long)]
    release: bool,
    /// Arguments of pytest
    #[arg(last = true, value_name = "ARGUMENT")]
    pytest: Vec<String>,
}

impl Arguments {
    /// What `cargo xtask ci --full` runs beside.
    pub(crate) fn wheel() -> Self {
        Arguments { release: true, pytest: Vec::new() }
    }
}

/// Succeeds where the virtual environment has what the tests need.
pub(crate) const PROBE: &[&str] =
    &["sh", "-c", "cmp -s crates/dunamis-py/tests/requirements.txt target/python/requirements.txt"];

/// What to say where it has not.
pub(crate) const MISSING: &str =
    "there is no Python of at least 3.11 with `venv`, or pip cannot get `crates/dunamis-py/tests/requirements.txt`";

const REQUIREMENTS: &str = "crates/dunamis-py/tests/requirements.txt";
const ENVIRONMENT: &str = "target/python";
const SOURCES: &str = "crates/dunamis-py/python/dunamis";

/// Makes the virtual environment anew.
pub(crate) fn install(workspace: &Workspace) -> Result<()> {
    let usable = |python: &&str| {
        let check = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))";
        output(workspace.command(python).args(["-c", check])).is_ok()
    };
    let python = ["python3", "python"].into_iter().find(usable).ok_or_else(|| Failure::new(MISSING))?;
    run_command(workspace.command(python).args(["-m", "venv", "--clear", ENVIRONMENT]))?;
    let mut pip = interpreter(workspace);
    let quietly =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1", "--timeout", "30"];
    run_command(pip.args(quietly).args(["--requirement", REQUIREMENTS]))?;
    let copied = std::fs::copy(workspace.path(REQUIREMENTS), workspace.path(ENVIRONMENT).join("requirements.txt"));
    copied.map(|_| ()).map_err(|error| Failure::new(error.to_string()))
}

/// The task: the package is built, takes the place of the one that is there, and is tested.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let command = if arguments.release {
        wheel(workspace)?;
        None
    } else {
        development(workspace)?
    };
    run_command(&mut python(workspace, &["-m", "mypy.stubtest", "dunamis", "--mypy-config-file", "pyproject.toml"]))?;
    run_command(&mut python(workspace, &["-m", "mypy", "--package", "dunamis"]))?;
    let mut tests = python(workspace, &["-B", "-m", "pytest", "--quiet"]);
    // Numbers are compared with those of the command line where that is built.
    tests.envs(command.map(|command| ("DUNAMIS_COMMAND", command)));
    run_command(tests.args(&arguments.pytest))
}

/// The wheel, as everybody builds it.
fn wheel(workspace: &Workspace) -> Result<()> {
    let wheels = workspace.path("target/wheels");
    let _ = std::fs::remove_dir_all(&wheels);
    run_command(&mut python(
        workspace,
        &["-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", "target/wheels", "."],
    ))?;
    let found = std::fs::read_dir(&wheels).into_iter().flatten().flatten().next();
    let wheel = found.ok_or_else(|| Failure::new("pip left no wheel"))?.path();
    run_command(python(workspace, &["-m", "pip", "install", "--quiet", "--no-deps", "--force-reinstall"]).arg(wheel))
}

/// The package with the extension of the build for development, and the command line of the same build. All packages are named, so
/// that nothing is built anew for other features than those of their tests.
fn development(workspace: &Workspace) -> Result<Option<PathBuf>> {
    let build = ["build", "--workspace", "--lib", "--tests"];
    run_command(&mut workspace.cargo(&build))?;
    let messages = output(workspace.cargo(&build).arg("--message-format=json").stderr(Stdio::null()))?;
    let extension = extension(&messages).ok_or_else(|| Failure::new("the build of `dunamis-py` left no library"))?;
    let place = "import sysconfig; print(sysconfig.get_path('platlib'))";
    let site = PathBuf::from(output(interpreter(workspace).args(["-c", place]))?.trim());
    // An installed wheel would answer for the package otherwise.
    run_command(python(workspace, &["-m", "pip", "uninstall", "--quiet", "--yes", "dunamis"]).stderr(Stdio::null()))?;
    let package = site.join("dunamis");
    let fail = |error: std::io::Error| Failure::new(format!("cannot install into `{}`: {error}", package.display()));
    let _ = std::fs::remove_dir_all(&package);
    std::fs::create_dir_all(&package).map_err(fail)?;
    for entry in std::fs::read_dir(workspace.path(SOURCES)).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if let Some(name) = path.file_name().filter(|_| path.is_file()) {
            std::fs::copy(&path, package.join(name)).map_err(fail)?;
        }
    }
    let name = if cfg!(windows) { "_dunamis.pyd" } else { "_dunamis.abi3.so" };
    std::fs::copy(&extension, package.join(name)).map_err(fail)?;
    Ok(executable(&messages))
}

/// The library in what cargo reports in JSON.
fn extension(messages: &str) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut libraries = messages.filter(|message| message["target"]["name"] == "_dunamis");
    let files = libraries.next_back()?["filenames"].as_array()?.clone();
    let library = |file: &Value| file.as_str().map(PathBuf::from).filter(|path| is_library(path));
    files.iter().find_map(library)
}

fn is_library(path: &Path) -> bool {
    path.extension().is_some_and(|extension| ["so", "dylib", "dll"].iter().any(|known| extension == *known))
}

/// The interpreter of the virtual environment, at the root.
fn interpreter(workspace: &Workspace) -> Command {
    let place = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    workspace.command(workspace.path(ENVIRONMENT).join(place))
}

fn python(workspace: &Workspace, arguments: &[&str]) -> Command {
    let mut command = interpreter(workspace);
    command.args(arguments);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_is_found_among_messages() {
        let line = |name: &str, files: &str| format!(r#"{{"target":{{"name":"{name}"}},"filenames":{files}}}"#);
        let lines = [
            line("dunamis_mdp", r#"["/t/libdunamis_mdp.rlib"]"#),
            "noise".into(),
            line("_dunamis", r#"["/t/lib_dunamis.d", "/t/lib_dunamis.so"]"#),
            r#"{"success":true}"#.into(),
        ];
        assert_eq!(extension(&lines.join("\n")), Some("/t/lib_dunamis.so".into()));
        assert_eq!(extension(&lines[0]), None);
    }
}
