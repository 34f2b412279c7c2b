#!/bin/sh
# One process per core; they do not talk to each other.
set -eu
mpirun -n 2 dunamis --threads 1 run maze.toml --shard auto
exec dunamis runs merge
