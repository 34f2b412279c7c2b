//! From figure ids to files: run what is needed, draw, write.

use std::fs;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::time::Instant;

use dunamis_experiment::{Analysis, AnalysisRun, Experiment, Run, SweepRun};
use dunamis_plot::{Label, Plot};
use rayon::prelude::*;

use crate::figure::Runs;
use crate::precise::{Precise, PreciseContrast, refine};
use crate::quantity::Quantity;
use crate::report::{FigureReport, Report, RunReport};
use crate::reproduction::{self, Reproduction};
use crate::{Config, FIGURES, Figure, FigureError, find, report};

/// Samples of a quick run.
const QUICK: NonZeroU64 = NonZeroU64::new(200).expect("not zero");

/// The same where there are very many runs, or very many games in each: in sweeps with replicates, and in searches for
/// transitions.
const QUICKEST: NonZeroU64 = NonZeroU64::new(64).expect("not zero");

/// Pixels of a PNG per pixel of the SVG.
const PNG_SCALE: f64 = 2.0;

/// Pixels of an animation per pixel of its frames.
const ANIMATION_SCALE: f64 = 1.5;

/// Most frames of a quick animation.
const QUICK_FRAMES: usize = 3;

/// Where figures go, and how much work goes into them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Options {
    /// Directory of the pictures and tables.
    pub out: PathBuf,
    /// Directory of the runs; complete ones are reused.
    pub runs: PathBuf,
    /// Takes 200 samples in every experiment, for a first look; 64 in replicates and searches for transitions.
    pub quick: bool,
    /// Shows the published values beside ours.
    pub check: bool,
    /// Shows how long everything took.
    pub timings: bool,
    /// Adds the incumbent's arithmetic beside the exact one, on 1,000 common samples, for every published alignment.
    pub as_published: bool,
    /// Adds alignment to within ±0.02 for every published contrast: takes long.
    pub precise: bool,
}

impl Default for Options {
    /// Full figures in `target/figures`, from runs in `target/runs`.
    fn default() -> Self {
        Options {
            out: "target/figures".into(),
            runs: "target/runs".into(),
            quick: false,
            check: false,
            timings: false,
            as_published: false,
            precise: false,
        }
    }
}

/// Watches figures being made; its supertrait watches the samples of each run.
pub trait Observer: dunamis_experiment::Observer {
    /// An experiment begins, or its run is reused.
    fn experiment(&self, experiment: &Experiment) {
        let _ = experiment;
    }

    /// An analysis begins, or its run is reused.
    fn analysis(&self, analysis: &Analysis) {
        let _ = analysis;
    }

    /// A figure is about to be drawn. Figures are drawn in parallel.
    fn figure(&self, figure: &dyn Figure) {
        let _ = figure;
    }
}

/// Watches nothing.
impl Observer for () {}

/// Makes figures: runs their experiments, or reuses the runs, then writes `<id>.svg`, `<id>.png` and `<id>.csv` for each,
/// `<id>.apng` and `<id>.gif` for those that move, and `published.csv` for all. Without `ids`, makes all figures.
///
/// A file appears under its name only when it is complete. The bytes of CSV and SVG do not depend on the number of threads.
///
/// # Errors
///
/// [`FigureError`], for the first thing that fails.
pub fn produce(ids: &[&str], options: &Options, observer: &dyn Observer) -> Result<Report, FigureError> {
    let begin = Instant::now();
    if options.quick && options.precise {
        return Err(FigureError::QuickAndPrecise);
    }
    let figures =
        if ids.is_empty() { FIGURES.to_vec() } else { ids.iter().map(|id| find(id)).collect::<Result<Vec<_>, _>>()? };
    fs::create_dir_all(&options.out).map_err(|source| FigureError::Write { path: options.out.clone(), source })?;

    let mut runner = Runner { options, observer, done: Vec::new(), analyzed: Vec::new(), reports: Vec::new() };
    let mut jobs = Vec::new();
    for figure in figures {
        jobs.push((figure, runner.runs(figure).map_err(|source| within(figure, source))?));
    }
    let drawn = jobs.par_iter().map(|(figure, runs)| {
        observer.figure(*figure);
        draw(*figure, runs, options).map_err(|source| within(*figure, source))
    });
    let figures = drawn.collect::<Result<Vec<_>, _>>()?;

    let mut report = Report { figures, options: Some(options.clone()), ..Report::default() };
    for (figure, runs) in &jobs {
        let about = figure.about();
        for published in about.published {
            let ours = published.quantity.measure(*figure, runs, published.samples);
            let ours = ours.map_err(|source| within(*figure, source))?;
            report.comparisons.push(published.compare(about.id, ours));
        }
    }
    if options.as_published {
        for (figure, _) in &jobs {
            let rows = runner.reproduce(*figure).map_err(|source| within(*figure, source))?;
            report.reproductions.extend(rows);
        }
    }
    if options.precise {
        for (figure, runs) in &jobs {
            runner.settle(*figure, runs, &mut report).map_err(|source| within(*figure, source))?;
        }
    }
    report.runs = runner.reports;
    write(&options.out.join("published.csv"), &report::published_csv(&report.comparisons)?)?;
    if options.as_published {
        write(&options.out.join("as-published.csv"), &report::reproduction_csv(&report.reproductions)?)?;
    }
    if options.precise {
        write(&options.out.join("precise.csv"), &report::precise_csv(&report.precise)?)?;
    }
    report.seconds = begin.elapsed().as_secs_f64();
    Ok(report)
}

fn within(figure: &dyn Figure, source: FigureError) -> FigureError {
    FigureError::Figure { figure: figure.about().id, source: Box::new(source) }
}

/// Runs experiments, each once.
struct Runner<'a> {
    options: &'a Options,
    observer: &'a dyn Observer,
    done: Vec<(Experiment, Run)>,
    analyzed: Vec<(Analysis, AnalysisRun)>,
    reports: Vec<RunReport>,
}

impl Runner<'_> {
    fn run(&mut self, experiment: Experiment) -> Result<Run, FigureError> {
        if let Some((_, run)) = self.done.iter().find(|(done, _)| *done == experiment) {
            return Ok(run.clone());
        }
        self.observer.experiment(&experiment);
        let begin = Instant::now();
        let run = dunamis_experiment::run(&experiment, &self.options.runs, self.observer)?;
        self.reports.push(RunReport::of(&run, begin.elapsed().as_secs_f64()));
        self.done.push((experiment, run.clone()));
        Ok(run)
    }

    /// All runs of a figure.
    fn runs(&mut self, figure: &dyn Figure) -> Result<Runs, FigureError> {
        let experiments =
            figure.about().experiments.iter().map(|config| self.normal(config)).collect::<Result<_, _>>()?;
        let analyses = figure.analyses().iter().map(|config| self.analyze(config)).collect::<Result<_, _>>()?;
        let sweeps = figure.sweeps().iter().map(|config| self.sweep(config)).collect::<Result<_, _>>()?;
        Ok(Runs { experiments, analyses, sweeps })
    }

    /// All runs of a sweep, each shared with whatever else needs it.
    fn sweep(&mut self, config: &Config) -> Result<SweepRun, FigureError> {
        let sweep = if self.options.quick { config.sweep_with_samples(QUICK, QUICKEST)? } else { config.sweep()? };
        let runs = sweep.points.iter().map(|point| self.run(point.experiment.clone())).collect::<Result<_, _>>()?;
        Ok(SweepRun { sweep, runs })
    }

    fn analyze(&mut self, config: &Config) -> Result<AnalysisRun, FigureError> {
        let analysis = if self.options.quick { config.analysis_with_samples(QUICKEST)? } else { config.analysis()? };
        if let Some((_, run)) = self.analyzed.iter().find(|(done, _)| *done == analysis) {
            return Ok(run.clone());
        }
        self.observer.analysis(&analysis);
        let begin = Instant::now();
        let run = dunamis_experiment::analyze(&analysis, &self.options.runs, self.observer)?;
        self.reports.push(RunReport::of_analysis(&run, begin.elapsed().as_secs_f64()));
        self.analyzed.push((analysis, run.clone()));
        Ok(run)
    }

    /// The run that a figure draws.
    fn normal(&mut self, config: &Config) -> Result<Run, FigureError> {
        let experiment = if self.options.quick { config.with_samples(QUICK)? } else { config.experiment()? };
        self.run(experiment)
    }

    /// Both arithmetics for a figure that has a published alignment.
    fn reproduce(&mut self, figure: &dyn Figure) -> Result<Vec<Reproduction>, FigureError> {
        let about = figure.about();
        let alpha = about.published.iter().any(|published| published.quantity == Quantity::Alpha);
        let (true, Some(config)) = (alpha, about.experiments.first()) else {
            return Ok(Vec::new());
        };
        let samples = if self.options.quick { QUICK } else { reproduction::SAMPLES };
        let exact = self.run(config.with_samples(samples)?)?;
        let as_published = self.run(config.as_published(samples)?)?;
        Reproduction::rows(about.id, config, &as_published, &exact)
    }

    /// The contrast of a figure that has one, at high precision.
    fn settle(&mut self, figure: &dyn Figure, runs: &Runs, report: &mut Report) -> Result<(), FigureError> {
        if figure.contrast(runs)?.is_none() {
            return Ok(());
        }
        let about = figure.about();
        let mut precise = Vec::new();
        for config in about.experiments {
            let run = refine(config, |config, samples| self.run(config.with_samples(samples)?))?;
            let row = Precise::of(config, &run)?;
            if !report.precise.contains(&row) {
                report.precise.push(row);
            }
            precise.push(run);
        }
        if let Some(contrast) = figure.contrast(&precise.into())?
            && report.contrasts.iter().all(|known| known.contrast != contrast)
        {
            report.contrasts.push(PreciseContrast { figure: about.id, contrast });
        }
        Ok(())
    }
}

fn draw(figure: &dyn Figure, runs: &Runs, options: &Options) -> Result<FigureReport, FigureError> {
    let about = figure.about();
    let begin = Instant::now();
    let scene = figure.draw(runs)?.scene()?;
    let svg = scene.to_svg();
    let table = figure.table(runs)?.to_csv()?;
    let draw_seconds = begin.elapsed().as_secs_f64();
    let begin = Instant::now();
    let png = scene.to_png(PNG_SCALE)?;
    let file = |extension: &str, bytes: &[u8]| {
        let path = options.out.join(format!("{}.{extension}", about.id));
        write(&path, bytes).map(|()| path)
    };
    let mut files = vec![file("svg", svg.as_bytes())?, file("png", &png)?, file("csv", &table)?];
    if let Some(animation) = figure.animation(runs)? {
        let (animation, scale) =
            if options.quick { (animation.thinned(QUICK_FRAMES), 1.0) } else { (animation, ANIMATION_SCALE) };
        let film = animation.render(scale)?;
        let (apng, gif) = rayon::join(|| film.to_apng(), || film.to_gif());
        files.extend([file("apng", &apng?)?, file("gif", &gif?)?]);
    }
    let raster_seconds = begin.elapsed().as_secs_f64();
    Ok(FigureReport {
        id: about.id,
        title: Label::parse(about.title).plain_text(),
        caption: Label::parse(&figure.caption(runs)?).plain_text(),
        files,
        draw_seconds,
        raster_seconds,
    })
}

/// Writes a file that appears under its name only when complete.
fn write(path: &Path, bytes: &[u8]) -> Result<(), FigureError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let result = fs::write(&part, bytes).and_then(|()| fs::rename(&part, path));
    result.map_err(|source| {
        // The error that matters is the first one.
        let _ = fs::remove_file(&part);
        FigureError::Write { path: path.to_owned(), source }
    })
}
