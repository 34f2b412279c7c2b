"""The numbers of the package are those of the command line."""

import json
import os
import subprocess

import pytest

import dunamis

COMMAND = os.environ.get("DUNAMIS_COMMAND")


@pytest.mark.skipif(COMMAND is None, reason="`DUNAMIS_COMMAND` names no `dunamis`; `cargo xtask python` does")
@pytest.mark.parametrize(
    ("specification", "options", "arguments"),
    [
        ("forest", {"discount": 0.9}, ["--discount", "0.9"]),
        ("forest", {"average": True}, ["--average"]),
        ("forest", {"steps": 7}, ["--steps", "7"]),
        ("taxi", {"discount": "99/100"}, ["--discount", "99/100"]),
        ("garnet:states=300,seed=3", {"discount": 0.99}, ["--discount", "0.99"]),
        (
            "garnet:states=300,seed=3",
            {"discount": 0.99, "solver": "value-iteration", "settings": {"sweep": "gauss-seidel"}, "tolerance": 1e-6},
            ["--discount", "0.99", "--solver", "value-iteration", "--set", "sweep=gauss-seidel", "--tolerance", "1e-6"],
        ),
    ],
)
def test_solve(specification, options, arguments):
    command = [COMMAND, "--quiet", "solve", specification, *arguments, "--json"]
    printed = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    solution = dunamis.solve(dunamis.load(specification), **options)
    for name in ["value", "lower", "upper"]:
        assert [float(state[name]) for state in printed["values"]] == getattr(solution, name).tolist()
    assert [state["actions"] for state in printed["values"]] == solution.optimal_actions
    statistics = {key: printed[key] for key in solution.statistics}
    assert statistics == solution.statistics and printed["status"] == solution.status
