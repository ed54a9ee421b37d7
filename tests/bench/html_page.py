"""The page as one HTML file that needs no other: pictures are inline SVG, colours follow the reader's light or dark."""
import html

import results

STYLE = """
:root { color-scheme: light dark; --back: #fcfcfb; --text: #1d1d1b; --dim: #6b6a66; --line: #dddbd5; --ours: #1f6fb2; --other: #b9b6ad;
        --bad: #b3261e; --good: #22703c; }
@media (prefers-color-scheme: dark) { :root { --back: #191919; --text: #e8e6e1; --dim: #9c9a94; --line: #3a3936; --ours: #5aa9e6;
        --other: #5e5c57; --bad: #ff8a80; --good: #7fce9a; } }
body { background: var(--back); color: var(--text); font: 15px/1.45 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0 0 .4rem; } h2 { font-size: 1.2rem; margin: 2.4rem 0 .6rem; border-top: 1px solid var(--line); padding-top: 1rem; }
h3 { font-size: 1rem; margin: 1.4rem 0 .3rem; } p, dl { margin: .5rem 0; } .dim { color: var(--dim); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; } dt { color: var(--dim); } dd { margin: 0; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(21rem, 1fr)); gap: .8rem 1.6rem; } figure { margin: 0; }
figcaption { font-size: .85rem; } svg { width: 100%; height: auto; display: block; } svg text { font: 12px system-ui, sans-serif; fill: var(--text); }
svg .dim { fill: var(--dim); } svg .bad { fill: var(--bad); } .bar { fill: var(--other); } .bar.ours { fill: var(--ours); }
.range { stroke: var(--text); stroke-width: 1; } .axis { stroke: var(--line); }
.scroll { overflow-x: auto; margin-top: 1rem; } tr.case:not(:first-child) th { padding-top: 1rem; } table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .15rem .7rem; border-bottom: 1px solid var(--line); white-space: nowrap; } th:first-child, td:first-child { text-align: left; }
th { font-weight: 600; } tr.ours td:first-child { font-weight: 600; color: var(--ours); } .loses, .error { color: var(--bad); } .wins { color: var(--good); }
td.error { text-align: left; white-space: normal; }
"""
WIDTH, NAME, ROW, VALUE = 360, 104, 20, 74  # of a picture, in units of its view box: all, names, height of a bar's row, figures


def text(value):
    return html.escape(str(value), quote=True)


def bar(at, peer, cell, metric, most):
    """One server's row of a picture."""
    figure = cell.figure(metric.key)
    middle = at + ROW / 2 + 4
    out = f'<text x="{NAME - 6}" y="{middle}" text-anchor="end">{text(peer)}</text>'
    if not figure:
        return out + f'<text class="bad" x="{NAME + 4}" y="{middle}">{"error" if cell.errors else "no figure"}</text>'
    scale = (WIDTH - NAME - VALUE) / most if most else 0
    width = max(figure.median * scale, 1)
    kind = "bar ours" if peer == results.OURS else "bar"
    out += f'<rect class="{kind}" x="{NAME}" y="{at + 3}" width="{width:.1f}" height="{ROW - 6}" rx="2"/>'
    if len(figure.values) > 1:
        out += f'<line class="range" x1="{NAME + figure.low * scale:.1f}" x2="{NAME + figure.high * scale:.1f}" y1="{at + ROW / 2}" y2="{at + ROW / 2}"/>'
    place = NAME + max(width, figure.high * scale) + 5
    return out + f'<text class="dim" x="{place:.1f}" y="{middle}">{results.number(figure.median)}</text>'


def picture(run, load, case, metric):
    peers = run.peers(load, case)
    cells = [run.cells[load.name, case, peer] for peer in peers]
    figures = [cell.figure(metric.key) for cell in cells]
    if not any(figures):
        return ""
    most = max(figure.high for figure in figures if figure)
    height = ROW * len(peers)
    rows = "".join(bar(ROW * i, peer, cell, metric, most) for i, (peer, cell) in enumerate(zip(peers, cells)))
    name = f"{case}: {metric.label}, {'more' if metric.up else 'less'} is better"
    return (
        f'<figure><figcaption><b>{text(case)}</b> {text(metric.label)} <span class="dim">{"more" if metric.up else "less"} is better</span></figcaption>'
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{text(name)}">'
        f'<line class="axis" x1="{NAME}" x2="{NAME}" y1="0" y2="{height}"/>{rows}</svg></figure>'
    )


def ratio_mark(ratio):
    if ratio is None:
        return ""
    kind = "dim" if not ratio.sure else "loses" if ratio.loses else "wins"
    return f' <span class="{kind}">{"" if ratio.sure else "~"}{results.number(ratio.value)}×</span>'


def table_cell(run, load, case, peer, metric):
    figure = run.cells[load.name, case, peer].figure(metric.key)
    if not figure:
        return "<td>–</td>"
    ours = run.cells.get((load.name, case, results.OURS))
    ratio = results.ratio(metric, ours.figure(metric.key), figure) if ours and peer != results.OURS else None
    return f'<td>{results.number(figure.median)} <span class="dim">{results.spread(figure)}</span>{ratio_mark(ratio)}</td>'


def table(run, load, case):
    peers = run.peers(load, case)
    metrics = [metric for metric in load.metrics if any(run.cells[load.name, case, peer].figure(metric.key) for peer in peers)]
    out = f'<tr class="case"><th>{text(case)}</th>' + "".join(f"<th>{text(metric.label)}</th>" for metric in metrics) + "</tr>"
    for peer in peers:
        cell = run.cells[load.name, case, peer]
        out += f'<tr class="{"ours" if peer == results.OURS else ""}"><td>{text(peer)}</td>'
        if cell.errors:
            rounds = len(cell.errors) + len(cell.rows)
            out += f'<td class="error" colspan="{max(len(metrics), 1)}">error in {len(cell.errors)} of {rounds}: {text(cell.errors[0])}</td>'
        else:
            out += "".join(table_cell(run, load, case, peer, metric) for metric in metrics)
        out += "</tr>"
    return out


def section(run, load):
    pictures = "".join(picture(run, load, case, metric) for metric in load.metrics if metric.drawn for case in load.cases)
    tables = "".join(table(run, load, case) for case in load.cases)
    return f'<h2 id="{text(load.name)}">{text(load.title)}</h2><div class="pictures">{pictures}</div><div class="scroll"><table>{tables}</table></div>'


def losses(run):
    found = list(results.losses(run))
    if not found:
        return "<h2>No server is better anywhere with its range apart</h2>"
    rows = "".join(
        f'<tr><td>{text(load.name)} {text(case)}</td><td>{text(metric.label)}</td><td>{text(peer)}</td><td class="loses">{results.number(ratio.value)}×</td></tr>'
        for load, case, metric, peer, ratio in found
    )
    return f"<h2>Where another server is better, the ranges apart</h2><div class='scroll'><table>{rows}</table></div>"


def make(run):
    machine = "".join(f"<dt>{text(word)}</dt><dd>{text(value)}</dd>" for word, value in run.machine + run.versions)
    sections = "".join(section(run, load) for load in run.loads.values() if load.cases)
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>pxed beside the servers that Debian has</title><style>{STYLE}</style></head><body>"
        f'<h1>pxed beside the servers that Debian has</h1><p class="dim">{text(results.LEGEND)}</p><p>{text(results.circumstances(run))}</p>'
        f"<dl>{machine}</dl>{losses(run)}{sections}</body></html>\n"
    )
