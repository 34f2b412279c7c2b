"""One model, solved here and by QuantEcon: seconds over those of QuantEcon, in one run on the same arrays.

Run it with the wheel that is distributed:

    cargo xtask python --release
    target/python/bin/python crates/dunamis-py/benches/peers.py [STATES…]

Both are asked for a gap of 1e-6. QuantEcon's modified policy iteration stops by span with its defaults, without a proof;
`error` is how far its values are from the middle of dunamis's bounds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from quantecon.markov import DiscreteDP

import dunamis

TOLERANCE = 1e-6


def best_of(run: Callable[[], Any], limit: float = 5.0) -> tuple[float, Any]:
    """The best time of up to ten runs, fewer where they take long, and the last result."""
    best, spent = float("inf"), 0.0
    for _ in range(10):
        begin = time.perf_counter()
        result = run()
        taken = time.perf_counter() - begin
        best, spent = min(best, taken), spent + taken
        if spent > limit:
            break
    return best, result


def main(sizes: list[int]) -> None:
    print("| instance | γ | QuantEcon, s (iterations) | error | dunamis, auto | modified policy iteration |")
    print("|---|---|---|---|---|---|")
    for states in sizes:
        model = dunamis.load(f"garnet:states={states},actions=4-10,branching=4-10,seed=7")
        P, R, s_indices, a_indices = model.to_csr()
        for discount in (0.9, 0.99, 0.999):
            peer = DiscreteDP(R, P, discount, s_indices, a_indices)
            solve = lambda: peer.solve(method="modified_policy_iteration", epsilon=TOLERANCE)  # noqa: E731
            solve()  # compiles
            seconds, theirs = best_of(solve)
            cells = []
            for solver in ("auto", "modified-policy-iteration"):
                own, ours = best_of(lambda: dunamis.solve(model, discount, solver=solver, tolerance=TOLERANCE))
                assert ours.status == "converged" and ours.gap <= TOLERANCE, ours
                cells.append(f"{own / seconds:.2f}")
            error = np.abs(theirs.v - ours.value).max()
            row = [f"garnet, {states} states", discount, f"{seconds:.4f} ({theirs.num_iter})", f"{error:.1e}", *cells]
            print("|", " | ".join(map(str, row)), "|", flush=True)


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or [1_000, 10_000, 100_000])
