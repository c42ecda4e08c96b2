"""A contender: reads one JSON a line, does what it asks, answers one JSON a line. See contenders/protocol.ts."""

import json
import sys
import time

import torch
import torch.nn.functional as F

from models import build
from networks import AttentionKuramoto, networks


def peak():
    """The most memory this process ever held, in bytes."""
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmHWM"):
                return 1024 * int(line.split()[1])
    return 0


def opened(job):
    torch.manual_seed(0)
    sizes, batch = job["sizes"], job["batch"]
    named = job["model"]
    network = networks.get(named["name"])
    is_field = named["name"] == "attention-kuramoto"
    if network is None:
        model = AttentionKuramoto(named["units"], named["anew"], sizes) if is_field else build(named, sizes)
        image = torch.rand(batch, sizes["channels"], sizes["height"], sizes["width"])
        target = torch.randint(sizes["classes"], (batch, sizes["height"], sizes["width"]))
    else:
        model = network(named["units"], sizes)
        image = torch.rand(batch, sizes["height"], sizes["channels"])
        target = torch.randint(sizes["classes"], (batch,))
    if job["contender"] == "torch-compiled":
        model = torch.compile(model)
    optimiser = torch.optim.Adam(model.parameters(), 1e-3)

    def train():
        model.train()
        optimiser.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(image), target)
        loss.backward()
        optimiser.step()
        return loss.item()

    def infer():
        model.eval()
        with torch.no_grad():
            return model(image).flatten()[0].item()

    if network is not None or is_field:
        quickest(train, job["threads"])
    return {"train": train, "infer": infer}


def quickest(train, most):
    """Of one thread and as many as there may be, those with which a step is quicker: threads wait for each other at each
    of a loop's small products."""

    def seconds(threads):
        torch.set_num_threads(threads)
        train()
        start = time.perf_counter()
        train()
        return time.perf_counter() - start

    torch.set_num_threads(min((1, most), key=seconds))


def main():
    phases = {}
    for line in sys.stdin:
        request = json.loads(line)
        start = time.perf_counter()
        try:
            if request["kind"] == "open":
                torch.set_num_threads(request["threads"])
                phases = opened(request)
            else:
                phases[request["phase"]]()
            answer = {"kind": "done", "seconds": time.perf_counter() - start, "peakBytes": peak()}
        except Exception as fault:
            answer = {"kind": "failed", "message": f"{type(fault).__name__}: {fault}"}
        print(json.dumps(answer), flush=True)


main()
