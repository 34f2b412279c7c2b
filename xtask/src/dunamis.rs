//! The `dunamis` command of this workspace, run to ask it about itself.

use crate::workspace::{Failure, Result, Workspace, output, run as run_command};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::PathBuf;
use std::process::Stdio;

/// The built command.
#[derive(Debug)]
pub(crate) struct Dunamis<'a> {
    workspace: &'a Workspace,
    executable: PathBuf,
}

impl<'a> Dunamis<'a> {
    /// Builds the command, in the release profile if so asked.
    pub(crate) fn build(workspace: &'a Workspace, release: bool) -> Result<Self> {
        let mut arguments = vec!["build", "--package", "dunamis-cli", "--bin", "dunamis"];
        if release {
            arguments.push("--release");
        }
        // Twice: once for the eyes, and once to be told where the executable is.
        run_command(&mut workspace.cargo(&arguments))?;
        arguments.push("--message-format=json");
        let messages = output(workspace.cargo(&arguments).stderr(Stdio::null()))?;
        let executable = executable(&messages).ok_or_else(|| Failure::new("the build of `dunamis` left no program"))?;
        Ok(Dunamis { workspace, executable })
    }

    /// What it prints, in lines of up to 100 characters and without color.
    pub(crate) fn text(&self, arguments: &[&str]) -> Result<String> {
        let mut command = self.workspace.command(&self.executable);
        output(command.args(arguments).env("COLUMNS", "100").env("NO_COLOR", "1"))
    }

    /// The list under `key` in the document that it prints with `--json`.
    pub(crate) fn list<T: DeserializeOwned>(&self, arguments: &[&str], key: &str) -> Result<Vec<T>> {
        let text = self.text(arguments)?;
        read_list(&text, key)
            .map_err(|reason| Failure::new(format!("`dunamis {}` is not as expected: {reason}", arguments.join(" "))))
    }
}

/// The path in what cargo reports in JSON.
fn executable(messages: &str) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from)).next_back()
}

fn read_list<T: DeserializeOwned>(text: &str, key: &str) -> Result<Vec<T>, String> {
    let mut document: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    match &document["schema"] {
        schema if *schema == 1 => {}
        schema => return Err(format!("its schema is `{schema}` instead of `1`")),
    }
    serde_json::from_value(document[key].take()).map_err(|error| format!("`{key}`: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_is_found_among_messages() {
        let messages =
            "{\"reason\":\"x\",\"executable\":null}\nnoise\n{\"executable\":\"/t/dunamis\"}\n{\"success\":true}";
        assert_eq!(executable(messages), Some("/t/dunamis".into()));
        assert_eq!(executable(""), None);
    }

    #[test]
    fn lists_are_read_with_their_schema() {
        assert_eq!(read_list::<u8>(r#"{"schema": 1, "numbers": [1, 2]}"#, "numbers"), Ok(vec![1, 2]));
        let fails = |text| read_list::<u8>(text, "numbers").unwrap_err();
        assert_eq!(fails(r#"{"schema": 2, "numbers": []}"#), "its schema is `2` instead of `1`");
        assert!(fails(r#"{"schema": 1}"#).starts_with("`numbers`: "));
        assert!(fails("no document").starts_with("expected"));
    }
}
