//! Golden dumps, laws and error messages of the environments.

mod errors;
mod formats;
mod golden;
mod joint_laws;
mod laws;
mod strategies;
