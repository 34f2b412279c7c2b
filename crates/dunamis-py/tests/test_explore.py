"""Models that are functions of Python."""

from fractions import Fraction

import numpy as np
import pytest

import dunamis
from dunamis import explore


def gambler(goal, p):
    """Bets of at most what is there and what is missing [Sutton & Barto 2018, example 4.3]."""

    def step(capital):
        if capital in (0, goal):
            return {"stay": [(1.0, capital)]}
        most = min(capital, goal - capital)
        return {
            f"bet {bet}": [(p, capital + bet, float(capital + bet == goal)), (1 - p, capital - bet)]
            for bet in range(1, most + 1)
        }

    return step


def test_the_gambler_plays_boldly():
    """With poor odds bold play is optimal, and its chance of success is known [Dubins & Savage 1965]."""
    mdp = explore([32], gambler(64, 0.25))
    assert mdp.n_states == 65 and mdp.states[0] == "32"
    solution = dunamis.solve(mdp, total=True)

    def bold(x):
        if x in (0, 1):
            return float(x)
        return 0.25 * bold(2 * x) if x <= Fraction(1, 2) else 0.25 + 0.75 * bold(2 * x - 1)

    # What is reached is won on arrival.
    expected = [bold(Fraction(int(name), 64)) if name != "64" else 0.0 for name in mdp.states]
    np.testing.assert_allclose(solution.value, expected, atol=1e-9)
    assert "bet 32" in solution.optimal_actions[0]


def test_states_are_found_breadth_first_and_called_by_their_text():
    mdp = explore([(0, 0), (0, 0)], lambda p: {"right": [(1, (p[0], min(p[1] + 1, 2)))], "down": [(1, (min(p[0] + 1, 1), p[1]))]})
    assert mdp.states == ["(0, 0)", "(0, 1)", "(1, 0)", "(0, 2)", "(1, 1)", "(1, 2)"]
    assert mdp.grid_shape == (2, 3) and mdp.is_deterministic


def test_what_a_function_raises_comes_through():
    class Broken(Exception):
        pass

    def step(_):
        raise Broken("no")

    with pytest.raises(Broken, match="no"):
        explore([0], step)


@pytest.mark.parametrize(
    "wrong",
    [None, {}, [], 3, {"a": None}, {"a": [1]}, {"a": [(1,)]}, {"a": [(1, 0, 0, 0)]}, {"a": [("x", 0)]}, {"a": [(1, [])]}, {"a": [(1, 0, None)]}],
    ids=str,
)
def test_functions_that_are_no_models(wrong):
    with pytest.raises(dunamis.ArgumentError, match="`step`"):
        explore([0], lambda _: wrong)


def test_other_mistakes():
    with pytest.raises(dunamis.ArgumentError, match="`start`"):
        explore([], lambda _: {})
    with pytest.raises(dunamis.ArgumentError, match="`limit`"):
        explore([0], lambda s: {"on": [(1, s + 1)]}, limit=100)
    with pytest.raises(dunamis.ModelError, match="sum to 0.5"):
        explore([0], lambda _: {"a": [(0.5, 0)]})
    with pytest.raises(dunamis.ModelError, match="is 1.5"):
        explore([0], lambda _: {"a": [(1.5, 0), (-0.5, 0)]})
    with pytest.raises(dunamis.ModelError, match="`0` is listed twice"):
        explore([0, "0"], lambda s: {"a": [(1, s)]})
