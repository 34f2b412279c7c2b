//! Every kind of figure on a corridor of three cells.

use dunamis_experiment::Run;
use dunamis_figures::{
    About, AlignmentFigure, BlockGridFigure, Contrast, Estimate, Figure, FigureError, HeatMapFigure, NamedState, Panel,
    PublishedContrast, Quantity, Runs, StateDiagram, Statistic, Table,
};
use dunamis_mdp::Agent;
use dunamis_plot::Plot;

use crate::{alone, corridor};

const NEXT: NamedState = NamedState { name: "s1", h: (0, 0), a: (0, 1) };

const fn about(id: &'static str) -> About {
    const CONFIG: dunamis_figures::Config = dunamis_figures::Config { name: "corridor", toml: "" };
    About { id, title: "A corridor", source: "none", experiments: &[CONFIG, CONFIG], published: &[] }
}

const BLOCKS: BlockGridFigure = BlockGridFigure {
    about: about("blocks"),
    remark: "Three cells.",
    panels: &[Panel::whole(Agent::A)],
    quoted: &[NEXT],
};

const CROP: BlockGridFigure = BlockGridFigure {
    about: about("crop"),
    remark: "One block.",
    panels: &[Panel::crop(Agent::H, &[(0, 2)]), Panel::crop(Agent::A, &[(0, 1)])],
    quoted: &[],
};

const SCATTER: AlignmentFigure = AlignmentFigure {
    about: about("scatter"),
    marked: &[NEXT],
    contrast: Some(PublishedContrast {
        without: 1,
        with: 0,
        published: (Estimate::new(-0.32, 0.055), Estimate::new(-0.45, 0.025)),
    }),
};

const DIAGRAM: StateDiagram = StateDiagram { about: about("diagram"), state: NEXT };

const HEAT_MAP: HeatMapFigure = HeatMapFigure { about: about("heat-map"), remark: "Three cells." };

fn svg(figure: &dyn Figure, runs: &Runs) -> String {
    figure.draw(runs).unwrap().scene().unwrap().to_svg()
}

#[test]
fn pictures() {
    let (_a, apart) = corridor("leak");
    let (_b, together) = corridor("none");
    let (_c, alone) = alone();
    let one = Runs::from(vec![apart.clone()]);
    let both = Runs::from(vec![apart, together]);
    insta::assert_snapshot!("blocks", svg(&BLOCKS, &one));
    insta::assert_snapshot!("crop", svg(&CROP, &one));
    insta::assert_snapshot!("scatter", svg(&SCATTER, &both));
    insta::assert_snapshot!("diagram", svg(&DIAGRAM, &both));
    insta::assert_snapshot!("heat-map", svg(&HEAT_MAP, &vec![alone].into()));
}

#[test]
fn tables_hold_what_is_drawn_and_nothing_else() {
    let (_a, apart) = corridor("leak");
    let (_b, together) = corridor("none");
    let runs = Runs::from(vec![apart, together]);
    let of = |table: &Table, quantity: &str| table.entries.iter().filter(|e| e.quantity == quantity).count();
    let blocks = BLOCKS.table(&runs).unwrap();
    assert_eq!((of(&blocks, "POWER_A"), of(&blocks, "POWER_H"), of(&blocks, "alpha")), (6, 0, 1));
    let crop = CROP.table(&runs).unwrap();
    assert_eq!((of(&crop, "POWER_A"), of(&crop, "POWER_H"), of(&crop, "alpha")), (2, 2, 0));
    assert!(crop.entries.iter().all(|e| e.state.ends_with("^(0, 2)_A") || e.state.starts_with("(0, 1)_H^")));
    let scatter = SCATTER.table(&runs).unwrap();
    assert_eq!((of(&scatter, "POWER_A"), of(&scatter, "POWER_H"), of(&scatter, "alpha")), (6, 6, 1));
    assert!(scatter.entries.iter().filter(|e| e.quantity.starts_with("POWER")).all(|e| e.std_error.is_some()));
    assert_eq!(DIAGRAM.table(&runs).unwrap().entries.len(), 4);
}

#[test]
fn the_contrast_takes_its_runs_in_their_roles() {
    let (_a, apart) = corridor("leak");
    let (_b, together) = corridor("none");
    let measure = |run: &Run, samples| Quantity::Alpha.measure(&SCATTER, &vec![run.clone()].into(), samples).unwrap();
    let alpha = |run: &Run| measure(run, 64);
    let (with, without) = (alpha(&apart), alpha(&together));
    assert_eq!(with.statistic, Statistic::Raw);
    assert_eq!(measure(&apart, 10_000).statistic, Statistic::NoiseCorrected);
    let contrast: Contrast = SCATTER.contrast(&vec![apart, together].into()).unwrap().unwrap();
    let raw = contrast.raw.unwrap();
    assert_eq!((Some(raw.0.value), Some(raw.1.value)), (without.value, with.value));
    assert_ne!(with.value, without.value);
}

#[test]
fn a_quantity_of_a_state_is_the_entry_of_the_run() {
    let (_a, apart) = corridor("leak");
    let runs = Runs::from(vec![apart]);
    let measured = Quantity::Power { agent: Agent::A, state: NEXT }.measure(&BLOCKS, &runs, 64).unwrap();
    let table = BLOCKS.table(&runs).unwrap();
    let entry = table.entries.iter().find(|e| e.state == "(0, 0)_H^(0, 1)_A").unwrap();
    assert_eq!((entry.value, entry.std_error), (measured.value, measured.std_error));
    let same = NamedState { name: "same", h: (0, 1), a: (0, 1) };
    let entry = Quantity::Entry { quantity: "POWER_A", state: "(0, 0)_H^(0, 1)_A" };
    assert_eq!(entry.measure(&BLOCKS, &runs, 64).unwrap().value, measured.value);
    let absent = Quantity::Entry { quantity: "POWER_A", state: "nowhere" };
    assert_eq!(absent.measure(&BLOCKS, &runs, 64).unwrap().value, None);
    let error = Quantity::Power { agent: Agent::H, state: same }.measure(&BLOCKS, &runs, 64);
    assert!(matches!(error, Err(FigureError::NoState { .. })));
}
