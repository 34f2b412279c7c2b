//! A report.

use crate::ReportError;
use crate::axis::Axes;
use crate::document::Document;
use crate::page;
use dunamis_experiment::{Rollout, Run, RunKey};

/// Runs to show on one page.
#[derive(Clone, Debug)]
pub struct Report {
    runs: Vec<Shown>,
    title: Option<String>,
    command: Option<String>,
}

/// A run with what is played of it.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) run: Run,
    pub(crate) rollouts: Vec<Rollout>,
}

impl Report {
    /// A report of some runs, in their order; a run that is named twice is shown once.
    ///
    /// # Errors
    ///
    /// [`ReportError::NoRuns`].
    pub fn new(runs: impl IntoIterator<Item = Run>) -> Result<Self, ReportError> {
        let mut different: Vec<Shown> = Vec::new();
        for run in runs {
            if different.iter().all(|known| known.run.key != run.key) {
                different.push(Shown { run, rollouts: Vec::new() });
            }
        }
        if different.is_empty() {
            return Err(ReportError::NoRuns);
        }
        Ok(Report { runs: different, title: None, command: None })
    }

    /// Adds a walk to be played, of the run with this key; without such a run nothing changes.
    ///
    /// # Errors
    ///
    /// [`ReportError::OtherStates`] for a walk through states that the run does not have.
    pub fn rollout(mut self, key: &RunKey, rollout: Rollout) -> Result<Self, ReportError> {
        if let Some(shown) = self.runs.iter_mut().find(|shown| shown.run.key == *key) {
            let states = shown.run.states.len();
            let known = rollout.path.iter().all(|&state| state < states);
            if !known || rollout.path.is_empty() || rollout.plans.iter().any(|plan| plan.rewards.len() != states) {
                return Err(ReportError::OtherStates { run: shown.run.experiment.name.clone() });
            }
            shown.rollouts.push(rollout);
        }
        Ok(self)
    }

    /// Sets the title; by default it is the name that the runs share, or their environments.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Sets the command that made the report, for its readers to repeat.
    #[must_use]
    pub fn command(mut self, command: impl Into<String>) -> Self {
        self.command = Some(command.into());
        self
    }

    /// The runs.
    pub fn runs(&self) -> impl ExactSizeIterator<Item = &Run> {
        self.runs.iter().map(|shown| &shown.run)
    }

    /// The page: about 100 KB, and 11 bytes for every number of every run.
    pub fn to_html(&self) -> String {
        let axes = Axes::of(&self.runs);
        let title = self.title.clone().unwrap_or_else(|| self.default_title());
        let document = Document::new(&self.runs, &axes, &title, self.command.as_deref());
        page::html(&title, &document)
    }

    fn default_title(&self) -> String {
        let name = shared(self.runs().map(|run| run.experiment.name.as_str()));
        let environment = || shared(self.runs().map(|run| run.experiment.environment.name.as_str()));
        name.or_else(|| Some(format!("POWER in {}", environment()?))).unwrap_or_else(|| "POWER".to_owned())
    }
}

/// What names have in common: the name itself, or what stands before the settings that a sweep appends after commas.
fn shared<'a>(mut names: impl Iterator<Item = &'a str>) -> Option<String> {
    let parts = |name: &'a str| name.split(", ").collect::<Vec<_>>();
    let mut common = parts(names.next()?);
    for name in names {
        let same = common.iter().zip(parts(name)).take_while(|(a, b)| *a == b).count();
        common.truncate(same);
    }
    (!common.is_empty()).then(|| common.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use dunamis_experiment::{Experiment, RunPower, run};
    use proptest::prelude::*;
    use serde_json::Value;

    const EVIL: &str = "</script><script>alert(1)</script><!-- ' \" & {{STYLE}} \u{2028}";

    /// Runs of a corridor at several discounts.
    fn runs(name: &str, agents: u8, discounts: &[&str]) -> Vec<Run> {
        let directory = tempfile::tempdir().unwrap();
        let one = |discount: &&str| {
            let config = format!(
                "name = {}\nsamples = 20\n[environment]\nname = 'corridor-3'\n[power]\nagents = {agents}\ndiscount = {discount}\n",
                toml::Value::from(name)
            );
            run(&config.parse::<Experiment>().unwrap(), directory.path(), &()).unwrap()
        };
        discounts.iter().map(one).collect()
    }

    fn html(runs: Vec<Run>) -> String {
        Report::new(runs).unwrap().to_html()
    }

    /// The data of a page.
    fn data(html: &str) -> Value {
        let (_, rest) = html.split_once("id=\"data\">").unwrap();
        serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
    }

    #[test]
    fn the_same_runs_give_the_same_bytes() {
        // Other directories and other times.
        assert_eq!(html(runs("corridor", 2, &["0.1", "0.9"])), html(runs("corridor", 2, &["0.1", "0.9"])));
        let mut twice = runs("corridor", 1, &["0.5"]);
        twice.extend(twice.clone());
        assert_eq!(html(twice), html(runs("corridor", 1, &["0.5"])));
        assert_eq!(Report::new([]).unwrap_err(), ReportError::NoRuns);
    }

    #[test]
    fn titles_are_what_names_share() {
        let of = |names: &[&'static str]| shared(names.iter().copied());
        assert_eq!(of(&["maze"]).as_deref(), Some("maze"));
        assert_eq!(of(&["maze, discount = 0.1", "maze, discount = 0.15"]).as_deref(), Some("maze"));
        assert_eq!(of(&["maze", "mazes"]), None);
        let html = html([runs("a", 1, &["0.1"]), runs("b", 1, &["0.2"])].concat());
        assert!(html.contains("<title>POWER in corridor-3</title>"));
    }

    #[test]
    fn no_text_becomes_markup() {
        let report = Report::new(runs(EVIL, 1, &["0.5"])).unwrap().command(EVIL);
        for report in [report.clone(), report.title(EVIL)] {
            let html = report.to_html();
            let harmless = html_of_harmless();
            for mark in ["<script", "</script", "<!--", "<style", "</style", "alert(1)</"] {
                assert_eq!(html.matches(mark).count(), harmless.matches(mark).count(), "{mark}");
            }
            assert_eq!(data(&html)["command"], EVIL);
        }
    }

    fn html_of_harmless() -> String {
        html(runs("harmless", 1, &["0.5"]))
    }

    #[test]
    fn nothing_is_loaded_from_anywhere() {
        let html = html(runs("corridor", 2, &["0.1", "0.9"]));
        let (_, policy) = html.split_once("Content-Security-Policy\" content=\"").unwrap();
        let policy = policy.split_once('"').unwrap().0;
        assert!(
            policy.starts_with("default-src 'none'; script-src 'sha256-") && !policy.contains("unsafe"),
            "{policy}"
        );
        for word in
            ["://", "//cdn", "src=", "@import", "fetch(", "XMLHttpRequest", "WebSocket", "import(", "localStorage"]
        {
            assert!(!html.contains(word), "{word}");
        }
        assert_eq!(html.matches("url(").count(), html.matches("url(#").count(), "only parts of the page itself");
        assert_eq!(html.matches("href=").count(), html.matches("href=\"data:,\"").count(), "only the empty icon");
        assert!(html.len() < 100_000, "{} bytes", html.len());
    }

    #[test]
    fn numbers_are_those_of_the_run() {
        let runs = runs("corridor", 2, &["0.9", "0.1"]);
        let data = data(&html(runs.clone()));
        // The page has them in the order of the slider.
        for (run, record) in runs.iter().rev().zip(data["runs"].as_array().unwrap()) {
            let RunPower::MultiAgent { h, a, .. } = &run.power else { unreachable!("two agents") };
            for (index, numbers) in [&h.mean, &a.mean].into_iter().enumerate() {
                let text = record["quantities"][index]["mean"].as_str().unwrap();
                let expected: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
                assert_eq!(BASE64_STANDARD.decode(text).unwrap(), expected);
            }
        }
        assert_eq!(data["axes"][0]["values"], serde_json::json!(["0.1", "0.9"]));
        assert_eq!(
            (&data["runs"][0]["place"], &data["runs"][1]["place"]),
            (&serde_json::json!([0]), &serde_json::json!([1]))
        );
        assert_eq!(data["models"].as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn the_frame_of_the_page() {
        let html = html(runs("corridor", 1, &["0.5"]));
        // Without the parts that are files of their own, and without numbers.
        let mut frame = String::new();
        let mut rest = html.as_str();
        for (open, close) in [
            ("content=\"default", "\""),
            ("<style>", "</style>"),
            ("id=\"data\">", "</script>"),
            ("<script>", "</script>"),
        ] {
            let (before, after) = rest.split_once(open).unwrap();
            frame.push_str(before);
            frame.push_str(open);
            rest = &after[after.find(close).unwrap()..];
        }
        insta::assert_snapshot!(frame + rest);
    }

    proptest! {
        #[test]
        fn every_name_travels_unchanged(name in "\\PC{0,40}", command in "\\PC{0,40}") {
            let run = corridor();
            let report = Report::new([run]).unwrap().title(name.clone()).command(command.clone());
            let data = data(&report.to_html());
            prop_assert_eq!(data["title"].as_str(), Some(name.as_str()));
            prop_assert_eq!(data["command"].as_str(), Some(command.as_str()));
        }
    }

    /// One run for many cases.
    fn corridor() -> Run {
        static RUN: std::sync::LazyLock<Run> = std::sync::LazyLock::new(|| runs("corridor", 1, &["0.5"]).remove(0));
        RUN.clone()
    }
}
