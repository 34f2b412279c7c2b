//! Gridworlds, joint gridworlds, case-study and random Markov decision processes
