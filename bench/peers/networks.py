"""The networks of oscillators of the comparison in PyTorch: our own short versions, written from their papers.

Sequences are (batch, steps, channels), images (batch, channels, height, width). The loops over time are compiled by TorchScript, which is faster than Python.
"""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F


@torch.jit.script
def horn(heard: torch.Tensor, weight: torch.Tensor, gain: float) -> torch.Tensor:
    x = torch.zeros_like(heard[0])
    y = torch.zeros_like(x)
    for now in heard.unbind(0):
        drive = torch.addmm(now, y, weight, alpha=gain)
        y = y + 0.04 * torch.tanh(drive) - 0.224 ** 2 * x - 0.02 * y
        x = x + y
    return x


@torch.jit.script
def cornn(heard: torch.Tensor, both: torch.Tensor) -> torch.Tensor:
    y = torch.zeros_like(heard[0])
    z = torch.zeros_like(y)
    for now in heard.unbind(0):
        drive = torch.tanh(torch.addmm(now, torch.cat((y, z), 1), both))
        z = z + 0.042 * (drive - 2.7 * y - 4.7 * z)
        y = y + 0.042 * z
    return y


@torch.jit.script
def linoss(push: torch.Tensor, a: torch.Tensor, pace: torch.Tensor, s: torch.Tensor) -> torch.Tensor:
    y = torch.zeros_like(push[0])
    z = torch.zeros_like(y)
    states = []
    for now in push.unbind(0):
        z = s * (z + pace * (now - a * y))
        y = y + pace * z
        states.append(y)
    return torch.stack(states)


class Horn(nn.Module):
    def __init__(self, units, sizes):
        super().__init__()
        self.input = nn.Linear(sizes["channels"], units)
        self.recurrent = nn.Linear(units, units)
        self.answer = nn.Linear(units, sizes["classes"])
        self.gain = units**-0.5

    def forward(self, sequence):
        # what does not depend on the state is one product for all steps
        heard = self.input(sequence.transpose(0, 1)) + self.gain * self.recurrent.bias
        return self.answer(horn(heard, self.recurrent.weight.t(), self.gain))


class Cornn(nn.Module):
    def __init__(self, units, sizes):
        super().__init__()
        self.input = nn.Linear(sizes["channels"], units)
        self.both = nn.Linear(2 * units, units, bias=False)
        self.answer = nn.Linear(units, sizes["classes"])

    def forward(self, sequence):
        return self.answer(cornn(self.input(sequence.transpose(0, 1)), self.both.weight.t()))


class Linoss(nn.Module):
    def __init__(self, units, sizes):
        super().__init__()
        self.encoder = nn.Linear(sizes["channels"], units)
        self.stiffness = nn.Parameter(torch.rand(units))
        self.pace = nn.Parameter(torch.rand(units))
        self.into = nn.Linear(units, 2 * units, bias=False)
        self.out = nn.Linear(2 * units, units, bias=False)
        self.skip = nn.Parameter(torch.randn(units))
        self.answer = nn.Linear(units, sizes["classes"])

    def forward(self, sequence):
        u = self.encoder(sequence.transpose(0, 1))
        # real parts, then imaginary ones
        pace, a = torch.sigmoid(self.pace).repeat(2), torch.relu(self.stiffness).repeat(2)
        states = linoss(self.into(u), a, pace, 1 / (1 + pace * pace * a))
        return self.answer((self.out(states) + self.skip * u).mean(0))


class AttentionKuramoto(nn.Module):
    """Phases of the sites of an image: (batch, channels, height, width) to logits of that form."""

    def __init__(self, units, anew, sizes):
        super().__init__()
        channels, classes = sizes["channels"], sizes["classes"]
        self.features = nn.Sequential(
            nn.Conv2d(channels, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 16, 3, padding=1), nn.ReLU()
        )
        self.anew = anew
        self.query = nn.Linear(2 * units if anew else 16, 8)
        self.key = nn.Linear(2 * units if anew else 16, 8)
        self.omega = nn.Linear(16, units)
        self.phase = nn.Linear(16, units)
        self.image = nn.Conv2d(channels, 16, 3, padding=1)
        self.hidden = nn.Linear(16 + 8 * units, 32)
        self.answer = nn.Linear(32, classes)

    def forward(self, image):
        features = self.features(image).flatten(2).transpose(1, 2)
        omega = self.omega(features)
        theta = math.pi * torch.tanh(self.phase(features))
        if not self.anew:
            scores = torch.bmm(self.query(features), self.key(features).transpose(1, 2))
            shares = torch.softmax(8**-0.5 * scores, 2)
        waves = []
        for _ in range(8):
            x, y = torch.cos(theta), torch.sin(theta)
            both = torch.cat((x, y), 2)
            if self.anew:
                felt = F.scaled_dot_product_attention(self.query(both), self.key(both), both)
            else:
                felt = torch.bmm(shares, both)
            mean_x, mean_y = felt.chunk(2, 2)
            theta = theta + 0.5 * (omega + x * mean_y - y * mean_x)
            waves.append(theta)
        heard = torch.cat((torch.relu(self.image(image)).flatten(2).transpose(1, 2), *map(torch.sin, waves)), 2)
        logits = self.answer(torch.relu(self.hidden(heard)))
        return logits.transpose(1, 2).unflatten(2, image.shape[2:])


networks = {"horn": Horn, "cornn": Cornn, "linoss": Linoss}
