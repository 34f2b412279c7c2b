#!/bin/sh
# Run this where maze.toml is, on a file system that all nodes share.
set -eu
array=$(sbatch --parsable slurm-array.sh)
exec sbatch --wait --dependency=afterok:"$array" --kill-on-invalid-dep=yes slurm-merge.sh
