//! Run directories as one self-contained HTML file to explore.
//!
//! A [`Report`] takes runs as they were read from their directories and writes a page that needs nothing but a browser: heat maps
//! and block grids with the standard error of every number, a slider over what differs between the runs, the alignment plot
//! linked to the grid, and where everything comes from.
//!
//! ```
//! use dunamis_experiment::{Experiment, run};
//! use dunamis_report::Report;
//! # fn config(discount: &str) -> String {
//! #     format!("name = 'corridor'\nsamples = 20\n[environment]\nname = 'corridor-3'\n[power]\ndiscount = {discount}\n")
//! # }
//! let directory = tempfile::tempdir()?;
//! let mut runs = Vec::new();
//! for discount in ["0.1", "0.9"] {
//!     let experiment: Experiment = config(discount).parse()?;
//!     runs.push(run(&experiment, directory.path(), &())?);
//! }
//! let html = Report::new(runs)?.to_html();
//! assert!(html.starts_with("<!DOCTYPE html>") && !html.contains("://"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The page
//!
//! The sources of the page are the files in `src/page`: `page.html` with places to fill, `page.css`, and one script per noun.
//! They are put together as they are; there is no build step. A content security policy with the hashes of the one style sheet
//! and the one script forbids everything else, so that nothing can be loaded and nothing can leave.
//!
//! Numbers travel as the bytes of their `f64`, so that the page shows the digits of `power.csv`, and its "Copy as CSV" gives that
//! file byte for byte.
//!
//! # Modules
//!
//! | module | noun |
//! |---|---|
//! | `report` | [`Report`] |
//! | `axis` | what differs between runs, as axes of sliders |
//! | `document` | the data of the page, as JSON |
//! | `page` | the page around the data |
//! | `error` | [`ReportError`] |
//!
//! # Invariants
//!
//! - One file: no address of anything else is in it, and the browser is told to load nothing.
//! - No text of a run can become markup or script.
//! - The same runs give the same bytes. Times, threads and directories of the computation are left out.
//! - Every number has its standard error beside it, or says that it is exact or unknown.
//! - It computes nothing but means over states and color scales, reads no files, writes none and never prints.

mod axis;
mod document;
mod error;
mod page;
mod report;

pub use error::ReportError;
pub use report::Report;
