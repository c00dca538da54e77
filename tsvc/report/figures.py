"""The page's figures, as plotly draws them: dictionaries of data and layout. Colours and fonts are the page's."""

from tsvc.report.attempts import passes_by_attempt
from tsvc.report.tables import passing_speedups

#: Names of colours that the page replaces by those of its light or dark theme.
DEVICE, HOST, LIMIT, MUTED = "$device", "$host", "$limit", "$muted"
_LOOPS_AXIS = {"type": "category", "showticklabels": False, "showgrid": False}


def run_figures(record: dict) -> dict[str, dict]:
    """Figures of the whole run by title; only those that the record has something for."""
    figures = {}
    if speedups := passing_speedups(record):
        figures["Speedup by loop, against the limit"] = _speedups(record, speedups)
        figures["Device and C time"] = _times(record, speedups)
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
    if points := entry.get("sweep"):
        figures["Times over sizes"] = _sweep(points, entry.get("crossover_n"))
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
        marker = {"color": LIMIT, "symbol": "line-ew-open", "size": 9}
        data.append({**measured, "name": "at the machine's limit", "y": limits, "marker": marker})
    axis = {**_LOOPS_AXIS, "title": {"text": "loops, slowest first"}}
    line = {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": 1,
        "y1": 1,
        "line": {"color": MUTED, "dash": "dot"},
    }
    return _figure(data, axis, {"type": "log", "title": {"text": "speedup"}}, shapes=[line])


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


def _sweep(points: list[dict], crossover: int | None) -> dict:
    sides = (("device_us", "device", DEVICE), ("c_us", "C, one core", HOST), ("limit_us", "limit", LIMIT))
    data = []
    for key, name, colour in sides:
        there = [point for point in points if point.get(key)]
        if there:
            x, y = [point["n"] for point in there], [point[key] for point in there]
            line = {"color": colour, "dash": "dot" if key == "limit_us" else "solid"}
            data.append({"type": "scatter", "mode": "lines+markers", "name": name, "x": x, "y": y, "line": line})
    shapes = []
    if crossover:
        shapes = [{"type": "line", "x0": crossover, "x1": crossover, "yref": "paper", "y0": 0, "y1": 1}]
        shapes[0]["line"] = {"color": MUTED, "dash": "dash"}
    axes = ({"type": "log", "title": {"text": text}} for text in ("n", "us"))
    return _figure(data, *axes, shapes=shapes)


def _bars(names: list[str], values: list[float], colour: str) -> dict:
    return {"type": "bar", "x": names, "y": values, "customdata": names, "marker": {"color": colour}}


def _dot(colour: str, size: int) -> dict:
    return {"color": colour, "size": size, "opacity": 0.8}


def _figure(data: list[dict], x: dict, y: dict, **layout) -> dict:
    return {"data": data, "layout": {"xaxis": x, "yaxis": y, **layout}}
