//! The theorems, one file each: what is certified holds on every orbit, and what fails is refused for the right reason.
//!
//! The oracle is [`brute_force`]: all permutations of a reward, one after another, with sums written out.

mod brute_force;
mod counterexamples;
mod fractional_law;
mod krakovna_2;
mod mutations;
mod optsp_6_12;
mod optsp_6_13;
mod optsp_6_14;
mod optsp_6_6;
mod optsp_6_9;
mod random_model;
mod random_options;
mod rdsp_a_11;
mod rdsp_d_5;
