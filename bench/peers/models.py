"""The models of the comparison in PyTorch: our own short versions, written from the description of the reference.

Fields are (batch, channels, height, width). `parity.py` proves them equal to the arrays that the original computed.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F


def conv(from_, to, boundary="zeros", kernel=3, bias=True):
    return nn.Conv2d(from_, to, kernel, padding=kernel // 2, padding_mode=boundary, bias=bias)


def stack(widths, layer, last=None):
    """Layers of these widths with a ReLU between them, and `last` behind the last one."""
    modules = []
    for from_, to in zip(widths, widths[1:]):
        modules += [layer(from_, to), nn.ReLU()]
    modules.pop()
    return nn.Sequential(*modules, *([] if last is None else [last]))


def encoder(widths, last=None):
    return stack(widths, conv, last)


class Readout(nn.Module):
    """From the observed fields of all steps to the logits of every pixel."""

    def __init__(self, kind, steps, channels, hidden, classes):
        super().__init__()
        bins = steps // 2 + 1
        self.kind = kind
        self.time = nn.Linear(steps, bins, bias=False) if kind == "linear" else None
        features = channels * bins if kind in ("linear", "fft") else channels
        self.mlp = stack([features, *hidden, classes], nn.Linear)

    def forward(self, waves):
        """`waves`: a list of (B, C, H, W)."""
        if self.kind == "last":
            features = waves[-1].permute(0, 2, 3, 1)
        elif self.kind in ("mean_time", "max_time"):
            sequence = torch.stack(waves, 1)
            features = sequence.mean(1) if self.kind == "mean_time" else sequence.amax(1)
            features = features.permute(0, 2, 3, 1)
        else:
            sequence = torch.stack(waves, 1).permute(0, 3, 4, 2, 1)  # (B, H, W, C, T)
            if self.kind == "linear":
                bins = self.time(sequence)
            else:
                spectrum = torch.fft.rfft(sequence)
                # as abs, with a slope of zero at zero
                bins = spectrum.abs()
            features = bins.transpose(3, 4).flatten(3)  # k * C + channel
        return self.mlp(features).permute(0, 3, 1, 2)


class Nwm(nn.Module):
    def __init__(self, m, s):
        super().__init__()
        mid, c = m["mid"], m["channels"]
        self.dt, self.steps = m["dt"], m["steps"]
        self.omega = encoder([s["channels"], mid, mid, c], nn.ReLU())
        self.alpha = encoder([s["channels"], mid, mid, c], nn.ReLU())
        self.y0 = encoder([s["channels"], mid, mid, mid, c], nn.Tanh())
        self.coupling = conv(c, c, "circular", bias=False)
        self.readout = Readout(m["readout"], m["steps"], c, m["hidden"], s["classes"])
        laplacian = torch.tensor([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]])
        with torch.no_grad():
            self.coupling.weight.copy_(torch.eye(c)[:, :, None, None] * laplacian)

    def forward(self, image):
        omega, alpha, y = self.omega(image), self.alpha(image), self.y0(image)
        z = torch.zeros_like(y)
        waves = []
        for _ in range(self.steps):
            z = z + self.dt * (torch.tanh(self.coupling(y)) - omega * y - alpha * z)
            y = y + self.dt * z
            waves.append(y)
        return self.readout(waves)


class LstmCell(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.gates = conv(2 * c, 4 * c, "circular")

    def forward(self, y, hidden, cell):
        i, f, g, o = self.gates(torch.cat([y, hidden], 1)).chunk(4, 1)
        cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(cell), cell


class GruCell(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.update, self.reset, self.candidate = (conv(2 * c, c, "circular") for _ in range(3))

    def forward(self, y, hidden, cell):
        both = torch.cat([y, hidden], 1)
        z, r = torch.sigmoid(self.update(both)), torch.sigmoid(self.reset(both))
        new = torch.tanh(self.candidate(torch.cat([y, r * hidden], 1)))
        return (1 - z) * hidden + z * new, cell


class RnnCell(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.fromInput, self.fromHidden = conv(c, c, "circular"), conv(c, c, "circular")

    def forward(self, y, hidden, cell):
        return torch.relu(self.fromInput(y) + self.fromHidden(hidden)), cell


class Recurrent(nn.Module):
    """A convolutional recurrent network that feeds itself what its per-pixel MLP says."""

    cells = {"conv-lstm": LstmCell, "conv-gru": GruCell, "conv-rnn": RnnCell}

    def __init__(self, m, s):
        super().__init__()
        mid, c = m["mid"], m["channels"]
        self.steps = m["steps"]
        self.y0 = encoder([s["channels"], mid, mid, mid, c], nn.Tanh())
        self.hidden0 = encoder([s["channels"], mid, mid, c])
        self.cell0 = encoder([s["channels"], mid, mid, c]) if m["name"] == "conv-lstm" else None
        self.cell = self.cells[m["name"]](c)
        self.transform = stack([c, 2 * c, c], nn.Linear)
        self.readout = Readout(m["readout"], m["steps"], c, m["hidden"], s["classes"])

    def forward(self, image):
        y, hidden = self.y0(image), self.hidden0(image)
        cell = None if self.cell0 is None else self.cell0(image)
        waves = []
        for _ in range(self.steps):
            hidden, cell = self.cell(y, hidden, cell)
            y = self.transform(hidden.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
            waves.append(y)
        return self.readout(waves)


class Cnn(nn.Module):
    def __init__(self, m, s):
        super().__init__()
        widths = [s["channels"], *[m["mid"]] * (m["layers"] - 1), m["channels"]]
        self.encoder = encoder(widths, nn.ReLU())
        self.expansion = conv(m["channels"], m["features"] * m["channels"], kernel=1)
        self.mlp = stack([m["features"] * m["channels"], *m["hidden"], s["classes"]], nn.Linear)

    def forward(self, image):
        features = self.expansion(self.encoder(image)).permute(0, 2, 3, 1)
        return self.mlp(features).permute(0, 3, 1, 2)


def twice(from_, to):
    layer = lambda a, b: [conv(a, b, bias=False), nn.BatchNorm2d(b), nn.ReLU()]
    return nn.Sequential(*layer(from_, to), *layer(to, to))


class Unet(nn.Module):
    def __init__(self, m, s):
        super().__init__()
        c = m["base"]
        self.first = twice(s["channels"], c)
        self.down = nn.ModuleList(twice(c << i, c << i + 1) for i in range(4))
        self.up = nn.ModuleList(nn.ConvTranspose2d(c << i + 1, c << i, 2, 2) for i in reversed(range(4)))
        self.join = nn.ModuleList(twice(c << i + 1, c << i) for i in reversed(range(4)))
        self.head = conv(c, s["classes"], kernel=1)

    def forward(self, image):
        levels = [self.first(image)]
        for down in self.down:
            levels.append(down(F.max_pool2d(levels[-1], 2)))
        x = levels.pop()
        for up, join in zip(self.up, self.join):
            bridge = levels.pop()
            x = up(x)
            x = F.pad(x, [0, bridge.shape[3] - x.shape[3], 0, bridge.shape[2] - x.shape[2]])
            x = join(torch.cat([bridge, x], 1))
        return self.head(x)


families = {"nwm": Nwm, "conv-lstm": Recurrent, "conv-gru": Recurrent, "conv-rnn": Recurrent, "cnn": Cnn, "unet": Unet}


def build(model, sizes):
    """The model of a drumhead model spec (as JSON) for a task's sizes (height, width, channels, classes)."""
    return families[model["name"]](model, sizes)
