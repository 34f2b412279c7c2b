//! Counter-based random streams and reward distributions
