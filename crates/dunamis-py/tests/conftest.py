"""Models that the tests share."""

import numpy as np
import pytest
import scipy.sparse


class Arrays:
    """A random model as arrays: P (S, A, S) and R (S, A)."""

    def __init__(self, seed, states=12, actions=4, branching=3):
        random = np.random.default_rng(seed)
        self.P = np.zeros((states, actions, states))
        for s in range(states):
            for a in range(actions):
                successors = random.choice(states, branching, replace=False)
                self.P[s, a, successors] = random.dirichlet(np.ones(branching))
        self.R = random.normal(size=(states, actions))
        self.transition_rewards = random.normal(size=(states, actions, states))

    def by_action(self, array):
        """An array (S, A, S) as a list of sparse matrices."""
        return [scipy.sparse.csr_matrix(array[:, a]) for a in range(array.shape[1])]


def value_iteration(P, R, discount, sweeps=20_000):
    """Optimal values by nothing but NumPy; −inf in R marks actions that are not available."""
    value = np.zeros(P.shape[0])
    for _ in range(sweeps):
        new = (R + discount * P @ value).max(axis=1)
        if np.abs(new - value).max() == 0.0:
            break
        value = new
    return value


@pytest.fixture(params=range(8))
def arrays(request):
    return Arrays(request.param)
