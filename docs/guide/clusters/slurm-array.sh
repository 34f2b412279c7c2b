#!/bin/sh
#SBATCH --job-name=maze
#SBATCH --array=1-4
#SBATCH --cpus-per-task=1
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=maze-%a.log
exec dunamis --threads "$SLURM_CPUS_PER_TASK" run maze.toml --shard auto
