"""A contender: reads one JSON a line, does what it asks, answers one JSON a line. See contenders/protocol.ts."""

import json
import sys
import time

import torch
import torch.nn.functional as F

from models import build


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
    model = build(job["model"], sizes)
    optimiser = torch.optim.Adam(model.parameters(), 1e-3)
    image = torch.rand(batch, sizes["channels"], sizes["height"], sizes["width"])
    target = torch.randint(sizes["classes"], (batch, sizes["height"], sizes["width"]))

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
            return model(image).numpy()[0, 0, 0, 0].item()

    return {"train": train, "infer": infer}


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
