"""Makes losses.json: the losses of 50 steps of training in JAX in float64, and the sharpness before and after.

usage: python make_losses.py > losses.json        (with jax and numpy; made with jax 0.10.2)

Data and weights are numbers of a formula that the test repeats. ReLU, tanh and GELU (exact form) layers, MSE as
1/(2NC) sum, cross-entropy as the mean over examples; gradient descent with momentum v = mu v + g, w = w - eta v.
"""
import json

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
N, D, WIDTH, C, DEPTH, STEPS = 40, 12, 16, 5, 3, 50


def uniform(count, tag):
    """Numbers in [-1/2, 1/2) by a multiplicative hash."""
    index = np.arange(count, dtype=np.uint64)
    words = (index * np.uint64(2654435761) + np.uint64(tag * 40503 + 1)) % np.uint64(2**32)
    words = (words * np.uint64(2246822519) + np.uint64(3266489917)) % np.uint64(2**32)
    return words.astype(np.float64) / 2**32 - 0.5


activations = {"relu": jax.nn.relu, "tanh": jnp.tanh, "gelu": lambda x: jax.nn.gelu(x, approximate=False)}


def run(activation, loss, bias, momentum, rate):
    shapes = [(D, WIDTH), (WIDTH, WIDTH), (WIDTH, C)]
    count = sum(i * o + (o if bias else 0) for i, o in shapes)
    flat = jnp.asarray(uniform(count, 1) * 1.2)
    x = jnp.asarray(uniform(N * D, 2).reshape(N, D) * 3)
    labels = np.arange(N) * 7 % C
    y = jnp.asarray(np.eye(C)[labels])

    def value(flat):
        h, at = x, 0
        for layer, (i, o) in enumerate(shapes):
            h = h @ flat[at:at + i * o].reshape(i, o)
            at += i * o
            if bias:
                h = h + flat[at:at + o]
                at += o
            if layer < DEPTH - 1:
                h = activations[activation](h)
        if loss == "mse":
            return 0.5 * jnp.mean((h - y) ** 2)
        return -jnp.mean(jnp.sum(y * jax.nn.log_softmax(h), axis=1))

    step = jax.jit(jax.value_and_grad(value))
    sharpness = lambda w: float(jnp.linalg.eigvalsh(jax.hessian(value)(w))[-1])
    losses, velocity, first = [], jnp.zeros_like(flat), sharpness(flat)
    for _ in range(STEPS):
        now, gradient = step(flat)
        losses.append(float(now))
        velocity = momentum * velocity + gradient
        flat = flat - rate * velocity
    losses.append(float(value(flat)))
    return {"activation": activation, "loss": loss, "bias": bias, "momentum": momentum, "rate": rate,
            "losses": losses, "firstSharpness": first, "lastSharpness": sharpness(flat)}


print(json.dumps([
    run("relu", "mse", False, 0.0, 0.5),
    run("tanh", "cross-entropy", True, 0.0, 0.3),
    run("gelu", "mse", True, 0.9, 0.1),
], indent=1))
