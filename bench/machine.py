"""The machine: who runs on which core, what a process costs, and how two are compared."""

import json
import os
import statistics
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# On a disk, not in memory: what a commit costs is what is measured.
FOLDER = Path(os.environ.get('BENCH_FOLDER', ROOT / 'target/bench/run'))
ANCHORS = ROOT / 'target/bench/release/anchors'

CORES = sorted(os.sched_getaffinity(0))
# Whoever answers has a core alone, where there are two: what asks must not take its time.
ANSWERS, ASKS = CORES[0], CORES[-1]

TICKS = os.sysconf('SC_CLK_TCK')


def begin(command, core, **more):
    """Starts a process on this core. Whatever it starts stays there."""
    pinned = lambda: os.sched_setaffinity(0, {core})
    return subprocess.Popen([str(word) for word in command], preexec_fn=pinned, **more)


def anchor(*words, core=ASKS, **more):
    """Starts one of the programs in `anchors`, which runs until it is ended."""
    return begin([ANCHORS, *words], core, **more)


def end(process):
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def result(*words, core=ASKS, env=None):
    """Runs one of the programs in `anchors` to its end; what it says, and how busy it was."""
    before = os.times()
    process = anchor(*words, core=core, stdout=subprocess.PIPE, env=env, text=True)
    said = process.communicate()[0]
    if process.returncode != 0:
        raise RuntimeError(f'anchors {words[0]} failed')
    after, found = os.times(), json.loads(said)
    used = sum(after[2:4]) - sum(before[2:4])  # user and system time of children that ended
    return {**found, 'busy': used / (after.elapsed - before.elapsed)}


def family(pid):
    """A process and all below it."""
    found = [pid]
    try:
        for task in os.listdir(f'/proc/{pid}/task'):
            for child in Path(f'/proc/{pid}/task/{task}/children').read_text().split():
                found += family(int(child))
    except OSError:
        pass
    return found


def cpu(pid):
    """Seconds of CPU since it began, of threads that ended too; whole ticks, for long stretches."""
    total = 0
    for one in family(pid):
        try:
            fields = Path(f'/proc/{one}/stat').read_text().rsplit(')', 1)[1].split()
        except OSError:
            continue
        # Its own user and system time; of the first one also that of children that ended.
        total += sum(map(int, fields[11:15] if one == pid else fields[11:13]))
    return total / TICKS


def cpu_now(pid):
    """The same to the nanosecond, of the threads that live: for a single request."""
    total = 0
    for one in family(pid):
        try:
            for task in os.listdir(f'/proc/{one}/task'):
                total += int(Path(f'/proc/{one}/task/{task}/schedstat').read_text().split()[0])
        except OSError:
            continue
    return total / 1e9


def memory(pid, field='VmRSS'):
    """Megabytes that it has in memory, or with `VmHWM` has had at most."""
    for line in Path(f'/proc/{pid}/status').read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    return 0.0


def load():
    return os.getloadavg()[0]


def in_turn(contenders, rounds):
    """Measures each so often, in the order A B, B A, A B: what drifts meanwhile reaches all alike.

    `contenders` are names and what measures them; each gives a number or a dict of numbers."""
    names, found = list(contenders), {name: [] for name in contenders}
    for nth in range(rounds):
        for name in names if nth % 2 == 0 else reversed(names):
            found[name].append(contenders[name]())
    return found


def middle(numbers):
    return statistics.median(numbers)


def each(rows, field):
    return [row[field] for row in rows]


def ratios(ours, others):
    """Of each pair that was measured side by side."""
    return [one / other for one, other in zip(ours, others) if other]
