"""The engine beside its peers in one run: matrix products (OpenBLAS, MKL), a step of gradient descent, a product with the
Hessian, and the sharpness at every step of a training (JAX, PyTorch, ARPACK). All take turns, round after round; what is
printed are medians, and medians of the ratios within a round.

usage: engine_beside_peers.py FOLDER THREADS ROUNDS [PART...]      FOLDER: of our programs; PART: products, training, sharpness

Single precision; networks 3072-W-W-10, ReLU, squared error, 5,000 examples whose spectrum falls as 1/k, like that of images.
"""
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

FOLDER, THREADS, ROUNDS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
PARTS = sys.argv[4:] or ["products", "training", "sharpness"]
EXAMPLES, INPUTS, OUTPUTS = 5000, 3072, 10
# rows, columns, depth, whether A and B are stored transposed
SHAPES = {
    "forward, layer 1": (5000, 512, 3072, 0, 0),
    "forward, layer 2": (5000, 512, 512, 0, 0),
    "weight gradient, layer 1": (3072, 512, 5000, 1, 0),
    "weight gradient, layer 2": (512, 512, 5000, 1, 0),
    "data gradient, layer 2": (5000, 512, 512, 0, 1),
    "width 128: forward, layer 1": (5000, 128, 3072, 0, 0),
    "width 128: weight gradient": (3072, 128, 5000, 1, 0),
    "readout": (5000, 10, 512, 0, 0),
    "readout's weight gradient": (512, 10, 5000, 1, 0),
    "readout's data gradient": (5000, 512, 10, 0, 1),
}


class Program:
    """A program that answers a line with a line of numbers."""

    def __init__(self, *words):
        self.process = subprocess.Popen(
            [str(word) for word in words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def ask(self, line):
        print(line, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"{self.process.args[:3]} ended at '{line}'")
        return [float(word) for word in answer.split()]


def ours(name, *words):
    return Program(os.path.join(FOLDER, name), THREADS, *words)


def peer(name, *words):
    return Program(sys.executable, os.path.join(os.path.dirname(__file__), "engine_peer.py"), name, THREADS, *words)


def rounds(programs, line, count, repetitions=1):
    """Seconds of each program, round after round, after one for warming up."""
    for program in programs.values():
        program.ask(line)
    times = {name: [] for name in programs}
    for _ in range(count):
        for name, program in programs.items():
            # The threads of some libraries go on looking for work for a fifth of a second, on the others' processors.
            time.sleep(0.25)
            times[name].append(sum(program.ask(line)[0] for _ in range(repetitions)) / repetitions)
    return times


def ratio(times, name):
    """How many times ours the peer's time is."""
    return statistics.median(b / a for a, b in zip(times["ours"], times[name]))


def title(text):
    load = os.getloadavg()[0]
    print(f"\n{text}; {THREADS} thread{'s' if THREADS > 1 else ''}, float32, medians of {ROUNDS} rounds; "
          f"load of the machine before {load:.1f}", flush=True)


def products():
    with ours("matrix-benchmark") as mine, peer("openblas") as openblas, peer("mkl") as mkl:
        peak = 2 * max(mine.ask("peak")[0] for _ in range(5))
        title(f"Matrix products; peak of fused multiply-add {peak / 1e9:.0f} GFLOP/s")
        print(f"{'':29}{'ours':>8}{'OpenBLAS':>10}{'MKL':>8}  GFLOP/s{'x OpenBLAS':>12}{'x MKL':>8}{'of peak':>9}")
        programs = {"ours": mine, "OpenBLAS": openblas, "MKL": mkl}
        for name, shape in SHAPES.items():
            operations = 2 * shape[0] * shape[1] * shape[2]
            line = " ".join(str(number) for number in shape)
            # A product of the small shapes is over in half a millisecond: several in a row, and their mean.
            asked = {key: Renamed(program, {"ours": f"float32 {line}"}.get(key, f"gemm {line}"))
                     for key, program in programs.items()}
            times = rounds(asked, "", ROUNDS, max(1, int(1e9 / operations)))
            rate = {key: operations / statistics.median(values) for key, values in times.items()}
            print(f"{name:29}{rate['ours'] / 1e9:8.1f}{rate['OpenBLAS'] / 1e9:10.1f}{rate['MKL'] / 1e9:8.1f}"
                  f"{ratio(times, 'OpenBLAS'):21.2f}{ratio(times, 'MKL'):8.2f}{rate['ours'] / peak:9.0%}", flush=True)
        print("aim: 1.05 times OpenBLAS, 0.95 times MKL; the readout's at least 1.00 times OpenBLAS")


class Renamed:
    """A program that is asked always the same."""

    def __init__(self, program, line):
        self.program, self.line = program, line

    def ask(self, _):
        return self.program.ask(self.line)


def write_data(path, width):
    """Examples of a spectrum like that of images, labels of a random teacher, parameters at the start, and a vector."""
    random = np.random.default_rng(0)
    x = random.standard_normal((EXAMPLES, INPUTS)) / np.sqrt(np.arange(1, INPUTS + 1))
    x *= np.sqrt(INPUTS) / np.linalg.norm(x, axis=1, keepdims=True)
    labels = (np.tanh(x @ random.standard_normal((INPUTS, 32)) * 0.3) @ random.standard_normal((32, OUTPUTS))).argmax(1)
    shapes = [(INPUTS, width), (width, width), (width, OUTPUTS)]
    parameters = [random.standard_normal(s) * ((2 if i < 2 else 1) / s[0]) ** 0.5 for i, s in enumerate(shapes)]
    size = sum(a * b for a, b in shapes)
    parts = [x, np.eye(OUTPUTS)[labels], *parameters, random.standard_normal(size)]
    np.concatenate([part.reshape(-1) for part in parts]).astype(np.float32).tofile(path)


def operations(width):
    """Of a step and of a product with the Hessian at a point whose values are known."""
    first, rest = INPUTS * width, width * width + width * OUTPUTS
    return {"step": 2 * EXAMPLES * (2 * first + 3 * rest), "product": 2 * EXAMPLES * (2 * first + 6 * rest)}


def training(path):
    with ours("matrix-benchmark") as mine:
        peak = 2 * max(mine.ask("peak")[0] for _ in range(5))
    title("Training")
    print(f"{'':36}{'ours':>9}{'JAX':>9}{'PyTorch':>9}  s{'ours / better':>15}{'aim':>7}{'of peak':>9}")
    for width in (512, 128):
        write_data(path, width)
        arguments = (INPUTS, width, OUTPUTS, 3, EXAMPLES, path)
        with ours("training-benchmark", *arguments) as mine, peer("jax", width, path) as jax, \
                peer("torch", width, path) as torch:
            programs = {"ours": mine, "JAX": jax, "PyTorch": torch}
            for name, line, aim in (("step", "step 0.01", 0.8), ("product", "product", 0.7)):
                times = rounds(programs, line, ROUNDS)
                middle = {key: statistics.median(values) for key, values in times.items()}
                better = min(("JAX", "PyTorch"), key=middle.get)
                what = "gradient step" if name == "step" else "product with the Hessian"
                share = operations(width)[name] / middle["ours"] / peak
                print(f"{f'{INPUTS}-{width}-{width}-{OUTPUTS}, {what}':36}{middle['ours']:9.4f}{middle['JAX']:9.4f}"
                      f"{middle['PyTorch']:9.4f}{1 / ratio(times, better):17.2f}{aim:7.2f}{share:9.0%}", flush=True)


def sharpness(path):
    """Along the same training: after a start in which only we measure, both measure at each step."""
    title("Sharpness to 1e-3 at every step of a training")
    print(f"{'':22}{'ours':>9}{'ARPACK':>9}  s{'products':>12}{'ARPACKs':>9}{'ours / ARPACK':>15}{'aim':>6}{'differ by':>11}")
    for width, start, count in ((128, 60, 12), (512, 20, 3)):
        write_data(path, width)
        arguments = (INPUTS, width, OUTPUTS, 3, EXAMPLES, path)
        with ours("training-benchmark", *arguments) as mine, peer("jax", width, path) as jax, \
                peer("torch", width, path) as torch:
            times = rounds({"JAX": jax, "PyTorch": torch}, "product", 2)
            fast, _ = min(zip((jax, torch), times.values()), key=lambda both: min(both[1]))
            _, value, _ = mine.ask("sharpness")
            rate = 1.0 / value
            found = []
            for step in range(start + count):
                for program in (mine, fast):
                    program.ask(f"step {rate}")
                measured = mine.ask("sharpness")
                if step >= start:
                    found.append((measured, fast.ask("sharpness")))
            mean = lambda values: sum(values) / len(values)
            (a, b) = (mean([pair[i][0] for pair in found]) for i in (0, 1))
            counts = [mean([pair[i][2] for pair in found]) for i in (0, 1)]
            difference = max(abs(p[0][1] / p[1][1] - 1) for p in found)
            which = "JAX" if fast is jax else "PyTorch"
            print(f"{f'width {width}, {count} steps':22}{a:9.3f}{b:9.3f}{counts[0]:14.1f}{counts[1]:9.1f}{a / b:15.3f}{0.15:6.2f}"
                  f"{difference:11.1e}   (ARPACK drives {which})", flush=True)


with tempfile.TemporaryDirectory() as folder:
    data = os.path.join(folder, "data")
    for part in PARTS:
        {"products": products, "training": lambda: training(data), "sharpness": lambda: sharpness(data)}[part]()
