"""The page as text."""
import textwrap

import results


def ratio_text(ratio):
    if ratio is None:
        return ""
    return f" [{'' if ratio.sure else '~'}{results.number(ratio.value)}{'!' if ratio.loses else ''}]"


def table(rows):
    """Columns as wide as their widest word."""
    widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(max(map(len, rows)))]
    return [("  " + "  ".join(word.ljust(width) for word, width in zip(row, widths))).rstrip() for row in rows]


def figure_text(run, load, case, peer, metric):
    figure = run.cells[load.name, case, peer].figure(metric.key)
    if not figure:
        return "-"
    ours = run.cells.get((load.name, case, results.OURS))
    ratio = None
    if peer != results.OURS and ours:
        ratio = results.ratio(metric, ours.figure(metric.key), figure)
    return f"{results.number(figure.median)} {results.spread(figure)}".strip() + ratio_text(ratio)


def case_rows(run, load, case, metrics):
    for peer in run.peers(load, case):
        cell = run.cells[load.name, case, peer]
        if cell.errors:
            rounds = len(cell.errors) + len(cell.rows)
            yield ["", peer, f"error in {len(cell.errors)} of {rounds}: {cell.errors[0]}"]
        else:
            yield ["", peer] + [figure_text(run, load, case, peer, metric) for metric in metrics]


def case_table(run, load, case):
    """Aligned lines; what failed does not make a column wide."""
    peers = run.peers(load, case)
    metrics = [metric for metric in load.metrics if any(run.cells[load.name, case, peer].figure(metric.key) for peer in peers)]
    rows = list(case_rows(run, load, case, metrics))
    good = [row for row in rows if len(row) == 2 + len(metrics) and metrics]
    lines = iter(table([[case, ""] + [metric.label for metric in metrics]] + good))
    yield next(lines)
    for row in rows:
        yield next(lines) if row in good else f"    {row[1]}: {row[2]}"


def losses(run):
    found = list(results.losses(run))
    yield "Where another server is better, the ranges apart" if found else "No server is better anywhere with its range apart"
    for load, case, metric, peer, ratio in found:
        yield f"  {load.name} {case}: {metric.label}, {peer} [{results.number(ratio.value)}]"


def make(run):
    lines = ["pxed beside the servers that Debian has", ""]
    lines += table([list(item) for item in run.machine + run.versions])
    lines += ["", *textwrap.wrap(f"{results.circumstances(run)} {results.LEGEND}", 110), ""]
    lines += losses(run)
    for load in run.loads.values():
        if not load.cases:
            continue
        lines += ["", load.title]
        for case in load.cases:
            lines += case_table(run, load, case)
    return "\n".join(lines) + "\n"
