#!/bin/sh
# A sweep in parts by ssh, one part a machine: sh ssh.sh SWEEP HOST...
# The machines share this folder, and drumhead is on their PATH.
set -eu
sweep=$1
shift
of=$#
part=0
for host in "$@"; do
  part=$((part + 1))
  ssh "$host" "cd '$PWD' && drumhead sweep '$sweep' --shard $part/$of" &
done
wait
drumhead status "$sweep"
