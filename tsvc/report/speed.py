"""How fast beside what: the machine's limit, other sizes, and other ways to run the loops; where a record has them."""

from statistics import median

from tsvc.report.section import Section, Table
from tsvc.statistics import geometric_mean

#: Baselines that run on the GPU.
_ON_GPU = {"torch"}
_REACHED = ((0.9, "90 %"), (0.6, "60 %"), (0.1, "10 %"))
_LARGE = ((0.85, "85 %"), (0.4, "40 %"))
#: Loops that reach less of their limit are named.
_FAR = 0.1


def limits_section(record: dict) -> Section | None:
    """How near loops come to the machine's limit, by what sets it; None where no limit is known."""
    reached: dict[str, list[float]] = {}
    far = []
    for name, entry in record["loops"].items():
        if entry["verdict"] == "PASSED" and (share := limit_share(entry)):
            reached.setdefault(entry.get("limited_by", "limit"), []).append(share)
            far += [(share, name)] if share < _FAR else []
    if not reached:
        return None
    rows = [_reached(word, shares) for word, shares in sorted(reached.items())]
    every = [share for shares in reached.values() for share in shares]
    rows += [_reached("all", every)] if len(rows) > 1 else []
    columns = ("limited by", "loops", "limit / time", "least", *(f">= {words}" for _, words in _REACHED))
    line = f"geometric mean of limit / time {geometric_mean(every):.2f}; below {_FAR}: {len(far)}"
    if far:
        line += f" ({', '.join(f'{name} {share:.2f}' for share, name in sorted(far))})"
    return Section("Against the machine's limit", (line,), Table(columns, rows))


def sizes_section(record: dict) -> Section | None:
    """Speedup over C on one core by size, and where the device overtakes it; None without a sweep."""
    points: dict[int, list[dict]] = {}
    swept = [entry for entry in record["loops"].values() if entry.get("sweep")]
    for entry in swept:
        for point in entry["sweep"]:
            points.setdefault(point["n"], []).append(point)
    rows = []
    for n, some in sorted(points.items()):
        ratios = [ratio for point in some if (ratio := point_speedup(point))]
        shares = [share for point in some if (share := limit_share(point))]
        if ratios:
            mean = f"{geometric_mean(shares):.0%}" if shares else "-"
            faster = sum(ratio >= 1 for ratio in ratios)
            rows.append([str(n), str(len(ratios)), f"{geometric_mean(ratios):.2f}x", str(faster), mean])
    if not rows:
        return None
    columns = ("n", "loops", "speedup", "faster than C", "limit / time")
    return Section("Over sizes", _crossovers(swept), Table(columns, rows, left=frozenset()))


def largest_section(record: dict) -> Section | None:
    """Each loop at the largest size of its sweep, farthest from the limit first; None without a sweep."""
    found = {}
    for name, entry in record["loops"].items():
        points = [point for point in entry.get("sweep") or [] if point_speedup(point)]
        if points and entry["verdict"] == "PASSED":
            found[name] = max(points, key=lambda point: point["n"])
    if not found:
        return None
    has_all_cores = any(point.get("c_all_us") for point in found.values())
    rows = [
        [
            name,
            str(point["n"]),
            micro(point["device_us"]),
            *(f"{point[rate]:.0f}" if point.get(rate) else "-" for rate in ("gb_per_s", "sector_gb_per_s")),
            f"{share:.0%}" if (share := limit_share(point)) else "-",
            micro(point["c_us"]),
            f"{point_speedup(point):.2f}x",
            *([_over_all_cores(point)] if has_all_cores else []),
        ]
        for name, point in sorted(found.items(), key=lambda item: limit_share(item[1]) or 2)
    ]
    ratios = [point_speedup(point) or 0 for point in found.values()]
    best = [min(point["c_us"], point.get("c_all_us") or point["c_us"]) / point["device_us"] for point in found.values()]
    shares = [share for point in found.values() if (share := limit_share(point))]
    lines = [f"geometric mean {geometric_mean(ratios):.2f}x over one core"]
    if has_all_cores:
        lines[0] += f", {geometric_mean(best):.2f}x over the better of one core and all"
    if shares:
        lines.append(f"geometric mean of limit / time {geometric_mean(shares):.2f}; {_reaching(shares)}")
    rates = [point["sector_gb_per_s"] for point in found.values() if point.get("sector_gb_per_s")]
    copy = (record["machine"].get("floors") or {}).get("memory_copy")
    if rates and copy:
        beside = _reaching([rate * 1e9 / copy for rate in rates])
        lines.append(f"of a copy's {copy / 1e9:.0f} GB/s, in sectors: {beside}")
    sides = ("C us", "speedup", *(("over all cores",) * has_all_cores))
    columns = ("loop", "n", "device us", "GB/s", "in sectors", "of limit", *sides)
    return Section("At the largest size", tuple(lines), Table(columns, rows, left={0}))


def _reaching(shares: list[float]) -> str:
    """How many shares reach each of _LARGE, in words."""
    reached = ", ".join(f"{sum(share >= least for share in shares)} reach {words}" for least, words in _LARGE)
    return f"of {len(shares)} loops {reached}"


def _over_all_cores(point: dict) -> str:
    return f"{point['c_all_us'] / point['device_us']:.2f}x" if point.get("c_all_us") else "-"


def baselines_section(record: dict) -> Section | None:
    """The device beside each other way to run the loops; None where there is none."""
    over: dict[str, list[float]] = {}
    best, best_on_cpu = [], []
    for entry in _timed(record):
        others = {name: us for name, us in (entry.get("baselines") or {}).items() if us}
        for name, us in others.items():
            over.setdefault(name, []).append(us / entry["device_us"])
        if others:
            c = [entry["c_us"]] if entry.get("c_us") else []
            best.append(min([*others.values(), *c]) / entry["device_us"])
            on_cpu = [*(us for name, us in others.items() if name not in _ON_GPU), *c]
            best_on_cpu += [min(on_cpu) / entry["device_us"]] if on_cpu else []
    if not over:
        return None
    rows = [_beside(name, ratios) for name, ratios in over.items()]
    if _ON_GPU & over.keys():
        rows.append(_beside("best on the processor, C included", best_on_cpu))
    rows.append(_beside("best of all, C included", best))
    columns = ("the device beside", "loops", "speedup", "at 1x or better")
    return Section("Beside other ways to run the loops", _left_out(record), Table(columns, rows))


def _left_out(record: dict) -> tuple[str, ...]:
    """How many loops each baseline has no time of, and what is wrong with any."""
    reasons: dict[str, list[str]] = {}
    for loop, entry in record["loops"].items():
        for name, reason in (entry.get("baselines_left") or {}).items():
            wrong = reason.split(":")[0]
            reasons.setdefault(name, []).append(f"{loop} {wrong}" if wrong.isupper() else "")
    lines = []
    for name, all_ in reasons.items():
        wrong = ", ".join(sorted(filter(None, all_)))
        lines.append(f"{name}: {len(all_)} loops without a time" + (f" ({wrong})" if wrong else ""))
    return tuple(lines)


def limit_share(entry: dict) -> float | None:
    """The machine's limit over the device time, of a loop or of a point of its sweep; None where one is unknown."""
    if entry.get("limit_us") and entry.get("device_us"):
        return entry["limit_us"] / entry["device_us"]
    return None


def point_speedup(point: dict) -> float | None:
    """C on one core over the device at one size of a sweep."""
    return point["c_us"] / point["device_us"] if point.get("c_us") and point.get("device_us") else None


def micro(value: float | None) -> str:
    """Microseconds with two places below 100, none above."""
    return "-" if value is None else f"{value:.2f}" if value < 100 else f"{value:.0f}"


def _timed(record: dict) -> list[dict]:
    """The loops whose times count: those that pass."""
    return [entry for entry in record["loops"].values() if entry.get("device_us") and entry["verdict"] == "PASSED"]


def _reached(word: str, shares: list[float]) -> list[str]:
    counts = [str(sum(share >= least for share in shares)) for least, _ in _REACHED]
    return [word, str(len(shares)), f"{geometric_mean(shares):.2f}", f"{min(shares):.2f}", *counts]


def _beside(name: str, ratios: list[float]) -> list[str]:
    faster = sum(ratio >= 1 for ratio in ratios)
    return [name, str(len(ratios)), f"{geometric_mean(ratios):.2f}x", str(faster)]


def _crossovers(swept: list[dict]) -> tuple[str, ...]:
    lines = []
    for key, whom in (("crossover_n", "C on one core"), ("crossover_all_n", "C on all cores")):
        asked = [entry for entry in swept if key in entry or key == "crossover_n"]
        found = [entry[key] for entry in asked if entry.get(key)]
        if found:
            half = f"half of them by n = {median(found):.0f}"
            lines.append(f"{len(found)} of {len(asked)} loops overtake {whom}, {half}")
        elif asked:
            lines.append(f"no loop overtakes {whom} at any size that was timed")
    busy = [point["busy_cores"] for entry in swept for point in entry["sweep"] if point.get("busy_cores")]
    if busy:
        who = f"others, who kept {median(busy):.1f} cores busy"
        lines.append(f"C was timed {len(busy)} times beside {who}: there it is too slow")
    return tuple(lines)
