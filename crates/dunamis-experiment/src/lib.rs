//! Experiment configs and run directories
