//! Writing an archive.

use super::super::content::is_number;
use super::super::{Files, Format, FormatError};
use super::archive::Archive;
use super::index::{Annotation, FileData, Index, NumberType, TransitionSystem, VERSION};
use super::numbers::{add_strings, bits, encode};
use super::{DISCOUNT, STATE_NAMES};
use crate::Environment;
use dunamis_mdp::{Labels, Number, RewardKind};
use std::collections::BTreeMap;

pub(super) fn write(environment: &Environment) -> Result<Files, FormatError> {
    let model = environment.model();
    if model.actions().get("").is_some() {
        let rule = "choices without a name are called by their number";
        return Err(FormatError::CannotName { format: Format::Umb, what: "action", name: String::new(), rule });
    }
    let (states, pairs) = (model.states().len(), model.available().len());
    let mut archive = Archive::default();
    let u64s = |numbers: &mut dyn Iterator<Item = u64>| numbers.flat_map(u64::to_le_bytes).collect::<Vec<u8>>();
    let starts = model.available().starts();
    archive.add("state-to-choices.bin", u64s(&mut starts.iter().map(|&start| u64::from(start))));
    let rows = model.matrix().indptr();
    archive.add("choice-to-branches.bin", u64s(&mut rows.raw_storage().iter().map(|&start| start as u64)));
    archive.add("branch-to-target.bin", u64s(&mut model.matrix().indices().iter().map(|&next| u64::from(next))));
    let probabilities: Vec<Number> = (0..pairs).flat_map(|pair| model.number_row(pair).map(|(_, p)| p)).collect();
    let (bytes, probability_type) = encode(&probabilities);
    archive.add("branch-to-probability.bin", bytes);
    let actions = (0..pairs).flat_map(|pair| (model.available().action(pair).index() as u32).to_le_bytes()).collect();
    archive.add("actions/choices/values.bin", actions);
    add_strings(&mut archive, "actions/choices", model.actions().iter());

    let mut annotations = BTreeMap::<String, BTreeMap<String, Annotation>>::new();
    let labels = environment.labels();
    let initial = labels.get(Labels::INITIAL).unwrap_or_default();
    archive.add("state-is-initial.bin", bits(states, initial.iter().map(|s| s.index())));
    for (k, (label, members)) in labels.iter().filter(|(label, _)| *label != Labels::INITIAL).enumerate() {
        let key = member_name(label).map_or_else(|| format!("label.{k}"), Into::into);
        archive
            .add(format!("annotations/aps/{key}/states/values.bin"), bits(states, members.iter().map(|s| s.index())));
        let number_type = NumberType { name: "bool".into(), size: Some(1) };
        let annotation = Annotation { alias: Some(label.into()), applies_to: vec!["states".into()], number_type };
        annotations.entry("aps".into()).or_default().insert(key, annotation);
    }
    if let Some(reward) = environment.reward() {
        let part = if reward.kind() == RewardKind::State { "states" } else { "choices" };
        let numbers: Vec<Number> = (0..reward.values().len()).map(|k| reward.number(k)).collect();
        let (bytes, number_type) = encode(&numbers);
        archive.add(format!("annotations/rewards/reward/{part}/values.bin"), bytes);
        let annotation = Annotation { alias: Some("reward".into()), applies_to: vec![part.into()], number_type };
        annotations.entry("rewards".into()).or_default().insert("reward".into(), annotation);
    }
    if model.states().iter().enumerate().any(|(s, name)| !is_number(name, s)) {
        add_strings(&mut archive, STATE_NAMES, model.states().iter());
    }
    if let Some(discount) = environment.discount() {
        archive.add(DISCOUNT, discount.number().exact_text().into_bytes());
    }
    let index = Index {
        format_version: VERSION,
        format_revision: 0,
        file_data: Some(FileData { tool: "dunamis", tool_version: env!("CARGO_PKG_VERSION") }),
        transition_system: TransitionSystem {
            time: "discrete".into(),
            players: 1,
            states: states as u64,
            initial_states: initial.len() as u64,
            choices: pairs as u64,
            choice_actions: model.actions().len() as u32,
            branches: probabilities.len() as u64,
            branch_actions: 0,
            observations: 0,
            branch_probability_type: Some(probability_type),
        },
        annotations,
    };
    archive.add("index.json", serde_json::to_vec_pretty(&index).expect("strings and numbers always serialize"));
    Ok(Files::of("umb", archive.pack()))
}

/// A label as part of a path, if that is what it can be; the full stop is left for those that cannot.
fn member_name(label: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    (!label.is_empty() && label.len() <= 60 && label.chars().all(plain)).then_some(label)
}
