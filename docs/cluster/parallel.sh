#!/bin/sh
# A sweep in parts by GNU parallel: sh parallel.sh SWEEP PARTS. What was stopped or died is tried three times.
set -eu
seq "$2" | parallel --retries 3 drumhead sweep "$1" --shard "{}/$2" --jobs 1
