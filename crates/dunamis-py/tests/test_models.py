"""Models from arrays, and back."""

import gc
import os
import pickle
from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse
from conftest import Arrays

import dunamis
from dunamis import Mdp


def same(one, other):
    """Whether two models have the same numbers, names left aside."""
    arrays = ["data", "indices", "indptr", "pair_starts", "pair_actions", "leak"]
    rewards = (one.reward is None and other.reward is None) or np.array_equal(one.reward, other.reward)
    return rewards and all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays)


def test_all_forms_are_the_same_model(arrays):
    P, R = arrays.P, arrays.R
    states, actions, _ = P.shape
    dense = Mdp.from_arrays(P, R)
    assert same(Mdp.from_arrays(np.ascontiguousarray(P.transpose(1, 0, 2)), R), dense)
    assert same(Mdp.from_arrays(arrays.by_action(P), R), dense)
    assert same(Mdp.from_arrays(P.tolist(), R.tolist()), dense)
    rows = P.reshape(-1, states)
    s, a = np.divmod(np.arange(states * actions), actions)
    assert same(Mdp.from_arrays(rows, R.ravel(), s_indices=s, a_indices=a), dense)
    order = np.random.default_rng(1).permutation(states * actions)
    shuffled = scipy.sparse.csr_matrix(rows[order])
    assert same(Mdp.from_arrays(shuffled, R.ravel()[order], s_indices=s[order], a_indices=a[order]), dense)
    for index in [np.int32, np.int64, np.uint16]:
        assert same(Mdp.from_arrays(rows, R, s_indices=s.astype(index), a_indices=a.astype(index)), dense)


def test_numbers_arrive_where_they_belong(arrays):
    mdp = Mdp.from_arrays(arrays.P, arrays.R)
    states, actions, _ = arrays.P.shape
    matrix = scipy.sparse.csr_matrix((mdp.data, mdp.indices, mdp.indptr), (mdp.n_pairs, states))
    np.testing.assert_array_equal(matrix.toarray().reshape(arrays.P.shape), arrays.P)
    np.testing.assert_array_equal(mdp.reward.reshape(states, actions), arrays.R)
    assert mdp.reward_kind == "state-action"
    np.testing.assert_array_equal(mdp.pair_states, np.repeat(np.arange(states), actions))
    np.testing.assert_array_equal(mdp.pair_actions, np.tile(np.arange(actions), states))


def test_rewards_of_states_and_transitions(arrays):
    P, r = arrays.P, arrays.transition_rewards
    by_state = Mdp.from_arrays(P, R=np.arange(12))
    assert by_state.reward_kind == "state"
    np.testing.assert_array_equal(by_state.reward, np.arange(12.0))
    folded = Mdp.from_arrays(P, r)
    assert folded.reward_kind == "transition"
    np.testing.assert_allclose(folded.reward, (P * r).sum(axis=2).ravel(), rtol=1e-13, atol=1e-15)
    for form in [np.ascontiguousarray(r.transpose(1, 0, 2)), arrays.by_action(r)]:
        np.testing.assert_array_equal(Mdp.from_arrays(P, form).reward, folded.reward)
        np.testing.assert_array_equal(Mdp.from_arrays(arrays.by_action(P), form).reward, folded.reward)


def test_rows_in_any_order_and_split_entries_add_up():
    matrix = scipy.sparse.csr_matrix(
        (np.array([0.25, 0.5, 0.25, 0.0, 1.0]), np.array([1, 0, 1, 0, 1]), np.array([0, 3, 5])), (2, 2)
    )
    mdp = Mdp.from_arrays([matrix])
    np.testing.assert_array_equal(mdp.indices, [0, 1, 1])
    np.testing.assert_array_equal(mdp.data, [0.5, 0.5, 1.0])


def test_models_come_back(arrays):
    mdp = Mdp.from_arrays(arrays.P, arrays.R, discount=0.9)
    P, R = mdp.to_arrays()
    np.testing.assert_array_equal(P, arrays.P)
    assert same(Mdp.from_arrays(P, R), mdp)
    matrix, R, s, a = mdp.to_csr()
    assert same(Mdp.from_arrays(matrix, R, s_indices=s, a_indices=a), mdp)
    assert same(Mdp.from_json(mdp.to_json()), mdp)
    again = pickle.loads(pickle.dumps(mdp))
    assert same(again, mdp) and (again.name, again.discount) == ("mdp", 0.9)


def test_actions_that_are_not_available_come_back():
    maze = dunamis.load("maze-7x7:noise=0.1").with_reward({(6, 6): 1})
    P, R = maze.to_arrays()
    assert (R == -np.inf).sum() == maze.n_states * maze.n_actions - maze.n_pairs
    again = Mdp.from_arrays(P, R, states=maze.states, actions=maze.actions)
    np.testing.assert_array_equal(again.pair_starts, maze.pair_starts)
    np.testing.assert_array_equal(again.to_arrays()[0], P)
    np.testing.assert_array_equal(again.to_arrays()[1], R)
    assert again.grid_shape == (7, 7)


@pytest.mark.parametrize("extension", ["json", "npz", "umb", "tra", "drn", "dmdp"])
def test_files_come_back(arrays, extension, tmp_path):
    mdp = Mdp.from_arrays(arrays.P, arrays.R)
    path = tmp_path / f"model.{extension}"
    mdp.save(path)
    again = dunamis.load(path)
    np.testing.assert_array_equal(again.data, mdp.data)
    np.testing.assert_array_equal(again.indices, mdp.indices)
    np.testing.assert_array_equal(again.reward, mdp.reward)


def test_views_share_memory_and_outlive_their_model(arrays):
    mdp = Mdp.from_arrays(arrays.P, arrays.R)
    data, indices, starts, reward = mdp.data, mdp.indices, mdp.pair_starts, mdp.reward
    for one, name in [(data, "data"), (indices, "indices"), (starts, "pair_starts"), (reward, "reward")]:
        assert np.shares_memory(one, getattr(mdp, name)), name
        with pytest.raises(ValueError, match="read-only"):
            one[0] = 7
        with pytest.raises(ValueError, match="WRITEABLE"):
            one.flags.writeable = True
    assert np.shares_memory(mdp.to_csr()[0].data, data) and np.shares_memory(mdp.to_csr()[0].indices, indices)
    expected = data.copy()
    del mdp
    gc.collect()
    junk = [np.full(len(expected), -1.0) for _ in range(100)]
    np.testing.assert_array_equal(data, expected)
    assert len(junk) == 100


def test_a_model_does_not_follow_its_arrays():
    P = np.array([[[1.0, 0.0]], [[0.5, 0.5]]])
    mdp = Mdp.from_arrays(P)
    P[:] = 7.0
    np.testing.assert_array_equal(mdp.data, [1.0, 0.5, 0.5])


def test_other_dtypes_are_converted():
    P = np.array([[[1, 0]], [[0, 1]]])
    for dtype in [np.int8, np.uint32, bool, np.float16, np.float32, ">f8"]:
        np.testing.assert_array_equal(Mdp.from_arrays(P.astype(dtype)).data, [1.0, 1.0])


def test_what_is_missing_may_leak():
    P = np.array([[[0.5, 0.25]], [[0.0, 0.0]]])
    mdp = Mdp.from_arrays(P, leak=True)
    np.testing.assert_array_equal(mdp.leak, [0.25, 1.0])
    assert dunamis.solve(mdp.with_reward([1.0, 1.0]), 0.5).value == pytest.approx([1.5, 1.0])
    np.testing.assert_array_equal(Mdp.from_json(mdp.to_json()).leak, mdp.leak)


def test_names():
    P = np.eye(2)[:, None, :]
    mdp = Mdp.from_arrays(P, states=["dry", "wet"], actions=["wait"], name="weather")
    assert (mdp.name, mdp.states, mdp.actions, mdp.state("wet"), len(mdp)) == ("weather", ["dry", "wet"], ["wait"], 1, 2)
    assert Mdp.from_arrays(P).states == ["0", "1"]


def test_rewards_by_state():
    maze = dunamis.gridworld("""
        ..#
        ...
    """)
    assert maze.cells == [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2)]
    rewarded = maze.with_reward({(1, 2): 1, "(0, 0)": Fraction(1, 3), 1: "1/4"})
    np.testing.assert_array_equal(rewarded.reward, [1 / 3, 0.25, 0, 0, 1])
    assert '"1/3"' in rewarded.to_json()
    assert maze.reward is None and rewarded.with_reward(None).reward is None


def test_noise_of_gridworlds_is_that_of_specifications():
    text = "...\n.#.\n...\n"
    with_noise = dunamis.gridworld(text, noise="3/10", bias={"up": 0.1})
    loaded = dunamis.load("grid:rows=3,columns=3,noise=0.3,bias-up=1/10")
    assert with_noise.n_states == 8
    row = {with_noise.states[k]: p for k, p in zip(with_noise.indices[:4], with_noise.data[:4])}
    other = {loaded.states[k]: p for k, p in zip(loaded.indices[:4], loaded.data[:4])}
    assert row.keys() & other.keys() == {"(0, 0)", "(0, 1)", "(1, 0)"}
    assert row["(0, 0)"] == other["(0, 0)"]


def test_joint_models():
    pair = dunamis.joint_gridworld("...", collision="block")
    assert len(pair) == 6 and pair.shortfall == "leak" and pair.grid_shape == (1, 3)
    assert pair.places == ["(0, 0)", "(0, 1)", "(0, 2)"]
    assert [tuple(p) for p in pair.positions][pair.state((0, 2), "(0, 0)")] == (2, 0)
    assert "block" in repr(pair)
    stays = np.array([1.0 if pair.actions("A")[a] == "stay" else 0.0 for a in range(3)])
    alone = pair.induced("H", np.tile(stays, (6, 1)))
    assert alone.n_states == 6 and alone.is_deterministic
    assert dunamis.load("corridor-3").joint(collision="block").states == pair.states
    lost = dunamis.load_joint("corridor-3", collision="leak").induced("H")
    assert lost.leak.max() > 0


@pytest.mark.skipif(not os.path.exists("/proc/self/clear_refs"), reason="the system does not tell its peak of memory")
def test_a_million_states_are_copied_once():
    states, branching = 1_000_000, 4
    starts = np.arange(0, branching * states + 1, branching, dtype=np.int32)
    nearby = (np.arange(states)[:, None] + np.arange(branching)).astype(np.int32) % states
    matrices = [scipy.sparse.csr_matrix((np.full(nearby.size, 0.25), nearby.ravel(), starts), (states, states))] * 2
    rewards = np.zeros(states)
    with open("/proc/self/clear_refs", "w") as memory:
        memory.write("5")
    before = peak()
    mdp = Mdp.from_arrays(matrices, rewards)
    grown = peak() - before
    numbers = mdp.data.nbytes + mdp.indices.nbytes + mdp.indptr.nbytes + mdp.pair_starts.nbytes + mdp.pair_actions.nbytes
    # Names with the table that finds them; the arrays once more would be 96 MB.
    assert numbers < grown < numbers + rewards.nbytes + 60 * states
    assert (mdp.n_pairs, len(mdp.data)) == (2 * states, 2 * branching * states)


def peak():
    """The largest memory that the process has had, in bytes."""
    with open("/proc/self/status") as status:
        return 1024 * int(status.read().split("VmHWM:")[1].split()[0])


def test_arrays_of_both_shapes_are_told_apart():
    random = Arrays(3, states=3, actions=2, branching=2)
    assert Mdp.from_arrays(random.P).n_actions == 2
    assert Mdp.from_arrays(np.ascontiguousarray(random.P.transpose(1, 0, 2))).n_actions == 2
    cube = np.zeros((2, 2, 2))
    cube[0, :, 1] = cube[1, :, 0] = 1.0
    np.testing.assert_array_equal(Mdp.from_arrays(cube).indices, [1, 1, 0, 0])
