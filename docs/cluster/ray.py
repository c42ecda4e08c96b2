"""A sweep in parts by Ray: python ray.py SWEEP PARTS. The nodes share this folder, and drumhead is on their PATH."""

import subprocess
import sys

import ray


@ray.remote(num_cpus=2, max_retries=3)
def part(sweep, i, of):
    words = ["drumhead", "sweep", sweep, "--shard", f"{i}/{of}", "--jobs", "1", "--workers", "2"]
    code = subprocess.run(words).returncode
    if code in (75, 130):
        raise RuntimeError(f"part {i} was stopped; it goes on where it was")
    return code


if __name__ == "__main__":
    sweep, of = sys.argv[1], int(sys.argv[2])
    ray.init()
    codes = ray.get([part.options(retry_exceptions=True).remote(sweep, i + 1, of) for i in range(of)])
    sys.exit(max(codes))
