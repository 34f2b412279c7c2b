#!/bin/sh
#SBATCH --job-name=maze-merge
#SBATCH --output=maze-merge.log
exec dunamis runs merge
