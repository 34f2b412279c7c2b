"""Long computations: other threads go on, Ctrl-C ends them, progress is told, and nothing depends on it."""

import os
import signal
import threading
import time

import numpy as np
import pytest

import dunamis

#: A solver that would take hours: chance mixes slowly along a ring, and plain sweeps know no way around.
HOURS = {"solver": "interval-iteration", "tolerance": 1e-3, "max_iterations": 10**9}


def ring(states=2_000):
    """A walk along a ring, one step back or forth."""
    every = np.arange(states)
    P = np.zeros((states, 2, states), dtype=np.float32)
    for action, p in enumerate([0.5, 0.25]):
        P[every, action, (every + 1) % states] = p
        P[every, action, (every - 1) % states] = 1 - p
    return dunamis.Mdp.from_arrays(P, np.arange(states) % 7)


@pytest.fixture(scope="module")
def endless():
    return ring()


def interrupted(compute):
    """Whether Ctrl-C ends a computation."""

    def press():
        time.sleep(0.2)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=press)
    done = False
    thread.start()
    try:
        compute()
        done = True
        thread.join()
        time.sleep(1)
    except KeyboardInterrupt:
        thread.join()
    return not done


def test_control_c_raises(endless):
    assert interrupted(lambda: dunamis.solve(endless, 0.9999999, **HOURS))
    assert dunamis.solve(endless, 0.5).status == "converged"


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="the system does not tell of threads")
def test_control_c_leaves_what_cannot_be_asked_to_stop():
    grid = dunamis.load("grid:rows=8,columns=8,noise=1/3").with_reward({0: 1})
    # Threads that stay for later computations are there afterwards.
    dunamis.solve_exact(dunamis.load("maze-7x7:noise=1/3").with_reward({0: 1}), "9/10")
    threads = set(os.listdir("/proc/self/task"))
    if not interrupted(lambda: dunamis.solve_exact(grid, "9/10")):
        pytest.skip("this machine was done before")
    time.sleep(0.05)
    assert set(os.listdir("/proc/self/task")) - threads


def test_progress_is_told_and_may_stop(endless):
    reports = []

    def watch(iterations, gap, target):
        reports.append((iterations, gap, target))
        return len(reports) < 3

    solution = dunamis.solve(endless, 0.9999999, progress=watch, **HOURS)
    assert solution.status == "interrupted" and len(reports) == 3
    iterations, gaps, targets = zip(*reports)
    assert list(iterations) == sorted(set(iterations)) and set(targets) == {1e-3}
    assert all(isinstance(iteration, int) for iteration in iterations)
    assert np.all(solution.lower <= solution.upper) and solution.gap > 1e-3
    # True nevertheless: the average of all rewards is between the extremes.
    assert np.all(solution.lower <= 6 / (1 - 0.9999999)) and np.all(solution.upper >= 0)


def test_what_a_callback_raises_comes_through(endless):
    class Enough(Exception):
        pass

    def watch(*_):
        raise Enough("stop")

    with pytest.raises(Enough, match="stop"):
        dunamis.solve(endless, 0.9999999, progress=watch, **HOURS)


def test_other_threads_go_on_meanwhile(endless):
    """While one thread computes, another one does, too: neither holds Python's lock."""
    steps = 0
    running = True

    def count():
        nonlocal steps
        while running:
            steps += 1
            time.sleep(0)

    counter = threading.Thread(target=count)
    counter.start()
    seen = []
    dunamis.solve(endless, 0.9999999, progress=lambda *_: seen.append(steps) or len(seen) < 4, **HOURS)
    running = False
    counter.join()
    # The counter moves while the solver has the processor.
    assert len(set(seen)) == 4


def test_computations_of_several_threads_are_those_of_one(endless):
    expected = [dunamis.solve(endless, discount).value for discount in [0.5, 0.9, 0.99]]
    found = [None] * 3

    def compute(k, discount):
        found[k] = dunamis.solve(endless, discount).value

    threads = [threading.Thread(target=compute, args=item) for item in enumerate([0.5, 0.9, 0.99])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one, other in zip(expected, found):
        assert one.tobytes() == other.tobytes()
