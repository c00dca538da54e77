"""The iteration space of a loop at small sizes, with an arrow for each dependence: SVG text, or PNG by matplotlib."""

from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import islpy as isl

from analyses.model import Model
from tsvc.cases import fit

#: Sizes at which pictures are drawn.
SMALL = {"n": 10, "m": 5}
COLOURS = {"RAW": "#c0392b", "WAR": "#2471a3", "WAW": "#7d6608"}
_CELL, _EDGE = 56, 64


class PlotError(Exception):
    """A picture cannot be drawn; the message says what to do."""


@dataclass(frozen=True)
class Picture:
    """dots: (x, y, statement); arrows: (kind, array, from, to); axes: names of x and y; title; sizes: parameters."""

    dots: tuple[tuple[float, float, str], ...]
    arrows: tuple[tuple[str, str, tuple[float, float], tuple[float, float]], ...]
    axes: tuple[str, str]
    title: str


def plot(model: Model, path: Path) -> None:
    """Draw to a file. Raises PlotError for an ending other than .svg and .png, or .png without matplotlib."""
    if path.suffix not in (".svg", ".png"):
        raise PlotError(f"{path}: give a name that ends in .svg or .png")
    drawn = picture(model)
    if path.suffix == ".svg":
        path.write_text(svg(drawn))
    else:
        png(drawn, path)


def picture(model: Model) -> Picture:
    """The two innermost loops of the deepest nest at small sizes; other loops at their first iteration."""
    inside = [statement for statement in model.statements if statement.loops]
    if not inside:
        raise PlotError(f"{model.name}: there is no loop to draw")
    deepest = max(inside, key=lambda statement: len(statement.loops))
    shown = [s for s in inside if s.loops[: len(deepest.loops) - 1] == deepest.loops[:-1]] or [deepest]
    depth = min(len(deepest.loops), 2)
    fitted = fit(model.loop, SMALL["n"], SMALL["m"])
    if fitted is None:
        raise PlotError(f"{model.name}: no legal size is small enough to draw")
    values = {"n": fitted[0], "m": fitted[1], **fitted[2]}
    fixed = _fixed(model, values)
    kept, first = [], None
    for statement in shown:
        found = _points(statement.domain.intersect_params(fixed))
        if found and first is None:
            first = found[0][:-depth]
        kept += [(statement, point) for point in found if point[: len(first or ())] == first]
    order = {statement: at for at, statement in enumerate(shown)}
    places = {(s.name, p): _place(p, depth, order[s], len(shown)) for s, p in kept}
    arrows = []
    for dep in model.dependences:
        if model.arrays[dep.array].is_virtual or model.arrays[dep.array].is_scalar:
            continue
        cut = len(dep.source.loops)
        for point in _points(dep.relation.wrap().intersect_params(fixed)):
            ends = (dep.source.name, point[:cut]), (dep.sink.name, point[cut:])
            if all(end in places for end in ends) and places[ends[0]] != places[ends[1]]:
                arrows.append((dep.kind, dep.array, places[ends[0]], places[ends[1]]))
    names = deepest.iterators
    axes = (names[-1], names[-2]) if depth == 2 else (names[-1], "statement")
    sizes = ", ".join(f"{name} = {values[name]}" for name in model.parameters)
    dots = tuple((*places[s.name, p], s.name) for s, p in kept)
    return Picture(dots, tuple(dict.fromkeys(arrows)), axes, f"{model.name} ({sizes})")


def _place(point: tuple[int, ...], depth: int, row: int, rows: int) -> tuple[float, float]:
    if depth == 1:
        return float(point[-1]), float(row)
    return point[-1] + 0.18 * (row - (rows - 1) / 2), float(point[-2])


def _fixed(model: Model, values: dict) -> isl.Set:
    equal = " and ".join(f"{name} = {values[name]}" for name in model.parameters) or "true"
    head = f"[{', '.join(model.parameters)}] -> " if model.parameters else ""
    return isl.Set(f"{head}{{ : {equal} }}")


def _points(points: isl.Set) -> list[tuple[int, ...]]:
    size = points.dim(isl.dim_type.set)
    for d in range(size):  # the rounds of a while loop have no bound
        points = points.upper_bound_val(isl.dim_type.set, d, isl.Val(12)).lower_bound_val(
            isl.dim_type.set, d, isl.Val(-12)
        )
    found: list[isl.Point] = []
    points.foreach_point(found.append)
    return sorted(
        tuple(int(point.get_coordinate_val(isl.dim_type.set, d).to_python()) for d in range(size)) for point in found
    )


def svg(drawn: Picture) -> str:
    """The picture as SVG text."""
    xs, ys = [dot[0] for dot in drawn.dots] or [0], [dot[1] for dot in drawn.dots] or [0]
    low, top = min(xs), min(ys)
    width, height = (max(xs) - low) * _CELL + 2 * _EDGE, (max(ys) - top) * _CELL + 2 * _EDGE + 20

    def at(spot) -> tuple[float, float]:
        return (spot[0] - low) * _CELL + _EDGE, (spot[1] - top) * _CELL + _EDGE

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" font-family="sans-serif">',
        "<defs>",
        *(
            f'<marker id="{kind}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            f'<path d="M0 0L8 4L0 8z" fill="{colour}"/></marker>'
            for kind, colour in COLOURS.items()
        ),
        "</defs>",
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="12" y="22" font-size="15">{escape(drawn.title)}</text>',
    ]
    for kind, array, one, two in drawn.arrows:
        (x, y), (u, v) = at(one), at(two)
        length = max(((u - x) ** 2 + (v - y) ** 2) ** 0.5, 1e-9)
        across, down = (u - x) / length, (v - y) / length
        x, y, u, v = x + 7 * across, y + 7 * down, u - 7 * across, v - 7 * down
        bend = 0.14 * length
        middle = ((x + u) / 2 + bend * down, (y + v) / 2 - bend * across)
        parts.append(
            f'<path d="M{x:.1f} {y:.1f}Q{middle[0]:.1f} {middle[1]:.1f} {u:.1f} {v:.1f}" fill="none" '
            f'stroke="{COLOURS[kind]}" marker-end="url(#{kind})"><title>{kind} {escape(array)}</title></path>'
        )
    for x, y, name in drawn.dots:
        u, v = at((x, y))
        parts.append(f'<circle cx="{u:.1f}" cy="{v:.1f}" r="5" fill="#333"><title>{name}</title></circle>')
    for value in sorted({round(x) for x in xs}):
        parts.append(f'<text x="{at((value, 0))[0]:.1f}" y="{height - 30:.0f}" font-size="11">{value}</text>')
    for value in sorted({round(y) for y in ys}):
        named = (dot[2] for dot in drawn.dots if dot[1] == value)
        name = next(named, "") if drawn.axes[1] == "statement" else str(value)
        parts.append(f'<text x="16" y="{at((0, value))[1] + 4:.1f}" font-size="11">{name}</text>')
    legend = "; ".join(f"{kind}: {len([a for a in drawn.arrows if a[0] == kind])}" for kind in COLOURS)
    parts.append(
        f'<text x="12" y="{height - 10:.0f}" font-size="12">'
        f"across: {drawn.axes[0]}, down: {drawn.axes[1]}; arrows: {legend}</text>"
    )
    return "\n".join([*parts, "</svg>", ""])


def png(drawn: Picture, path: Path) -> None:
    """The picture by matplotlib."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise PlotError(f"{path}: .png needs matplotlib (pip install matplotlib); .svg needs nothing") from None
    figure = Figure(figsize=(9, 6))
    axes = figure.subplots()
    for kind, _, one, two in drawn.arrows:
        arrow = {"arrowstyle": "->", "color": COLOURS[kind], "connectionstyle": "arc3,rad=0.2"}
        axes.annotate("", xy=two, xytext=one, arrowprops=arrow)
    axes.scatter([dot[0] for dot in drawn.dots], [dot[1] for dot in drawn.dots], color="#333", zorder=3)
    axes.set(title=drawn.title, xlabel=drawn.axes[0], ylabel=drawn.axes[1])
    axes.invert_yaxis()
    figure.savefig(path)
