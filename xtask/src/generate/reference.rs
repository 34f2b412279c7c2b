//! `docs/cli.md`: the help of every command.

use super::Document;
use crate::dunamis::Dunamis;
use crate::workspace::Result;
use std::fmt::Write;

pub(super) fn document(dunamis: &Dunamis<'_>) -> Result<Document> {
    let mut text = "What `dunamis help` says about every command.\n".to_owned();
    write_help(dunamis, &[], &mut text)?;
    Ok(Document::new("docs/cli.md", "Command line", &text))
}

/// Adds the help of a command and of those below it.
fn write_help(dunamis: &Dunamis<'_>, command: &[&str], text: &mut String) -> Result<()> {
    let help = dunamis.text(&[&["help"], command].concat())?;
    text.push_str(&section(&[&["dunamis"], command].concat().join(" "), &help));
    for name in subcommands(&help) {
        write_help(dunamis, &[command, &[name]].concat(), text)?;
    }
    Ok(())
}

fn section(command: &str, help: &str) -> String {
    let mut text = format!("\n## `{command}`\n\n```text\n");
    for line in help.trim().lines() {
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text + "```\n"
}

/// The commands that a help lists, `help` itself left out.
fn subcommands(help: &str) -> Vec<&str> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = listed.filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELP: &str = "\
About.

Usage: dunamis <COMMAND>

Commands:
  env    List environments,
         or show one
  power  Estimate POWER
  help   Print this message

Options:
  -h, --help
";

    #[test]
    fn commands_are_read_from_help() {
        assert_eq!(subcommands(HELP), ["env", "power"]);
        assert_eq!(subcommands("About.\n\nOptions:\n  -h, --help\n"), [""; 0]);
    }

    #[test]
    fn sections_are_fenced_without_trailing_blanks() {
        assert_eq!(section("dunamis env", "\na  \n\nb\n"), "\n## `dunamis env`\n\n```text\na\n\nb\n```\n");
    }
}
