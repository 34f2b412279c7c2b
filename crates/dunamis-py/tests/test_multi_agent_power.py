"""POWER of two agents, against NumPy, published relations and the command line."""

import json
import os
import subprocess
import xml.etree.ElementTree

import numpy as np
import pytest

import dunamis

COMMAND = os.environ.get("DUNAMIS_COMMAND")
needs_command = pytest.mark.skipif(COMMAND is None, reason="`DUNAMIS_COMMAND` names no `dunamis`; `cargo xtask python` does")

MAP = """
    ...
    .#.
"""


class Joint:
    """Two agents by NumPy alone: T[s, i, j, s'] for joint states s and actions i of H and j of A, and which actions there are."""

    def __init__(self, single, collision):
        P, _ = single.to_arrays()
        places = len(P)
        there = P.sum(axis=2) > 0
        pairs = [(h, a) for h in range(places) for a in range(places) if collision == "none" or h != a]
        number = {pair: s for s, pair in enumerate(pairs)}
        actions = P.shape[1]
        self.pairs = pairs
        self.T = np.zeros((len(pairs), actions, actions, len(pairs)))
        self.there = {"H": np.array([there[h] for h, _ in pairs]), "A": np.array([there[a] for _, a in pairs])}
        for s, (h, a) in enumerate(pairs):
            for i in range(actions):
                for j in range(actions):
                    for x in np.flatnonzero(P[h, i]):
                        for y in np.flatnonzero(P[a, j]):
                            p = P[h, i, x] * P[a, j, y]
                            if (x, y) in number:
                                self.T[s, i, j, number[x, y]] += p
                            elif collision == "block":
                                self.T[s, i, j, s] += p

    def uniform(self, agent):
        there = self.there[agent].astype(float)
        return there / there.sum(axis=1, keepdims=True)

    def induced(self, agent, policy):
        """Transitions (S, A, S) of an agent while the other follows a policy."""
        return np.einsum("sijt,sj->sit" if agent == "H" else "sijt,si->sjt", self.T, policy)

    def best(self, agent, other, reward, gamma):
        """The uniform policy over all optimal actions, and the optimal value."""
        P, value = self.induced(agent, other), np.zeros(len(reward))
        for _ in range(200):
            worth = np.where(self.there[agent], P @ value, -np.inf)
            value = reward + gamma * worth.max(axis=1)
        tied = worth >= worth.max(axis=1, keepdims=True) - 1e-9
        return tied / tied.sum(axis=1, keepdims=True), value

    def value(self, h, a, reward, gamma):
        chain = np.einsum("sijt,si,sj->st", self.T, h, a)
        return np.linalg.solve(np.eye(len(reward)) - gamma * chain, reward)

    def power(self, rewards_h, rewards_a, gamma, gamma_a):
        uniform = self.uniform("A")
        h, value_h_seed = self.best("H", uniform, rewards_h, gamma)
        a, value_a = self.best("A", h, rewards_a, gamma_a)
        scaled = lambda value, reward, gamma: (1 - gamma) / gamma * (value - reward)
        return {
            "power_h": scaled(self.value(h, a, rewards_h, gamma), rewards_h, gamma),
            "power_a": scaled(value_a, rewards_a, gamma_a),
            "power_h_seed": scaled(value_h_seed, rewards_h, gamma),
            "power_a_seed": scaled(self.value(h, uniform, rewards_a, gamma_a), rewards_a, gamma_a),
        }


@pytest.mark.parametrize("collision", ["none", "leak", "block"])
@pytest.mark.parametrize("correlation", [-1, 0, 0.5, 1])
def test_every_sample_is_what_numpy_says(collision, correlation):
    single = dunamis.gridworld(MAP)
    n = 12
    result = dunamis.multi_agent_power(
        single.joint(collision=collision), 0.6, discount_a=0.8, correlation=correlation, samples=n, seed=5, keep_samples=n
    )
    joint = Joint(single, collision)
    samples = [joint.power(h, a, 0.6, 0.8) for h, a in zip(result.kept_rewards_h, result.kept_rewards_a)]
    np.testing.assert_allclose(result.kept_power_h, [sample["power_h"] for sample in samples], atol=1e-8)
    np.testing.assert_allclose(result.kept_power_a, [sample["power_a"] for sample in samples], atol=1e-8)
    for quantity in ["power_h", "power_a", "power_h_seed", "power_a_seed"]:
        expected = np.array([sample[quantity] for sample in samples])
        np.testing.assert_allclose(getattr(result, quantity), expected.mean(axis=0), atol=1e-8)
        error = expected.std(axis=0, ddof=1) / np.sqrt(n)
        np.testing.assert_allclose(result.std_error(quantity), error, atol=1e-8)
        table = result.by_position(quantity)
        assert table.shape == (single.n_states, single.n_states)
        assert [table[pair] for pair in joint.pairs] == getattr(result, quantity).tolist()
        assert np.isnan(table).sum() == table.size - len(joint.pairs)
    alpha = np.corrcoef(result.power_h, result.power_a)[0, 1]
    np.testing.assert_allclose(result.alignment.alpha, alpha, atol=1e-9)
    if correlation == 1:
        assert result.kept_rewards_h.tobytes() == result.kept_rewards_a.tobytes()
    elif correlation == -1:
        np.testing.assert_allclose(result.kept_rewards_a, 1 - result.kept_rewards_h)


def test_seed_policies_by_name_and_by_array():
    pair = dunamis.load_joint("corridor-3", collision="none")
    options = {"samples": 64, "seed": 2, "rounds": 3}
    stay = dunamis.multi_agent_power(pair, 0.7, seed_policy="stay", **options)
    actions = pair.actions("A")
    numbers = np.full(pair.n_states, actions.index("stay"))
    given = dunamis.multi_agent_power(pair, 0.7, seed_policy=numbers, **options)
    for quantity in ["power_h", "power_a", "power_h_seed", "power_a_seed"]:
        np.testing.assert_allclose(getattr(stay, quantity), getattr(given, quantity), atol=1e-12)
    other = dunamis.multi_agent_power(pair, 0.7, seed_policy="0.5 stay + 0.5 toward:(0, 0)", seed_baseline=False, **options)
    assert other.power_a_seed is None and other.power_h_seed.tolist() != stay.power_h_seed.tolist()
    done = stay.statistics
    assert done["fixed_points"] + done["cycles"] + done["unsettled"] == 64
    assert done["graph_samples"] + done["general_samples"] == 64 and done["kernel"]


def test_functions_and_lists_are_laws():
    pair = dunamis.joint_gridworld("..", collision="none")

    def law(rng, n):
        return rng.normal(size=n)

    one, again = (dunamis.multi_agent_power(pair, 0.5, reward=law, samples=300, keep_samples=300) for _ in range(2))
    assert one.power_h.tobytes() == again.power_h.tobytes()
    correlation = np.corrcoef(one.kept_rewards_h.ravel(), one.kept_rewards_a.ravel())[0, 1]
    assert abs(correlation) < 0.15
    same = dunamis.multi_agent_power(pair, 0.5, reward=law, samples=50, keep_samples=50, correlation=1)
    assert same.kept_rewards_h.tobytes() == same.kept_rewards_a.tobytes()
    with pytest.raises(dunamis.ArgumentError, match="in `correlation`"):
        dunamis.multi_agent_power(pair, 0.5, reward=law, correlation=-0.5)
    exact = dunamis.multi_agent_power(pair, 0.5, reward=np.eye(4))
    assert exact.exact and exact.samples is None
    named = dunamis.multi_agent_power(pair, 0.5, reward="one-hot")
    assert exact.power_h.tobytes() == named.power_h.tobytes() and exact.power_a.tobytes() == named.power_a.tobytes()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"discount": 1.5}, "in `discount`"),
        ({"discount_a": -1}, "in `discount_a`"),
        ({"correlation": 2}, "in `correlation`"),
        ({"rounds": 0}, "`rounds` is 0"),
        ({"seed_policy": "unifrom"}, "in `seed_policy`"),
        ({"seed_policy": "toward:(9, 9)"}, "in `seed_policy`: A cannot go to"),
        ({"seed_policy": np.ones(3)}, "`seed_policy` has the shape"),
        ({"rounds": 2, "as_published": True}, "`as_published` cannot be used with `rounds`"),
        ({"reward": np.ones((2, 3))}, "`reward` has vectors of 3 rewards"),
    ],
)
def test_errors_name_the_argument(options, message):
    with pytest.raises(dunamis.ArgumentError, match=message):
        dunamis.multi_agent_power(dunamis.joint_gridworld(MAP), **{"discount": 0.5} | options)


def test_results_as_tables_and_pictures():
    pair = dunamis.joint_gridworld(MAP, collision="block")
    result = dunamis.multi_agent_power(pair, 0.6, samples=100)
    for frame in [result.to_pandas(), result.to_polars()]:
        for quantity in ["power_h", "power_a", "power_h_seed", "power_a_seed"]:
            np.testing.assert_array_equal(frame[quantity].to_numpy(), getattr(result, quantity))
            np.testing.assert_array_equal(frame[f"{quantity}_std_error"].to_numpy(), result.std_error(quantity))
        assert list(frame["state"]) == result.states == pair.states
    for quantity in ["power_h", "power_a", "power_h_seed", "power_a_seed"]:
        text = "".join(xml.etree.ElementTree.fromstring(result.plot(quantity).svg).itertext())
        assert all(f"{mean:.3f}" in text for mean in getattr(result, quantity))
    scatter = "".join(xml.etree.ElementTree.fromstring(result.plot_alignment(title="A title").svg).itertext())
    assert "A title" in scatter and f"{abs(result.alignment.alpha):.3f}" in scatter
    assert "<svg" in result._repr_html_() and repr(result).startswith("<dunamis.MultiAgentPower in `gridworld`, γ = 0.6")
    assert "α = " in repr(result.alignment)
    with pytest.raises(dunamis.ArgumentError, match="`quantity` is `h`"):
        result.plot("h")
    with pytest.raises(dunamis.ArgumentError, match="seed_baseline"):
        dunamis.multi_agent_power(pair, 0.6, samples=10, seed_baseline=False).by_position("power_a_seed")


@needs_command
@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ({}, []),
        ({"correlation": -0.5, "discount_a": 0.9, "seed": 4}, ["--correlation", "-0.5", "--discount-a", "0.9", "--seed", "4"]),
        ({"seed_policy": "stay", "rounds": 5}, ["--seed-policy", "stay", "--rounds", "5"]),
        ({"as_published": True, "seed_baseline": False}, ["--as-published", "--no-seed-baseline"]),
    ],
)
def test_numbers_are_those_of_the_command_line(options, arguments):
    settings = ["--agents", "2", "--collision", "leak", "--discount", "0.6", "--samples", "200", "--json"]
    command = [COMMAND, "--quiet", "power", "corridor-3", *settings, *arguments]
    printed = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    pair = dunamis.load_joint("corridor-3", collision="leak")
    result = dunamis.multi_agent_power(pair, 0.6, samples=200, **options)
    for quantity in ["power_h", "power_a", "power_h_seed", "power_a_seed"]:
        mean = getattr(result, quantity)
        if mean is None:
            assert printed[quantity] is None
            continue
        assert [state["state"] for state in printed[quantity]] == result.states
        assert [state["mean"] for state in printed[quantity]] == mean.tolist()
        assert [state["std_error"] for state in printed[quantity]] == result.std_error(quantity).tolist()
    for key in ["discount", "discount_a", "correlation", "samples", "seed", "sampling"]:
        assert printed[key] == getattr(result, key), key
    for key, value in printed["alignment"].items():
        assert value == getattr(result.alignment, key), key
