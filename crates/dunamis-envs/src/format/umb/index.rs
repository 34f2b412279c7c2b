//! `index.json`: what the arrays are.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the format that is written; version 0, which the reference implementation writes, is the same to a reader.
pub(super) const VERSION: u32 = 1;

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Index {
    pub(super) format_version: u32,
    pub(super) format_revision: u32,
    #[serde(default, skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub(super) file_data: Option<FileData>,
    pub(super) transition_system: TransitionSystem,
    /// By category, and there by name.
    #[serde(default)]
    pub(super) annotations: BTreeMap<String, BTreeMap<String, Annotation>>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct FileData {
    pub(super) tool: &'static str,
    pub(super) tool_version: &'static str,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct TransitionSystem {
    pub(super) time: String,
    #[serde(rename = "#players")]
    pub(super) players: u32,
    #[serde(rename = "#states")]
    pub(super) states: u64,
    #[serde(rename = "#initial-states")]
    pub(super) initial_states: u64,
    #[serde(rename = "#choices")]
    pub(super) choices: u64,
    #[serde(rename = "#choice-actions")]
    pub(super) choice_actions: u32,
    #[serde(rename = "#branches")]
    pub(super) branches: u64,
    #[serde(rename = "#branch-actions")]
    pub(super) branch_actions: u32,
    #[serde(rename = "#observations")]
    pub(super) observations: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) branch_probability_type: Option<NumberType>,
}

#[derive(Clone, Deserialize, Serialize)]
pub(super) struct NumberType {
    #[serde(rename = "type")]
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) size: Option<u32>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Annotation {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) alias: Option<String>,
    #[serde(default)]
    pub(super) applies_to: Vec<String>,
    #[serde(rename = "type")]
    pub(super) number_type: NumberType,
}
