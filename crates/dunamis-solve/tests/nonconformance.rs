//! The conformance suite against solvers that break one promise each.

mod models;

use dunamis_mdp::{Criterion, Mdp};
use dunamis_solve::conformance::Conformance;
use dunamis_solve::{Observer, PolicyIteration, Solution, SolveError, Solver, Termination};
use models::hand_made;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Policy iteration, whose solutions are tampered with. The second argument counts the runs before.
struct Tampering(fn(&mut Solution, usize), AtomicUsize);

impl Solver for Tampering {
    fn name(&self) -> &'static str {
        "policy-iteration"
    }

    fn solve_observed(
        &self,
        mdp: &Mdp,
        criterion: &Criterion,
        observer: &dyn Observer,
    ) -> Result<Solution, SolveError> {
        let mut solution = PolicyIteration::default().solve_observed(mdp, criterion, observer)?;
        self.0(&mut solution, self.1.fetch_add(1, Ordering::Relaxed));
        Ok(solution)
    }
}

/// What the suite says about a tampering solver.
fn caught(name: &str, tamper: fn(&mut Solution, usize)) -> String {
    let (_, draft) = hand_made().into_iter().find(|(own, _)| *own == name).unwrap();
    let solver = Tampering(tamper, AtomicUsize::new(0));
    let suite = Conformance::new(&solver).discounts(["0.9".parse().unwrap()]);
    suite.check(name, &draft.build()).map_or_else(|error| error.to_string(), |report| format!("{report:?}"))
}

#[test]
fn every_broken_promise_is_caught_and_named() {
    assert!(caught("candy", |_, _| ()).starts_with("Report"));
    let said = [
        caught("candy", |solution, _| solution.bounds.lower[2] = solution.bounds.upper[2] + 1e-3),
        caught("candy", |solution, _| solution.bounds.upper[2] -= 1e-3),
        caught("candy", |solution, _| {
            (solution.value[4], solution.bounds.lower[4], solution.bounds.upper[4]) = (-9.0, -9.0, -9.0);
        }),
        caught("candy", |solution, _| solution.bounds.lower[2] -= 1e-3),
        caught("candy", |solution, _| solution.status = Termination::Interrupted),
        caught("candy", |solution, _| solution.statistics.solver = "other"),
        caught("candy", |solution, _| solution.optimal.fill(true)),
        caught("candy", |solution, _| solution.best.clear()),
        caught("candy", |solution, _| solution.best[0] = 1 - solution.best[0]),
        caught("candy", |solution, run| solution.statistics.iterations += run),
        caught("candy", |solution, run| {
            if run > 3 {
                solution.bounds.upper[1] = solution.bounds.upper[1].min(9.0);
                solution.value[1] = solution.value[1].min(9.0);
                solution.bounds.lower[1] = 8.0;
            }
        }),
    ];
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn refusing_what_was_asked_for_is_caught() {
    let (name, draft) = hand_made().swap_remove(2);
    let solver = PolicyIteration::default();
    let refused = Conformance::new(&solver).criteria([Criterion::Average]).check(name, &draft.build()).unwrap_err();
    insta::assert_snapshot!(refused);
}
