"""The matrix product in single precision: ours, OpenBLAS's (in NumPy) and MKL's, in turn.

usage: matrix_product_beside_blas.py PROGRAM THREADS PAIRS

The shapes are those of the step of a network 3072-512-512-10 on 5,000 images. MKL is called through its C interface.
"""
import ctypes
import glob
import os
import statistics
import subprocess
import sys
import time

import numpy as np

# rows, columns, depth, whether A and B are stored transposed
SHAPES = {
    "forward, layer 1": (5000, 512, 3072, 0, 0),
    "forward, layer 2": (5000, 512, 512, 0, 0),
    "weight gradient, layer 1": (3072, 512, 5000, 1, 0),
    "data gradient, layer 2": (5000, 512, 512, 0, 1),
    "readout": (5000, 10, 512, 0, 0),
    "readout's weight gradient": (512, 10, 5000, 1, 0),
    "readout's data gradient": (5000, 512, 10, 0, 1),
}
mkl = ctypes.CDLL(glob.glob(os.path.join(sys.prefix, "lib", "libmkl_rt.so*"))[0])


def timed(action):
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def main(program, threads, pairs):
    with subprocess.Popen([program, str(threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as ours:
        def ask(line):
            print(line, file=ours.stdin, flush=True)
            return float(ours.stdout.readline())

        ask("peak")
        peaks = []
        random = np.random.default_rng(0)
        results = {}
        for name, (m, n, k, ta, tb) in SHAPES.items():
            a = random.standard_normal((k, m) if ta else (m, k)).astype(np.float32)
            b = random.standard_normal((n, k) if tb else (k, n)).astype(np.float32)
            c = np.empty((m, n), np.float32)
            left, right = (a.T if ta else a), (b.T if tb else b)
            address = lambda x: ctypes.c_void_p(x.ctypes.data)
            call = (101, 112 if ta else 111, 112 if tb else 111, m, n, k, ctypes.c_float(1), address(a), a.shape[1],
                    address(b), b.shape[1], ctypes.c_float(0), address(c), n)
            line = f"float32 {m} {n} {k} {ta} {tb}"
            # A single product of the small shapes is over in half a millisecond: several in a row, and their mean.
            inner = max(1, int(1e9 / (2 * m * n * k)))
            actions = {
                "ours": lambda: sum(ask(line) for _ in range(inner)) / inner,
                "OpenBLAS": lambda: timed(lambda: [np.matmul(left, right, out=c) for _ in range(inner)]) / inner,
                "MKL": lambda: timed(lambda: [mkl.cblas_sgemm(*call) for _ in range(inner)]) / inner,
            }
            for action in actions.values():
                action()
            assert np.abs(c - left @ right).max() < 1e-3 * k
            times = {key: [] for key in actions}
            for _ in range(pairs):
                for key, action in actions.items():
                    times[key].append(action())
            peaks.append(2 * ask("peak"))
            results[name] = (2 * m * n * k, times)
        ours.stdin.close()
    peak = statistics.median(peaks)
    print(f"\n{threads} thread{'s' if threads > 1 else ''}, float32, medians of {pairs} rounds; "
          f"peak of fused multiply-add {peak / 1e9:.0f} GFLOP/s")
    print(f"{'':28}{'ours':>8}{'OpenBLAS':>10}{'MKL':>8}  GFLOP/s{'x OpenBLAS':>13}{'x MKL':>8}{'of peak':>9}")
    for name, (operations, times) in results.items():
        rates = {key: operations / statistics.median(values) / 1e9 for key, values in times.items()}
        ratio = {key: statistics.median(b / a for a, b in zip(times["ours"], times[key])) for key in times}
        print(f"{name:28}{rates['ours']:8.1f}{rates['OpenBLAS']:10.1f}{rates['MKL']:8.1f}"
              f"{ratio['OpenBLAS']:22.2f}{ratio['MKL']:8.2f}{rates['ours'] * 1e9 / peak:9.0%}")


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
