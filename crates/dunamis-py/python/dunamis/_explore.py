"""Models that are functions: exploration calls them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

import numpy

from dunamis._dunamis import Mdp
from dunamis._errors import ArgumentError

State = TypeVar("State", bound=Hashable)


def explore(
    start: Iterable[State],
    step: Callable[[State], Mapping[str, Iterable[tuple[Any, ...]]]],
    *,
    discount: float | str | Fraction | Decimal | None = None,
    limit: int = 1_000_000,
    name: str = "explored",
) -> Mdp:
    """The model of all states that can be reached, where a function says what each action does.

    Parameters
    ----------
    start : the states to begin with, which come first; anything that can be a key of a dictionary.
    step : for a state, a dictionary from the names of its actions to their branches: tuples ``(probability, next state)`` or
        ``(probability, next state, reward)``. Rewards fold into expectations; branches to one state add up.
    discount : the discount that belongs to the model.
    limit : the largest number of states, an error if there are more.
    name : what messages and figures call it.

    States are called by their ``str``, in the order in which they are found, breadth first. What ``step`` raises comes through as it
    is.

    Raises
    ------
    ArgumentError, ModelError

    >>> def step(coins):
    ...     if coins == 3:
    ...         return {"stay": [(1, 3)]}
    ...     return {"flip": [(0.5, coins + 1, 1.0), (0.5, 0)], "stop": [(1, 3)]}
    >>> mdp = explore([0], step)
    >>> mdp.states, mdp.actions
    (['0', '1', '3', '2'], ['flip', 'stop', 'stay'])
    """
    numbers: dict[State, int] = {state: number for number, state in enumerate(dict.fromkeys(start))}
    if not numbers:
        raise ArgumentError("`start` has no state: give at least one")
    actions: dict[str, int] = {}
    s_indices, a_indices, rewards = [], [], []
    starts, indices, data = [0], [], []
    found = list(numbers)
    for state in found:
        for action, branches in _actions(state, step(state)).items():
            expected = 0.0
            for probability, target, reward in _branches(state, action, branches):
                if target not in numbers:
                    if len(found) == limit:
                        raise ArgumentError(f"`step` leads to more than {limit} states: raise `limit`, if there is an end to them")
                    numbers[target] = len(found)
                    found.append(target)
                indices.append(numbers[target])
                data.append(probability)
                expected += probability * reward
            starts.append(len(data))
            s_indices.append(numbers[state])
            a_indices.append(actions.setdefault(str(action), len(actions)))
            rewards.append(expected)
    return Mdp.from_arrays(
        _Rows(starts, indices, data, len(found)),
        numpy.array(rewards, dtype=float),
        discount,
        s_indices=numpy.array(s_indices, dtype=numpy.int64),
        a_indices=numpy.array(a_indices, dtype=numpy.int64),
        states=[str(state) for state in found],
        actions=list(actions),
        name=name,
    )


class _Rows:
    """Compressed rows, as SciPy would have them."""

    format = "csr"

    def __init__(self, starts: list[int], indices: list[int], data: list[float], columns: int) -> None:
        self.indptr = numpy.array(starts, dtype=numpy.int64)
        self.indices = numpy.array(indices, dtype=numpy.int64)
        self.data = numpy.array(data, dtype=float)
        self.shape = (len(starts) - 1, columns)
        self.nnz = len(data)


def _actions(state: Any, given: Any) -> Mapping[str, Any]:
    if not isinstance(given, Mapping) or not given:
        raise ArgumentError(f"`step` returns {given!r} at state `{state}`, but must return a dictionary of at least one action")
    return given


def _branches(state: Any, action: Any, given: Any) -> Iterable[tuple[float, Any, float]]:
    """The branches of an action, each with a reward."""
    try:
        for branch in given:
            probability, target, *rest = branch
            (reward,) = rest or (0.0,)
            hash(target)
            yield float(probability), target, float(reward)
    except (TypeError, ValueError) as error:
        place = f"action `{action}` at state `{state}`"
        expected = "tuples (probability, next state) or (probability, next state, reward)"
        raise ArgumentError(f"`step` returns {given!r} for {place}, but must return {expected}: {error}") from None
