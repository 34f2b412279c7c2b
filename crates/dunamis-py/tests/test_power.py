"""POWER, against NumPy, closed forms and the command line."""

import json
import os
import signal
import subprocess
import threading
import time
import xml.etree.ElementTree

import numpy as np
import pytest
from conftest import value_iteration

import dunamis

COMMAND = os.environ.get("DUNAMIS_COMMAND")
needs_command = pytest.mark.skipif(COMMAND is None, reason="`DUNAMIS_COMMAND` names no `dunamis`; `cargo xtask python` does")

#: Lava, a goal and a way around: chance matters, and not every action is available everywhere.
MAP = """
    ..#.
    ....
    .#..
"""


def dense(mdp):
    """P (S, A, S), and −inf where an action is not available, to be added to rewards."""
    P, _ = mdp.to_arrays()
    forbidden = np.where(P.sum(axis=2) == 0.0, -np.inf, 0.0)
    return P, forbidden


def power_by_numpy(mdp, rewards, gamma):
    """The POWER of single reward vectors (n, S): (1 − γ)/γ (V − R)."""
    P, forbidden = dense(mdp)
    value = np.array([value_iteration(P, r[:, None] + forbidden, gamma) for r in rewards])
    return (1 - gamma) / gamma * (value - rewards)


@pytest.mark.parametrize("noise", [None, 0.25])
@pytest.mark.parametrize("reward", ["uniform", "normal:mean=0,std_dev=1", "bernoulli:probability=0.3"])
@pytest.mark.parametrize("gamma", [0.3, 0.9])
def test_every_sample_is_what_numpy_says(noise, reward, gamma):
    mdp = dunamis.gridworld(MAP, noise=noise)
    n = 40
    result = dunamis.power(mdp, gamma, samples=n, reward=reward, seed=7, keep_samples=n)
    assert result.kept_rewards.shape == result.kept_power.shape == (n, mdp.n_states)
    expected = power_by_numpy(mdp, result.kept_rewards, gamma)
    np.testing.assert_allclose(result.kept_power, expected, atol=1e-9)
    np.testing.assert_allclose(result.mean, expected.mean(axis=0), atol=1e-9)
    np.testing.assert_allclose(result.std_error, expected.std(axis=0, ddof=1) / np.sqrt(n), atol=1e-9)
    assert result.solver_error < 1e-9 and result.samples == n and result.sampling == "independent"


def test_closed_forms():
    """A fork: at the start two ends can be chosen, so that POWER is the expected larger of two rewards: 2/3; at the ends it is 1/2."""
    fork = dunamis.explore(["fork"], lambda s: {"left": [(1, "left")], "right": [(1, "right")]} if s == "fork" else {"stay": [(1, s)]})
    result = dunamis.power(fork, 0.7, samples=40_000)
    assert np.all(np.abs(result.mean - [2 / 3, 1 / 2, 1 / 2]) < 5 * result.std_error)
    limit = dunamis.power(fork, limit_one=True, samples=20_000)
    assert np.all(np.abs(limit.mean - [2 / 3, 1 / 2, 1 / 2]) < 5 * limit.std_error) and limit.discount is None
    exact = dunamis.power(fork, 0.7, reward="one-hot")
    np.testing.assert_allclose(exact.mean, [2 / 3, 1 / 3, 1 / 3], atol=1e-12)
    assert exact.exact and exact.samples is exact.sampling is None and not exact.std_error.any()
    np.testing.assert_allclose(dunamis.power(fork, limit_one=True, reward=np.eye(3)).mean, [2 / 3, 1 / 3, 1 / 3], atol=1e-12)


def test_lists_of_vectors_are_exact():
    mdp = dunamis.gridworld(MAP, noise=0.1, discount=0.8)
    vectors = np.random.default_rng(3).normal(size=(17, mdp.n_states))
    result = dunamis.power(mdp, reward=vectors)
    assert result.exact and result.discount == 0.8
    np.testing.assert_allclose(result.mean, power_by_numpy(mdp, vectors, 0.8).mean(axis=0), atol=1e-9)
    sampled = dunamis.power(mdp, reward=vectors, samples=3_000, keep_samples=3_000)
    assert not sampled.exact and np.all(np.abs(sampled.mean - result.mean) < 5 * sampled.std_error + 1e-12)
    drawn = {row.tobytes() for row in sampled.kept_rewards}
    assert drawn == {row.tobytes() for row in vectors}


def test_functions_are_laws():
    mdp = dunamis.gridworld(MAP)
    sizes = []

    def simplex(rng, n):
        assert isinstance(rng, np.random.Generator)
        sizes.append(n)
        return rng.dirichlet(np.ones(n))

    first, again, other = (dunamis.power(mdp, 0.9, reward=simplex, samples=500, seed=seed, keep_samples=500) for seed in [1, 1, 2])
    # Samples are solved sixteen at a time.
    assert set(sizes) == {mdp.n_states} and len(sizes) == 3 * 512
    assert first.mean.tobytes() == again.mean.tobytes() != other.mean.tobytes()
    assert first.reward == "function `simplex`"
    np.testing.assert_allclose(first.kept_rewards.sum(axis=1), 1, atol=1e-12)
    assert len(np.unique(first.kept_rewards, axis=0)) == 500
    np.testing.assert_allclose(first.kept_power[:20], power_by_numpy(mdp, first.kept_rewards[:20], 0.9), atol=1e-9)
    # The same law twice: as a function, and in one word.
    plain = dunamis.power(mdp, 0.9, samples=4_000)
    function = dunamis.power(mdp, 0.9, reward=lambda rng, n: rng.random(n), samples=4_000)
    assert np.all(np.abs(plain.mean - function.mean) < 5 * np.hypot(plain.std_error, function.std_error))


def test_what_functions_raise_comes_through():
    class Broken(Exception):
        pass

    raised = Broken("no")

    def law(rng, n):
        if rng.random() < 0.01:
            raise raised
        return rng.random(n)

    with pytest.raises(Broken) as caught:
        dunamis.power(dunamis.gridworld(MAP), 0.9, reward=law)
    assert caught.value is raised and caught.traceback[-1].name == "law"
    with pytest.raises(Broken):
        dunamis.multi_agent_power(dunamis.joint_gridworld("..."), 0.9, reward=law)


@pytest.mark.parametrize(
    ("law", "message"),
    [
        (lambda rng, n: rng.random(n + 1), r"`reward\(rng, n\)` returned the shape \(11,\), but \(10,\)"),
        (lambda rng, n: 1.0, r"returned the shape \(\)"),
        (lambda rng, n: np.full(n, np.nan), "returned NaN for state 0"),
        (lambda rng, n: ["a"] * n, "has the dtype"),
        (lambda rng, n: None, "has the dtype `object`"),
        (lambda rng, n: rng.random(2 * n)[::2], "not contiguous"),
    ],
)
def test_functions_that_are_no_laws(law, message):
    with pytest.raises(dunamis.ArgumentError, match=message):
        dunamis.power(dunamis.gridworld(MAP), 0.9, reward=law)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "`discount` is missing"),
        ({"discount": 1}, "in `discount`"),
        ({"discount": 0.9, "limit_one": True}, "`limit_one` cannot be used with `discount`"),
        ({"limit_one": True, "as_published": True}, "`as_published` cannot be used with `limit_one`"),
        ({"discount": 0.9, "samples": 0}, "in `samples`: POWER needs at least 1 sample"),
        ({"discount": 0.9, "samples": -1}, "`samples` is -1"),
        ({"discount": 0.9, "samples": 3, "sampling": "antithetic"}, "in `samples`: antithetic samples come in pairs: ask for 4"),
        ({"discount": 0.9, "sampling": "sobel"}, "in `sampling`: .*sobel"),
        ({"discount": 0.9, "until_se": 0.0}, "`until_se` is 0"),
        ({"discount": 0.9, "reward": "unifrom"}, "in `reward`: `unifrom` is no reward law(.|\n)*hint: for example"),
        ({"discount": 0.9, "reward": "beta:alpha=x"}, "in `reward`: `alpha` cannot be `x`"),
        ({"discount": 0.9, "reward": np.zeros(10)}, r"`reward` has the shape \(10,\)"),
        ({"discount": 0.9, "reward": np.zeros((3, 9))}, "`reward` has vectors of 9 rewards, but the model has 10 states"),
        ({"discount": 0.9, "reward": np.full((3, 10), np.inf)}, "in `reward`"),
        ({"discount": 0.9, "reward": np.zeros((0, 10))}, "in `reward`"),
        ({"discount": 0.9, "reward": object()}, "`reward` has the dtype `object`"),
        ({"discount": 0.9, "reward": lambda rng, n: rng.random(n), "sampling": "sobol"}, "`sampling` is `sobol`"),
    ],
)
def test_errors_name_the_argument(options, message):
    with pytest.raises(dunamis.ArgumentError, match=message):
        dunamis.power(dunamis.gridworld(MAP), **options)


def test_precision_can_be_asked_for():
    mdp = dunamis.gridworld(MAP)
    for sampling in ["independent", "antithetic", "sobol"]:
        result = dunamis.power(mdp, 0.6, until_se=1e-3, sampling=sampling)
        assert result.until_se_reached and result.std_error.max() <= 1e-3 and result.sampling == sampling
        assert result.samples < 1_000_000
    assert dunamis.power(mdp, 0.6, until_se=1e-9, samples=2_000).until_se_reached is False
    assert dunamis.power(mdp, 0.6, samples=10).until_se_reached is None


def test_progress_is_told_and_may_stop():
    mdp = dunamis.load("maze-7x7:noise=0.2")
    reports = []

    def watch(done, total):
        reports.append((done, total))
        return len(reports) < 3

    with pytest.raises(dunamis.PowerError, match="cancelled"):
        dunamis.power(mdp, 0.999, samples=10**9, progress=watch)
    assert len(reports) == 3 and reports == sorted(set(reports)) and {total for _, total in reports} == {10**9}
    assert all(isinstance(done, int) for done, _ in reports)


@pytest.mark.parametrize("reward", [None, lambda rng, n: time.sleep(1e-3) or rng.random(n)], ids=["uniform", "function"])
def test_control_c_raises(reward):
    def press():
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        dunamis.power(dunamis.load("maze-7x7:noise=0.2"), 0.999, samples=10**9, reward=reward)
    thread.join()


def test_results_as_tables_and_pictures():
    maze = dunamis.power(dunamis.load("maze-7x7"), 0.9, samples=200)
    for frame in [maze.to_pandas(), maze.to_polars()]:
        assert list(frame.columns) == ["state", "mean", "std_error"]
        np.testing.assert_array_equal(frame["mean"].to_numpy(), maze.mean)
        np.testing.assert_array_equal(frame["std_error"].to_numpy(), maze.std_error)
    text = "".join(xml.etree.ElementTree.fromstring(maze.plot(title="A title").svg).itertext())
    assert "A title" in text and all(f"{mean:.3f}" in text for mean in maze.mean)
    assert "<svg" in maze._repr_html_() and maze.statistics["kernel"] == "stay-initialized sweeps"
    candy = dunamis.power(dunamis.load("candy"), 0.5, samples=200)
    bars = "".join(xml.etree.ElementTree.fromstring(candy.plot().svg).itertext())
    assert all(state in bars for state in candy.states) and "<table" in candy._repr_html_()
    assert not maze.mean.flags.writeable and candy.statistics["samples_per_second"] > 0
    noisy = dunamis.power(dunamis.load("maze-7x7:noise=0.1"), 0.9, samples=20)
    assert noisy.statistics["kernel"] == "tiled value iteration"
    with pytest.raises(ValueError):
        maze.mean[0] = 1


@needs_command
@pytest.mark.parametrize(
    ("specification", "options", "arguments"),
    [
        ("maze-7x7", {"discount": 0.9, "samples": 2_000}, ["--discount", "0.9", "--samples", "2000"]),
        ("maze-7x7:noise=0.2", {"discount": "99/100", "samples": 500, "seed": 5}, ["--discount", "99/100", "--samples", "500", "--seed", "5"]),
        (
            "candy",
            {"discount": 0.5, "reward": "beta:alpha=2,beta=5", "sampling": "sobol", "until_se": 1e-3},
            ["--discount", "0.5", "--reward", "beta:alpha=2,beta=5", "--sampling", "sobol", "--until-se", "1e-3"],
        ),
        ("case-study", {"limit_one": True, "samples": 300}, ["--limit-one", "--samples", "300"]),
        ("grid-3x3", {"discount": 0.5, "as_published": True, "samples": 200}, ["--discount", "0.5", "--as-published", "--samples", "200"]),
        ("grid-3x3", {"discount": 0.5, "reward": "one-hot"}, ["--discount", "0.5", "--reward", "one-hot"]),
    ],
)
def test_numbers_are_those_of_the_command_line(specification, options, arguments):
    command = [COMMAND, "--quiet", "power", specification, *arguments, "--json"]
    printed = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    result = dunamis.power(dunamis.load(specification), **options)
    assert [state["state"] for state in printed["power"]] == result.states
    assert [state["mean"] for state in printed["power"]] == result.mean.tolist()
    assert [state["std_error"] for state in printed["power"]] == result.std_error.tolist()
    for key in ["discount", "samples", "seed", "sampling", "until_se_reached"]:
        assert printed[key] == getattr(result, key), key
    assert np.array([printed["solver_error"]], dtype=float).tobytes() == np.array([result.solver_error]).tobytes()


def test_numbers_of_a_seed_never_change():
    """What `dunamis power grid-3x3 --discount 0.9 --samples 1000 --seed 3 --json` prints."""
    result = dunamis.power(dunamis.load("grid-3x3"), 0.9, samples=1_000, seed=3)
    assert result.mean[:2].tolist() == [0.8651254069570742, 0.8764335836274187]
    assert result.std_error[:2].tolist() == [0.002957781986484215, 0.0029320863088210625]
