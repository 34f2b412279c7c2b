//! Configs, their error messages, and runs on disk.

mod analyses;
mod configs;
mod errors;
mod frames;
mod joint_models;
mod keys;
mod listing;
mod powerplay;
mod rollouts;
mod runs;
mod shards;
mod strategies;
mod sweeps;
mod tables;
