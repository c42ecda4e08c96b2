"""Writes fixtures/optimisers/torch.json: steps of PyTorch's optimisers, clipping, averages and schedules, as numbers.

Run with PyTorch 2: python bench/optimisers/torch_fixture.py > fixtures/optimisers/torch.json
"""
import json
import sys

import torch

torch.manual_seed(0)
STEPS, SHAPES = 7, {'w': (2, 3), 'b': (3,)}
begin = {name: torch.randn(shape) for name, shape in SHAPES.items()}
gradients = [{name: torch.randn(shape) * (3.0 if t == 2 else 0.5) for name, shape in SHAPES.items()} for t in range(STEPS)]
flat = lambda arrays: {name: [float(x) for x in a.detach().flatten()] for name, a in arrays.items()}


def trained(make, clip=None, schedule=None, average=None, groups=None):
    parameters = {name: torch.nn.Parameter(a.clone()) for name, a in begin.items()}
    optimiser = make(list(parameters.values()) if groups is None else groups(parameters))
    scheduler = None if schedule is None else schedule(optimiser)
    ema = {name: a.detach().clone() for name, a in parameters.items()}
    steps, rates, averages = [], [], []
    for gradient in gradients:
        for name, parameter in parameters.items():
            parameter.grad = gradient[name].clone()
        if clip is not None:
            clip(list(parameters.values()))
        rates.append(optimiser.param_groups[0]['lr'])
        optimiser.step()
        if scheduler is not None:
            scheduler.step()
        steps.append(flat(parameters))
        if average is not None:
            with torch.no_grad():
                for name, parameter in parameters.items():
                    ema[name].lerp_(parameter, 1 - average)
            averages.append(flat(ema))
    return {'steps': steps, 'rates': rates, **({'averages': averages} if average is not None else {})}


sgd = torch.optim.SGD
cases = {
    'sgd': trained(lambda p: sgd(p, lr=0.1)),
    'momentum': trained(lambda p: sgd(p, lr=0.1, momentum=0.9)),
    'nesterov': trained(lambda p: sgd(p, lr=0.1, momentum=0.8, nesterov=True, weight_decay=0.05)),
    'adam': trained(lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1)),
    'adamw': trained(lambda p: torch.optim.AdamW(p, lr=0.02, weight_decay=0.2)),
    'clip-norm': trained(lambda p: sgd(p, lr=0.1), clip=lambda p: torch.nn.utils.clip_grad_norm_(p, 1.5)),
    'clip-value': trained(lambda p: sgd(p, lr=0.1), clip=lambda p: torch.nn.utils.clip_grad_value_(p, 0.4)),
    'average': trained(lambda p: sgd(p, lr=0.1), average=0.9),
    'cosine': trained(lambda p: sgd(p, lr=0.1), schedule=lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, T_max=STEPS)),
    'step': trained(lambda p: sgd(p, lr=0.1), schedule=lambda o: torch.optim.lr_scheduler.MultiStepLR(o, milestones=[2, 5], gamma=0.1)),
    'warm-up': trained(lambda p: sgd(p, lr=0.1), schedule=lambda o: torch.optim.lr_scheduler.LinearLR(o, start_factor=0.25, total_iters=4)),
}
# Groups: a rate and a decay of their own, and parameters that no optimiser has.
cases['groups'] = trained(
    lambda p: torch.optim.AdamW(p, lr=0.02, weight_decay=0.2),
    groups=lambda p: [{'params': [p['w']], 'lr': 0.01, 'weight_decay': 0.0}, {'params': [p['b']]}],
)
cases['groups']['rates'] = [0.02] * STEPS
cases['frozen'] = trained(lambda p: sgd(p, lr=0.1, momentum=0.9), groups=lambda p: [p['w']])


def accumulated():
    """Adam steps of the mean squared error of a small network, each on four parts whose gradients are added up."""
    samples, parts, steps = 12, 4, 5
    x, y = torch.randn(samples, 3), torch.randn(samples)
    weights = {name: torch.nn.Parameter(torch.randn(shape)) for name, shape in {'a': (3, 2), 'b': (2,), 'c': (2, 1)}.items()}
    start = flat(weights)
    optimiser = torch.optim.Adam(list(weights.values()), lr=0.05)
    after, losses = [], []
    for _ in range(steps):
        optimiser.zero_grad()
        loss = 0.0
        for part in range(parts):
            own = slice(part * samples // parts, (part + 1) * samples // parts)
            answer = (torch.tanh(x[own] @ weights['a'] + weights['b']) @ weights['c']).squeeze(-1)
            off = ((answer - y[own]) ** 2).mean() / parts
            off.backward()
            loss += off.item()
        optimiser.step()
        losses.append(loss)
        after.append(flat(weights))
    return {'x': flat({'x': x})['x'], 'y': flat({'y': y})['y'], 'begin': start, 'steps': after, 'losses': losses}


rounded = lambda x: float(f'{x:.9g}') if isinstance(x, float) else {k: rounded(v) for k, v in x.items()} if isinstance(x, dict) else [rounded(v) for v in x]
json.dump(
    {'torch': torch.__version__.split('+')[0], 'begin': rounded(flat(begin)), 'gradients': rounded([flat(g) for g in gradients]), 'cases': rounded(cases), 'accumulated': rounded(accumulated())},
    sys.stdout,
)
print()
