"""One HTML file of a run or of a comparison: no network, light and dark, nothing beside it."""

import json
from functools import lru_cache
from pathlib import Path

import jinja2
from markupsafe import Markup
from plotly.offline import get_plotlyjs
from pygments import highlight
from pygments.filter import simplefilter
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import CLexer, PythonLexer
from pygments.token import Name, Operator, Punctuation, Text, Whitespace

from tsvc.report.figures import loop_figures, run_figures
from tsvc.report.resources import launches_table
from tsvc.report.section import Section
from tsvc.report.speed import limit_share, micro
from tsvc.report.tables import limits_text, machine_section, sections, speedup_text, totals_section
from tsvc.targets import TARGETS

_HERE = Path(__file__).parent
_SHOWN_OTHERWISE = {"Loops", "Verdicts"}  # as a table with filters, and under the title


def run_page(record: dict) -> str:
    """A run: figures, every table, and a panel for each loop; the same record gives the same bytes."""
    first, rest = totals_section(record), [part for part in sections(record) if part.title not in _SHOWN_OTHERWISE]
    loops = [_loop(name, entry) for name, entry in record["loops"].items()]
    figures = {"run": run_figures(record), "loops": {name: loop_figures(e) for name, e in record["loops"].items()}}
    return _render(
        title=f"TSVC kernels on {record['machine'].get('device', 'an unknown device')}",
        lead=first.sentences,
        parts=[*rest, machine_section(record)],
        loops=loops,
        words=sorted({loop["entry"]["verdict"] for loop in loops}),
        categories=sorted({loop["entry"].get("category", "unknown") for loop in loops}),
        figures=figures,
        has_limits=any(limit_share(entry) for entry in record["loops"].values()),
    )


def sections_page(title: str, parts: list[Section], figures: dict[str, dict]) -> str:
    """Any sections as a page: how a comparison is shown."""
    shown = {"run": figures, "loops": {}}
    return _render(title=title, lead=(), parts=parts, loops=[], words=[], categories=[], figures=shown)


def _loop(name: str, entry: dict) -> dict:
    """What the page shows of one loop: the figures of its row, and its texts highlighted."""
    row = {
        "device": micro(entry.get("device_us")),
        "launch": micro(entry.get("launch_us")),
        "c": micro(entry.get("c_us")),
        "speedup": speedup_text(entry),
        "limits": limits_text(entry, with_share=False),
        "limit": micro(entry.get("limit_us")),
        "reached": f"{share:.0%}" if (share := limit_share(entry)) else "-",
    }
    baselines = [(rival, _beside(us, entry)) for rival, us in (entry.get("baselines") or {}).items()]
    samples = {side: _spread(entry.get(f"{side}_samples_us") or []) for side in ("device", "c")}
    c, kernel = (entry.get(key) or "" for key in ("c_source", "kernel_source"))
    texts = {"c": _highlight(c, CLexer()), "kernel": _highlight(kernel, PythonLexer())}
    alone = {"loops": {name: entry}}
    launches = [(target, cells) for target in TARGETS for cells in launches_table(alone, target).rows]
    return {"name": name, "entry": entry, "row": row, "texts": texts, "samples": samples} | {
        "baselines": baselines,
        "launches": launches,
    }


def _beside(us: float | None, entry: dict) -> str:
    """What another way to run the loop takes, and how much longer that is."""
    device = entry.get("device_us")
    return f"{micro(us)} us" + (f", {micro(us / device)} times the device's time" if us and device else "")


def _spread(samples: list[float]) -> str:
    if not samples:
        return ""
    ordered = sorted(samples)
    low, high = ordered[0], ordered[-1]
    return f"{len(ordered)} samples, {micro(low)} to {micro(high)} us"


@simplefilter
def _quiet(self, lexer, stream, options):
    """Names, operators and punctuation stay plain: a span around each would triple the page."""
    for kind, text in stream:
        is_plain = kind in (Name, Name.Namespace, Operator, Punctuation, Whitespace)
        yield (Text if is_plain else kind), text


def _highlight(text: str, lexer: Lexer) -> Markup:
    lexer.add_filter(_quiet())
    return Markup(highlight(text, lexer, HtmlFormatter(nowrap=True)))


@lru_cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.ChainableUndefined,
    )
    return environment.get_template("page.html.j2")


def _render(figures: dict, **facts) -> str:
    light, dark = (HtmlFormatter(style=style).get_style_defs("pre") for style in ("default", "github-dark"))
    styles = f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n{(_HERE / 'page.css').read_text()}"
    data = json.dumps(figures, sort_keys=True, separators=(",", ":")).replace("<", "\\u003c")  # no </script> within
    return _template().render(
        **facts,
        has_figures=bool(figures["run"]),
        styles=Markup(styles),
        plotly=Markup(get_plotlyjs()),
        script=Markup((_HERE / "page.js").read_text()),
        data=Markup(data),
        titles=list(figures["run"]),
    )
