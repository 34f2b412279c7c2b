"""Gymnasium's tabular environments: optimal values against value iteration on their own tables."""

import gymnasium
import numpy as np
import pytest

import dunamis


def optimal(table, discount):
    """Value iteration on a table: a step that terminates ends the episode."""
    value = np.zeros(len(table))
    for _ in range(100_000):
        new = np.array([
            max(
                sum(p * (r + discount * (0.0 if end else value[t])) for p, t, r, end in branches)
                for branches in table[s].values()
            )
            for s in range(len(table))
        ])
        if np.abs(new - value).max() < 1e-13:
            return new
        value = new
    raise AssertionError("no convergence")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("FrozenLake-v1", {}),
        ("FrozenLake-v1", {"is_slippery": False}),
        ("FrozenLake-v1", {"map_name": "8x8"}),
        ("CliffWalking-v1", {}),
        ("Taxi-v4", {}),
    ],
)
@pytest.mark.parametrize("discount", [0.9, 0.95])
def test_optimal_values(name, options, discount):
    env = gymnasium.make(name, **options)
    mdp = dunamis.Mdp.from_gymnasium(env)
    table = env.unwrapped.P
    solution = dunamis.solve(mdp, discount)
    expected = optimal(table, discount)
    # One more state may stand for the end of episodes.
    assert mdp.n_states - len(table) in (0, 1) and mdp.name == name
    ends = [s for s in range(len(table)) if all(end and t == s for b in table[s].values() for _, t, _, end in b)]
    states = [s for s in range(len(table)) if s not in ends]
    np.testing.assert_allclose(solution.value[states], expected[states], rtol=0, atol=1e-9)


def test_an_environment_without_a_table():
    with pytest.raises(dunamis.ArgumentError, match="`env`"):
        dunamis.Mdp.from_gymnasium(gymnasium.make("Blackjack-v1"))


@pytest.mark.parametrize(
    "table",
    [
        {},
        {0: {}},
        {0: {0: [(0.5, 0, 0.0, False)]}},
        {0: {0: [(1.0, 3, 0.0, False)]}},
        {0: {0: [(1.0, 0, float("nan"), False)]}},
        {0: {0: [(-1.0, 0, 0.0, False), (2.0, 0, 0.0, False)]}},
        {0: {0: [("one", 0, 0.0, False)]}},
        {0: {0: [(1.0, 0, 0.0)]}},
        {0: {0: [(1.0, 0, object(), False)]}},
        {1: {0: [(1.0, 1, 0.0, False)]}},
        [],
    ],
)
def test_tables_that_are_none(table):
    class Environment:
        P = table

    with pytest.raises(dunamis.DunamisError, match="`env`"):
        dunamis.Mdp.from_gymnasium(Environment())
