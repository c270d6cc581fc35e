"""The UV phase diagram by simulation: ours and JAX's, in turn.

usage: uv_sweep_beside_jax.py PROGRAM PAIRS

The map in JAX is Eqs (1) and (2) without the division by the residual, in float64 under jit, in the two forms that were
the fastest of five that were tried: one loop over all points, and a loop over tiles of 8,192 points; 20 steps unrolled.
"""
import json
import statistics
import subprocess
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
SIZE, STEPS, UNROLL, TILE, THREADS = 1000, 2000, 20, 8000, 2
KAPPA, TARGET = 1.0, 2.0

ratio, trace = np.meshgrid(np.linspace(0.05, 2.2, SIZE), np.linspace(0.05, 8, SIZE))
eta = jnp.asarray(ratio.ravel() / (KAPPA * TARGET))
trace = jnp.asarray(trace.ravel())
residual = jnp.full_like(trace, -TARGET)


def step(d, l, e):
    g = d + TARGET
    k = e * KAPPA * KAPPA
    return d * (1 - e * l + e * k * d * g), l + k * d * (e * l * d - 4 * g)


def unrolled(_, state, e):
    for _ in range(UNROLL):
        state = step(*state, e)
    return state


@jax.jit
def whole(d, l, e):
    return jax.lax.fori_loop(0, STEPS // UNROLL, lambda i, s: unrolled(i, s, e), (d, l))


@jax.jit
def tiled(d, l, e):
    parts = tuple(x.reshape(-1, TILE) for x in (d, l, e))
    return jax.lax.map(lambda p: whole(*p), parts)


def seconds(form):
    start = time.perf_counter()
    jax.block_until_ready(form(residual, trace, eta))
    return time.perf_counter() - start


def main(program, pairs):
    forms = {"jax-whole": whole, "jax-tiled": tiled}
    for form in forms.values():
        seconds(form)
    times = {}
    operations = []
    for _ in range(pairs):
        out = subprocess.run([program, str(SIZE), str(SIZE), str(STEPS), str(THREADS)], capture_output=True, check=True)
        for line in out.stdout.splitlines():
            record = json.loads(line)
            if record["variant"] == "peak-operations":
                operations.append(record["steps_per_second"])
            else:
                times.setdefault(record["variant"], []).append(record["seconds"])
        for name, form in forms.items():
            times.setdefault(name, []).append(seconds(form))
    updates = SIZE * SIZE * STEPS
    peak = statistics.median(operations)
    print(f"{SIZE} x {SIZE} points, {STEPS} steps, {THREADS} threads, median of {pairs} rounds")
    print(f"floating-point peak of this machine: {peak / 1e9:.0f} GFLOP/s (double precision, {THREADS} threads)")
    best = min(statistics.median(times[name]) for name in forms)
    fastest = min(forms, key=lambda name: statistics.median(times[name]))
    for name, values in times.items():
        median = statistics.median(values)
        share = ""
        if name.endswith("every-step"):
            # Four fused operations a step; a variant that stops settled points does fewer steps than it answers for.
            share = f", {8 * updates / median / peak:.0%} of the peak"
        pairwise = statistics.median(a / b for a, b in zip(times[fastest], values))
        print(f"{name:20} {median:7.3f} s  {updates / median / 1e9:6.2f} e9 map steps/s  {pairwise:5.1f} x {fastest}{share}")
    ours = statistics.median(a / b for a, b in zip(times[fastest], times["avx512" if "avx512" in times else "avx2"]))
    print(f"ours is {ours:.1f} times as fast as the faster JAX form ({best:.2f} s)")


main(sys.argv[1], int(sys.argv[2]))
