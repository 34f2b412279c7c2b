//! The page in a browser: headless Chromium, driven over its developer tools.
//!
//! Where there is no Chromium the tests say `SKIPPED` and pass, unless `DUNAMIS_BROWSER_TESTS=1` asks for it, as the step
//! `browser` of `cargo xtask ci` does.

mod devtools;

use devtools::{Browser, chromium};
use dunamis_experiment::{Experiment, RolloutSettings, Run, run};
use dunamis_plot::ColorMap;
use dunamis_report::Report;
use std::io::Write;
use std::path::PathBuf;
use tempfile::TempDir;

/// Discounts of the maze.
const DISCOUNTS: [&str; 10] = ["0.01", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9"];

/// A browser; `None`, with the reason printed, where there is none.
fn browser() -> Option<Browser> {
    let found = chromium();
    if found.is_none() {
        let required = std::env::var_os("DUNAMIS_BROWSER_TESTS").is_some_and(|value| value == "1");
        assert!(!required, "Chromium is not installed, but `DUNAMIS_BROWSER_TESTS=1` asks for it");
        say("SKIPPED (Chromium is not installed)");
    }
    found.as_deref().map(Browser::start)
}

/// Says something that is seen even where a test passes.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Runs and their report in a file.
struct Place {
    directory: TempDir,
    runs: Vec<Run>,
}

impl Place {
    fn new(configs: impl IntoIterator<Item = String>) -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        let one = |config: String| {
            let experiment: Experiment = config.parse().expect("a config");
            run(&experiment, directory.path().join("runs"), &()).expect("a run")
        };
        let runs: Vec<Run> = configs.into_iter().map(one).collect();
        let place = Place { directory, runs };
        let html = Report::new(place.runs.clone()).expect("runs").command("dunamis report runs/*").to_html();
        std::fs::write(place.file(), html).expect("a writable directory");
        place
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join("report.html")
    }

    /// `power.csv` of a run, as it is.
    fn csv(&self, run: usize) -> String {
        std::fs::read_to_string(self.runs[run].path.join("power.csv")).expect("a table")
    }

    /// The numbers of a state in that file, as they are printed there, by column.
    fn printed(&self, run: usize, state: usize, column: &str) -> String {
        let csv = self.csv(run);
        // States of gridworlds have commas in quotes; numbers come last and have none.
        let columns: Vec<&str> = csv.lines().next().expect("a header").split(',').collect();
        let from_end = columns.len() - columns.iter().position(|name| *name == column).expect(column);
        csv.lines().nth(state + 1).expect("a state").rsplit(',').nth(from_end - 1).expect("a field").to_owned()
    }
}

/// Two agents in the maze, who may not overlap: 930 states.
fn maze(samples: u32, discounts: &[&str]) -> Place {
    Place::new(discounts.iter().map(|discount| {
        format!(
            "name = 'no-overlap maze'\nsamples = {samples}\n[environment]\nname = 'maze-7x7'\ncollision = 'leak'\n[power]\nagents = 2\ndiscount = {discount}\n"
        )
    }))
}

/// Lets a button put its text where the test can read it.
const CLIPBOARD: &str =
    "Object.defineProperty(navigator, 'clipboard', {value: {writeText: async (text) => { window.copied = text; }}})";

/// The color of a cell that a page paints.
fn painted(browser: &mut Browser, state: usize) -> String {
    browser.text(&format!("document.querySelector('#cell-{state}').getAttribute('fill')"))
}

#[test]
fn the_maze_opens_within_a_second_and_its_slider_shows_every_run() {
    let Some(mut browser) = browser() else { return };
    let place = maze(10, &DISCOUNTS);
    let file = place.file();
    let size = std::fs::metadata(&file).expect("a file").len();
    assert!(size < 3 * 1024 * 1024, "{size} bytes");
    // The page draws everything before it counts as loaded. The best of some attempts is what the page takes, and the rest what
    // else runs on the machine.
    let mut times = Vec::new();
    while times.len() < 3 || times.len() < 10 && best(&times) >= 1000.0 {
        browser.open(&file);
        let time = browser
            .evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))");
        times.push(time.as_f64().expect("a time"));
    }
    say(&format!("{size} bytes; drawn after {times:.0?} ms"));
    assert!(best(&times) < 1000.0, "{times:?} ms");
    assert_eq!(browser.evaluate("document.querySelectorAll('#map .cell').length"), 930);
    assert_eq!(browser.evaluate("document.querySelectorAll('#alignment .point').length"), 930);

    browser.evaluate(CLIPBOARD);
    browser.evaluate("document.querySelector('#table-panel').open = true");
    browser.click("#cell-500", (0.5, 0.5));
    browser.evaluate("document.querySelector('#slider-0').focus()");
    for (index, discount) in DISCOUNTS.iter().enumerate() {
        if index > 0 {
            browser.key("ArrowRight", 39, false);
        }
        assert_eq!(browser.text("document.querySelector('.slider output').textContent"), *discount);
        // The map is painted for this run, with the colors of the plots.
        browser.evaluate("document.querySelector('#copy-csv').click()");
        assert_eq!(browser.text("window.copied"), place.csv(index), "γ = {discount}");
        for (quantity, column) in [("power_h", "power_h"), ("power_a", "power_a"), ("power_h_seed", "power_h_seed")] {
            let shown = format!(
                "[...document.querySelectorAll('#state-table [data-quantity={quantity}] td')].map((cell) => cell.textContent).join()"
            );
            let expected = [place.printed(index, 500, column), place.printed(index, 500, &format!("{column}_se"))];
            assert_eq!(browser.text(&shown), expected.join(","), "γ = {discount}");
        }
        let first = browser.text("[...document.querySelectorAll('#table-rows tbody tr:first-child .digits')].map((cell) => cell.textContent).join()");
        assert!(place.csv(index).lines().nth(1).expect("a state").ends_with(&format!(",{first}")), "{first}");
    }
    // By mouse: the ends and the middle of the slider.
    for (part, discount) in [(0.01, "0.01"), (0.99, "0.9"), (4.0 / 9.0, "0.4")] {
        browser.click("#slider-0", (part, 0.5));
        assert_eq!(browser.text("document.querySelector('.slider output').textContent"), discount);
        assert_eq!(browser.text("document.querySelector('#runs tr.active td').textContent"), discount);
    }
    assert_eq!(browser.requests(&file), times.len(), "the file, as often as it was opened");
    assert_eq!(browser.complaints(&file), [""; 0]);
}

#[test]
fn map_and_plot_show_each_other_by_pointer_and_by_keyboard() {
    let Some(mut browser) = browser() else { return };
    let place = maze(20, &["0.1", "0.9"]);
    browser.open(&place.file());
    let ring = |browser: &mut Browser, id: &str, x: &str| {
        browser.text(&format!("(() => {{ const ring = document.querySelector('#{id}'); return ring.getAttribute('visibility') + ' ' + ring.getAttribute('{x}'); }})()"))
    };
    // From the map to the plot.
    browser.point("#cell-123", (0.5, 0.5));
    let point = browser.text("document.querySelector('#alignment [data-state=\"123\"]').getAttribute('cx')");
    assert_eq!(ring(&mut browser, "point-ring", "cx"), format!("visible {point}"));
    assert_eq!(browser.text("document.querySelector('#state h3').textContent"), named(&place, 123));
    // From the plot to the map: to the state whose point is nearest, which may lie on top of another.
    browser.point("#alignment [data-state=\"77\"]", (0.5, 0.5));
    let marked = browser.text("document.querySelector('#map svg').getAttribute('aria-activedescendant')");
    let marked: usize = marked.strip_prefix("cell-").expect("a cell").parse().expect("a state");
    let centers = "[77, M].map((s) => { const p = document.querySelector(`#alignment [data-state=\"${s}\"]`); return [+p.getAttribute('cx'), +p.getAttribute('cy')]; })";
    let centers: Vec<(f64, f64)> =
        serde_json::from_value(browser.evaluate(&centers.replace('M', &marked.to_string()))).expect("points");
    assert!((centers[0].0 - centers[1].0).hypot(centers[0].1 - centers[1].1) < 1.0, "{marked}: {centers:?}");
    let cell = browser.evaluate(&format!("+document.querySelector('#cell-{marked}').getAttribute('x')"));
    let expected = cell.as_f64().expect("a number") - 0.5;
    assert_eq!(ring(&mut browser, "ring", "x"), format!("visible {expected}"));
    // Nothing is marked when the pointer has left.
    browser.point("h1", (0.5, 0.5));
    assert!(ring(&mut browser, "ring", "x").starts_with("hidden"));
    assert!(ring(&mut browser, "point-ring", "cx").starts_with("hidden"));

    // By keyboard: down, right, and to the next block.
    browser.evaluate("document.querySelector('#map svg').focus()");
    for (key, code, shift) in
        [("Home", 36, false), ("ArrowRight", 39, false), ("ArrowRight", 39, true), ("ArrowDown", 40, false)]
    {
        browser.key(key, code, shift);
    }
    let chosen = browser.text("document.querySelector('#map svg').getAttribute('aria-activedescendant')");
    let chosen: usize = chosen.strip_prefix("cell-").expect("a cell").parse().expect("a state");
    let said = browser
        .text("new Promise((done) => setTimeout(() => done(document.querySelector('#spoken').textContent), 300))");
    let mean: f64 = place.printed(0, chosen, "power_h").parse().expect("a number");
    assert!(
        said.starts_with(&format!("{}: POWER of H {mean:.3}", named(&place, chosen))) && said.contains(" ± "),
        "{said}"
    );
    assert_eq!(browser.text(&format!("document.querySelector('#cell-{chosen}').getAttribute('aria-label')")), said);
    // In the plot the arrows follow POWER: three steps down in POWER of A.
    let power = |state: usize| place.printed(0, state, "power_a").parse::<f64>().expect("a number");
    let mut sorted: Vec<f64> = (0..930).map(power).collect();
    sorted.sort_by(f64::total_cmp);
    let rank = sorted.iter().position(|&p| p == power(chosen)).expect("its own");
    browser.evaluate("document.querySelector('#alignment svg').focus()");
    for step in 1..=3 {
        browser.key("ArrowDown", 40, false);
        let shown = browser.text("document.querySelector('#state-table [data-quantity=power_a] td').textContent");
        assert_eq!(shown.parse(), Ok(sorted[rank.saturating_sub(step)]));
    }
    assert_eq!(browser.complaints(&place.file()), [""; 0]);
}

fn best(times: &[f64]) -> f64 {
    times.iter().copied().fold(f64::INFINITY, f64::min)
}

/// What the page calls a joint state.
fn named(place: &Place, state: usize) -> String {
    let name = &place.runs[0].states[state];
    let (h, a) = name.split_once('^').expect("two agents");
    format!("H at {}, A at {}", h.trim_end_matches("_H"), a.trim_end_matches("_A"))
}

#[test]
fn rollouts_are_played() {
    let Some(mut browser) = browser() else { return };
    let config = "name = 'maze'\nsamples = 5\nkeep-samples = 5\n[environment]\nname = 'maze-7x7'\n[power]\nagents = 2\ndiscount = 0.9\n";
    let place = Place::new([config.to_owned()]);
    let run = &place.runs[0];
    let settings = RolloutSettings { sample: 2, start: Some(run.states[500].clone()), steps: 4 };
    let rollout = run.rollout(&settings).expect("a rollout");
    let path = rollout.path.clone();
    let report = Report::new([run.clone()]).and_then(|report| report.rollout(&run.key, rollout)).expect("a report");
    std::fs::write(place.file(), report.to_html()).expect("a writable directory");
    browser.open(&place.file());
    let step = |browser: &mut Browser| {
        let at = browser.text("document.querySelector('#rollout-at').textContent");
        let marked = browser.text("document.querySelector('#map svg').getAttribute('aria-activedescendant') ?? ''");
        (at, marked)
    };
    assert_eq!(step(&mut browser), ("step 0 of 4".to_owned(), String::new()));
    // Step by step with the keyboard, then played to the end.
    browser.evaluate("document.querySelector('#rollout-step').focus()");
    browser.key("ArrowRight", 39, false);
    assert_eq!(step(&mut browser), ("step 1 of 4".to_owned(), format!("cell-{}", path[1])));
    browser.click("#rollout-play", (0.5, 0.5));
    browser.evaluate("new Promise((done) => { const wait = () => document.querySelector('#rollout-at').textContent.startsWith('step 4') ? done(0) : setTimeout(wait, 20); wait(); })");
    assert_eq!(step(&mut browser), ("step 4 of 4".to_owned(), format!("cell-{}", path[4])));
    assert_eq!(browser.text("document.querySelector('#rollout-play').textContent"), "▶");
    assert_eq!(browser.complaints(&place.file()), [""; 0]);
}

#[test]
fn a_rollout_that_leaves_the_model_says_so() {
    let Some(mut browser) = browser() else { return };
    let config = "name = 'corridor'\nsamples = 9\nkeep-samples = 9\nenvironment.name = 'corridor-3'\nenvironment.noise = 0.3\n\
        environment.collision = 'leak'\npower = { agents = 2, discount = 0.6 }\n";
    let place = Place::new([config.to_owned()]);
    let run = &place.runs[0];
    let mut report = Report::new([run.clone()]).expect("a run");
    let mut rollouts = Vec::new();
    for (sample, steps) in [(0, 0), (1, 1000)] {
        let rollout = run.rollout(&RolloutSettings { sample, start: None, steps }).expect("a rollout");
        rollouts.push((rollout.path.len() - 1, rollout.leaves));
        report = report.rollout(&run.key, rollout).expect("states of the run");
    }
    assert_eq!((rollouts[0], rollouts[1].1), ((0, false), true), "{rollouts:?}");
    std::fs::write(place.file(), report.to_html()).expect("a writable directory");
    browser.open(&place.file());
    let said = |browser: &mut Browser, rollout: usize, step: usize| {
        let choose = |id: &str, value: usize, event: &str| {
            format!(
                "{{ const e = document.querySelector('#{id}'); e.value = {value}; e.dispatchEvent(new Event('{event}')); }}"
            )
        };
        browser.evaluate(&choose("rollout-choice", rollout, "change"));
        browser.evaluate(&choose("rollout-step", step, "input"));
        browser.text("document.querySelector('#rollout-rewards').textContent")
    };
    let end = "The walk ends here: the next move is a collision, or else leaves the model, and nothing more is gained.";
    assert!(!said(&mut browser, 0, 0).contains("ends"), "its steps are over");
    let last = said(&mut browser, 1, rollouts[1].0);
    assert!(last.starts_with("Here the reward of H is ") && last.ends_with(end), "{last}");
    if rollouts[1].0 > 0 {
        assert!(!said(&mut browser, 1, 0).contains("ends"), "it goes on");
    }
    assert_eq!(browser.complaints(&place.file()), [""; 0]);
}

#[test]
fn colors_are_those_of_the_plots_in_light_in_dark_and_on_paper() {
    let Some(mut browser) = browser() else { return };
    let place = Place::new(["0.1", "0.9"].map(|discount| {
        format!("name = 'maze'\nsamples = 50\n[environment]\nname = 'maze-7x7'\n[power]\ndiscount = {discount}\n")
    }));
    browser.open(&place.file());
    let means: Vec<Vec<f64>> =
        (0..2).map(|run| (0..31).map(|s| place.printed(run, s, "mean").parse().expect("a number")).collect()).collect();
    let extent = |values: &[f64]| {
        let fold = |f: fn(f64, f64) -> f64| values.iter().copied().reduce(f).expect("values");
        (fold(f64::min), fold(f64::max))
    };
    let check = |browser: &mut Browser, run: usize, (low, high): (f64, f64)| {
        for state in 0..31 {
            let color = ColorMap::default().at((means[run][state] - low) / (high - low));
            let fill = painted(browser, state);
            let channels: Vec<i32> = fill
                .trim_start_matches("rgb(")
                .trim_end_matches(')')
                .split(',')
                .map(|c| c.parse().expect("a channel"))
                .collect();
            let expected = [color.red, color.green, color.blue].map(i32::from);
            assert!(
                channels.iter().zip(expected).all(|(&found, expected)| (found - expected).abs() <= 1),
                "{fill}, {expected:?}"
            );
        }
    };
    // One scale for both runs, then each its own.
    let both = extent(&means.concat());
    check(&mut browser, 0, both);
    browser.click("#slider-0", (0.99, 0.5));
    check(&mut browser, 1, both);
    browser.click("#choice-scale label:last-child", (0.5, 0.5));
    check(&mut browser, 1, extent(&means[1]));

    // No window is too narrow.
    for width in [420, 800, 1400] {
        browser.size(width, 900);
        let fits = browser.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth");
        assert_eq!(fits, true, "{width} pixels");
    }

    let paper = "(() => { const s = getComputedStyle(document.body); return s.backgroundColor + ' ' + s.color; })()";
    let mut seen = Vec::new();
    for (media, scheme) in [("screen", "light"), ("screen", "dark"), ("print", "dark")] {
        browser.media(media, scheme);
        let colors = browser.text(paper);
        assert!(contrast(&colors) > 7.0, "{media}, {scheme}: {colors}");
        seen.push(luminances(&colors)[0]);
        check(&mut browser, 1, extent(&means[1]));
    }
    assert!(seen[0] > 0.8 && seen[1] < 0.05 && seen[2] > 0.99, "{seen:?}");
    // The button is stronger than the machine.
    browser.media("screen", "dark");
    browser.click("#theme", (0.5, 0.5));
    let colors = browser.text(paper);
    assert!(luminances(&colors)[0] > 0.8, "{colors}");
    assert_eq!(browser.complaints(&place.file()), [""; 0]);
}

/// Relative luminances of two colors such as `rgb(1, 2, 3) rgb(4, 5, 6)`.
fn luminances(colors: &str) -> [f64; 2] {
    let mut channels = colors.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse::<u8>().ok());
    let mut color = || dunamis_plot::Color {
        red: channels.next().expect("red"),
        green: channels.next().expect("green"),
        blue: channels.next().expect("blue"),
    };
    [color().luminance(), color().luminance()]
}

fn contrast(colors: &str) -> f64 {
    let [a, b] = luminances(colors).map(|luminance| luminance + 0.05);
    a.max(b) / a.min(b)
}

#[test]
fn models_without_a_grid_and_evil_names_and_undefined_numbers() {
    let Some(mut browser) = browser() else { return };
    let evil = "</script><script>document.title = 'evil'</script><img src=x onerror=alert(1)>";
    // A single sample has no standard error.
    let place = Place::new(["'1/2'", "0.9"].map(|discount| {
        format!("name = {evil:?}\nsamples = 1\n[environment]\nname = 'candy'\n[power]\ndiscount = {discount}\n")
    }));
    browser.open(&place.file());
    assert_eq!(browser.text("document.title"), evil);
    assert_eq!(browser.text("document.querySelector('h1').textContent"), evil);
    assert_eq!(browser.evaluate("document.querySelectorAll('img, script').length"), 2, "the data and the script");
    assert_eq!(browser.text("document.querySelector('#map svg').dataset.drawing"), "bars");
    browser.evaluate("document.querySelector('#map svg').focus()");
    for _ in 0..2 {
        browser.key("ArrowDown", 40, false);
    }
    let digits = "[...document.querySelectorAll('#state-table td')].map((cell) => cell.textContent).join()";
    assert_eq!(browser.text(digits), format!("{},NaN", place.printed(0, 1, "mean")));
    let said = browser
        .text("new Promise((done) => setTimeout(() => done(document.querySelector('#spoken').textContent), 300))");
    assert!(said.contains("standard error unknown"), "{said}");
    browser.evaluate(CLIPBOARD);
    browser.evaluate("document.querySelector('#table-panel').open = true");
    browser.evaluate("document.querySelector('#copy-csv').click()");
    assert_eq!(browser.text("window.copied"), place.csv(0));
    assert!(browser.text("document.querySelector('#config').textContent").contains("discount = 0.5"));
    assert_eq!(browser.complaints(&place.file()), [""; 0]);

    // Two cells are alike, so POWER is the same everywhere and alignment is not defined.
    let map = place.directory.path().join("two.txt");
    std::fs::write(&map, "..\n").expect("a writable directory");
    let two = Place::new([format!(
        "name = 'two'\nsamples = 20\n[environment]\nname = {map:?}\n[power]\nagents = 2\ndiscount = 0.5\n"
    )]);
    browser.open(&two.file());
    let alpha = browser.text("document.querySelector('#alpha-table td').textContent");
    assert_eq!(alpha, "not defined");
    assert_eq!(browser.evaluate("document.querySelectorAll('#map .cell').length"), 4);
    browser.point("#cell-1", (0.5, 0.5));
    assert!(
        browser
            .text("document.querySelector('#readout').textContent")
            .starts_with("H at (0, 0), A at (0, 1): POWERH 0.")
    );
    assert_eq!(browser.complaints(&two.file()), [""; 0]);
}
