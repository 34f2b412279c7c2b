//! Transition models (sparse), rewards, policies and joint models of finite Markov decision processes
