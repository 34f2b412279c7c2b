//! The own JSON form; see [`dunamis_mdp::json`].

use super::{Content, Contents, Files, Format, FormatError, Registration};
use crate::Environment;
use dunamis_mdp::json;

pub(super) const FORMAT: Registration = Registration {
    format: Format::Json,
    name: "JSON",
    summary: "the own text format, which holds everything",
    extensions: &["json"],
    siblings: false,
    holds: &Content::ALL,
    recognizes: |_| true,
    read: Some(read),
    write: Some(write),
};

/// The text of a file.
pub(super) fn text(files: &Files) -> Result<&str, FormatError> {
    super::text::utf8("json", files.only())
}

fn read(files: &Files) -> Result<Contents, FormatError> {
    let text = text(files)?;
    if json::is_joint(text) {
        return Err(FormatError::TwoAgents);
    }
    let document = json::read(text)?;
    let rewards = document.reward.into_iter().map(|reward| ("reward".into(), reward)).collect();
    Ok(Contents { model: document.model, rewards, labels: document.labels, discount: document.discount })
}

#[expect(clippy::unnecessary_wraps, reason = "other formats refuse models")]
fn write(environment: &Environment) -> Result<Files, FormatError> {
    let labels = environment.labels();
    let mut text = json::write(environment.model(), environment.reward(), labels, environment.discount());
    text.push('\n');
    Ok(Files::of("json", text.into_bytes()))
}
