"""A step of full-batch gradient descent and a product with the Hessian: ours and JAX's, in turn.

usage: training_beside_jax.py PROGRAM THREADS ROUNDS

JAX runs under jit; its products come from linearize of the gradient, so that the values of the point are computed once,
as ours are. Networks 3072-W-W-10 on 5,000 examples, ReLU, squared error, float32.
"""
import os
import statistics
import subprocess
import sys
import time

threads = int(sys.argv[2])
# JAX takes as many threads as it has processors.
os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[-threads:]))

import jax
import jax.numpy as jnp
import numpy as np

N, D, C = 5000, 3072, 10


def network(width, random):
    shapes = [(D, width), (width, width), (width, C)]
    weights = [jnp.asarray(random.standard_normal(s).astype(np.float32) * np.float32((2 / s[0]) ** 0.5)) for s in shapes]
    x = jnp.asarray(random.standard_normal((N, D)).astype(np.float32))
    y = jnp.asarray(np.eye(C, dtype=np.float32)[np.arange(N) % C])

    def loss(weights, x, y):
        h = jax.nn.relu(x @ weights[0])
        h = jax.nn.relu(h @ weights[1])
        return 0.5 * jnp.mean((h @ weights[2] - y) ** 2)

    @jax.jit
    def step(weights, x, y):
        value, gradient = jax.value_and_grad(loss)(weights, x, y)
        return [w - 1e-3 * g for w, g in zip(weights, gradient)], value

    vector = [jnp.asarray(random.standard_normal(s).astype(np.float32)) for s in shapes]
    _, linear = jax.linearize(jax.grad(lambda w: loss(w, x, y)), weights)
    product = jax.jit(linear)
    return lambda: jax.block_until_ready(step(weights, x, y)), lambda: jax.block_until_ready(product(vector))


def timed(action):
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def main(program, rounds):
    random = np.random.default_rng(0)
    print(f"\n{threads} thread{'s' if threads > 1 else ''}, float32, {N} examples, medians of {rounds} rounds")
    print(f"{'':36}{'ours':>9}{'JAX':>9}  s{'ours / JAX':>14}")
    for width in (512, 128):
        arguments = [program, str(threads), str(D), str(width), str(C), "3", str(N)]
        with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as ours:
            def ask(line):
                print(line, file=ours.stdin, flush=True)
                return float(ours.stdout.readline())

            step, product = network(width, random)
            for name, action in (("step", step), ("product", product)):
                ask(name), action()
                pairs = [(ask(name), timed(action)) for _ in range(rounds)]
                mine, theirs = (statistics.median(values) for values in zip(*pairs))
                ratio = statistics.median(a / b for a, b in pairs)
                what = "gradient step" if name == "step" else "product with the Hessian"
                print(f"{f'{D}-{width}-{width}-{C}, {what}':36}{mine:9.4f}{theirs:9.4f}{ratio:16.2f}")
            ours.stdin.close()


main(sys.argv[1], int(sys.argv[3]))
