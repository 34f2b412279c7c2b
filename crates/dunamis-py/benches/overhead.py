"""What Python costs: the time of a call of the package against that of its computation, and against the command line.

Run it with the interpreter that has the package, and the command of the same build if there is one:

    target/python/bin/python crates/dunamis-py/benches/overhead.py target/release/dunamis
"""

import statistics
import subprocess
import sys
import time

import dunamis

RUNS = 7

#: A call, as many samples as take long enough to compare, and the same on the command line.
CASES = {
    "one agent": (
        lambda samples: dunamis.power(maze, 0.1, samples=samples),
        1_000_000,
        ["power", "maze-7x7", "--discount", "0.1"],
    ),
    "two agents": (
        lambda samples: dunamis.multi_agent_power(pair, 0.1, samples=samples, seed_baseline=False),
        10_000,
        ["power", "maze-7x7", "--agents", "2", "--collision", "leak", "--discount", "0.1", "--no-seed-baseline"],
    ),
}


def timed(function):
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def command_line(command, arguments, samples):
    """Seconds of the command, as a process of its own."""
    call = [command, "--quiet", *arguments, "--samples", str(samples), "--json"]
    return timed(lambda: subprocess.run(call, check=True, stdout=subprocess.DEVNULL))[0]


maze = dunamis.load("maze-7x7")
pair = dunamis.load_joint("maze-7x7", collision="leak")
for name, (call, samples, arguments) in CASES.items():
    calls, computations, commands = [], [], []
    for _ in range(RUNS):
        # One after the other, so that both have the same machine.
        seconds, result = timed(lambda: call(samples))
        calls.append(seconds)
        computations.append(result.statistics["seconds"])
        for command in sys.argv[1:2]:
            # Starting and loading is not what is compared.
            commands.append(command_line(command, arguments, samples) - command_line(command, arguments, 1))
    overhead = statistics.median(call / computation - 1 for call, computation in zip(calls, computations))
    line = f"{name}, {samples} samples: {min(calls):.4f} s, {100 * overhead:.3f} % more than the computation"
    if commands:
        line += f"; command line {min(commands):.4f} s, ratio {min(calls) / min(commands):.4f}"
    print(line)
