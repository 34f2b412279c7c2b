//! Model files: what is written is read as the same model, and what a format cannot hold is refused.

use crate::strategies::described;
use dunamis_envs::format::{self, Content, Files};
use dunamis_envs::{EnvError, Environment, Format, FormatError, load};
use dunamis_mdp::Rational;
use proptest::prelude::*;

/// What has to survive: states, actions, exact probabilities and expected rewards, labels and discount. The numbers of
/// actions may change, and a reward of states may come back as one of pairs.
type Essence<'a> = (Vec<&'a str>, Vec<Row<'a>>, Vec<(&'a str, &'a [dunamis_mdp::StateId])>, Option<Rational>);
type Row<'a> = (usize, &'a str, Vec<(usize, Rational)>, Rational, Option<Rational>);

fn essence(environment: &Environment) -> Essence<'_> {
    let model = environment.model();
    let mut rows = Vec::new();
    for s in model.state_ids() {
        let first = rows.len();
        for pair in model.available().pairs(s) {
            let successors = model.exact_row(pair).into_iter().map(|(next, p)| (next.index(), p)).collect();
            let reward = environment.reward().map(|reward| match reward.kind() {
                dunamis_mdp::RewardKind::State => reward.exact(s.index()),
                _ => reward.exact(pair),
            });
            let action = &model.actions()[model.available().action(pair).index()];
            rows.push((s.index(), action, successors, model.exact_leak(pair), reward));
        }
        rows[first..].sort_by_key(|row| row.1);
    }
    let discount = environment.discount().map(dunamis_mdp::Discount::exact);
    (model.states().iter().collect(), rows, environment.labels().iter().collect(), discount)
}

/// Writes and reads an environment unless the format says that it cannot hold something which the environment really has.
fn round_trip(format: Format, environment: &Environment) -> Result<bool, TestCaseError> {
    let missing =
        Content::ALL.into_iter().find(|&content| !format.holds(content) && content.find(environment).is_some());
    match (format.encode(environment), missing) {
        (Ok(files), None) => {
            let again = format.decode(&files, None).unwrap();
            prop_assert_eq!(essence(&again), essence(environment));
            Ok(true)
        }
        (Ok(_), Some(content)) => Err(TestCaseError::fail(format!("{format} cannot hold {content}, but wrote it"))),
        (Err(error), Some(_)) => {
            prop_assert!(error.to_string().contains("cannot hold"), "{error}");
            Ok(false)
        }
        (Err(EnvError::Format(FormatError::CannotName { .. })), None) => Ok(false),
        (Err(error), None) => Err(TestCaseError::fail(format!("{format}: {error}"))),
    }
}

proptest! {
    /// Models of every kind in every format, each with as much of what makes them special as the format can hold.
    #[test]
    fn what_is_written_is_read(environment in described()) {
        for format in Format::all().filter(|format| format.reads() && format.writes()) {
            round_trip(format, &environment)?;
            prop_assert!(round_trip(format, &reduced(format, &environment))?, "{}", format);
        }
    }

    /// A format that is named as a way out is one.
    #[test]
    fn refusals_name_formats_that_can(environment in described()) {
        for format in Format::all().filter(|format| format.writes()) {
            if let Err(error) = format.encode(&environment) {
                let instead = match error {
                    EnvError::Format(FormatError::CannotHold { instead, .. }) => instead,
                    EnvError::Format(FormatError::CannotName { .. }) => continue,
                    error => return Err(TestCaseError::fail(error.to_string())),
                };
                prop_assert!(!instead.is_empty());
                for format in instead {
                    let spelt = format.encode(&environment);
                    let fine = matches!(spelt, Ok(_) | Err(EnvError::Format(FormatError::CannotName { .. })));
                    prop_assert!(fine);
                }
            }
        }
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for format in Format::all().filter(|format| format.reads()) {
            for extension in format.extensions() {
                let _ = format.decode(&Files::of(*extension, bytes.clone()), None);
            }
        }
    }
}

/// The environment without what a format cannot hold.
fn reduced(format: Format, environment: &Environment) -> Environment {
    let mut environment = environment.clone();
    for content in Content::ALL.into_iter().filter(|&content| !format.holds(content)) {
        environment = environment.without(content).unwrap();
    }
    if let Err(EnvError::Format(FormatError::CannotName { .. })) = format.encode(&environment) {
        environment = environment.without(Content::StateNames).unwrap().without(Content::ActionNames).unwrap();
    }
    environment
}

/// The sink that takes lost mass may be called like a state that there is.
#[test]
fn what_is_lost_goes_to_a_state_of_its_own() {
    let text = r#"{"schema":1,"states":["a","b"],"transitions":[
        {"from":"a","action":"x","to":"b","probability":"1/3"},{"from":"a","action":"x","to":null,"probability":"2/3"},
        {"from":"b","action":"y","to":"b","probability":1}],"rewards":{"a":1}}"#;
    let environment = Environment::from_json("lossy", text).unwrap();
    let reduced = |contents: &[Content]| {
        let reduced = contents.iter().try_fold(environment.clone(), |reduced, &content| reduced.without(content));
        reduced.unwrap().to_string()
    };
    insta::assert_snapshot!(
        [
            reduced(&[Content::Leaks]),
            reduced(&[Content::PartialActions]),
            reduced(&[Content::ExactNumbers, Content::ActionNames]),
        ]
        .join("\n\n")
    );
    let taken = Environment::from_json("lossy", &text.replace("\"b\"", "\"2\"")).unwrap();
    assert!(taken.without(Content::Leaks).is_err());
}

#[test]
fn every_format_is_registered_once() {
    let all: Vec<Format> = Format::all().collect();
    let mut sorted = all.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), all.len());
    for format in all {
        assert!(format.reads() || format.writes(), "{format}");
        assert!(!format.extensions().is_empty() && !format.name().is_empty() && !format.summary().is_empty());
        for extension in format.extensions() {
            assert!(Format::from_path(format!("x.{}", extension.to_uppercase())).is_some());
        }
    }
    assert_eq!(Format::from_path("x.txt"), None);
    assert_eq!(Format::from_path("json"), None);
}

#[test]
fn files_are_written_and_loaded_by_their_extension() {
    let folder = tempfile::tempdir().unwrap();
    let environment = load("stochastic-4").unwrap();
    for format in Format::all().filter(|format| format.reads() && format.writes()) {
        let environment = reduced(format, &environment);
        let path = folder.path().join(format!("model.{}", format.extensions()[0]));
        format::write_as(format, &environment, &path).unwrap();
        let again = load(path.to_str().unwrap()).unwrap();
        assert_eq!(essence(&again), essence(&environment), "{format}");
        assert_eq!(again.name(), path.to_str().unwrap());
    }
    let left = std::fs::read_dir(folder.path())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with('.'));
    assert_eq!(left.count(), 0, "no temporary file is left");
}

#[test]
fn files_that_cannot_be_written_leave_the_old_ones() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.json");
    let environment = load("candy").unwrap();
    format::write(&environment, &path).unwrap();
    let error = format::write(&environment, folder.path().join("model.doc")).unwrap_err();
    assert!(error.to_string().contains("model.doc"), "{error}");
    let error = format::write(&environment, folder.path().join("no/such/model.json")).unwrap_err();
    assert!(error.to_string().contains("cannot write"), "{error}");
    assert_eq!(essence(&format::read(&path).unwrap()), essence(&environment));
}
