//! What was made, what it took, and how it compares with what was published: as values, as text and as CSV.

use std::fmt;
use std::path::PathBuf;

use dunamis_experiment::{AnalysisRun, Run, RunKey};
use dunamis_plot::{Label, fixed};

use crate::caption::{grouped, with_error};
use crate::contrast::Estimate;
use crate::precise::{Precise, PreciseContrast};
use crate::published::{Comparison, LIMIT, Verdict};
use crate::quantity::Statistic;
use crate::reproduction::Reproduction;
use crate::table::csv;
use crate::{FigureError, Options};

/// What [`produce`](crate::produce) made.
///
/// Its [`Display`](fmt::Display) form is Markdown: the files, then whatever the options asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The figures, in the order asked for.
    pub figures: Vec<FigureReport>,
    /// The runs, in the order in which they were needed.
    pub runs: Vec<RunReport>,
    /// Published values beside ours.
    pub comparisons: Vec<Comparison>,
    /// The incumbent's arithmetic beside the exact one.
    pub reproductions: Vec<Reproduction>,
    /// Alignments at high precision.
    pub precise: Vec<Precise>,
    /// Published contrasts at high precision.
    pub contrasts: Vec<PreciseContrast>,
    /// Wall time of everything, in seconds.
    pub seconds: f64,
    /// What was asked for.
    pub options: Option<Options>,
}

/// A figure and its files.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureReport {
    /// Its id.
    pub id: &'static str,
    /// Its title, without markup.
    pub title: String,
    /// Its caption, without markup.
    pub caption: String,
    /// SVG, PNG and CSV; then animated PNG and GIF of a figure that moves.
    pub files: Vec<PathBuf>,
    /// Wall time of drawing the SVG and the table, in seconds.
    pub draw_seconds: f64,
    /// Wall time of rasterizing, in seconds.
    pub raster_seconds: f64,
}

/// A run and what it took.
#[derive(Clone, Debug, PartialEq)]
pub struct RunReport {
    /// The name of the experiment.
    pub name: String,
    /// The key of the run.
    pub key: RunKey,
    /// Its directory.
    pub path: PathBuf,
    /// Number of samples; `None` where the expectation is exact.
    pub samples: Option<u64>,
    /// Whether it was there already.
    pub reused: bool,
    /// Wall time of running it or of reading it, in seconds.
    pub seconds: f64,
}

impl RunReport {
    pub(crate) fn of(run: &Run, seconds: f64) -> Self {
        RunReport {
            name: run.experiment.name.clone(),
            key: run.key,
            path: run.path.clone(),
            samples: run.manifest.samples,
            reused: run.reused,
            seconds,
        }
    }

    pub(crate) fn of_analysis(run: &AnalysisRun, seconds: f64) -> Self {
        let (name, path) = (run.analysis.name.clone(), run.path.clone());
        RunReport { name, key: run.key, path, samples: None, reused: run.reused, seconds }
    }
}

impl Report {
    /// The published values that ours miss without a reason.
    pub fn missed(&self) -> impl Iterator<Item = &Comparison> {
        self.comparisons.iter().filter(|comparison| comparison.verdict == Verdict::Missed)
    }

    /// The published values beside ours, in Markdown; a sentence where the figures have none.
    pub fn published_table(&self) -> String {
        if self.comparisons.is_empty() {
            return "No published values belong to these figures.\n".to_owned();
        }
        let mut notes: Vec<&str> = Vec::new();
        let rows: Vec<_> = self.comparisons.iter().map(|row| comparison_row(row, &mut notes)).collect();
        let table = markdown(&["figure", "quantity", "published", "ours", "samples", "z", "verdict"], &rows);
        let legend = format!(
            "\n`±` is one standard error. `z` is the distance beyond half a unit of the last printed digit, in combined \
             standard errors; up to {LIMIT} agrees.\n"
        );
        let notes = notes.iter().enumerate().map(|(index, note)| format!("[{}] {note}.\n", index + 1));
        table + &legend + &notes.collect::<String>()
    }

    /// The incumbent's arithmetic beside the exact one, in Markdown.
    pub fn reproduction_table(&self) -> String {
        let rows = self.reproductions.iter().map(|row| {
            [
                row.figure.to_owned(),
                row.quantity.to_owned(),
                samples(row.samples),
                estimate(row.as_published),
                estimate(row.exact),
                row.difference().map_or("–".to_owned(), |difference| format!("{difference:+.1e}").replace('-', "−")),
            ]
        });
        let rows: Vec<_> = rows.collect();
        let header =
            ["figure", "quantity", "common samples", "incumbent's arithmetic", "exact arithmetic", "difference"];
        markdown(&header, &rows)
            + "\nThe incumbent stops at a relative change of 1e-4 in single precision. Both columns use the same samples, so the \
               difference has no sampling error of its own. Standard errors of mean POWER are upper bounds.\n"
    }

    /// Alignments at high precision and what follows from them, in Markdown.
    pub fn precise_table(&self) -> String {
        let rows = self.precise.iter().map(|row| {
            let reached = if row.reached() { "±0.02 or better" } else { "not yet ±0.02" };
            [
                row.experiment.to_owned(),
                samples(row.samples),
                estimate(row.raw),
                estimate(row.noise_corrected),
                reached.to_owned(),
            ]
        });
        let rows: Vec<_> = rows.collect();
        let header = ["experiment", "samples", "alpha", "noise-corrected", "known to (95 %)"];
        let contrast = |PreciseContrast { figure, contrast }: &PreciseContrast| {
            format!("\n{figure}: {}\n", Label::parse(&contrast.sentences()).plain_text())
        };
        markdown(&header, &rows) + &self.contrasts.iter().map(contrast).collect::<String>()
    }

    /// Wall times, in Markdown.
    pub fn timings_table(&self) -> String {
        let runs = self.runs.iter().map(|run| {
            let what = if run.reused { "reused" } else { "computed" };
            [run.name.clone(), samples(run.samples), what.to_owned(), seconds(run.seconds)]
        });
        let runs: Vec<_> = runs.collect();
        let figures = self
            .figures
            .iter()
            .map(|figure| [figure.id.to_owned(), seconds(figure.draw_seconds), seconds(figure.raster_seconds)]);
        let figures: Vec<_> = figures.collect();
        format!(
            "{}
{}
Total: {} seconds.
",
            markdown(&["run", "samples", "", "seconds"], &runs),
            markdown(&["figure", "draw seconds", "raster seconds"], &figures),
            seconds(self.seconds)
        )
    }

    fn files_table(&self) -> String {
        let rows = self.figures.iter().map(|figure| {
            let name = figure.files.first().map(|file| file.with_extension("").display().to_string());
            let extensions: Vec<_> =
                figure.files.iter().filter_map(|file| Some(file.extension()?.display().to_string())).collect();
            let files = format!("{}.{{{}}}", name.unwrap_or_default(), extensions.join(","));
            [figure.id.to_owned(), figure.title.clone(), files]
        });
        markdown(&["figure", "title", "files"], &rows.collect::<Vec<_>>())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.files_table())?;
        let asked = |option: fn(&Options) -> bool| self.options.as_ref().is_some_and(option);
        let sections = [
            (asked(|o| o.check), "Published against ours", self.published_table()),
            (asked(|o| o.as_published), "The incumbent's arithmetic", self.reproduction_table()),
            (asked(|o| o.precise), "Precise alignment", self.precise_table()),
            (asked(|o| o.timings), "Timings", self.timings_table()),
        ];
        sections
            .iter()
            .filter(|(shown, ..)| *shown)
            .try_for_each(|(_, title, text)| write!(f, "\n## {title}\n\n{text}"))
    }
}

fn comparison_row<'a>(row: &'a Comparison, notes: &mut Vec<&'a str>) -> [String; 7] {
    let mut mark = |note: Option<&'a str>| {
        let Some(note) = note else { return String::new() };
        let index = notes.iter().position(|known| *known == note).unwrap_or_else(|| {
            notes.push(note);
            notes.len() - 1
        });
        format!(" [{}]", index + 1)
    };
    let published = fixed(row.published.value, row.published.decimals);
    let error = if row.published_std_error.is_finite() {
        format!(" ± {}", significant(row.published_std_error))
    } else {
        String::new()
    };
    let ours = row.ours.value.zip(row.ours.std_error).map(|(value, e)| Estimate::new(value, e));
    let statistic = match row.ours.statistic {
        Statistic::NoiseCorrected => mark(Some(
            "raw alignment depends on the number of samples, so with another number than the published one the \
             noise-corrected value is compared",
        )),
        Statistic::Extreme => mark(Some(
            "the standard error of an extreme is taken from the cell that attains it, which is too large rather than too small",
        )),
        Statistic::Raw => String::new(),
    };
    let verdict = match row.verdict {
        Verdict::Agrees => "agrees".to_owned() + &mark(row.published.note),
        Verdict::Explained(reason) => "explained".to_owned() + &mark(Some(reason)),
        Verdict::Missed => "MISSED".to_owned() + &mark(row.published.note),
    };
    [
        row.figure.to_owned(),
        row.published.quantity.to_string(),
        published + &error,
        estimate(ours) + &statistic,
        samples(row.ours.samples),
        row.z.map_or("–".to_owned(), |z| signed(z, 2)),
        verdict,
    ]
}

/// A standard error with two significant digits.
fn significant(std_error: f64) -> String {
    if std_error > 0.0 {
        fixed(std_error, (1.0 - std_error.log10().floor()).clamp(0.0, 9.0) as usize)
    } else {
        "0".to_owned()
    }
}

fn estimate(estimate: Option<Estimate>) -> String {
    estimate.map_or("–".to_owned(), |estimate| with_error(estimate.value, estimate.std_error))
}

fn samples(samples: Option<u64>) -> String {
    samples.map_or("exact".to_owned(), grouped)
}

fn seconds(seconds: f64) -> String {
    fixed(seconds, 2)
}

/// A number with its sign even where it is positive.
fn signed(value: f64, decimals: usize) -> String {
    let text = fixed(value, decimals);
    if value > 0.0 && text.contains(|c: char| c.is_ascii_digit() && c != '0') { format!("+{text}") } else { text }
}

/// A Markdown table with aligned columns.
fn markdown<const N: usize>(header: &[&str; N], rows: &[[String; N]]) -> String {
    let width = |text: &str| text.chars().count();
    let widths: [usize; N] = std::array::from_fn(|column| {
        let cells = rows.iter().map(|row| width(&row[column]));
        cells.chain([width(header[column]), 3]).max().unwrap_or(3)
    });
    let line = |cells: [&str; N]| {
        let padded = |column: usize| format!("{}{}", cells[column], " ".repeat(widths[column] - width(cells[column])));
        let padded: [String; N] = std::array::from_fn(padded);
        format!("| {} |\n", padded.join(" | "))
    };
    let dashes = widths.map(|width| "-".repeat(width));
    let rule = line(std::array::from_fn(|column| dashes[column].as_str()));
    let body: String = rows.iter().map(|row| line(std::array::from_fn(|column| row[column].as_str()))).collect();
    line(*header) + &rule + &body
}

fn number(value: Option<f64>) -> String {
    value.filter(|value| value.is_finite()).map_or_else(String::new, |value| value.to_string())
}

fn count(value: Option<u64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn value(estimate: Option<Estimate>) -> String {
    number(estimate.map(|estimate| estimate.value))
}

fn error(estimate: Option<Estimate>) -> String {
    number(estimate.map(|estimate| estimate.std_error))
}

/// The published values beside ours.
pub(crate) fn published_csv(comparisons: &[Comparison]) -> Result<Vec<u8>, FigureError> {
    let header = [
        "figure",
        "quantity",
        "published",
        "half_unit",
        "published_std_error",
        "published_samples",
        "ours",
        "std_error",
        "samples",
        "statistic",
        "z",
        "verdict",
        "note",
    ];
    let rows = comparisons.iter().map(|row| {
        let (verdict, reason) = match row.verdict {
            Verdict::Agrees => ("agrees", None),
            Verdict::Explained(reason) => ("explained", Some(reason)),
            Verdict::Missed => ("missed", None),
        };
        [
            row.figure.to_owned(),
            row.published.quantity.to_string(),
            format!("{:.*}", row.published.decimals, row.published.value),
            row.published.half_unit().to_string(),
            number(Some(row.published_std_error)),
            row.published.samples.to_string(),
            number(row.ours.value),
            number(row.ours.std_error),
            count(row.ours.samples),
            row.ours.statistic.to_string(),
            number(row.z),
            verdict.to_owned(),
            reason.or(row.published.note).unwrap_or_default().to_owned(),
        ]
    });
    csv(&header, rows)
}

/// The incumbent's arithmetic beside the exact one.
pub(crate) fn reproduction_csv(rows: &[Reproduction]) -> Result<Vec<u8>, FigureError> {
    let header = [
        "figure",
        "experiment",
        "quantity",
        "samples",
        "as_published",
        "as_published_std_error",
        "exact",
        "exact_std_error",
        "difference",
    ];
    let rows = rows.iter().map(|row| {
        [
            row.figure.to_owned(),
            row.experiment.to_owned(),
            row.quantity.to_owned(),
            count(row.samples),
            value(row.as_published),
            error(row.as_published),
            value(row.exact),
            error(row.exact),
            number(row.difference()),
        ]
    });
    csv(&header, rows)
}

/// Alignments at high precision.
pub(crate) fn precise_csv(rows: &[Precise]) -> Result<Vec<u8>, FigureError> {
    let header = ["experiment", "samples", "alpha", "std_error", "noise_corrected", "noise_corrected_std_error"];
    let rows = rows.iter().map(|row| {
        [
            row.experiment.to_owned(),
            count(row.samples),
            value(row.raw),
            error(row.raw),
            value(row.noise_corrected),
            error(row.noise_corrected),
        ]
    });
    csv(&header, rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::published::{Published, PublishedError};
    use crate::quantity::{Measurement, Quantity};

    fn row(published: Published, value: Option<f64>, samples: u64, statistic: Statistic) -> Comparison {
        let std_error = value.map(|_| 0.01);
        published.compare("h3-fig4", Measurement { value, std_error, samples: Some(samples), statistic })
    }

    fn report() -> Report {
        let alpha = Published::new(Quantity::Alpha, -0.54, 2, 10_000, PublishedError::Known(0.005));
        let noted = alpha.with_note("a stopping rule");
        let comparisons = vec![
            row(alpha, Some(-0.552), 10_000, Statistic::Raw),
            row(noted, Some(-0.61), 200, Statistic::NoiseCorrected),
            row(noted, Some(0.61), 10_000, Statistic::Raw),
            row(alpha.with_reason("a bias"), Some(0.61), 10_000, Statistic::Extreme),
            row(alpha, None, 200, Statistic::NoiseCorrected),
            row(alpha, None, 10_000, Statistic::Raw),
        ];
        let as_published = Some(Estimate::new(-0.514, 0.017));
        let exact = Some(Estimate::new(-0.5139, 0.017));
        let reproduction = |exact| Reproduction {
            figure: "h3-fig4",
            experiment: "h3-short-sighted",
            quantity: "alpha",
            samples: Some(1_000),
            as_published,
            exact,
        };
        let precise = |std_error| Precise {
            experiment: "h3-far-sighted",
            samples: Some(80_000),
            raw: as_published,
            noise_corrected: Some(Estimate::new(-0.55, std_error)),
        };
        Report {
            comparisons,
            reproductions: vec![reproduction(exact), reproduction(None)],
            precise: vec![precise(0.009), precise(0.02)],
            ..Report::default()
        }
    }

    #[test]
    fn tables() {
        let report = report();
        let tables = [report.published_table(), report.reproduction_table(), report.precise_table()];
        insta::assert_snapshot!(tables.join("\n"));
        assert_eq!(report.missed().count(), 3);
        assert_eq!(Report::default().published_table(), "No published values belong to these figures.\n");
    }

    #[test]
    fn files() {
        let report = report();
        let files = [
            published_csv(&report.comparisons).unwrap(),
            reproduction_csv(&report.reproductions).unwrap(),
            precise_csv(&report.precise).unwrap(),
        ];
        insta::assert_snapshot!(String::from_utf8(files.concat()).unwrap());
    }
}
