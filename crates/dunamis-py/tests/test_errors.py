"""Bad input raises an error of the package that names the argument, and never a panic."""

import itertools
import pickle
from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse

import dunamis
from dunamis import Mdp

P = np.array([[[0.5, 0.5], [1.0, 0.0]], [[0.0, 1.0], [0.25, 0.75]]])
R = np.array([[0.0, 1.0], [2.0, 3.0]])
ROWS = P.reshape(4, 2)
S, A = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])


def changed(array, place, value):
    array = np.array(array, dtype=float)
    array[place] = value
    return array


def sparse(array, **attributes):
    matrix = scipy.sparse.csr_matrix(array)
    for name, value in attributes.items():
        setattr(matrix, name, value)
    return matrix


class Raises:
    """Something that raises wherever one looks."""

    def __array__(self, *arguments, **options):
        raise RuntimeError("no array")

    def __repr__(self):
        return "Raises()"


NO_ARRAYS = {
    "None": None,
    "text": "text",
    "bytes": b"bytes",
    "object": object(),
    "set": {1, 2},
    "raises": Raises(),
    "dictionary": {"a": 1},
    "ragged": [[1.0], [1.0, 2.0]],
    "words": np.array(["a", "b"]),
    "objects": np.array([[1, None], [2, 3]], dtype=object),
    "complex": np.array([1j, 2.0]),
    "dates": np.array(["2020-01-01"], dtype="datetime64[D]"),
    "records": np.zeros(2, dtype=[("a", float)]),
    "masked": np.ma.masked_array([1.0, 2.0], mask=[True, False]),
    "strided": np.ones((4, 4))[::2, ::2],
    "transposed": np.ones((2, 3)).T,
    "fortran": np.asfortranarray(np.ones((2, 3))),
    "reversed": np.arange(4.0)[::-1],
    "scalar": 1.0,
    "empty": np.zeros(0),
    "no states": np.zeros((0, 2, 0)),
    "no actions": np.zeros((2, 0, 2)),
    "one axis": np.ones(3),
    "four axes": np.ones((2, 2, 2, 2)),
    "shape": np.ones((2, 3, 4)),
}

WRONG_P = NO_ARRAYS | {
    "NaN": changed(P, (0, 0, 0), np.nan),
    "inf": changed(P, (0, 0, 0), np.inf),
    "negative": changed(P, (0, 0), [-0.5, 1.5]),
    "above one": changed(P, (0, 0), [1.5, 0.0]),
    "sum below": changed(P, (1, 1, 0), 0.2),
    "sum above": changed(P, (1, 1, 0), 0.3),
    "empty row": changed(P, (1, 1), 0.0),
    "view": P.transpose(1, 0, 2),
    "not square": [sparse(np.ones((2, 3)))],
    "two sizes": [sparse(np.eye(2)), sparse(np.eye(3))],
    "empty list": [],
    "mixed": [sparse(np.eye(2)), np.eye(2)],
    "columns": [scipy.sparse.csc_matrix(np.eye(2))],
    "coordinates": [scipy.sparse.coo_matrix(np.eye(2))],
    "one sparse": sparse(np.eye(2)),
    "outside": [sparse(np.eye(2), indices=np.array([0, 2], dtype=np.int32))],
    "before": [sparse(np.eye(2), indices=np.array([0, -1], dtype=np.int32))],
    "words as indices": [sparse(np.eye(2), indices=np.array(["0", "1"]))],
    "short indptr": [sparse(np.eye(2), indptr=np.array([0, 1], dtype=np.int32))],
    "descending": [sparse(np.eye(2), indptr=np.array([0, 2, 1], dtype=np.int32))],
    "beyond": [sparse(np.eye(2), indptr=np.array([0, 1, 9], dtype=np.int32))],
    "negative indptr": [sparse(np.eye(2), indptr=np.array([0, -1, 2], dtype=np.int32))],
    "strided indices": [sparse(np.eye(2), indices=np.array([0, 9, 1, 9], dtype=np.int32)[::2])],
    "objects inside": [sparse(np.eye(2), data=np.array([1, None], dtype=object))],
    "sparse NaN": [sparse(changed(np.eye(2), (0, 0), np.nan))],
    "sparse negative": [sparse(changed(np.eye(2), 0, [2.0, -1.0]))],
    "made up for": [scipy.sparse.csr_matrix((np.array([2.0, -1.0, 1.0]), np.array([0, 0, 1]), np.array([0, 2, 3])), (2, 2))],
}


@pytest.mark.parametrize("wrong", WRONG_P.values(), ids=WRONG_P)
def test_transitions(wrong):
    with pytest.raises(dunamis.DunamisError, match=r"`P[.\[`]"):
        Mdp.from_arrays(wrong, R)


WRONG_R = {name: wrong for name, wrong in NO_ARRAYS.items() if name != "None"} | {
    "NaN": changed(R, (0, 0), np.nan),
    "inf": changed(R, (0, 0), np.inf),
    "not available": changed(R, (0, 0), -np.inf),
    "NaN of a state": [np.nan, 0.0],
    "inf of a transition": changed(np.zeros((2, 2, 2)), (0, 0, 0), np.inf),
    "NaN of a transition": changed(np.zeros((2, 2, 2)), (0, 0, 0), np.nan),
    "three states": np.zeros((3, 2, 3)),
    "three numbers": np.zeros(3),
    "one matrix": [sparse(np.eye(2))],
    "larger matrices": [sparse(np.eye(3)), sparse(np.eye(3))],
    "sparse NaN": [sparse(np.eye(2) * np.nan), sparse(np.eye(2))],
}


@pytest.mark.parametrize("wrong", WRONG_R.values(), ids=WRONG_R)
@pytest.mark.parametrize("form", ["dense", "sparse", "pairs"])
def test_rewards(wrong, form):
    forms = {
        "dense": lambda: Mdp.from_arrays(P, wrong),
        "sparse": lambda: Mdp.from_arrays([sparse(P[:, 0]), sparse(P[:, 1])], wrong),
        "pairs": lambda: Mdp.from_arrays(ROWS, wrong, s_indices=S, a_indices=A),
    }
    with pytest.raises(dunamis.DunamisError, match=r"`R[.\[`]"):
        forms[form]()


@pytest.mark.parametrize("wrong", WRONG_R.values(), ids=WRONG_R)
def test_other_rewards(wrong):
    if not isinstance(wrong, dict):
        with pytest.raises(dunamis.DunamisError, match=r"`R[.\[`]"):
            Mdp.from_arrays(P).with_reward(wrong)


NO_INDICES = {
    name: NO_ARRAYS[name] for name in ["text", "object", "ragged", "words", "objects", "complex", "scalar", "empty", "reversed"]
} | {
    "fractions": [0.0, 0.0, 1.0, 1.0],
    "negative": [0, -1, 1, 1],
    "huge": [0, 0, 1, 2**40],
    "unsigned": np.array([0, 0, 1, 2**64 - 1], dtype=np.uint64),
    "short": [0, 0, 1],
    "square": [[0, 0], [1, 1]],
}


@pytest.mark.parametrize("wrong", NO_INDICES.values(), ids=NO_INDICES)
@pytest.mark.parametrize("argument", ["s_indices", "a_indices"])
def test_indices(wrong, argument):
    with pytest.raises(dunamis.DunamisError, match=rf"`{argument}[.\[`]"):
        Mdp.from_arrays(ROWS, **({"s_indices": S, "a_indices": A} | {argument: wrong}))


def test_pairs_that_do_not_fit():
    def fails(message, *arguments, **options):
        with pytest.raises(dunamis.DunamisError, match=message):
            Mdp.from_arrays(*arguments, **options)

    fails("`a_indices` is missing", ROWS, s_indices=S)
    fails("`s_indices` is missing", ROWS, a_indices=A)
    fails(r"`a_indices\[1\]` gives action 0 at state 0 a second time", ROWS, s_indices=S, a_indices=[0, 0, 0, 1])
    fails("in `P`: state `1` has no action", ROWS, s_indices=[0, 0, 0, 0], a_indices=[0, 1, 2, 3])
    fails(r"`s_indices\[3\]` is 2", ROWS, s_indices=[0, 0, 1, 2], a_indices=A)
    fails("`P`", P, s_indices=S, a_indices=A)


def test_names():
    for states in [["a"], ["a", "b", "c"], ["a", "a"]]:
        with pytest.raises(dunamis.DunamisError, match="`states`"):
            Mdp.from_arrays(P, states=states)
    with pytest.raises(dunamis.DunamisError, match="`actions`"):
        Mdp.from_arrays(P, actions=["a", "a"])
    with pytest.raises(TypeError, match="states|str"):
        Mdp.from_arrays(P, states=[1, 2])


WRONG_DISCOUNTS = [1, 1.0, -0.1, 2, float("nan"), float("inf"), "1", "a", "", "1/0", "9//10", None, [], object(), 10**400, "0." + "9" * 40, True]


@pytest.mark.parametrize("wrong", WRONG_DISCOUNTS, ids=lambda value: str(value)[:12])
def test_discounts(wrong):
    mdp = Mdp.from_arrays(P, R)
    calls = [
        lambda: dunamis.solve(mdp, wrong),
        lambda: dunamis.evaluate(mdp, "uniform", wrong),
        lambda: dunamis.visit_distribution(mdp, "uniform", 0, wrong),
    ]
    if wrong is not None:
        calls += [lambda: Mdp.from_arrays(P, R, wrong), lambda: mdp.with_discount(wrong)]
        calls += [lambda: dunamis.gridworld("..", discount=wrong), lambda: dunamis.solve(mdp, wrong, steps=3)]
    for call in calls:
        with pytest.raises(dunamis.DunamisError, match="discount"):
            call()


def test_options_of_solve():
    mdp = Mdp.from_arrays(P, R)

    def fails(message, error=dunamis.DunamisError, **options):
        with pytest.raises(error, match=message):
            dunamis.solve(mdp, **options)

    for first, second in itertools.combinations(["average", "total", "steps"], 2):
        fails(f"`{first}`|`{second}`", **{first: True, second: True})
    fails("`discount`", discount=0.9, average=True)
    fails("`discount`", discount=0.9, total=True)
    for wrong in [-1, 1.5, "3", 2**70, []]:
        fails("`steps`", steps=wrong)
        fails("`max_iterations`", discount=0.9, max_iterations=wrong)
    for wrong in [0.0, -1.0, float("nan"), float("inf")]:
        fails("`tolerance`", discount=0.9, tolerance=wrong)
    fails("did you mean `value-iteration`", dunamis.SolveError, discount=0.9, solver="valu-iteration")
    fails("does not support", dunamis.SolveError, average=True, solver="value-iteration")
    for wrong in [{"sweeps": 1}, {"sweep": "no"}, {"sweep": None}, {"solver": "auto"}, {1: 2}, {"max_iterations": -1}]:
        fails("`settings`", discount=0.9, solver="value-iteration", settings=wrong)
    with pytest.raises(dunamis.SolveError, match="exceed double precision"):
        dunamis.solve(mdp.with_reward([1e308, 0.0]), 0.999)
    with pytest.raises(dunamis.ModelError, match="has no reward"):
        dunamis.solve(Mdp.from_arrays(P), 0.9)


WRONG_POLICIES = {
    "name": "best",
    "none": None,
    "object": object(),
    "ragged": [[1.0], [1.0, 2.0]],
    "action": [0, 2],
    "negative action": [0, -1],
    "sum": [0.5, 0.4, 1.0, 0.0],
    "negative": [1.5, -0.5, 1.0, 0.0],
    "NaN": [np.nan, 0.0, 1.0, 0.0],
    "shape": np.ones((2, 3)),
    "three": np.ones(3),
    "strided": np.ones((4, 4))[::2, ::2],
    "words": ["a", "b"],
}


@pytest.mark.parametrize("wrong", WRONG_POLICIES.values(), ids=WRONG_POLICIES)
def test_policies(wrong):
    mdp = Mdp.from_arrays(P, R)
    for call in [
        lambda: dunamis.evaluate(mdp, wrong, 0.9),
        lambda: dunamis.visit_distribution(mdp, wrong, 0, 0.9),
    ]:
        with pytest.raises(dunamis.DunamisError, match=r"`policy[.\[`]"):
            call()


def test_actions_that_are_not_there():
    maze = dunamis.load("maze-7x7")
    policy = np.zeros((maze.n_states, maze.n_actions))
    policy[:, maze.actions.index("up")] = 1.0
    with pytest.raises(dunamis.ArgumentError, match=r"`policy\[0, \d\]` is 1, but action `up` is not available at state `\(0, 0\)`"):
        dunamis.visit_distribution(maze, policy, 0, 0.9)
    other = dunamis.solve(Mdp.from_arrays(P, R), 0.9)
    with pytest.raises(dunamis.ArgumentError, match="`policy` is the solution of a model with other states"):
        dunamis.visit_distribution(maze, other, 0, 0.9)


@pytest.mark.parametrize("wrong", ["(9, 9)", "", (9, 9), -1, 31, 2**70, 0.5, None, [], object(), (1, 2, 3)], ids=str)
def test_states(wrong):
    maze = dunamis.load("maze-7x7")
    with pytest.raises(dunamis.DunamisError, match="`start`"):
        dunamis.visit_distribution(maze, "uniform", wrong, 0.9)
    with pytest.raises(dunamis.DunamisError, match="`name`"):
        maze.state(wrong)
    if not isinstance(wrong, list):
        with pytest.raises(dunamis.DunamisError, match=r"`R[`\[]"):
            maze.with_reward({wrong: 1})


@pytest.mark.parametrize("wrong", ["a", None, float("nan"), float("inf"), [], object(), "1/0"], ids=str)
def test_rewards_of_states(wrong):
    with pytest.raises(dunamis.DunamisError, match=r"`R[`\[]"):
        dunamis.load("maze-7x7").with_reward({(0, 0): wrong})


@pytest.mark.parametrize("wrong", ["", "\n\n", "#", "..\n.", "ab", "\0", "é"])
def test_maps(wrong):
    for call in [dunamis.gridworld, dunamis.joint_gridworld]:
        with pytest.raises(dunamis.EnvError, match="`map`"):
            call(wrong)


def test_options_of_maps():
    for noise in [-0.1, 1.1, "a", float("nan"), None.__class__]:
        with pytest.raises(dunamis.DunamisError, match="`noise`"):
            dunamis.gridworld("..", noise=noise)
    for bias in [{"north": 0.1}, {"up": 2}, {"up": "a"}, {"up": -1}, {1: 0.1}, {"up": 0.2, "down": 0.2}]:
        with pytest.raises(dunamis.DunamisError, match=r"`bias[`\[]"):
            dunamis.gridworld("..", noise=0.3, bias=bias)
    for rules in [{"collision": "crash"}, {"swaps": "never"}]:
        with pytest.raises(dunamis.EnvError, match=f"`{next(iter(rules))}`"):
            dunamis.joint_gridworld("..", **rules)
    for rules in [{"swaps": "forbidden"}]:
        with pytest.raises(dunamis.EnvError, match="swaps are forbidden"):
            dunamis.joint_gridworld("..", **rules)
    with pytest.raises(dunamis.EnvError, match="at least 2 states"):
        dunamis.joint_gridworld(".", collision="block")
    pair = dunamis.joint_gridworld("...", collision="block")
    for agent in ["", "B", "AH"]:
        with pytest.raises(dunamis.ArgumentError, match="`agent`"):
            pair.induced(agent)
    with pytest.raises(dunamis.DunamisError, match="`policy`"):
        pair.induced("H", [1.0])
    with pytest.raises(dunamis.ArgumentError, match="`a` is .* at once"):
        pair.state(0, 0)
    for h in [9, "x", None]:
        with pytest.raises(dunamis.DunamisError, match="`h`"):
            pair.state(h, 0)


@pytest.mark.parametrize(
    "wrong",
    ["", ":", "nowhere", "maze-7x7:noise", "maze-7x7:noise=2", "maze-7x7:noise=a", "garnet:states=0", "no.json", "no.umb", "no/such", "grid:rows=99999999,columns=9", "implicit-grid:rows=3,columns=3"],
)
def test_specifications(wrong):
    with pytest.raises(dunamis.DunamisError):
        dunamis.load(wrong)
    with pytest.raises(dunamis.DunamisError):
        dunamis.load_joint(wrong)


@pytest.mark.parametrize("content", [b"", b"{", b"null", b"\xff\xfe", b"PK\x03\x04", b'{"schema": 9}', b"[" * 10_000, b'{"schema": 1, "states": []}'])
@pytest.mark.parametrize("extension", ["json", "npz", "umb", "tra", "drn", "txt", "pomdp", "png", "gv", "dmdp"])
def test_files(content, extension, tmp_path):
    path = tmp_path / f"model.{extension}"
    path.write_bytes(content)
    with pytest.raises(dunamis.DunamisError):
        dunamis.load(path)


@pytest.mark.parametrize("path", ["model", "model.png", "no/such/directory/model.json", ""])
def test_places_to_save_to(path, tmp_path):
    with pytest.raises(dunamis.DunamisError):
        Mdp.from_arrays(P).save(tmp_path / path)
    picture = dunamis.visit_distribution(dunamis.load("grid-3x3"), "uniform", 0, 0.5).plot()
    for other in ["picture", "picture.jpg"]:
        with pytest.raises(dunamis.ArgumentError, match="`path`"):
            picture.save(tmp_path / other)


def test_pictures():
    with pytest.raises(dunamis.PlotError, match="is no gridworld"):
        dunamis.solve(Mdp.from_arrays(P, R), 0.9).plot()
    picture = dunamis.solve(dunamis.load("grid-3x3").with_reward({0: 1}), 0.9).plot()
    for scale in [0.0, -1.0, float("nan"), 1e9]:
        with pytest.raises(dunamis.PlotError):
            picture.png(scale)


@pytest.mark.parametrize("wrong", [None, 3, "mdp", object(), P, R.tolist()], ids=["None", "3", "text", "object", "P", "R"])
def test_things_that_are_no_models(wrong):
    for call in [
        lambda: dunamis.solve(wrong, 0.9),
        lambda: dunamis.evaluate(wrong, "uniform", 0.9),
        lambda: dunamis.visit_distribution(wrong, "uniform", 0, 0.9),
        lambda: dunamis.verify(wrong),
    ]:
        with pytest.raises(TypeError, match="mdp|solution"):
            call()


def test_messages_are_those_of_the_command_line():
    """With what to do about them, as an attribute too."""
    with pytest.raises(dunamis.EnvError) as caught:
        dunamis.load("maz")
    assert str(caught.value).startswith("there is no environment `maz`: did you mean `maze`?")
    assert caught.value.hint == "`dunamis.environments()` lists the shipped environments"
    assert str(caught.value).endswith(f"\n  hint: {caught.value.hint}")
    with pytest.raises(dunamis.ModelError) as caught:
        Mdp.from_arrays([[[0.5, 0.4]], [[0, 1]]])
    assert str(caught.value).splitlines()[0] == "in `P`: the probabilities of action `0` at state `0` sum to 0.9, not 1"
    with pytest.raises(dunamis.SolveError, match="nothing says how rewards of different times count") as caught:
        dunamis.solve(Mdp.from_arrays(P, R))
    assert "discount=G" in caught.value.hint
    assert isinstance(caught.value, ValueError)
    assert all(issubclass(getattr(dunamis, name), dunamis.DunamisError) for name in dunamis.__all__ if name.endswith("Error"))


def test_exact_numbers_in_dictionaries():
    mdp = dunamis.load("grid-3x3").with_reward({0: Fraction(1, 3)})
    assert mdp.reward[0] == 1 / 3


def test_errors_are_found_where_they_say_and_pickled():
    for name in dunamis.__all__:
        if name.endswith("Error"):
            error = getattr(dunamis, name)("no", "yes")
            assert (type(error).__module__, str(error), error.hint) == ("dunamis", "no\n  hint: yes", "yes")
            again = pickle.loads(pickle.dumps(error))
            assert (type(again), str(again), again.hint) == (type(error), str(error), error.hint)
