"""One peer of the engine, asked line by line as our own programs are, so that all can take turns in one run.

usage: engine_peer.py NAME THREADS [WIDTH DATA]      NAME: openblas, mkl, jax or torch

- `gemm ROWS COLUMNS DEPTH TRANSPOSES-A TRANSPOSES-B` (openblas, mkl): seconds of a product in single precision
- `step RATE`, `product`, `sharpness` (jax, torch): seconds of a step with the gradient there, of a product with the
  Hessian, and of ARPACK's search for its largest eigenvalue as the published code calls it, with the value and the number
  of products

Products with the Hessian reuse the values of the point, as ours do: JAX's linearize, PyTorch's kept graph.
"""
import ctypes
import glob
import os
import sys
import time

name, threads = sys.argv[1], int(sys.argv[2])
# JAX takes as many threads as it has processors.
os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[-threads:]))
for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[variable] = str(threads)
os.environ["MKL_THREADING_LAYER"] = "INTEL"

import numpy as np

EXAMPLES, INPUTS, OUTPUTS = 5000, 3072, 10


def announce_kernels():
    """Prints which kernels the libraries of this peer chose for the processor."""
    from threadpoolctl import threadpool_info

    for library in threadpool_info():
        if library["user_api"] == "blas":
            version = library.get("version") or "unknown version"
            kernel = library.get("architecture") or "its own choice"
            print(f"{name}: {library['internal_api']} {version}, kernel {kernel}", file=sys.stderr, flush=True)


def timed(action):
    start = time.perf_counter()
    result = action()
    return time.perf_counter() - start, result


def products():
    """Times of a matrix product; the operands of each shape are made once."""
    known = {}
    random = np.random.default_rng(0)
    library = ctypes.CDLL(glob.glob(os.path.join(sys.prefix, "lib", "libmkl_rt.so*"))[0]) if name == "mkl" else None

    def gemm(*shape):
        m, n, k, ta, tb = (int(word) for word in shape)
        if shape not in known:
            a = random.standard_normal((k, m) if ta else (m, k)).astype(np.float32)
            b = random.standard_normal((n, k) if tb else (k, n)).astype(np.float32)
            known[shape] = (a, b, np.empty((m, n), np.float32))
        a, b, c = known[shape]
        if name == "openblas":
            left, right = a.T if ta else a, b.T if tb else b
            return timed(lambda: np.matmul(left, right, out=c))[0]
        address = [ctypes.c_void_p(x.ctypes.data) for x in (a, b, c)]
        return timed(lambda: library.cblas_sgemm(
            101, 112 if ta else 111, 112 if tb else 111, m, n, k, ctypes.c_float(1), address[0], a.shape[1], address[1],
            b.shape[1], ctypes.c_float(0), address[2], n))[0]

    return {"gemm": gemm}


def arpack(dimension, product):
    from scipy.sparse.linalg import LinearOperator, eigsh

    def sharpness():
        count = 0

        def apply(v):
            nonlocal count
            count += 1
            return product(v.reshape(-1).astype(np.float32, copy=False))

        operator = LinearOperator((dimension, dimension), matvec=apply, dtype=np.float32)
        # A new start each time, the settings that ENGINE's reference uses.
        seconds, values = timed(lambda: eigsh(operator, k=1, which="LA", tol=1e-3, ncv=20, return_eigenvectors=False))
        return f"{seconds} {values[0]} {count}"

    return sharpness


def training(width, path):
    data = np.fromfile(path, np.float32)
    shapes = [(INPUTS, width), (width, width), (width, OUTPUTS)]
    sizes = [a * b for a, b in shapes]
    x, y, parameters, vector = np.split(data, np.cumsum([EXAMPLES * INPUTS, EXAMPLES * OUTPUTS, sum(sizes)]))
    x, y = x.reshape(EXAMPLES, INPUTS), y.reshape(EXAMPLES, OUTPUTS)

    def parts(vector):
        return [part.reshape(shape) for part, shape in zip(np.split(vector, np.cumsum(sizes)[:-1]), shapes)]

    return (jax_training if name == "jax" else torch_training)(x, y, parameters, vector, parts)


def jax_training(x, y, parameters, vector, parts):
    import jax
    import jax.numpy as jnp

    x, y = jnp.asarray(x), jnp.asarray(y)

    def loss(weights, x, y):
        h = jax.nn.relu(x @ weights[0])
        h = jax.nn.relu(h @ weights[1])
        return 0.5 * jnp.mean((h @ weights[2] - y) ** 2)

    @jax.jit
    def advance(weights, rate, x, y):
        value, gradient = jax.value_and_grad(loss)(weights, x, y)
        return [w - rate * g for w, g in zip(weights, gradient)], value

    linearize = jax.jit(lambda weights, x, y: jax.linearize(jax.grad(lambda w: loss(w, x, y)), weights)[1])
    apply = jax.jit(lambda linear, v: linear(v))
    weights = [jnp.asarray(part) for part in parts(parameters)]
    tangent = [jnp.asarray(part) for part in parts(vector)]
    linear = None

    def step(rate):
        nonlocal weights, linear
        seconds, (weights, _) = timed(lambda: jax.block_until_ready(advance(weights, np.float32(rate), x, y)))
        linear = None
        return seconds

    def prepare():
        nonlocal linear
        if linear is None:
            linear = jax.block_until_ready(linearize(weights, x, y))

    def product():
        prepare()
        return timed(lambda: jax.block_until_ready(apply(linear, tangent)))[0]

    def flat(v):
        return np.concatenate([np.asarray(part).reshape(-1) for part in apply(linear, [jnp.asarray(p) for p in parts(v)])])

    search = arpack(parameters.size, flat)

    def sharpness():
        prepare()
        return search()

    return {"step": step, "product": product, "sharpness": sharpness}


def torch_training(x, y, parameters, vector, parts):
    import torch

    torch.set_num_threads(threads)
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    weights = [torch.from_numpy(part.copy()).requires_grad_() for part in parts(parameters)]
    tangent = [torch.from_numpy(part) for part in parts(vector)]
    gradient = None

    def loss():
        h = torch.relu(x @ weights[0])
        h = torch.relu(h @ weights[1])
        return 0.5 * ((h @ weights[2] - y) ** 2).mean()

    def advance(rate):
        gradient = torch.autograd.grad(loss(), weights)
        with torch.no_grad():
            for weight, part in zip(weights, gradient):
                weight -= rate * part

    def step(rate):
        nonlocal gradient
        gradient = None
        return timed(lambda: advance(float(rate)))[0]

    def prepare():
        nonlocal gradient
        if gradient is None:
            gradient = torch.autograd.grad(loss(), weights, create_graph=True)

    def apply(v):
        return torch.autograd.grad(gradient, weights, grad_outputs=v, retain_graph=True)

    def product():
        prepare()
        return timed(lambda: apply(tangent))[0]

    def flat(v):
        return torch.cat([part.reshape(-1) for part in apply([torch.from_numpy(p) for p in parts(v)])]).numpy()

    search = arpack(parameters.size, flat)

    def sharpness():
        prepare()
        return search()

    return {"step": step, "product": product, "sharpness": sharpness}


commands = products() if name in ("openblas", "mkl") else training(int(sys.argv[3]), sys.argv[4])
announce_kernels()
for line in sys.stdin:
    words = line.split()
    print(commands[words[0]](*words[1:]), flush=True)
