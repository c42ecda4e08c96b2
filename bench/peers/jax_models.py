"""The models of the comparison in JAX, as a user of it writes them: pure functions of parameters, `lax.scan` over time.

Fields are (batch, height, width, channels), sequences (steps, batch, channels). A model is a pair: its initial parameters, and
a function of them and the input that gives the logits. Batch norm (U-Net) is not written here.
"""

import jax
import jax.numpy as jnp
from jax import lax


class Draw:
    """Initial parameters, uniform within 1 / sqrt(inputs)."""

    def __init__(self):
        self.key = jax.random.key(0)

    def __call__(self, *shape, inputs):
        self.key, key = jax.random.split(self.key)
        return jax.random.uniform(key, shape, minval=-(inputs**-0.5), maxval=inputs**-0.5)

    def conv(self, from_, to, kernel=3):
        inputs = kernel * kernel * from_
        return {"w": self(kernel, kernel, from_, to, inputs=inputs), "b": self(to, inputs=inputs)}

    def linear(self, from_, to):
        return {"w": self(from_, to, inputs=from_), "b": self(to, inputs=from_)}

    def stack(self, layer, widths):
        return [layer(a, b) for a, b in zip(widths, widths[1:])]


def conv(p, x, circular=False):
    if circular:
        x = jnp.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="wrap")
    padding = "VALID" if circular else "SAME"
    y = lax.conv_general_dilated(x, p["w"], (1, 1), padding, dimension_numbers=("NHWC", "HWIO", "NHWC"))
    return y + p["b"] if "b" in p else y


def linear(p, x):
    return x @ p["w"] + p["b"]


def stack(layer, ps, x):
    for p in ps[:-1]:
        x = jax.nn.relu(layer(p, x))
    return layer(ps[-1], x)


def readout(draw, kind, steps, c, hidden, classes):
    bins = steps // 2 + 1
    features = c * bins if kind in ("linear", "fft") else c
    ps = {"mlp": draw.stack(draw.linear, [features, *hidden, classes])}
    if kind == "linear":
        ps["time"] = draw(steps, bins, inputs=steps)

    def read(ps, waves):
        """`waves`: (T, B, H, W, C)."""
        if kind == "last":
            features = waves[-1]
        elif kind == "mean_time":
            features = waves.mean(0)
        elif kind == "max_time":
            features = waves.max(0)
        else:
            if kind == "linear":
                found = jnp.einsum("tbhwc,tk->bhwkc", waves, ps["time"])
            else:
                found = jnp.moveaxis(jnp.abs(jnp.fft.rfft(waves, axis=0)), 0, 3)
            features = found.reshape(*found.shape[:3], -1)
        return stack(linear, ps["mlp"], features)

    return ps, read


def nwm(m, s):
    draw, mid, c = Draw(), m["mid"], m["channels"]
    ps_read, read = readout(draw, m["readout"], m["steps"], c, m["hidden"], s["classes"])
    laplacian = jnp.array([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]])
    ps = {
        "omega": draw.stack(draw.conv, [s["channels"], mid, mid, c]),
        "alpha": draw.stack(draw.conv, [s["channels"], mid, mid, c]),
        "y0": draw.stack(draw.conv, [s["channels"], mid, mid, mid, c]),
        "coupling": {"w": laplacian[:, :, None, None] * jnp.eye(c)},
        "read": ps_read,
    }
    dt = m["dt"]

    def forward(ps, image):
        omega = jax.nn.relu(stack(conv, ps["omega"], image))
        alpha = jax.nn.relu(stack(conv, ps["alpha"], image))
        y = jnp.tanh(stack(conv, ps["y0"], image))

        def step(state, _):
            y, z = state
            z = z + dt * (jnp.tanh(conv(ps["coupling"], y, True)) - omega * y - alpha * z)
            y = y + dt * z
            return (y, z), y

        _, waves = lax.scan(step, (y, jnp.zeros_like(y)), length=m["steps"])
        return read(ps["read"], waves)

    return ps, forward


def lstm(m, s):
    draw, mid, c = Draw(), m["mid"], m["channels"]
    ps_read, read = readout(draw, m["readout"], m["steps"], c, m["hidden"], s["classes"])
    ps = {
        "y0": draw.stack(draw.conv, [s["channels"], mid, mid, mid, c]),
        "hidden0": draw.stack(draw.conv, [s["channels"], mid, mid, c]),
        "cell0": draw.stack(draw.conv, [s["channels"], mid, mid, c]),
        "gates": draw.conv(2 * c, 4 * c),
        "transform": draw.stack(draw.linear, [c, 2 * c, c]),
        "read": ps_read,
    }

    def forward(ps, image):
        y = jnp.tanh(stack(conv, ps["y0"], image))
        hidden, cell = stack(conv, ps["hidden0"], image), stack(conv, ps["cell0"], image)

        def step(state, _):
            y, hidden, cell = state
            i, f, g, o = jnp.split(conv(ps["gates"], jnp.concatenate([y, hidden], -1), True), 4, -1)
            cell = jax.nn.sigmoid(f) * cell + jax.nn.sigmoid(i) * jnp.tanh(g)
            hidden = jax.nn.sigmoid(o) * jnp.tanh(cell)
            y = stack(linear, ps["transform"], hidden)
            return (y, hidden, cell), y

        _, waves = lax.scan(step, (y, hidden, cell), length=m["steps"])
        return read(ps["read"], waves)

    return ps, forward


def cnn(m, s):
    draw, c = Draw(), m["channels"]
    ps = {
        "encoder": draw.stack(draw.conv, [s["channels"], *[m["mid"]] * (m["layers"] - 1), c]),
        "expansion": draw.linear(c, m["features"] * c),
        "mlp": draw.stack(draw.linear, [m["features"] * c, *m["hidden"], s["classes"]]),
    }

    def forward(ps, image):
        features = linear(ps["expansion"], jax.nn.relu(stack(conv, ps["encoder"], image)))
        return stack(linear, ps["mlp"], features)

    return ps, forward


def horn(units, s):
    draw, gain = Draw(), units**-0.5
    ps = {
        "input": draw.linear(s["channels"], units),
        "recurrent": draw.linear(units, units),
        "answer": draw.linear(units, s["classes"]),
    }

    def forward(ps, sequence):
        heard = linear(ps["input"], sequence) + gain * ps["recurrent"]["b"]

        def step(state, now):
            x, y = state
            y = y + 0.04 * jnp.tanh(now + gain * (y @ ps["recurrent"]["w"])) - 0.224**2 * x - 0.02 * y
            return (x + y, y), None

        zero = jnp.zeros_like(heard[0])
        (x, _), _ = lax.scan(step, (zero, zero), heard)
        return linear(ps["answer"], x)

    return ps, forward


def cornn(units, s):
    draw = Draw()
    ps = {
        "input": draw.linear(s["channels"], units),
        "both": draw(2 * units, units, inputs=2 * units),
        "answer": draw.linear(units, s["classes"]),
    }

    def forward(ps, sequence):
        def step(state, now):
            y, z = state
            drive = jnp.tanh(now + jnp.concatenate([y, z], 1) @ ps["both"])
            z = z + 0.042 * (drive - 2.7 * y - 4.7 * z)
            return (y + 0.042 * z, z), None

        heard = linear(ps["input"], sequence)
        zero = jnp.zeros_like(heard[0])
        (y, _), _ = lax.scan(step, (zero, zero), heard)
        return linear(ps["answer"], y)

    return ps, forward


def linoss(units, s):
    draw = Draw()
    ps = {
        "encoder": draw.linear(s["channels"], units),
        "stiffness": draw(units, inputs=1) ** 2,
        "pace": draw(units, inputs=1) ** 2,
        "into": draw(units, 2 * units, inputs=units),
        "out": draw(2 * units, units, inputs=2 * units),
        "skip": draw(units, inputs=1),
        "answer": draw.linear(units, s["classes"]),
    }

    def forward(ps, sequence):
        u = linear(ps["encoder"], sequence)
        pace, a = jnp.tile(jax.nn.sigmoid(ps["pace"]), 2), jnp.tile(jax.nn.relu(ps["stiffness"]), 2)
        scale = 1 / (1 + pace * pace * a)

        def step(state, now):
            y, z = state
            z = scale * (z + pace * (now - a * y))
            y = y + pace * z
            return (y, z), y

        push = u @ ps["into"]
        zero = jnp.zeros_like(push[0])
        _, states = lax.scan(step, (zero, zero), push)
        return linear(ps["answer"], (states @ ps["out"] + ps["skip"] * u).mean(0))

    return ps, forward


families = {"nwm": nwm, "conv-lstm": lstm, "cnn": cnn}
networks = {"horn": horn, "cornn": cornn, "linoss": linoss}
