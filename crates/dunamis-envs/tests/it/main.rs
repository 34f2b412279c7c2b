//! Golden dumps, laws and error messages of the environments.

mod errors;
mod foreign_files;
mod formats;
mod golden;
mod joint_laws;
mod laws;
mod strategies;
