"""Certificates and tendencies: published numbers, exchange with the command line, and what is refused."""

import itertools
import json
import os
import pickle
import signal
import subprocess
import time
from fractions import Fraction

import numpy as np
import pytest

import dunamis

COMMAND = os.environ.get("DUNAMIS_COMMAND")
CANDY = {"state": "start", "prefer": "wait", "over": "candy"}


def candy():
    return dunamis.load("candy")


@pytest.mark.parametrize(
    ("model", "arguments", "n", "m", "theorem"),
    [
        # [Turner 2022]: three of four variants wait, at least two of three do.
        ("candy", CANDY, 2, 1, "Turner et al. 2021, Thm. 6.13"),
        # [Turner et al. 2021, Fig. 1]: right has three times the options of the loop.
        ("case-study", {"state": "★", "prefer": ["ℓ◁", "r▷"], "over": "∅"}, 3, 1, None),
        ("case-study", {"state": "★", "prefer": "r▷", "over": "ℓ◁", "rule": "power"}, 1, 1, "Turner et al. 2021, Prop. 6.9"),
        # Two options against four.
        ("scale-double", {"state": "start", "prefer": "Wait", "over": ["A", "B"], "rule": "any"}, 4, 2, None),
    ],
)
def test_published_scaling_laws(model, arguments, n, m, theorem):
    certificate = dunamis.certify(dunamis.load(model), **arguments)
    assert certificate.bound >= Fraction(n, n + m)
    assert certificate.bound == Fraction(certificate.n, certificate.n + certificate.m)
    assert theorem in (None, certificate.theorem)
    verified = dunamis.verify(certificate)
    assert isinstance(verified, dunamis.VerifiedClaim)
    assert (verified.n, verified.m, verified.bound) == (certificate.n, certificate.m, certificate.bound)
    assert (verified.theorem, verified.rule) == (certificate.theorem, certificate.rule)
    assert verified.claim == certificate.claim and certificate.explanation.startswith(certificate.claim)


@pytest.mark.parametrize("ways", [2, 51, 10**53, 10**300])
def test_counted_options_are_exact_at_any_size(ways):
    # [Turner 2022]: one way of dying against so many ways of living.
    certificate = dunamis.certify(sets={"a": {"basis": 1}, "b": {"basis": ways}})
    assert certificate.n == ways and certificate.bound == Fraction(ways, ways + 1) == dunamis.verify(certificate).bound


def test_certificates_of_a_model_of_ones_own():
    P = np.zeros((6, 4, 6))
    P[0, 0, 1] = 1
    P[0, 1, 2] = P[0, 2, 3] = P[0, 3, 4] = 1
    P[range(1, 6), 0, range(1, 6)] = 1
    R = np.full((6, 4), -np.inf)
    R[:, 0] = 0
    R[0] = 0
    actions = ["die", "x", "y", "z"]
    mdp = dunamis.Mdp.from_arrays(P, R, actions=actions)
    certificate = dunamis.certify(mdp, state=0, prefer=[1, "y", 3], over="die")
    assert (certificate.n, certificate.m) == (3, 1) and certificate.permuted == ["1", "2", "3", "4"]
    # Brute force: the best of four distinct rewards is not that of dying for three of four arrangements.
    alive = [r for r in itertools.permutations(range(4)) if max(r[1:]) > r[0]]
    counted = dunamis.tendency(mdp, state=0, prefer=[1, "y", 3], over="die", reward=range(4))
    assert counted.weak == Fraction(len(alive), 24) == certificate.bound and counted.orbit == 24


def test_documents_survive(tmp_path):
    certificate = dunamis.certify(candy(), **CANDY)
    path = tmp_path / "candy.json"
    certificate.save(path)
    assert dunamis.Certificate.load(path) == certificate == dunamis.Certificate.from_json(certificate.to_json())
    assert pickle.loads(pickle.dumps(certificate)) == certificate
    assert dunamis.certify(candy(), **CANDY, rule="any") != certificate
    document = json.loads(certificate.to_json())
    printed = {"schema": 1, "verdict": "certified", "certificate": document}
    assert dunamis.Certificate.from_json(json.dumps(printed)) == certificate
    assert document["bound"] == "2/3" and certificate.involutions == document["involutions"]
    assert "2/3" in certificate._repr_html_()


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("n", "3", "`n` says `3`, but the certificate shows `2`"),
        ("bound", "3/4", "`bound` says `3/4`, but the certificate shows `2/3`"),
        ("schema", 9, "the certificate has schema 9, and only 1 can be checked"),
    ],
)
def test_false_certificates_are_refuted(key, value, message):
    document = json.loads(dunamis.certify(candy(), **CANDY).to_json())
    false = dunamis.Certificate.from_json(json.dumps({**document, key: value}))
    with pytest.raises(dunamis.VerifyError) as error:
        dunamis.verify(false)
    assert str(error.value) == message


@pytest.mark.skipif(COMMAND is None, reason="`DUNAMIS_COMMAND` names no `dunamis`; `cargo xtask python` does")
def test_certificates_go_to_the_command_line_and_back(tmp_path):
    ours, theirs = tmp_path / "ours.json", tmp_path / "theirs.json"
    certificate = dunamis.certify(candy(), **CANDY)
    certificate.save(ours)
    run = lambda *arguments: subprocess.run([COMMAND, "--quiet", *arguments], capture_output=True, check=True, text=True).stdout
    assert json.loads(run("orbit", "verify", str(ours), "--json"))["verdict"] == "verified"
    choice = ["candy", "--state", "start", "--prefer", "wait", "--over", "candy"]
    run("orbit", "certify", *choice, "--output", str(theirs))
    assert theirs.read_bytes() == ours.read_bytes()
    assert dunamis.Certificate.from_json(run("orbit", "certify", *choice, "--json")) == certificate
    dunamis.verify(dunamis.Certificate.load(theirs))


def test_refusals_say_which_condition_fails():
    with pytest.raises(dunamis.RefusalError) as refused:
        dunamis.certify(candy(), state="start", prefer="wait", over="candy", copies=3)
    assert (refused.value.condition, refused.value.witness) == ("fewer", {"n": "2", "wanted": "3"})
    assert str(refused.value) == "2 compatible copies are found where 3 are wanted"
    assert isinstance(refused.value, ValueError)
    with pytest.raises(dunamis.RefusalError):
        dunamis.certify(candy(), state="start", prefer="candy", over="wait")


def test_the_table_of_all_permutations():
    # [Turner & Tadepalli 2022, Tables 1 and 2]: a ghost, an apple and a pear with the rewards 10, 5 and 0.
    sets = {"a": [[1, 0, 0]], "b": [[0, 1, 0], [0, 0, 1]], "states": ["ghost", "apple", "pear"]}
    optimal = dunamis.tendency(sets=sets, reward=[10, 5, 0])
    assert (optimal.greater, optimal.less, optimal.equal, optimal.orbit) == (4, 2, 0, 6)
    assert dunamis.tendency(sets=sets, reward=[10, 5, 0], decision="anti-optimal").greater == 4
    assert dunamis.tendency(sets=sets, reward={"apple": 10, 2: 5}, decision="uniform").weak == 1


def softmax(utilities):
    return np.exp(utilities) / np.exp(utilities).sum()


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("optimal", lambda utilities: utilities == utilities.max()),
        ("optimal", lambda utilities: set(np.flatnonzero(utilities == utilities.max()).tolist())),
        ("anti-optimal", lambda utilities: [bool(u == utilities.min()) for u in utilities]),
        ("uniform", lambda utilities: [Fraction(1, len(utilities))] * len(utilities)),
        ("boltzmann:temperature=1", softmax),
        ("best-of-k:k=1", lambda utilities: [1] * len(utilities)),
    ],
)
@pytest.mark.parametrize("reward", [[0, 0, 1, 1], [3, 1, 4, 1], ["1/3", 0, 0.5, 2]])
def test_functions_decide_like_names(name, function, reward):
    named = dunamis.tendency(candy(), **CANDY, reward=reward, decision=name)
    called = dunamis.tendency(candy(), **CANDY, reward=reward, decision=function)
    counts = lambda tendency: (tendency.greater, tendency.less, tendency.equal, tendency.orbit, tendency.weak)
    assert counts(named) == counts(called)
    assert named.decision == name and called.decision == function.__name__


def test_functions_may_call_the_package():
    def solves(utilities):
        solution = dunamis.solve(dunamis.load("forest"), discount=0.9)
        inner = dunamis.tendency(candy(), **CANDY, reward=[0, 0, 0, 1], decision=lambda inside: inside)
        return utilities * (solution.status == "converged") * (inner.orbit == 4)

    assert dunamis.tendency(candy(), **CANDY, reward=[0, 1, 2, 3], decision=solves).orbit == 24


@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise")
def test_interrupts_end_functions():
    calls = []

    def function(utilities):
        calls.append(len(calls))
        if len(calls) == 3:
            os.kill(os.getpid(), signal.SIGINT)
        return utilities

    sets = {"a": np.eye(10, dtype=int)[:1], "b": np.arange(90).reshape(9, 10)}
    with pytest.raises(KeyboardInterrupt):
        dunamis.tendency(sets=sets, reward=range(10), decision=function)
    told = len(calls)
    time.sleep(0.1)
    assert told == len(calls) < 3_628_800


class OwnError(Exception):
    pass


def test_exceptions_of_functions_carry_over():
    raised, calls = OwnError("of my own"), []

    def function(utilities):
        calls.append(utilities)
        raise raised

    with pytest.raises(OwnError) as error:
        dunamis.tendency(candy(), **CANDY, reward=[0, 1, 2, 3], decision=function)
    assert error.value is raised and len(calls) == 1
    with pytest.raises(SystemExit):
        dunamis.tendency(candy(), **CANDY, reward=[0, 1, 2, 3], decision=lambda utilities: exit(3))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ([1], "`decision` returned 1 numbers"),
        (None, "`decision` returned a `NoneType`"),
        ({7}, "`decision` returned a set with 7"),
        ({"x"}, "`decision` returned a set with x"),
        ([0.5, float("nan"), 0.5], "`decision(…)[1]` is `NaN`"),
        ([0.5, "x", 0.5], "`decision(…)[1]` is `x`"),
    ],
)
def test_functions_that_answer_nonsense(answer, message):
    with pytest.raises(dunamis.ArgumentError) as error:
        dunamis.tendency(candy(), **CANDY, reward=[0, 1, 2, 3], decision=lambda utilities: answer)
    assert str(error.value).startswith(message)


def test_samples_where_orbits_cannot_be_counted():
    # Utilities of all different values, so that neither tables nor enumeration suit.
    size = 24
    rows = np.random.default_rng(0).integers(1, 1000, (3, size))
    sets = {"a": rows[:1], "b": rows[1:]}
    options = {"sets": sets, "reward": range(size), "decision": "fraction-optimal", "samples": 2_000}
    sampled = dunamis.tendency(**options, seed=5)
    assert sampled.method == "samples" and sampled.weak is None
    assert sampled.greater + sampled.less + sampled.equal == 2_000
    low, high = sampled.interval
    assert low < (sampled.greater + sampled.equal) / 2_000 < high
    again, other = (dunamis.tendency(**options, seed=seed) for seed in (5, 6))
    assert again.greater == sampled.greater != other.greater


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, dunamis.ArgumentError, "`mdp` is needed, unless `sets` are compared"),
        ({"mdp": candy()}, dunamis.ArgumentError, "`state` is needed, unless `sets` are compared"),
        ({"mdp": candy(), **CANDY, "sets": {}}, dunamis.ArgumentError, "`mdp` cannot be used with `sets`"),
        ({"mdp": candy(), **CANDY, "state": "begin"}, dunamis.ModelError, "in `state`: "),
        ({"mdp": candy(), **CANDY, "prefer": "waits"}, dunamis.OrbitError, "state `start` has no action `waits`"),
        ({"mdp": candy(), **CANDY, "prefer": 7}, dunamis.ArgumentError, "`prefer` is 7, but must be"),
        ({"mdp": candy(), **CANDY, "prefer": []}, dunamis.OrbitError, "a set of options is empty"),
        ({"mdp": candy(), **CANDY, "criterion": "total"}, dunamis.ArgumentError, "`criterion` is `total`"),
        ({"mdp": candy(), **CANDY, "criterion": "average", "discount": 0.5}, dunamis.ArgumentError, "`discount` cannot"),
        ({"mdp": candy(), **CANDY, "rule": "best"}, dunamis.ArgumentError, "`rule` is `best`"),
        ({"mdp": candy(), **CANDY, "copies": -1}, dunamis.ArgumentError, "`copies` is -1"),
        ({"sets": {"a": [[1]], "b": [["x"]]}}, dunamis.OrbitError, "in `sets`: b[0][0]: `x` is not a number"),
        ({"sets": {"a": [[1, 0]], "b": [[0, float("nan")]]}}, dunamis.OrbitError, "in `sets`: b[0][1]: `nan`"),
        ({"sets": 3}, dunamis.ArgumentError, "`sets` must be a dictionary"),
        ({"sets": "no/file.json"}, dunamis.EnvError, "cannot read `no/file.json`"),
        ({"sets": {"a": [[1, 0]], "b": [[0, 1]]}, "permute": [5]}, dunamis.ArgumentError, "`permute` has 5"),
        ({"sets": {"a": [[1, 0]], "b": [[0, 1]]}, "rule": "power"}, dunamis.ArgumentError, "`rule` is `power`"),
    ],
)
def test_bad_arguments_are_named(arguments, error, message):
    with pytest.raises(error) as raised:
        dunamis.certify(**arguments)
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"reward": [1, 2]}, "`reward` has 2 values, and there are 4 permuted states"),
        ({"reward": {"choco": 1}}, "`reward` has 'choco', but there is no such state: did you mean `choc`?"),
        ({"reward": [0, 1, 2, float("inf")]}, "`reward[3]` is `inf`"),
        ({"reward": 3}, "`reward` must be a list of numbers"),
        ({"reward": [0, 0, 1, 1], "decision": 3}, "`decision` is 3, but must be a name"),
        ({"reward": [0, 0, 1, 1], "criterion": "discounted"}, "`discount` is needed"),
        ({"reward": [0, 0, 1, 1], "decision": "optimall"}, "in `decision`: there is no decision function `optimall`"),
    ],
)
def test_bad_rewards_and_decisions_are_named(arguments, message):
    with pytest.raises(dunamis.DunamisError) as raised:
        dunamis.tendency(candy(), **CANDY, **arguments)
    assert str(raised.value).startswith(message)


def test_pictures():
    picture = dunamis.tendency(candy(), **CANDY, reward=[0, 0, 1, 1]).plot(title="of candy")
    assert "of candy" in picture.svg and "neither" in picture.svg


def test_verify_names_what_it_takes():
    with pytest.raises(TypeError, match="argument 'claim': 'int' is no solution and no certificate"):
        dunamis.verify(3)
    with pytest.raises(dunamis.ArgumentError, match="`mdp` is for solutions"):
        dunamis.verify(dunamis.certify(candy(), **CANDY), candy())
    with pytest.raises(dunamis.ArgumentError, match="`text` is no certificate: missing field"):
        dunamis.Certificate.from_json("{}")


def test_published_probabilities():
    # [Turner et al. 2021]: waiting is optimal with 2/3 for average reward; at γ = 1/2 with 7/12.
    average = dunamis.optimality_probability(candy(), "start", criterion="average")
    assert average.probability == {"candy": Fraction(1, 3), "wait": Fraction(2, 3)}
    half = dunamis.optimality_probability(candy(), "start", "1/2")
    assert sum(half.probability.values()) == 1 and half.interval is None and half.method == "piecewise polynomials"
    assert isinstance(half.power, Fraction) and "<svg" in half._repr_html_()
    drawn = dunamis.optimality_probability(candy(), "start", 0.5, method="sampled", samples=2_000)
    assert (drawn.probability, drawn.power, drawn.samples, drawn.confidence) == (None, None, 2_000, 0.99)
    assert all(low < half.probability[action] < high for action, (low, high) in drawn.interval.items())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "`discount` is needed"),
        ({"discount": 0.5, "criterion": "average"}, "`discount` belongs to"),
        ({"criterion": "total"}, "`criterion` is `total`"),
        ({"discount": 0.5, "method": "guess"}, "`method` is `guess`"),
        ({"discount": 0.5, "samples": 0}, "`samples` is 0"),
        ({"discount": 0.5, "confidence": 2}, "`confidence` is 2"),
    ],
)
def test_bad_settings_of_probabilities_are_named(arguments, message):
    with pytest.raises(dunamis.ArgumentError) as raised:
        dunamis.optimality_probability(candy(), "start", **arguments)
    assert str(raised.value).startswith(message)
