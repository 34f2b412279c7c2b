#!/bin/sh
# Needs a running server and workers: hq server start, hq worker start.
set -eu
hq submit --wait --array=1-4 --cpus=1 -- dunamis --threads 1 run maze.toml --shard auto/4
exec dunamis runs merge
