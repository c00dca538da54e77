"""The page's figures, as plotly draws them: dictionaries of data and layout. Colours and fonts are the page's."""

import math

from tsvc.report.attempts import passes_by_attempt
from tsvc.report.speed import point_speedup
from tsvc.report.tables import passing_speedups
from tsvc.statistics import geometric_mean

#: Names of colours that the page replaces by those of its light or dark theme.
DEVICE, HOST, LIMIT, MUTED = "$device", "$host", "$limit", "$muted"
_LOOPS_AXIS = {"type": "category", "showticklabels": False, "showgrid": False}


def run_figures(record: dict) -> dict[str, dict]:
    """Figures of the whole run by title; only those that the record has something for."""
    figures = {}
    if speedups := passing_speedups(record):
        figures["Speedup by loop, against the limit"] = _speedups(record, speedups)
        figures["Device and C time"] = _times(record, speedups)
    if any(entry.get("sweep") for entry in record["loops"].values()):
        figures["Speedup over sizes"] = _speedup_over_sizes(record)
    if beside := _beside_baselines(record):
        figures["Beside other ways to run the loops"] = beside
    passed, total = passes_by_attempt(record)
    if total:
        rates = [100 * count / total for count in passed]
        numbers = list(range(1, len(rates) + 1))
        data = [{"type": "scatter", "mode": "lines+markers", "x": numbers, "y": rates, "line": {"color": DEVICE}}]
        axis = {"title": {"text": "attempts"}, "dtick": 1}
        figures["Passed by attempt"] = _figure(data, axis, {"title": {"text": "% passed"}, "range": [0, 103]})
    costs = {name: entry["usd"] for name, entry in record["loops"].items() if entry.get("usd")}
    if costs:
        names = sorted(costs, key=lambda name: -costs[name])
        data = [_bars(names, [costs[name] for name in names], DEVICE)]
        figures["Cost by loop"] = _figure(
            data, {**_LOOPS_AXIS, "title": {"text": "loops, dearest first"}}, {"title": {"text": "$"}}
        )
    return figures


def loop_figures(entry: dict) -> dict[str, dict]:
    """Figures of one loop's panel by title."""
    figures = {}
    if entry.get("sweep"):
        figures["Times over sizes"] = _sweep(entry)
    samples = {"device": entry.get("device_samples_us"), "C": entry.get("c_samples_us")}
    data = []
    for (name, values), colour in zip(samples.items(), (DEVICE, HOST), strict=True):
        if values and entry.get("c_us" if name == "C" else "device_us"):
            median = entry["c_us" if name == "C" else "device_us"]
            relative = [round(100 * value / median, 2) for value in values]
            data.append({"type": "scatter", "mode": "markers", "name": name, "y": relative, "marker": _dot(colour, 5)})
    if data:
        figures["Samples, % of the median"] = _figure(data, {"title": {"text": "sample"}}, {})
    return figures


def _speedups(record: dict, speedups: dict[str, float]) -> dict:
    order = sorted(speedups, key=lambda name: (speedups[name], name))
    loops = [record["loops"][name] for name in order]
    hover = "%{x}: %{y:.2f}x<extra></extra>"
    measured = {
        "type": "scatter",
        "mode": "markers",
        "name": "measured",
        "x": order,
        "y": [round(speedups[name], 4) for name in order],
        "customdata": order,
        "marker": _dot(DEVICE, 7),
        "hovertemplate": hover,
    }
    limits = [loop["c_us"] / loop["limit_us"] if loop.get("limit_us") and loop.get("c_us") else None for loop in loops]
    data = [measured]
    if any(limits):
        marker = {"color": LIMIT, "symbol": "line-ew-open", "size": 5}
        data.append({**measured, "name": "at the machine's limit", "y": limits, "marker": marker})
    axis = {**_LOOPS_AXIS, "title": {"text": "loops, slowest first"}}
    return _figure(data, axis, {"type": "log", "title": {"text": "speedup"}}, shapes=[_level(1)])


def _times(record: dict, speedups: dict[str, float]) -> dict:
    names = sorted(speedups)
    loops = [record["loops"][name] for name in names]
    both = [1e-9 + value for loop in loops for value in (loop["device_us"], loop["c_us"])]
    data = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [loop["c_us"] for loop in loops],
            "y": [loop["device_us"] for loop in loops],
            "text": names,
            "customdata": names,
            "marker": _dot(DEVICE, 7),
            "hovertemplate": "%{text}: C %{x:.2f} us, device %{y:.2f} us<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "lines",
            "x": [min(both), max(both)],
            "y": [min(both), max(both)],
            "line": {"color": MUTED, "dash": "dot"},
            "hoverinfo": "skip",
        },
    ]
    x, y = ({"type": "log", "title": {"text": text}} for text in ("C us (dotted: as fast as C)", "device us"))
    return _figure(data, x, y, showlegend=False)


def _speedup_over_sizes(record: dict) -> dict:
    """Geometric mean, and what a quarter, a half and three quarters of the loops stay below, by size."""
    ratios: dict[int, list[float]] = {}
    for entry in record["loops"].values():
        for point in entry.get("sweep") or []:
            if ratio := point_speedup(point):
                ratios.setdefault(point["n"], []).append(ratio)
    sizes = sorted(ratios)
    shares = (
        ("a quarter below", 0.25, MUTED, "dot"),
        ("half", 0.5, HOST, "dash"),
        ("three quarters", 0.75, MUTED, "dot"),
    )
    data = [
        _line(name, sizes, [_quantile(ratios[n], share) for n in sizes], colour, dash)
        for name, share, colour, dash in shares
    ]
    data.insert(0, _line("geometric mean", sizes, [geometric_mean(ratios[n]) for n in sizes], DEVICE, "solid"))
    axes = ({"type": "log", "title": {"text": text}} for text in ("elements", "speedup over C on one core"))
    return _figure(data, *axes, shapes=[_level(1)])


def _beside_baselines(record: dict) -> dict | None:
    """How the speedup over each baseline is spread over the loops; None without baselines."""
    spread: dict[str, dict[str, float]] = {}
    for name, entry in record["loops"].items():
        if entry.get("device_us") and entry["verdict"] == "PASSED":
            for rival, us in (entry.get("baselines") or {}).items():
                if us:
                    spread.setdefault(rival, {})[name] = us / entry["device_us"]
    data = [
        {
            "type": "box",
            "name": rival,
            "y": [round(ratio, 4) for ratio in loops.values()],
            "text": list(loops),
            "customdata": list(loops),
            "boxpoints": "all",
            "jitter": 0.6,
            "pointpos": 0,
            "marker": {"color": DEVICE, "size": 4, "opacity": 0.5},
            "line": {"color": MUTED, "width": 1},
            "fillcolor": "rgba(0,0,0,0)",
            "hovertemplate": "%{text}: %{y:.2f}x<extra></extra>",
            "hoveron": "points",
        }
        for rival, loops in spread.items()
    ]
    y = {"type": "log", "title": {"text": "speedup of the device"}}
    return _figure(data, {"type": "category"}, y, shapes=[_level(1)], showlegend=False) if data else None


def _sweep(entry: dict) -> dict:
    """Times over numbers of elements, and from where the device is faster than C on one core and on all."""
    points = entry["sweep"]
    sides = {"device_us": ("device", DEVICE, "solid"), "c_us": ("C, one core", HOST, "solid")}
    sides |= {"c_all_us": ("C, all cores", HOST, "dash"), "limit_us": ("limit", LIMIT, "dot")}
    data = []
    for key, (name, colour, dash) in sides.items():
        there = [(point["n"], point[key]) for point in points if point.get(key)]
        if there:
            data.append(_line(name, [n for n, _ in there], [us for _, us in there], colour, dash))
    shapes, notes = [], []
    middle = math.sqrt(points[0]["n"] * points[-1]["n"])
    for key, whom, height in (("crossover_n", "faster than one core", 1), ("crossover_all_n", "than all cores", 0.9)):
        if n := entry.get(key):
            line = {"color": MUTED, "dash": "dash"}
            shapes.append({"type": "line", "x0": n, "x1": n, "yref": "paper", "y0": 0, "y1": 1, "line": line})
            note = {"x": math.log10(n), "y": height, "yref": "paper", "text": f"{whom}: {n}"}
            side = {"xanchor": "left", "xshift": 4} if n < middle else {"xanchor": "right", "xshift": -4}
            notes.append(note | side | {"showarrow": False, "yanchor": "top"})
    axes = ({"type": "log", "title": {"text": text}} for text in ("elements", "us"))
    return _figure(data, *axes, shapes=shapes, annotations=notes)


def _line(name: str, x: list, y: list[float], colour: str, dash: str) -> dict:
    line = {"color": colour, "dash": dash}
    return {"type": "scatter", "mode": "lines+markers", "name": name, "x": x, "y": y, "line": line}


def _level(y: float) -> dict:
    """A dotted line from side to side."""
    line = {"color": MUTED, "dash": "dot"}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y, "line": line}


def _quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _bars(names: list[str], values: list[float], colour: str) -> dict:
    return {"type": "bar", "x": names, "y": values, "customdata": names, "marker": {"color": colour}}


def _dot(colour: str, size: int) -> dict:
    return {"color": colour, "size": size, "opacity": 0.8}


def _figure(data: list[dict], x: dict, y: dict, **layout) -> dict:
    return {"data": data, "layout": {"xaxis": x, "yaxis": y, **layout}}
