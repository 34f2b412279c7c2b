//! Every published figure: its experiments, its drawing and its published values.
//!
//! A [`Figure`] names the experiments it needs, as TOML configs shipped with this crate, and draws the files of their runs.
//! [`produce`] runs what is missing, draws, and puts the published values beside ours: a value agrees when it lies within
//! [`LIMIT`] combined standard errors of ours, once the rounding of its last printed digit is allowed for,
//!
//! ```math
//! z = \frac{\max(|x_{\text{ours}} - x_{\text{published}}| - u/2,\ 0)}{\sqrt{\sigma_{\text{ours}}^2 + \sigma_{\text{published}}^2}} \le 3.5,
//! ```
//!
//! where $`u`$ is a unit of that digit; otherwise its row says why not, or counts as missed.
//!
//! ```no_run
//! use dunamis_figures::{Options, produce};
//!
//! let options = Options { check: true, ..Options::default() };
//! let report = produce(&["h3-fig4"], &options, &())?;
//! assert_eq!(report.missed().count(), 0, "{}", report.published_table());
//! # Ok::<(), dunamis_figures::FigureError>(())
//! ```
//!
//! # Figures
//!
//! From *Instrumental convergence in single-agent systems* `[Harris & Suo 2022, part 1]`; one agent:
//!
//! | id | shows |
//! |---|---|
//! | `h1-fig1` | POWER on an open grid |
//! | `h1-fig2` | POWER of a nearly myopic agent in the maze |
//! | `h1-fig3` | POWER of a far-sighted agent in the maze |
//! | `h1-fig4` | POWER in the maze while the discount grows, animated |
//! | `h1-fig5` | POWER of a short-sighted agent in the robot face |
//! | `h1-fig6` | POWER of a far-sighted agent in the robot face |
//! | `h1-histograms` | samples of POWER at every cell |
//! | `h1-pairs` | samples of POWER at pairs of cells |
//! | `h1-variance` | variance of POWER over samples |
//!
//! From *Misalignment-by-default in multi-agent systems* `[Harris & Suo 2022, part 2]`; two agents on an open grid:
//!
//! | id | shows |
//! |---|---|
//! | `h2-fig1` | rewards of both agents, the same |
//! | `h2-fig2` | POWER of H, same rewards |
//! | `h2-fig3` | POWER of A, same rewards |
//! | `h2-fig4` | their alignment |
//! | `h2-fig5` | rewards of both agents, independent |
//! | `h2-fig6` | POWER of H, independent rewards |
//! | `h2-fig7` | POWER of A, independent rewards |
//! | `h2-fig8` | their alignment |
//! | `h2-fig9` | rewards and alignment while rewards become the same, animated |
//! | `h2-fig10` | instrumental against terminal alignment |
//! | `h2-power` | mean POWER of both against terminal alignment, with H against the seed policy |
//!
//! From *Instrumental convergence: scale and physical interactions* `[Harris & Suo 2022, part 3]`; two agents unless said
//! otherwise, in the maze of seven by seven cells:
//!
//! | id | shows |
//! |---|---|
//! | `h3-fig1` | POWER of one nearly myopic agent |
//! | `h3-s1` | the state with A beside H at a junction |
//! | `h3-s2` | the state with A far from H at the junction |
//! | `h3-fig2` | POWER of H, short-sighted, agents may overlap |
//! | `h3-fig3` | POWER of A, short-sighted, agents may overlap |
//! | `h3-fig4` | their alignment |
//! | `h3-fig5` | POWER of H, short-sighted, no overlap |
//! | `h3-fig5-detail` | its blocks around the junction |
//! | `h3-fig6` | POWER of A, short-sighted, no overlap |
//! | `h3-fig6-detail` | its blocks around the junction |
//! | `h3-fig7` | their alignment |
//! | `h3-fig8` | POWER of both, far-sighted, agents may overlap |
//! | `h3-fig9` | their alignment |
//! | `h3-fig10` | POWER of both, far-sighted, no overlap |
//! | `h3-fig10-detail` | its blocks around the upper-right corridor |
//! | `h3-fig11` | their alignment |
//!
//! From *A scaling law for instrumental convergence* and further posts `[Turner 2022]`:
//!
//! | id | shows |
//! |---|---|
//! | `scale-fig1-candy` | waiting has twice as many ways of being optimal as candy |
//! | `scale-fig2-embed` | three copies of one set of options in another |
//! | `scale-fig3-living` | one way of dying against 10⁵³ ways of living |
//! | `scale-fig4-proof` | why the law holds: exchanging candy for chocolate or for a hug |
//! | `scale-fig5-double` | two ends at hand against four after waiting |
//! | `scale-fig6-cycle` | the same with a cycle among the ends |
//! | `scale-fig7-circles` | the same set of options in every circle |
//! | `candy-wait` | the probability that waiting is optimal, against the discount |
//!
//! From *Optimal Policies Tend to Seek Power* `[Turner et al. 2021]`:
//!
//! | id | shows |
//! |---|---|
//! | `optsp-fig1` | the running example |
//! | `optsp-fig2` | its right half, with actions of dominated visit distributions dotted |
//! | `optsp-fig3` | average optimal value and POWER of three states against the discount |
//! | `optsp-fig4` | what can be done in one state embedded in another |
//! | `optsp-fig5` | a reward distribution and its image under an exchange of states |
//! | `optsp-fig6` | the left half embedded in the right |
//! | `optsp-fig7` | recurrent state distributions as cycles |
//! | `optsp-fig9` | empowerment against POWER |
//! | `optsp-fig10` | more POWER, but optimal less often |
//! | `optsp-fig11` | POWER of decision-makers who are not optimal |
//!
//! From *Parametrically Retargetable Decision-Makers Tend To Seek Power* `[Turner & Tadepalli 2022]`:
//!
//! | id | shows |
//! |---|---|
//! | `rdsp-fig1` | three outcomes and all orders of them |
//! | `rdsp-tab1` | the orbit of a utility function |
//! | `rdsp-tab2` | four decision functions on it |
//! | `rdsp-tab3` | two copies without a tendency of two |
//! | `rdsp-fig4` | most rewards avoid the state without options |
//!
//! From *Power-seeking can be probable and predictive for trained agents* `[Krakovna & Kramár 2023]`:
//!
//! | id | shows |
//! |---|---|
//! | `kk-fig1` | two goals that are the same in training |
//! | `kk-fig2` | shutdown, or one of three cycles |
//! | `kk-avoid` | how likely a compatible goal avoids shutdown, against the discount |
//! | `kk-relaxed` | the same with one assumption relaxed at a time |
//! | `kk-breaking` | how far bounds on rewards may be relaxed before the bound breaks |
//! | `kk-gap` | a swap of new rewards that undoes what was learned |
//! | `kk-button` | a shutdown button that is pressed for the first time |
//! | `kk-maze` | which belief about agents predicts what they do in new mazes |
//! | `kk-thresholds` | from which discount on a cycle is worth visiting |
//! | `finding-reward-laws` | concentration and alignment under eight laws of reward |
//! | `finding-phases` | from which discount on A does best where H is locked in |
//! | `finding-seed-policies` | alignment against what A does while H learns |
//! | `finding-collisions` | alignment under every rule for collisions |
//! | `finding-correlation` | alignment against the correlation of rewards |
//! | `finding-discounts` | alignment of agents who look differently far ahead |
//! | `finding-replies` | alignment when H may reply, too |
//!
//! Of our own:
//!
//! | id | shows |
//! |---|---|
//! | `law-ratio` | what two laws guarantee as the ratio of options grows, and the worst orbit |
//! | `candy-worst` | the worst orbit for waiting, against the discount: a jump at 1 |
//! | `law-table` | the fractional law on all order types of rewards of small cases |
//!
//! To add a figure: one file with a value of one of the kinds below, its experiment as TOML if no other figure has it yet, one
//! line in [`FIGURES`], and one in the table above.
//!
//! # Modules
//!
//! | file | holds |
//! |---|---|
//! | `figure`, `registry`, `config` | [`Figure`], [`About`], [`Runs`]; [`FIGURES`], [`find`]; [`Config`] |
//! | `heat_map`, `block_grid`, `alignment_plot`, `state_diagram` | the kinds: [`HeatMapFigure`], [`BlockGridFigure`], [`AlignmentFigure`], [`StateDiagram`] |
//! | `analysis_figure`, `model_diagram`, `option_diagram` | [`AnalysisFigure`], drawn from exact analyses; graphs of models and of options |
//! | `finding`, `h1`, `h2`, `h3`, `scale`, `optsp`, `rdsp`, `kk`, `candy`, `law` | the figures of each publication and of our own, one file each, and their configs |
//! | `view`, `sequence`, `view_figure` | [`View`]: pictures of runs that anyone made, still and moving; [`Sequence`], runs that differ in one variable; [`ViewFigure`], a view as a figure |
//! | `power_map`, `sample_plot`, `sweep_plot` | what views draw: numbers at every state, kept samples, curves over the variable |
//! | `model_drawing` | [`ModelDrawing`]: a model without a run, as a plan or as a graph that is laid out by itself |
//! | `rollout_plot` | [`RolloutView`]: policies of one sample, and a walk under them |
//! | `record`, `jackknife`, `caption`, `table` | what is read from a run; statistics of runs that differ in their seeds; sentences of captions; [`Table`], the numbers drawn |
//! | `fraction` | [`Fraction`], an exact number of a run |
//! | `quantity`, `mean_power`, `published` | [`Quantity`], measured on a run; [`Published`], compared with it |
//! | `contrast`, `precise`, `reproduction` | [`Contrast`] of two alignments, at any precision; [`Reproduction`] in the incumbent's arithmetic |
//! | `produce`, `report` | [`produce`], [`Options`], [`Observer`]; [`Report`] |
//! | `error` | [`FigureError`] |
//!
//! # Invariants
//!
//! - Computes no POWER and knows no solver: every number is read from the files of a run.
//! - Every number in a caption is read from the run when the figure is drawn; conclusions follow from those numbers.
//! - Every value that a figure draws is in its CSV with its standard error.
//! - A file under its own name is complete. The bytes of CSV and SVG are the same for any number of threads.
//! - Never prints.

mod alignment_plot;
mod analysis_figure;
mod block_grid;
mod candy;
mod caption;
mod config;
mod contrast;
mod error;
mod figure;
mod finding;
mod fraction;
mod h1;
mod h2;
mod h3;
mod heat_map;
mod jackknife;
mod kk;
mod law;
mod mean_power;
mod model_diagram;
mod model_drawing;
mod option_diagram;
mod optsp;
mod power_map;
mod precise;
mod produce;
mod published;
mod quantity;
mod rdsp;
mod record;
mod registry;
mod report;
mod reproduction;
mod rollout_plot;
mod sample_plot;
mod scale;
mod sequence;
mod state_diagram;
mod sweep_plot;
mod table;
mod view;
mod view_figure;

pub use alignment_plot::{AlignmentFigure, PublishedContrast};
pub use analysis_figure::{Analyses, AnalysisFigure};
pub use block_grid::{BlockGridFigure, Panel};
pub use config::Config;
pub use contrast::{Contrast, Estimate};
pub use error::FigureError;
pub use figure::{About, Figure, Runs};
pub use fraction::Fraction;
pub use heat_map::HeatMapFigure;
pub use model_drawing::{ModelDrawing, ModelForm};
pub use power_map::Shown;
pub use precise::{Precise, PreciseContrast, TARGET};
pub use produce::{Observer, Options, produce};
pub use published::{Comparison, LIMIT, Published, PublishedError, Verdict};
pub use quantity::{CellClass, End, Measurement, NamedState, Quantity, Statistic};
pub use registry::{FIGURES, find};
pub use report::{FigureReport, Report, RunReport};
pub use reproduction::Reproduction;
pub use rollout_plot::RolloutView;
pub use sequence::Sequence;
pub use state_diagram::StateDiagram;
pub use table::{Entry, Table};
pub use view::{Picture, Selection, View};
pub use view_figure::ViewFigure;
