"""The training of a phase diagram's cells: ours, one action a cell on all cores, and JAX's, all cells at once by vmap, in turn.

usage: grid_beside_jax.py PROGRAM PAIRS

Both train 30 fully connected ReLU networks (three layers of width 64, 100 examples, 32 inputs, 10 classes, float32) for
2,500 steps of full-batch gradient descent, and find the sharpness at every 25th step by Lanczos' method from the
eigenvector before. Ours searches until the residual is 1e-3 of the eigenvalue; JAX does as many products each time as ours on
average (rounded down), which leaves some of its searches less exact, and its compilation is not counted. Ours includes
everything: processes, keys, records, statements and files.
"""
import glob
import os
import statistics
import subprocess
import sys
import tempfile
import time

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree

EXAMPLES, INPUTS, WIDTH, CLASSES, STEPS, EVERY, PRODUCTS = 100, 32, 64, 10, 2500, 25, 8
VARIANCES, CONSTANTS = [0.25, 0.5, 1, 2, 4], [0.25, 0.5, 1, 2, 4, 8]
PIPELINE = f"""
pipeline: grid
stages:
  data:
    kind: data/synthetic
    with: {{ examples: {EXAMPLES}, dimension: {INPUTS}, classes: {CLASSES} }}
  cell:
    kind: train
    matrix: {{ variance: {VARIANCES}, c: {CONSTANTS} }}
    inputs: {{ data: data }}
    with:
      depth: 3
      width: {WIDTH}
      weight_variance: ${{{{ matrix.variance }}}}
      learning_rate: ["${{{{ matrix.c }}}}"]
      steps: {STEPS}
      probes: {{ every: {EVERY} }}
"""

random = np.random.default_rng(0)
inputs = random.normal(size=(EXAMPLES, INPUTS)) * np.arange(1, INPUTS + 1) ** -0.5
inputs = jnp.asarray(inputs / np.linalg.norm(inputs, axis=1, keepdims=True) * np.sqrt(INPUTS), jnp.float32)
targets = jnp.asarray(np.eye(CLASSES)[random.integers(0, CLASSES, EXAMPLES)], jnp.float32)


def initial(variance):
    keys = jax.random.split(jax.random.PRNGKey(1), 3)
    shapes = [(INPUTS, WIDTH, variance), (WIDTH, WIDTH, variance), (WIDTH, CLASSES, 1)]
    return [jax.random.normal(k, (i, o)) * jnp.sqrt(v / i) for k, (i, o, v) in zip(keys, shapes)]


unravel = ravel_pytree(initial(1.0))[1]


def loss(parameters):
    weights = unravel(parameters)
    hidden = jax.nn.relu(jax.nn.relu(inputs @ weights[0]) @ weights[1])
    return 0.5 * jnp.mean((hidden @ weights[2] - targets) ** 2)


gradient = jax.grad(loss)


def sharpness(parameters, start, products):
    product = jax.linearize(gradient, parameters)[1]

    def grow(i, state):
        basis, matrix = state
        rest = product(basis[i])
        first = basis @ rest
        rest = rest - first @ basis
        second = basis @ rest
        rest = rest - second @ basis
        matrix = matrix.at[i].add((first + second)[:products])
        return basis.at[i + 1].set(rest / (jnp.linalg.norm(rest) + 1e-30)), matrix

    basis = jnp.zeros((products + 1, parameters.size), jnp.float32).at[0].set(start / jnp.linalg.norm(start))
    basis, matrix = jax.lax.fori_loop(0, products, grow, (basis, jnp.zeros((products, products), jnp.float32)))
    values, vectors = jnp.linalg.eigh((matrix + matrix.T) / 2)
    return values[-1], vectors[:, -1] @ basis[:products]


def train(parameters, rate, start):
    def part(state, _):
        parameters, start = state
        value, start = sharpness(parameters, start, PRODUCTS)
        parameters = jax.lax.fori_loop(0, EVERY, lambda _, p: p - rate * gradient(p), parameters)
        return (parameters, start), (loss(parameters), value)

    return jax.lax.scan(part, (parameters, start), None, length=STEPS // EVERY)[1]


def cells():
    found = []
    first = jax.jit(lambda p, s: sharpness(p, s, 40)[0])
    for variance in VARIANCES:
        parameters = ravel_pytree(initial(variance))[0]
        start = jnp.asarray(random.normal(size=parameters.size), jnp.float32)
        unit = first(parameters, start)
        found += [(parameters, c / unit, start) for c in CONSTANTS]
    return found


def ours(program, jobs):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "grid.yaml"), "w") as file:
            file.write(PIPELINE)
        start = time.perf_counter()
        subprocess.run([program, "run", "grid.yaml", "--quiet", "--jobs", str(jobs)], cwd=folder, check=True)
        seconds = time.perf_counter() - start
        assert len(glob.glob(os.path.join(folder, "artifacts/actions/*/*.json"))) == len(VARIANCES) * len(CONSTANTS) + 1
        return seconds


def seconds(call):
    start = time.perf_counter()
    jax.block_until_ready(call())
    return time.perf_counter() - start


def main(program, pairs):
    program = os.path.abspath(program)
    found = cells()
    stacked = tuple(jnp.stack(part) for part in zip(*found))
    together = jax.jit(jax.vmap(train)).lower(*stacked).compile()
    alone = jax.jit(train).lower(*found[0]).compile()
    times = {}
    for _ in range(pairs):
        for name, measured in [
            ("pipeline, all cores", lambda: ours(program, os.cpu_count())),
            ("pipeline, one job", lambda: ours(program, 1)),
            ("JAX, vmap over cells", lambda: seconds(lambda: together(*stacked))),
            ("JAX, one by one", lambda: seconds(lambda: [alone(*cell) for cell in found])),
        ]:
            times.setdefault(name, []).append(measured())
    print(f"{len(found)} cells of {STEPS} steps, {os.cpu_count()} cores, median of {pairs} rounds")
    base = times["pipeline, all cores"]
    for name, values in times.items():
        ratio = statistics.median(value / ours for value, ours in zip(values, base))
        print(f"{name:22} {statistics.median(values):7.2f} s   {ratio:5.2f} times as long as ours")


main(sys.argv[1], int(sys.argv[2]))
