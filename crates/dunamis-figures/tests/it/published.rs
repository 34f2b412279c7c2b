//! The published figures, at few samples.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use dunamis_figures::{Comparison, FIGURES, Options, Report, RunReport, Verdict, produce};

/// The red of outlines.
const RED: &str = "stroke=\"#d41e10\"";

fn quick(out: &Path, ids: &[&str], threads: usize) -> Report {
    let options =
        Options { out: out.join("figures"), runs: out.join("runs"), quick: true, check: true, ..Options::default() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| produce(ids, &options, &())).unwrap()
}

#[test]
fn every_figure_is_complete_and_agrees_with_its_publication() {
    let directory = tempfile::tempdir().unwrap();
    let report = quick(directory.path(), &[], 2);
    assert_eq!(report.figures.len(), FIGURES.len());
    let published = |run: &&RunReport| ["h1-", "h2-", "h3-"].iter().any(|part| run.name.starts_with(part));
    let sampled = report.runs.iter().filter(published).map(|run| run.key.to_string());
    let sampled = sampled.collect::<BTreeSet<_>>().len();
    // Five of part 3, one of which part 1 shares; 21 of each sweep, with all others of part 2 among them.
    assert_eq!(sampled, 4 + 21 + 3 + 21, "figures of one setting share one run");
    // States of the maze; blocks, and cells with numbers in them, of every block grid.
    let (cells, apart) = (31, 31 * 30);
    let expected = BTreeMap::from([
        ("h3-fig2", (31, cells * cells)),
        ("h3-fig3", (31, cells * cells)),
        ("h3-fig5", (31, apart)),
        ("h3-fig5-detail", (4, 4 * 30)),
        ("h3-fig6", (31, apart)),
        ("h3-fig6-detail", (4, 4 * 30)),
        ("h3-fig8", (62, 2 * cells * cells)),
        ("h3-fig10", (62, 2 * apart)),
        ("h3-fig10-detail", (6, 6 * 30)),
    ]);
    for figure in &report.figures {
        let [svg, png, csv, moving @ ..] = &figure.files[..] else { panic!("{}: {:?}", figure.id, figure.files) };
        let moves = ["h1-fig4", "h2-fig9"].contains(&figure.id);
        assert_eq!(moving.len(), if moves { 2 } else { 0 }, "{}", figure.id);
        for file in moving {
            let bytes = fs::read(file).unwrap();
            let (apng, gif) = (bytes.starts_with(b"\x89PNG"), bytes.starts_with(b"GIF89a"));
            let animated = apng && bytes.windows(4).filter(|window| window == b"fcTL").count() == 3;
            assert!(animated || gif, "{}", file.display());
        }
        let svg = fs::read_to_string(svg).unwrap();
        assert!(fs::read(png).unwrap().starts_with(b"\x89PNG"), "{}", figure.id);
        let csv = fs::read_to_string(csv).unwrap();
        for text in [&svg, &csv, &figure.caption] {
            assert!(!text.contains("NaN") && !text.contains("inf"), "{}", figure.id);
        }
        if figure.id.starts_with("h1-") || figure.id.starts_with("h2-") {
            assert!(csv.lines().count() > 2 && figure.caption.contains("200 samples (seed 0)"), "{}", figure.id);
            continue;
        }
        if figure.id.starts_with("finding-") {
            // Alignment without an error is possible at so few samples.
            assert!(csv.lines().count() > 8, "{}", figure.id);
            continue;
        }
        if !figure.id.starts_with("h3-") {
            assert!(csv.lines().count() > 1 && csv.lines().skip(1).all(|line| !line.contains(",,")), "{}", figure.id);
            continue;
        }
        assert!(
            figure.caption.contains("maze-7x7") && figure.caption.contains("200 samples (seed 0)"),
            "{}",
            figure.id
        );
        if let Some(&(blocks, values)) = expected.get(figure.id) {
            let outlines = svg.lines().filter(|line| line.contains("<rect") && line.contains(RED)).count();
            let bare = |line: &&str| line.contains("<rect") && line.contains("fill=\"#") && !line.contains("stroke");
            let rows = csv.lines().filter(|line| line.starts_with("POWER_")).count();
            // The paper is a rectangle too.
            assert_eq!(
                (outlines, svg.lines().filter(bare).count() - 1, rows),
                (blocks, values, values),
                "{}",
                figure.id
            );
        }
        if svg.contains("<circle") && !figure.id.starts_with("h3-s") {
            let rows = csv.lines().filter(|line| line.starts_with("POWER_H,")).count();
            assert!(rows == cells * cells || rows == apart, "{}", figure.id);
        }
    }
    let missed: Vec<_> = report.missed().collect();
    assert!(missed.is_empty(), "{}", report.published_table());
    let is_sampled = |row: &&Comparison| ["h1-", "h2-", "h3-"].iter().any(|part| row.figure.starts_with(part));
    let (sampled, exact): (Vec<_>, Vec<_>) = report.comparisons.iter().partition(is_sampled);
    assert_eq!(sampled.len(), 14 + 9 + 6 + 8 + 12 + 7 + 2 + 3 + 20);
    let agree = sampled.iter().filter(|row| row.verdict == Verdict::Agrees).count();
    assert!(agree + 1 >= sampled.len(), "{}", report.published_table());
    assert!(exact.iter().all(|row| row.verdict == Verdict::Agrees && row.ours.samples.is_none()));
    assert!(exact.len() >= 35, "{}", exact.len());
    let left = fs::read_dir(directory.path().join("figures")).unwrap().count();
    assert_eq!(left, 3 * FIGURES.len() + 2 * 2 + 1, "no half-written file stays behind");
}

#[test]
fn the_bytes_do_not_depend_on_the_number_of_threads() {
    let ids = ["h2-fig9", "h3-fig1", "h3-fig4", "h3-fig5", "h3-s1", "optsp-fig9", "scale-fig2-embed"];
    let directories = [1, 2, 4].map(|threads| {
        let directory = tempfile::tempdir().unwrap();
        quick(directory.path(), &ids, threads);
        directory
    });
    for id in ids.iter().flat_map(|id| ["svg", "csv"].map(|extension| format!("{id}.{extension}"))) {
        let bytes =
            directories.each_ref().map(|directory| fs::read(directory.path().join("figures").join(&id)).unwrap());
        assert!(bytes[0] == bytes[1] && bytes[0] == bytes[2], "{id}");
    }
}

#[test]
fn runs_are_reused() {
    let directory = tempfile::tempdir().unwrap();
    let first = quick(directory.path(), &["h3-fig1"], 1);
    let second = quick(directory.path(), &["h3-fig1"], 1);
    assert_eq!((first.runs[0].reused, second.runs[0].reused), (false, true));
    assert_eq!(first.runs[0].key, second.runs[0].key);
}

#[test]
fn the_incumbents_arithmetic_is_close_at_a_low_discount() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options {
        out: directory.path().join("figures"),
        runs: directory.path().join("runs"),
        quick: true,
        as_published: true,
        ..Options::default()
    };
    let report = produce(&["h3-fig4", "h3-fig1"], &options, &()).unwrap();
    assert_eq!(report.reproductions.len(), 4);
    for row in &report.reproductions {
        let difference = row.difference().unwrap();
        // At this discount the stopping rule leaves at most an eleventh of 1e-4 of the values.
        assert!(difference.abs() < 1e-4, "{row:?}");
        assert!(difference != 0.0, "{row:?}");
    }
    assert!(report.to_string().contains("## The incumbent's arithmetic"));
    assert!(directory.path().join("figures/as-published.csv").exists());
}
