"""Solutions against those of other packages, and of NumPy."""

from fractions import Fraction

import mdptoolbox.mdp
import numpy as np
import pytest
import quantecon.markov
from conftest import value_iteration

import dunamis
from dunamis import Mdp, solve


@pytest.mark.parametrize("discount", [0.0, 0.5, 0.9, 0.99])
def test_quantecon_agrees(arrays, discount):
    mdp = Mdp.from_arrays(arrays.P, arrays.R)
    solution = solve(mdp, discount)
    matrix, R, s, a = mdp.to_csr()
    problem = quantecon.markov.DiscreteDP(R, matrix, discount, s, a)
    expected = problem.solve(method="policy_iteration")
    np.testing.assert_allclose(solution.value, expected.v, rtol=0, atol=1e-9)
    np.testing.assert_array_equal(solution.policy, expected.sigma)
    assert np.all(solution.lower <= expected.v + 1e-9) and np.all(expected.v - 1e-9 <= solution.upper)


@pytest.mark.parametrize("discount", [0.5, 0.9, 0.99])
def test_mdptoolbox_agrees(arrays, discount):
    P, R = np.ascontiguousarray(arrays.P.transpose(1, 0, 2)), arrays.R
    expected = mdptoolbox.mdp.PolicyIteration(P, R, discount)
    expected.run()
    np.testing.assert_allclose(solve(Mdp.from_arrays(P, R), discount).value, expected.V, rtol=0, atol=1e-9)


@pytest.mark.parametrize("discount", [0.5, 0.95])
def test_numpy_agrees_on_rewards_of_transitions(arrays, discount):
    r = arrays.transition_rewards
    expected = value_iteration(arrays.P, (arrays.P * r).sum(axis=2), discount)
    np.testing.assert_allclose(solve(Mdp.from_arrays(arrays.P, r), discount).value, expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("solver", [s["name"] for s in dunamis.solvers() if "discounted" in s["criteria"]])
def test_every_solver_gives_bounds_that_are_verified(arrays, solver):
    mdp = Mdp.from_arrays(arrays.P, arrays.R, discount=0.9)
    solution = solve(mdp, solver=solver, tolerance=1e-8)
    assert solution.status == "converged" and solution.gap <= 1e-8 and solution.statistics["solver"] == solver
    proof = dunamis.verify(solution)
    assert proof.evidence in ("exact", "enclosure") and proof.policy_loss < 1e-6
    assert np.all(solution.lower <= proof.upper) and np.all(proof.lower <= solution.upper)


def test_other_criteria(arrays):
    mdp = Mdp.from_arrays(arrays.P, arrays.R)
    value = np.zeros(12)
    for _ in range(5):
        value = (arrays.R + arrays.P @ value).max(axis=1)
    finite = solve(mdp, steps=5)
    np.testing.assert_allclose(finite.value, value, rtol=0, atol=1e-9)
    assert (finite.criterion, finite.discount) == ("finite-horizon", None)
    gain = solve(mdp, average=True)
    limit = solve(mdp, 0.99999).value * (1 - 0.99999)
    np.testing.assert_allclose(gain.value, limit, atol=1e-3)
    assert gain.criterion == "average"
    total = solve(dunamis.load("forest"), total=True)
    assert np.all(total.value == np.inf)


def test_policies_have_the_values_of_linear_algebra(arrays):
    P, R = arrays.P, arrays.R
    states, actions, _ = P.shape
    mdp = Mdp.from_arrays(P, R)
    random = np.random.default_rng(5)
    weights = random.dirichlet(np.ones(actions), size=states)
    chain = np.einsum("sa,sat->st", weights, P)
    expected = np.linalg.solve(np.eye(states) - 0.9 * chain, (weights * R).sum(axis=1))
    for policy in [weights, weights.ravel()]:
        for method in ["auto", "iterative", "dense", "sparse-direct", "krylov", "gmres"]:
            found = dunamis.evaluate(mdp, policy, 0.9, method=method)
            np.testing.assert_allclose(found.value, expected, rtol=0, atol=1e-8)
            assert np.all(found.lower <= found.value) and np.all(found.value <= found.upper)
    chosen = random.integers(actions, size=states)
    chain = P[np.arange(states), chosen]
    expected = np.linalg.solve(np.eye(states) - 0.9 * chain, R[np.arange(states), chosen])
    np.testing.assert_allclose(dunamis.evaluate(mdp, chosen, 0.9).value, expected, rtol=0, atol=1e-8)
    best = solve(mdp, 0.9)
    np.testing.assert_allclose(dunamis.evaluate(mdp, best, 0.9).value, best.value, rtol=0, atol=1e-8)
    np.testing.assert_allclose(dunamis.evaluate(mdp, best.policy, 0.9).value, best.value, rtol=0, atol=1e-8)


def test_visits_are_those_of_linear_algebra(arrays):
    mdp = Mdp.from_arrays(arrays.P)
    chain = arrays.P.mean(axis=1)
    expected = np.linalg.inv(np.eye(12) - 0.9 * chain)[3]
    visits = dunamis.visit_distribution(mdp, "uniform", 3, 0.9)
    assert np.abs(visits.visits - expected).sum() <= visits.error + 1e-9
    assert visits.error < 1e-9 and visits.total == pytest.approx(10.0)
    named = dunamis.visit_distribution(mdp, "uniform", "3", 0.9)
    np.testing.assert_array_equal(named.visits, visits.visits)


def test_false_solutions_are_refuted(arrays):
    solution = solve(Mdp.from_arrays(arrays.P, arrays.R), 0.9)
    other = Mdp.from_arrays(arrays.P, arrays.R + 1)
    with pytest.raises(dunamis.VerifyError, match="is false"):
        dunamis.verify(solution, other)


def test_settings_reach_the_solver():
    model = dunamis.load("garnet:states=200,seed=7")
    default = solve(model, 0.99, solver="value-iteration")
    swept = solve(model, 0.99, solver="value-iteration", settings={"sweep": "gauss-seidel"})
    assert default.statistics["iterations"] != swept.statistics["iterations"]
    few = solve(model, 0.99, solver="value-iteration", max_iterations=3)
    assert few.status == "iteration-limit" and few.gap > default.gap
    assert np.all(few.lower <= default.value) and np.all(default.value <= few.upper)


def test_discounts_are_what_is_written():
    model = dunamis.load("forest")
    same = [solve(model, discount) for discount in [0.9, "0.9", "9/10", np.float64(0.9)]]
    for solution in same[1:]:
        assert solution.lower.tobytes() == same[0].lower.tobytes()
        assert solution.upper.tobytes() == same[0].upper.tobytes()


def test_exact_values_solve_the_optimality_equation():
    maze = dunamis.load("maze-7x7:noise=1/3").with_reward({(6, 6): 1})
    exact = dunamis.solve_exact(maze, "9/10")
    P, _ = maze.to_arrays()
    value = exact.value
    assert all(isinstance(v, Fraction) for v in value)
    row = [Fraction(p).limit_denominator(1000) for p in P[0, maze.actions.index("stay")]]
    assert sum(row) == 1 and max(value) == value[maze.state((6, 6))]
    solution = solve(maze, 0.9)
    assert np.all(solution.lower <= exact.approximation) and np.all(exact.approximation <= solution.upper)
    assert exact.optimal_actions == solution.optimal_actions
    np.testing.assert_array_equal(dunamis.evaluate(maze, exact.policy, 0.9).value.round(9), exact.approximation.round(9))
    assert list(exact.to_pandas()["value"]) == value
    forest = dunamis.load("forest")
    for (v0, v1, v2), gamma in [(dunamis.solve_exact(forest, "9/10").value, Fraction(9, 10))]:
        wait = Fraction(9, 10) * v1 + Fraction(1, 10) * v0
        assert v0 == gamma * wait and v2 == 4 + gamma * (Fraction(9, 10) * v2 + Fraction(1, 10) * v0)
    gain = dunamis.solve_exact(forest, average=True).value
    assert gain == [Fraction(81, 25)] * 3
    with pytest.raises(dunamis.ModelError, match="double precision"):
        dunamis.solve_exact(Mdp.from_arrays([[[0.1] * 10]] * 10, np.zeros(10)), 0.9)
