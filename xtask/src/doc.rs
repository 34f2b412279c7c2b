//! `cargo xtask doc`: the API documentation, with its mathematics rendered.
//!
//! The header that renders it cannot stand in `.cargo/config.toml`: a path there is read from the folder of each package, so
//! that a plain `cargo doc` would fail at the first dependency. Plain `cargo doc` works, and shows the mathematics as TeX.

use crate::workspace::{Result, Workspace, run as run_command};

/// The page header that renders mathematics, from the root.
const HEADER: &str = "docs/katex-header.html";

/// How to build the documentation.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Show it in the browser
    #[arg(long)]
    open: bool,
    /// Fail on warnings
    #[arg(long)]
    deny_warnings: bool,
}

impl Arguments {
    /// Without a browser, failing on warnings.
    pub(crate) fn strict() -> Self {
        Arguments { open: false, deny_warnings: true }
    }
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let header = workspace.path(HEADER);
    let mut flags = vec!["--html-in-header".into(), header.to_string_lossy().into_owned()];
    if arguments.deny_warnings {
        flags.extend(["-D".into(), "warnings".into()]);
    }
    let mut command = workspace.cargo(&["doc", "--workspace", "--no-deps"]);
    if arguments.open {
        command.arg("--open");
    }
    // The encoded form may hold a path with spaces.
    run_command(command.env_remove("RUSTDOCFLAGS").env("CARGO_ENCODED_RUSTDOCFLAGS", flags.join("\u{1f}")))
}
