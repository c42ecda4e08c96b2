"""JAX as a contender, with jit: reads one JSON a line, does what it asks, answers one JSON a line, as worker.py does."""

import json
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np

from jax_models import families, networks


def peak():
    """The most memory this process ever held, in bytes."""
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmHWM"):
                return 1024 * int(line.split()[1])
    return 0


def loss_of(logits, target):
    picked = jnp.take_along_axis(jax.nn.log_softmax(logits), target[..., None], -1)
    return -picked.mean()


def adam(parameters, gradients, state, rate=1e-3):
    step, first, second = state
    step = step + 1
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradients)
    moved = lambda p, m, v: p - rate * (m / (1 - 0.9**step)) / (jnp.sqrt(v / (1 - 0.999**step)) + 1e-8)
    return jax.tree.map(moved, parameters, first, second), (step, first, second)


def opened(job):
    sizes, batch, named = job["sizes"], job["batch"], job["model"]
    random = np.random.default_rng(0)
    made = networks.get(named["name"]) or families.get(named["name"])
    if made is None:
        raise ValueError(f"{named['name']} is not written in JAX")
    if named["name"] in networks:
        parameters, forward = made(named["units"], sizes)
        image = random.random((sizes["height"], batch, sizes["channels"]), np.float32)
        target = random.integers(sizes["classes"], size=batch)
    else:
        parameters, forward = made(named, sizes)
        image = random.random((batch, sizes["height"], sizes["width"], sizes["channels"]), np.float32)
        target = random.integers(sizes["classes"], size=(batch, sizes["height"], sizes["width"]))
    image, target = jnp.asarray(image), jnp.asarray(target)

    @jax.jit
    def step(parameters, state):
        loss, gradients = jax.value_and_grad(lambda ps: loss_of(forward(ps, image), target))(parameters)
        return loss, *adam(parameters, gradients, state)

    infer = jax.jit(forward)
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    held = {"parameters": parameters, "state": (0, zeros, zeros)}

    def train():
        loss, held["parameters"], held["state"] = step(held["parameters"], held["state"])
        return float(loss)

    return {"train": train, "infer": lambda: infer(held["parameters"], image).block_until_ready()}


def main():
    phases = {}
    for line in sys.stdin:
        request = json.loads(line)
        start = time.perf_counter()
        try:
            if request["kind"] == "open":
                phases = opened(request)
            else:
                phases[request["phase"]]()
            answer = {"kind": "done", "seconds": time.perf_counter() - start, "peakBytes": peak()}
        except Exception as fault:
            answer = {"kind": "failed", "message": f"{type(fault).__name__}: {fault}"}
        print(json.dumps(answer), flush=True)


main()
