"""Sparse matrices of SciPy that share the numbers of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

if TYPE_CHECKING:
    from dunamis._dunamis import Mdp


def to_csr(mdp: Mdp) -> tuple[Any, Any, Any, Any]:
    """The arguments of QuantEcon's ``DiscreteDP``, as `Mdp.to_csr` says."""
    import scipy.sparse

    data, indices, starts = mdp.data, mdp.indices, mdp.indptr
    if len(data) <= numpy.iinfo(numpy.int32).max:
        # Numbers of states below 2^31 look the same with and without a sign, so that SciPy need not copy them.
        indices, starts = indices.view(numpy.int32), starts.astype(numpy.int32)
    else:
        indices = indices.astype(numpy.int64)
    matrix = scipy.sparse.csr_matrix((data, indices, starts), shape=(mdp.n_pairs, mdp.n_states), copy=False)
    reward = mdp.reward
    if reward is not None and mdp.reward_kind == "state":
        reward = reward[mdp.pair_states]
    return matrix, reward, mdp.pair_states.astype(numpy.int64), mdp.pair_actions.astype(numpy.int64)
