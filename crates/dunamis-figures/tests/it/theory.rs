//! The figures of theory: what they say, and how some of them look.

use dunamis_experiment::AnalysisRun;
use dunamis_figures::{Config, FIGURES, Figure, Runs, find};
use dunamis_plot::{Label, Plot};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::num::NonZeroU64;
use std::sync::Mutex;

/// Samples of searches for transitions, which take long at their full number.
const FEW: NonZeroU64 = NonZeroU64::new(64).unwrap();

/// Runs an analysis, with another number of samples where it searches for transitions.
fn analyze(config: &Config, samples: Option<NonZeroU64>) -> AnalysisRun {
    let directory = tempfile::tempdir().unwrap();
    let mut analysis = config.analysis().unwrap();
    for transition in &mut analysis.transitions {
        transition.samples = samples.unwrap_or(transition.samples);
    }
    dunamis_experiment::analyze(&analysis, directory.path(), &()).unwrap()
}

/// The runs of all its analyses, each of which is computed once for all tests.
fn runs(figure: &dyn Figure) -> Runs {
    static DONE: Mutex<BTreeMap<&str, AnalysisRun>> = Mutex::new(BTreeMap::new());
    let run = |config: &Config| {
        let mut done = DONE.lock().unwrap();
        done.entry(config.name).or_insert_with(|| analyze(config, Some(FEW))).clone()
    };
    figure.analyses().iter().map(run).collect::<Vec<_>>().into()
}

/// Whether a figure draws analyses alone.
fn is_exact(figure: &dyn Figure) -> bool {
    figure.about().experiments.is_empty() && figure.sweeps().is_empty()
}

#[test]
fn captions_read_their_numbers_from_the_runs() {
    let mut text = String::new();
    for figure in FIGURES.iter().filter(|figure| is_exact(**figure)) {
        let runs = runs(*figure);
        let caption = Label::parse(&figure.caption(&runs).unwrap()).plain_text();
        writeln!(text, "{}: {caption}\n", figure.about().id).unwrap();
    }
    insta::assert_snapshot!(text);
}

/// The caption of the finding on phases: with `DUNAMIS_SLOW_TESTS=1` at full length, where it says what its page says.
#[test]
fn phases_are_as_documented() {
    let slow = std::env::var_os("DUNAMIS_SLOW_TESTS").is_some_and(|value| value == "1");
    let figure = find("finding-phases").unwrap();
    let full = |config: &Config| analyze(config, None);
    let runs = if slow { figure.analyses().iter().map(full).collect::<Vec<_>>().into() } else { runs(figure) };
    let caption = Label::parse(&figure.caption(&runs).unwrap()).plain_text();
    let expected = if slow {
        [
            "from 6,000 samples",
            "under “leak” from 0.92 on, “block” nowhere, “renormalize” nowhere, “overlap” nowhere",
            "falls below that of “overlap” at γ = 0.930 ± 0.013",
        ]
    } else {
        ["from 64 samples", "It is clearly above 0 under “leak” ", "falls below that of “overlap” "]
    };
    for part in expected {
        assert!(caption.contains(part), "{caption}");
    }
}

#[test]
fn pictures() {
    for id in [
        "scale-fig1-candy",
        "scale-fig4-proof",
        "optsp-fig2",
        "optsp-fig3",
        "optsp-fig7",
        "rdsp-tab2",
        "candy-worst",
        "law-table",
    ] {
        let figure = find(id).unwrap();
        let runs = runs(figure);
        insta::assert_snapshot!(id, figure.draw(&runs).unwrap().scene().unwrap().to_svg());
    }
}

#[test]
fn a_run_of_another_analysis_is_refused() {
    let runs = runs(find("law-table").unwrap());
    let message = |id: &str| find(id).unwrap().caption(&runs).unwrap_err().to_string();
    insta::assert_snapshot!(message("scale-fig1-candy"), @"run `law-table` has no comparison `wait`; pass the run of the analysis that the figure names");
    insta::assert_snapshot!(message("optsp-fig1"), @"run `law-table` has no options of state `★`; pass the run of the analysis that the figure names");
    insta::assert_snapshot!(message("optsp-fig4"), @"run `law-table` has no embedding `ℓ↙ into r↘`; pass the run of the analysis that the figure names");
    insta::assert_snapshot!(message("optsp-fig10"), @"run `law-table` has no probabilities of state `s2`; pass the run of the analysis that the figure names");
}

#[test]
fn every_published_value_is_in_the_table_of_its_figure() {
    let has_values = |figure: &&&dyn Figure| is_exact(**figure) && !figure.about().published.is_empty();
    for figure in FIGURES.iter().filter(has_values) {
        let runs = runs(*figure);
        for published in figure.about().published {
            let ours = published.quantity.measure(*figure, &runs, 0).unwrap();
            assert!(ours.value.is_some(), "{}: {}", figure.about().id, published.quantity);
        }
    }
}
