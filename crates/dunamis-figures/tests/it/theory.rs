//! The figures of theory: what they say, and how some of them look.

use dunamis_figures::{FIGURES, Figure, Runs, find};
use dunamis_plot::{Label, Plot};
use std::fmt::Write;

/// The runs of all its analyses.
fn runs(figure: &dyn Figure) -> (tempfile::TempDir, Runs) {
    let directory = tempfile::tempdir().unwrap();
    let run = |config: &dunamis_figures::Config| {
        dunamis_experiment::analyze(&config.analysis().unwrap(), directory.path(), &()).unwrap()
    };
    let runs = figure.analyses().iter().map(run).collect::<Vec<_>>().into();
    (directory, runs)
}

/// Whether a figure draws analyses alone.
fn is_exact(figure: &dyn Figure) -> bool {
    figure.about().experiments.is_empty() && figure.sweeps().is_empty()
}

#[test]
fn captions_read_their_numbers_from_the_runs() {
    let mut text = String::new();
    for figure in FIGURES.iter().filter(|figure| is_exact(**figure)) {
        let (_directory, runs) = runs(*figure);
        let caption = Label::parse(&figure.caption(&runs).unwrap()).plain_text();
        writeln!(text, "{}: {caption}\n", figure.about().id).unwrap();
    }
    insta::assert_snapshot!(text);
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
        let (_directory, runs) = runs(figure);
        insta::assert_snapshot!(id, figure.draw(&runs).unwrap().scene().unwrap().to_svg());
    }
}

#[test]
fn a_run_of_another_analysis_is_refused() {
    let (_directory, runs) = runs(find("law-table").unwrap());
    let message = |id: &str| find(id).unwrap().caption(&runs).unwrap_err().to_string();
    insta::assert_snapshot!(message("scale-fig1-candy"), @"run `law-table` has no comparison `wait`; pass the run of the analysis that the figure names");
    insta::assert_snapshot!(message("optsp-fig1"), @"run `law-table` has no options of state `★`; pass the run of the analysis that the figure names");
    insta::assert_snapshot!(message("optsp-fig4"), @"run `law-table` has no embedding `ℓ↙ into r↘`; pass the run of the analysis that the figure names");
    insta::assert_snapshot!(message("optsp-fig10"), @"run `law-table` has no probabilities of state `s2`; pass the run of the analysis that the figure names");
}

#[test]
fn every_published_value_is_in_the_table_of_its_figure() {
    for figure in FIGURES.iter().filter(|figure| is_exact(**figure)) {
        let (_directory, runs) = runs(*figure);
        for published in figure.about().published {
            let ours = published.quantity.measure(*figure, &runs, 0).unwrap();
            assert!(ours.value.is_some(), "{}: {}", figure.about().id, published.quantity);
        }
    }
}
