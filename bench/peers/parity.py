"""Proves the peers equal to the original by its parity arrays.

    python bench/peers/parity.py FOLDER      (FOLDER: the parity arrays; `npm run bench:peers`)

Loads the original's weights, and compares logits, loss and every gradient, by max|a-b| / max|b|.
"""

import json
import os
import re
import sys

import numpy as np
import torch
import torch.nn.functional as F

from models import build

# Names of the original's parameters, as the manifest lists them, and ours.
RULES = [
    (r"classifier\.fc_time", "readout.time"),
    (r"classifier\.fc_readout", "readout.mlp"),
    (r"classifier\.(omega|alpha)_encoder", r"\1"),
    (r"classifier\.hy_encoder", "y0"),
    (r"classifier\.hz_encoder", "hidden0"),
    (r"classifier\.hc_encoder", "cell0"),
    (r"classifier\.cell\.Wy", "coupling"),
    (r"classifier\.recurrent_cell\.transform_hidden", "transform"),
    (r"classifier\.recurrent_cell\.cell\.conv_z", "cell.update"),
    (r"classifier\.recurrent_cell\.cell\.conv_r", "cell.reset"),
    (r"classifier\.recurrent_cell\.cell\.conv_hidden", "cell.fromHidden"),
    (r"classifier\.recurrent_cell\.cell\.conv_h", "cell.candidate"),
    (r"classifier\.recurrent_cell\.cell\.conv_in", "cell.fromInput"),
    (r"classifier\.recurrent_cell\.cell\.conv", "cell.gates"),
    (r"readout\.(\d+)\.", r"mlp.\1."),
    (r"inc\.double_conv\.", "first."),
    (r"down(\d)\.maxpool_conv\.1\.double_conv\.", lambda m: f"down.{int(m[1]) - 1}."),
    (r"up(\d)\.up\.", lambda m: f"up.{int(m[1]) - 1}."),
    (r"up(\d)\.conv\.double_conv\.", lambda m: f"join.{int(m[1]) - 1}."),
    (r"outc\.conv\.", "head."),
]
MLPS = {"linear_smaller4": [32] * 5}
FAMILIES = {"conv_lstm": "conv-lstm", "conv_gru": "conv-gru", "conv_rnn": "conv-rnn"}
LIMITS = {"logits": 2e-5, "loss": 1e-5, "gradients": 2e-4}
NOISY = ("unet", "conv_gru")


def renamed(name, depth):
    if depth is not None and name.startswith(f"encoder.{2 * depth}."):
        return name.replace(f"encoder.{2 * depth}", "expansion")
    for pattern, ours in RULES:
        if re.match(pattern, name):
            return re.sub("^" + pattern, ours, name)
    return name


def model_of(case):
    h = case["hyper"]
    name = FAMILIES.get(case["model"], case["model"])
    variant = h.get("readout", "linear")
    settings = {"name": name, "mid": h.get("c_mid"), "hidden": MLPS.get(variant, [256] * 3)}
    settings["readout"] = "linear" if variant.startswith("linear") else variant
    settings["channels"], settings["base"] = h.get("c_out"), h.get("c_mid")
    settings["steps"], settings["dt"], settings["features"] = h.get("T"), h.get("dt"), h.get("K")
    if name == "cnn":
        layers = [k for k, v in case["params"].items() if k.startswith("encoder.") and len(v["shape"]) == 4]
        settings["layers"] = len(layers) - 1
    side = h["img_size"]
    sizes = {"height": side, "width": side, "channels": h["c_in"], "classes": h["num_classes"]}
    return settings, build(settings, sizes)


def error(mine, theirs):
    scale = np.abs(theirs).max()
    return float(np.abs(mine - theirs).max() / (scale if scale > 0 else 1))


def check(folder, case):
    read = lambda entry: np.load(os.path.join(folder, entry["file"]))
    settings, model = model_of(case)
    depth = settings.get("layers")
    ours = {name: renamed(name, depth) for name in case["params"]}
    state = model.state_dict()
    with torch.no_grad():
        for name, entry in case["params"].items():
            if ours[name] in state:
                state[ours[name]].copy_(torch.from_numpy(read(entry)))
    missing = {n for n, _ in model.named_parameters()} - set(ours.values())
    if missing:
        raise SystemExit(f"{case['name']}: no weights for {sorted(missing)}")
    model.train()
    logits = model(torch.from_numpy(read(case["arrays"]["input"])))
    loss = F.cross_entropy(logits, torch.from_numpy(read(case["arrays"]["target"])))
    loss.backward()
    parameters = dict(model.named_parameters())
    gradients = [
        error(parameters[ours[name]].grad.numpy(), read(entry))
        for name, entry in case["grads"].items()
        if entry is not None and ours[name] in parameters
    ]
    return {
        "logits": error(logits.detach().numpy(), read(case["arrays"]["logits"])),
        "loss": abs(loss.item() / case["metrics"]["loss"] - 1),
        "gradients": max(gradients),
    }


def main(folder):
    torch.set_num_threads(1)
    with open(os.path.join(folder, "manifest.json")) as file:
        cases = [case for case in json.load(file)["cases"] if "grads" in case]
    bad = 0
    for case in cases:
        found = check(folder, case)
        limits = {**LIMITS, "gradients": 5e-4 if case["model"] in NOISY else LIMITS["gradients"]}
        fine = all(found[kind] <= limits[kind] for kind in found)
        bad += not fine
        worst = "  ".join(f"{kind} {value:.1e}" for kind, value in found.items())
        print(f"{'ok  ' if fine else 'BAD '} {case['name']:22} {worst}")
    print(f"{len(cases) - bad} of {len(cases)} cases equal")
    sys.exit(1 if bad else 0)


main(sys.argv[1])
