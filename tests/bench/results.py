"""Rows of a benchmark as medians, ranges and ratios; what the text and the HTML page have in common."""
import dataclasses
import math
import statistics

OURS = "pxed"
ROUNDS_THAT_PROVE = 3  # the ranges of two rounds each lie apart by chance in one case of three


@dataclasses.dataclass
class Metric:
    key: str
    up: bool  # more is better
    label: str
    drawn: bool


@dataclasses.dataclass
class Load:
    name: str
    title: str
    metrics: list = dataclasses.field(default_factory=list)
    cases: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Figure:
    """One metric of one peer in one case."""

    values: list

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def low(self):
        return min(self.values)

    @property
    def high(self):
        return max(self.values)

    @property
    def half_range(self):
        return (self.high - self.low) / 2


@dataclasses.dataclass
class Cell:
    """The rows of one peer in one case."""

    rows: list = dataclasses.field(default_factory=list)
    errors: list = dataclasses.field(default_factory=list)

    def figure(self, key):
        """None if a round failed: what is not right in every round has no figure."""
        values = [float(row[key]) for row in self.rows if row.get(key, "-") != "-"]
        return Figure(values) if values and not self.errors else None


@dataclasses.dataclass
class Run:
    machine: list = dataclasses.field(default_factory=list)  # (word, text)
    versions: list = dataclasses.field(default_factory=list)  # (peer, text)
    loads: dict = dataclasses.field(default_factory=dict)
    cells: dict = dataclasses.field(default_factory=dict)  # (load, case, peer)

    def peers(self, load, case):
        """Ours first, the others as they came."""
        found = [peer for (name, its_case, peer) in self.cells if (name, its_case) == (load.name, case)]
        return sorted(found, key=lambda peer: peer != OURS)

    def range_of(self, key):
        """Least and greatest value of a key over all rows, or None."""
        values = [float(row[key]) for cell in self.cells.values() for row in cell.rows if key in row]
        return (min(values), max(values)) if values else None


@dataclasses.dataclass
class Ratio:
    """How many times better ours is."""

    value: float
    sure: bool  # ROUNDS_THAT_PROVE or more, and the ranges do not overlap

    @property
    def loses(self):
        return self.sure and self.value < 1


def ratio(metric, ours, peer):
    """None where there is nothing to compare."""
    if ours is None or peer is None or ours.median == peer.median:
        return Ratio(1, False) if ours and peer and ours.median else None
    more, less = (ours.median, peer.median) if metric.up else (peer.median, ours.median)
    apart = ours.low > peer.high or peer.low > ours.high
    return Ratio(more / less if less else math.inf, apart and min(len(ours.values), len(peer.values)) >= ROUNDS_THAT_PROVE)


def best_peer(run, load, case, metric):
    """(peer, figure) of the best of the others, or None."""
    found = [(peer, run.cells[load.name, case, peer].figure(metric.key)) for peer in run.peers(load, case) if peer != OURS]
    found = [(peer, figure) for peer, figure in found if figure]
    if not found:
        return None
    return (max if metric.up else min)(found, key=lambda item: item[1].median)


def against_best(run, load, case, metric):
    """(peer, Ratio) of ours to the best of the others, or None."""
    best = best_peer(run, load, case, metric)
    ours = run.cells.get((load.name, case, OURS))
    if not best or not ours:
        return None
    value = ratio(metric, ours.figure(metric.key), best[1])
    return (best[0], value) if value else None


def losses(run):
    """(load, case, metric, peer, Ratio) of all in which a peer is better beyond doubt."""
    for load in run.loads.values():
        for case in load.cases:
            for metric in load.metrics:
                found = against_best(run, load, case, metric)
                if found and found[1].loses:
                    yield load, case, metric, *found


def take_row(run, words):
    row = dict(word.split("=", 1) for word in words)
    name, case = row["load"], row["case"]
    load = run.loads.setdefault(name, Load(name, name))
    if case not in load.cases:
        load.cases.append(case)
    cell = run.cells.setdefault((name, case, row["peer"]), Cell())
    if "error" in row:
        cell.errors.append(row["error"].replace("_", " "))
    else:
        cell.rows.append(row)


def read(lines):
    run = Run()
    for line in lines:
        kind, _, rest = line.rstrip("\n").partition(" ")
        if kind == "row":
            take_row(run, rest.split())
        elif kind == "load":
            name, title = rest.split(" ", 1)
            run.loads[name] = Load(name, title)
        elif kind == "metric":
            name, key, better, label = rest.split(" ", 3)
            run.loads[name].metrics.append(Metric(key.lstrip("+"), better == "up", label, key.startswith("+")))
        elif kind in ("machine", "version"):
            word, _, text = rest.partition(" ")
            (run.machine if kind == "machine" else run.versions).append((word, text))
    return run


def number(value):
    """A few digits that matter."""
    if value == math.inf:
        return "∞"
    if value >= 1000:
        return f"{value:,.0f}"
    if value >= 100 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.3g}"


def spread(figure):
    """± half the range in percent, or nothing after one round."""
    if len(figure.values) < 2 or not figure.median:
        return ""
    return f"±{figure.half_range / figure.median * 100:.0f}%"


LEGEND = (
    "Medians of all rounds, ± half their range. Ratios say how many times better pxed is than that server; below 1 pxed loses. "
    "~ before a ratio: the ranges overlap or there were fewer than three rounds, so it proves little. "
    "A server that answered wrongly or not at all in a round has no figure there."
)


def circumstances(run):
    """What else the machine did, as a sentence."""
    load, others = run.range_of("load_during"), run.range_of("others")
    text = f"Load average during the rows: {load[0]:.1f} to {load[1]:.1f}. " if load else ""
    if others:
        text += f"CPUs that neither server nor load generator used: {max(others[0], 0):.1f} to {others[1]:.1f}."
    return text
