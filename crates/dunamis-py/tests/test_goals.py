"""Goals compatible with training: published thresholds, certificates, refusals, and laws of what is drawn."""

import json
import os
import subprocess
from fractions import Fraction

import numpy as np
import pytest

import dunamis

COMMAND = os.environ.get("DUNAMIS_COMMAND")


def setting(parameters="", discount=None, **options):
    name = f"shutdown-setting:{parameters}" if parameters else "shutdown-setting"
    return dunamis.goals(dunamis.load(name), discount, **options)


@pytest.mark.parametrize(
    ("distance", "cycle", "threshold"),
    [(1, 1, 0), (2, 1, 1 / 2), (2, 2, 0.618034), (2, 3, 0.682328), (3, 1, 0.618034), (3, 2, 0.707107), (4, 5, 0.837620)],
)
def test_published_thresholds(distance, cycle, threshold):
    # [Krakovna & Kramár 2023]: without chance the threshold is the root of γ^(h-1) + γ^p = 1.
    shutdown = setting(f"recurrent=1,distance={distance},return={cycle}").describe().shutdown
    [found] = [one for one in shutdown.thresholds if one.state == "r1"]
    assert found.kind == "above" and found.discount == pytest.approx(threshold, abs=1e-6)
    assert found.exact in (None, Fraction(threshold).limit_denominator(10))


@pytest.mark.parametrize("recurrent", [1, 3, 5])
def test_most_compatible_goals_avoid_shutdown(recurrent):
    goals = setting(f"recurrent={recurrent}", "9/10")
    certificate = goals.certify()
    assert certificate.theorem == "Krakovna & Kramár 2023, Thm. 2"
    assert certificate.bound == Fraction(recurrent, recurrent + 1) == dunamis.verify(certificate).bound
    assert dunamis.Certificate.from_json(certificate.to_json()) == certificate
    # Training has no effect on these rewards: P(shutdown) = (1 - γ)^k/(k + 1).
    prediction = goals.predict()
    assert prediction.avoidance == 1 - Fraction(1, 10) ** recurrent / (recurrent + 1) >= certificate.bound
    assert prediction.probability["shutdown"] == 1 - prediction.avoidance
    assert sum(prediction.probability.values()) == 1
    assert (prediction.interval, prediction.samples, prediction.blocks) == (None, None, [])


def test_where_training_reaches_the_future_nothing_is_certified():
    gap = dunamis.load("closure-gap")
    with pytest.raises(dunamis.RefusalError) as refused:
        dunamis.goals(gap, bounds=(0, 5)).certify()
    assert str(refused.value) == (
        "training can reach `T`, as by t --n--> n --shutdown--> T: a swap of its reward may change what is optimal in training, so "
        "that swapped goals need not be compatible; for the model's own reward, at `t`, `t` is worth 10 and `n` 101/20; after the "
        "swap of the terminal reward with that of `b`, 10 and 83/2"
    )
    assert refused.value.condition == "closed-training"
    assert refused.value.witness["counterexample"]["after"] == ["10", "83/2"]
    assert dunamis.goals(gap, bounds=(0, 5), reading="within-training").certify().bound == Fraction(1, 2)
    # The counterexample itself, in exact membership.
    goals = dunamis.goals(gap, bounds=(0, 5))
    assert goals.contains({"t": 1, "b": "2/5", "T": 5}) and not goals.contains({"t": 1, "T": "2/5", "b": 5})
    assert goals.describe().shutdown.reached is not None


@pytest.mark.skipif(COMMAND is None, reason="`DUNAMIS_COMMAND` names no `dunamis`; `cargo xtask python` does")
def test_numbers_are_those_of_the_command_line():
    def printed(*arguments):
        answer = subprocess.run([COMMAND, "--quiet", "goals", *arguments, "--json"], capture_output=True, text=True)
        return json.loads(answer.stdout)

    sample = printed("sample", "shutdown-setting", "--samples", "7", "--seed", "3")
    drawn = setting().sample(7, seed=3)
    assert drawn.goals.tolist() == sample["goals"] and drawn.blocks == sample["blocks"] and drawn.states == sample["states"]
    predicted = printed("predict", "shutdown-setting", "--bounds", "-1,1", "--samples", "500")
    prediction = setting(bounds=(-1, 1)).predict(samples=500)
    assert [list(prediction.interval[one["action"]]) for one in predicted["actions"]] == [one["interval"] for one in predicted["actions"]]
    assert list(prediction.avoidance_interval) == predicted["avoidance"]["interval"]
    refused = printed("certify", "closure-gap", "--bounds", "0,5")
    with pytest.raises(dunamis.RefusalError) as error:
        dunamis.goals(dunamis.load("closure-gap"), bounds=(0, 5)).certify()
    assert (str(error.value), error.value.witness) == (refused["reason"], refused["witness"])


def test_goals_that_are_drawn_are_compatible():
    goals = setting("recurrent=2", "1/2")
    sample = goals.sample(50)
    assert sample.goals.shape == (50, len(goals.states)) and len(sample) == 50
    assert not sample.goals.flags.writeable
    assert all(goals.contains(goal.tolist()) for goal in sample.goals)
    assert goals.sample(3).goals.tolist() == sample.goals[:3].tolist()
    frame = sample.to_pandas()
    assert list(frame.columns) == goals.states and np.array_equal(frame.to_numpy(), sample.goals)
    assert sorted(k for block in sample.blocks for k in block["coordinates"]) == list(range(len(goals.states)))


def two_states():
    P = np.array([[[1.0, 0, 0], [0, 1.0, 0]], [[0, 1.0, 0], [1.0, 0, 0]], [[0, 0, 1.0], [0, 0, 0]]])
    R = np.array([[0, 0], [0, 0], [0, -np.inf]])
    return dunamis.Mdp.from_arrays(P, R, states=["a", "b", "c"], actions=["stay", "leave"]).with_reward(None)


def test_pictures():
    exact, drawn = setting(discount="1/2").predict(), setting(bounds=(-1, 1)).predict(samples=100)
    assert "shutdown" in exact.plot().svg and "<svg" in exact._repr_html_()
    assert exact.plot().svg != drawn.plot().svg


def test_rewards_of_actions_do_not_matter_to_what_was_seen():
    seen = {"train": ["a", "b"], "new": "c", "observe": {"a": "leave", "b": "stay"}}
    rewarded = two_states().with_reward(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, -np.inf]]))
    own, other = (dunamis.goals(mdp, "1/2", **seen) for mdp in (two_states(), rewarded))
    assert own.sample(2).goals.tolist() == other.sample(2).goals.tolist()
    with pytest.raises(dunamis.GoalError, match="goals are rewards of states"):
        dunamis.goals(rewarded, "1/2", train=["a", "b"], new="c")


def test_what_was_seen_constrains_goals():
    goals = dunamis.goals(two_states(), "1/2", train=["a", "b"], new="c", observe={"a": "leave", "b": ["stay"]})
    assert goals.observed == {"a": ["leave"], "b": ["stay"]} and (goals.new, goals.trained) == ("c", ["a", "b"])
    assert (goals.discount, goals.margin, goals.reading, goals.form) == (Fraction(1, 2), 0, "all-actions", "polyhedron")
    description = goals.describe()
    assert description.verdict == "room" and description.shutdown is None and goals.contains(description.goal)
    assert all(row.coefficients["b"] == -row.coefficients["a"] > 0 and row.bound == 0 for row in description.constraints)
    assert goals.contains([0.1, 0.3, 1]) and not goals.contains([0.3, 0.1, 1]) and not goals.contains([0, 2, 0])
    impossible = dunamis.goals(two_states(), "1/2", train=["a", "b"], new="c", observe={"a": "leave", "b": "leave"}, margin=0.1)
    assert impossible.describe().verdict == "empty" and impossible.describe().contradiction
    with pytest.raises(dunamis.GoalError):
        impossible.sample(1)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"new": "c", "train": "a", "discount": 0.5}, dunamis.ArgumentError, "`observe` is needed: `mdp` has no reward"),
        ({"new": "c", "train": "a", "observe": {"a": "stay"}}, dunamis.ArgumentError, "`discount` is needed"),
        ({"new": "c", "train": "a", "observe": {"a": "jump"}, "discount": 0.5}, dunamis.ModelError, "in `observe`: "),
        ({"new": "c", "train": "a", "observe": {"c": "leave"}, "discount": 0.5}, dunamis.ArgumentError, "`observe` has `leave`"),
        ({"new": "c", "train": "a", "observe": {"b": "stay"}, "discount": 0.5}, dunamis.GoalError, ""),
        ({"new": "c", "train": "a", "observe": ["a"], "discount": 0.5}, dunamis.ArgumentError, "`observe` must be a dictionary"),
        ({"new": "d", "train": "a"}, dunamis.ModelError, "in `new`: "),
        ({"new": "c", "train": "c"}, dunamis.GoalError, ""),
        ({"train": "a"}, dunamis.GoalError, "the label `new` must belong to exactly one state"),
    ],
)
def test_bad_arguments_are_named(options, error, message):
    with pytest.raises(error) as raised:
        dunamis.goals(two_states(), **options)
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bounds": "wide"}, "`bounds` is 'wide'"),
        ({"bounds": (1, 0)}, "in `bounds`: "),
        ({"bounds": [1, 2, 3]}, "`bounds` is [1, 2, 3]"),
        ({"bounds": (0, "x")}, "`bounds[1]` is `x`"),
        ({"margin": "x"}, "`margin` is `x`"),
        ({"reading": "none"}, "`reading` is `none`"),
        ({"discount": 1}, "in `discount`: "),
    ],
)
def test_bad_settings_are_named(options, message):
    with pytest.raises(dunamis.ArgumentError if "(1, 0)" not in str(options) else dunamis.GoalError) as raised:
        setting(**options)
    assert str(raised.value).startswith(message)


def test_bad_numbers_of_samples_are_refused():
    goals = setting()
    for wrong in [
        lambda: goals.sample(0),
        lambda: goals.sample(2**62),
        lambda: goals.predict(samples=0),
        lambda: goals.predict(confidence=float("nan")),
        lambda: goals.predict(confidence=1),
        lambda: goals.predict(method="guess"),
        lambda: goals.contains([1, "x"]),
        lambda: goals.contains(3),
        lambda: goals.contains({"nowhere": 1}),
    ]:
        with pytest.raises(dunamis.DunamisError) as error:
            wrong()
        assert not isinstance(error.value, dunamis.InternalError)
    with pytest.raises(dunamis.GoalError):
        goals.contains([1])


def test_progress_is_told_and_may_end_it():
    seen = []
    goals = setting(bounds=(-1, 1))
    with pytest.raises(dunamis.GoalError):
        goals.predict(samples=5_000_000, progress=lambda done, total: seen.append((done, total)) or False)
    assert 0 < seen[0][0] < seen[0][1] == 5_000_000
    with pytest.raises(ZeroDivisionError):
        goals.predict(samples=5_000_000, progress=lambda done, total: 1 / 0)
