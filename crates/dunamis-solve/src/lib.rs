//! Solvers for finite Markov decision processes; every solution carries true bounds
