//! Golden dumps, laws and error messages of the environments.

mod edits;
mod errors;
mod foreign_arrays;
mod foreign_files;
mod foreign_texts;
mod formats;
mod golden;
mod joint_laws;
mod laws;
mod mapped;
mod powerplay;
mod strategies;
mod trained_agents;
