//! `dunamis figure`.

use crate::Workplace;

#[test]
fn a_figure_is_drawn_from_reused_runs() {
    let place = Workplace::new();
    let command = "figure run h3-s1 h3-fig1 --quick --check --timings --out figures --runs runs";
    let first = place.answer(command);
    assert!(matches!(first.code, Some(0 | 1)), "{first}");
    for extension in ["svg", "png", "csv"] {
        for id in ["h3-s1", "h3-fig1"] {
            let file = place.path().join(format!("figures/{id}.{extension}"));
            assert!(file.metadata().is_ok_and(|file| file.len() > 100), "{}", file.display());
        }
    }
    assert!(first.stdout.contains("computed") && !first.stdout.contains("reused"), "{first}");
    let table = || std::fs::read(place.path().join("figures/h3-fig1.csv")).expect("a table");
    let before = table();
    let again = place.answer(command);
    assert!(again.stdout.contains("reused") && !again.stdout.contains("computed"), "{again}");
    assert_eq!(table(), before);
}

#[test]
fn the_exit_code_tells_whether_published_values_are_missed() {
    let place = Workplace::new();
    let answer = place.answer("figure run h3-fig4 --quick --check --out figures --runs runs");
    let missed = answer.stdout.contains("MISSED");
    assert_eq!(answer.code, Some(i32::from(missed)), "{answer}");
    assert_eq!(answer.stderr.contains("missed without a reason"), missed, "{answer}");
    let unchecked = place.answer("figure run h3-fig4 --quick --out figures --runs runs");
    assert_eq!(unchecked.code, Some(0), "{unchecked}");
}
