"""The runner beside other tools on pipelines of trivial stages: CPU seconds of the whole process tree.

usage: runner_beside_peers.py PROGRAM [--peers NAMES] SIZE [SIZE ...]

Three shapes: `wide` has N stages that need nothing, each written out; `sweep` has one stage over N points and one that
gathers them; `chain` has N stages in a line. A stage of a peer is a `cat` through the shell; one of ours puts numbers into
an artifact, with its labels, its digest and its record. `cold` is the first run with one job, in a new folder; `no-op` is a
run after it, the median of three; `plan` is what the tool says that it would do then. A phase of more than ten minutes is
stopped, and so are sizes at which a peer would take hours.
"""
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

LIMIT = 600
PEERS = os.path.abspath(".build/peers")
# DVC writes its lock anew after each stage: cold, 1,000 take it twenty minutes.
LARGEST = {"dvc": 100, "snakemake": 1000}


def ours(shape, n):
    if shape == "sweep":
        return {
            "bench.yaml": "pipeline: bench\nstages:\n  s:\n    kind: arrays\n"
            f"    matrix: {{ i: {{ range: {n} }} }}\n    with: {{ values: {{ value: \"${{{{ matrix.i }}}}\" }} }}\n"
            "  collect: { kind: statistics, inputs: { data: s }, with: { over: [i] } }\n"
        }
    lines = ["pipeline: bench", "stages:"]
    for i in range(n):
        if shape == "wide" or i == 0:
            lines.append(f"  s{i}: {{ kind: arrays, with: {{ values: {{ value: {i} }} }} }}")
        else:
            taken = f"take: {{ value: last/value }}, values: {{ index: {i} }}"
            lines.append(f"  s{i}: {{ kind: arrays, inputs: {{ last: s{i - 1} }}, with: {{ {taken} }} }}")
    return {"bench.yaml": "\n".join(lines) + "\n"}


def source(shape, i):
    return f"out/{i - 1}.txt" if shape == "chain" and i else "seed.txt"


def ninja(shape, n):
    lines = ["rule cat\n  command = cat $in > $out", "rule list\n  command = ls out > $out"]
    lines += [f"build out/{i}.txt: cat {source(shape, i)}" for i in range(n)]
    if shape == "sweep":
        lines.append("build all.txt: list " + " ".join(f"out/{i}.txt" for i in range(n)))
    return {"build.ninja": "\n".join(lines) + "\n"}


def doit(shape, n):
    before = "f'out/{i - 1}.txt' if i else 'seed.txt'" if shape == "chain" else "'seed.txt'"
    text = f"""
DOIT_CONFIG = {{'check_file_uptodate': 'md5'}}
def task_s():
    for i in range({n}):
        source = {before}
        yield {{'name': str(i), 'actions': [f'cat {{source}} > out/{{i}}.txt'], 'file_dep': [source],
               'targets': [f'out/{{i}}.txt']}}
"""
    if shape == "sweep":
        text += f"""
def task_collect():
    return {{'actions': ['ls out > all.txt'], 'file_dep': [f'out/{{i}}.txt' for i in range({n})], 'targets': ['all.txt']}}
"""
    return {"dodo.py": text}


def snakemake(shape, n):
    every = f"[f'out/{{i}}.txt' for i in range({n})]"
    if shape == "sweep":
        text = f"rule collect:\n    input: {every}\n    output: 'all.txt'\n    shell: 'ls out > {{output}}'\n"
        text += "rule s:\n    input: 'seed.txt'\n    output: 'out/{i}.txt'\n    shell: 'cat {input} > {output}'\n"
        return {"Snakefile": text}
    text = f"rule all:\n    input: {every if shape == 'wide' else repr(source(shape, n))}\n"
    for i in range(n):
        text += f"rule s{i}:\n    input: '{source(shape, i)}'\n    output: 'out/{i}.txt'\n    shell: 'cat {{input}} > {{output}}'\n"
    return {"Snakefile": text}


def dvc(shape, n):
    lines = ["stages:"]
    if shape == "sweep":
        lines.append(f"  s:\n    matrix: {{ i: {list(range(n))} }}\n    cmd: cat seed.txt > out/${{item.i}}.txt")
        lines.append("    deps: [seed.txt]\n    outs: [\"out/${item.i}.txt\"]\n  collect:\n    cmd: ls out > all.txt")
        lines.append(f"    deps: {[f'out/{i}.txt' for i in range(n)]}\n    outs: [all.txt]")
    else:
        for i in range(n):
            lines.append(f"  s{i}: {{ cmd: cat {source(shape, i)} > out/{i}.txt, deps: [{source(shape, i)}], outs: [out/{i}.txt] }}")
    return {"dvc.yaml": "\n".join(lines) + "\n"}


def program(peer):
    return os.path.join(PEERS, peer, "bin", peer)


TOOLS = {
    "ninja": (ninja, None, [program("ninja"), "--quiet", "-j1"], [program("ninja"), "-n", "--quiet"]),
    "doit": (doit, None, [program("doit"), "-v0"], None),
    "snakemake": (snakemake, None, [program("snakemake"), "-c1", "-q", "all", "--nolock"],
                  [program("snakemake"), "-c1", "-n", "-q", "all"]),
    "dvc": (dvc, [program("dvc"), "init", "-q", "--no-scm"], [program("dvc"), "repro", "-q"], [program("dvc"), "status", "-q"]),
}


def cpu(command, folder):
    """CPU seconds of a command and all that it waited for, its largest process in MiB; None if it failed or took long."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = dict(os.environ, DVC_NO_ANALYTICS="1", PATH=os.path.dirname(command[0]) + ":" + os.environ["PATH"])
    try:
        done = subprocess.run(command, cwd=folder, env=environment, timeout=LIMIT, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode != 0:
        print(f"    {' '.join(command)}: exit {done.returncode}: {done.stderr.strip()[-200:]}")
        return None
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(tool, shape, n):
    files, start, run, plan = tool
    folder = tempfile.mkdtemp(prefix="bench-runner-")
    try:
        os.mkdir(os.path.join(folder, "out"))
        for name, text in {"seed.txt": "seed\n", **files(shape, n)}.items():
            with open(os.path.join(folder, name), "w") as file:
                file.write(text)
        if start:
            subprocess.run(start, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        cold = cpu(run, folder)
        if cold is None:
            return None, None, None
        # The first run afterwards may note what it found.
        cpu(run, folder)
        idle = [cpu(run, folder) for _ in range(3)]
        return cold, statistics.median(idle), cpu(plan, folder) if plan else None
    finally:
        shutil.rmtree(folder)


def main(program, *rest):
    names = list(TOOLS)
    if rest[0] == "--peers":
        names, rest = rest[1].split(), rest[2:]
    us = (ours, None, [program, "run", "bench.yaml", "-q", "-j1"], [program, "plan", "bench.yaml"])
    tools = {"pipeline": us} | {name: TOOLS[name] for name in names}
    print("CPU seconds of the process tree, one job; no-op is the median of three")
    print(f"{'shape':6} {'stages':>7}  {'tool':10} {'cold':>8} {'ms/stage':>8} {'no-op':>7} {'plan':>7}   no-op against ours")
    for n in (int(size) for words in rest for size in words.split()):
        for shape in ("wide", "sweep", "chain"):
            own = None
            for name, tool in tools.items():
                if n > LARGEST.get(name, n) or (name, shape, n > 400) == ("snakemake", "chain", True):
                    continue
                cold, idle, plan = measure(tool, shape, n)
                if cold is None:
                    print(f"{shape:6} {n:7}  {name:10} gave up")
                    continue
                own = own or idle
                said = f"{plan:7.2f}" if plan is not None else "      -"
                print(f"{shape:6} {n:7}  {name:10} {cold:8.2f} {1000 * cold / n:8.2f} {idle:7.3f} {said}   {idle / own:6.1f} x", flush=True)


main(*sys.argv[1:])
