"""The HTML page: its bytes, what it holds, and how it behaves in a real browser where one is installed."""

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser

import plotly.graph_objects
import pytest

from clib.build import ROOT
from tsvc.report.figures import loop_figures, run_figures
from tsvc.report.page import run_page
from tsvc.results import read_results, write_reports

COMMITTED = ROOT / "results" / "h200-n32000"
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
HOSTILE = "s111: a: got </script><script>document.title = 'broken in'</script> & <b>"
KERNEL = "import triton\n\n\ndef s112(a, b, n):  # </template>\n    return a < b\n"


@pytest.fixture(scope="module")
def rich() -> dict:
    """The committed run with everything that a record may hold: attempts, findings, sources, sweeps, money."""
    record = copy.deepcopy(read_results(COMMITTED))
    record["loops"] = {name: entry for name, entry in record["loops"].items() if "speedup" in entry}
    for k, (name, entry) in enumerate(record["loops"].items()):
        verdicts = ["WRONG"] * (k % 3) + ["PASSED"]
        entry["attempts"] = [{"sample": 1, "number": j, "verdict": word} for j, word in enumerate(verdicts, 1)]
        entry |= {"usd": 0.01 * (k + 1), "tokens": {"input": 900, "output": 300}}
        entry |= {"limit_us": 0.6 * entry["device_us"], "limited_by": "bytes", "crossover_n": 5000}
        entry |= {"findings": ["the loop over i is parallel"], "c_source": f"void {name}(int n);\n"}
        launches = [{"kernel": f"{name}_kernel", "registers": 32, "spill_bytes": 0, "loads": {"128": 2}}]
        entry |= {"kernel_source": KERNEL, "class": "triton", "resources": {"sm_90": {"launches": launches}}}
        entry["baselines"] = {"openmp": 2.5, "numba": None}
        entry |= {"baselines_left": {"torch": "no array form"}, "best_baseline": "openmp", "speedup_best": 1.2}
        entry |= {"crossover_all_n": 400_000, "sweep_ended": "memory", "gb_per_s": 90.5}
        sizes = [2**exponent for exponent in range(10, 25)]
        entry["sweep"] = [
            {"n": n, "device_us": 1 + n / 1e5, "c_us": n / 5e3, "c_all_us": n / 2e4, "limit_us": 0.8} for n in sizes
        ]
    record["loops"]["s111"] |= {"verdict": "WRONG", "failure": HOSTILE}
    return record


@pytest.fixture(scope="module")
def page(rich) -> str:
    return run_page(rich)


@pytest.mark.parametrize("path", sorted(ROOT.glob("results/*/results.json")), ids=lambda path: path.parent.name)
def test_what_is_committed_is_made_from_its_results(path, tmp_path):
    for made in write_reports(tmp_path, read_results(path)):
        assert made.read_bytes() == path.with_name(made.name).read_bytes()


def test_the_same_bytes_in_every_process(tmp_path):
    pages = []
    for seed in ("1", "2"):
        shutil.copy(COMMITTED / "results.json", tmp_path)
        command = [sys.executable, "-m", "tsvc", "report", "--html", str(tmp_path)]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=120)
        pages.append((done.stdout, (tmp_path / "report.html").read_bytes()))
    assert pages[0] == pages[1]
    assert b"Speedup over C on one core, n = 32000, m = 256:" in pages[0][0]


def test_one_file_below_8_mb_that_asks_for_nothing(page):
    assert len(page.encode()) < 8_000_000
    assert "default-src 'none'" in page

    class Links(HTMLParser):
        found: list = []

        def handle_starttag(self, tag, attrs):
            self.found += [value for name, value in attrs if name in ("src", "href") and not value.startswith("#")]

    Links().feed(page)
    assert Links.found == []


def test_texts_of_others_are_shown_not_run(page, rich):
    assert "got &lt;/script&gt;" in page
    assert page.count("</template>") == len(rich["loops"])
    assert "broken in'</script>" not in page


def test_plotly_knows_every_word_of_the_figures(rich):
    figures = [*run_figures(rich).values(), *loop_figures(rich["loops"]["s000"]).values()]
    assert [*run_figures(rich), *loop_figures(rich["loops"]["s000"])] == [
        "Speedup by loop, against the limit",
        "Device and C time",
        "Speedup over sizes",
        "Beside other ways to run the loops",
        "Passed by attempt",
        "Cost by loop",
        "Times over sizes",
        "Samples, % of the median",
    ]
    for figure in figures:
        text = re.sub(r'"\$\w+"', '"red"', json.dumps(figure))  # the theme's colours
        plotly.graph_objects.Figure(json.loads(text))


def test_a_run_without_times_has_no_figures_and_no_plotly(rich):
    loops = {"s000": {"verdict": "PASSED", "cases": 20, "evidence": 20}, "s111": {"verdict": "MISSING"}}
    text = run_page({**rich, "loops": loops})
    assert len(text) < 60_000
    assert "1 of 2 loops PASSED" in text


WATCH = """<script>
window.complaints = [];
addEventListener("error", (event) => complaints.push(event.message));
addEventListener("unhandledrejection", (event) => complaints.push(String(event.reason)));
addEventListener("securitypolicyviolation", (event) => complaints.push("policy: " + event.blockedURI));
for (const level of ["error", "warn"]) console[level] = (...words) => complaints.push(words.join(" "));
</script>"""
VISIT = """<script>
addEventListener("load", async () => {
  const rows = () => [...document.querySelectorAll("#table tbody tr")].filter((row) => !row.hidden);
  const first = () => rows()[0].cells[0].textContent;
  const heads = [...document.querySelectorAll("#table th")];
  const head = (name) => heads.find((one) => one.textContent.startsWith(name));
  const type = (id, text) => {
    const control = document.getElementById(id);
    control.value = text;
    control.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const seen = { rows: rows().length, plots: document.querySelectorAll(".plot .main-svg").length };
  head("speedup").click();
  seen.slowest = first();
  head("speedup").click();
  seen.fastest = first();
  head("loop").click();
  seen.first = first();
  type("filter", "s42");
  seen.filtered = rows().map((row) => row.cells[0].textContent);
  seen.shown = document.getElementById("shown").textContent;
  type("filter", "");
  type("verdict", "WRONG");
  seen.wrong = rows().map((row) => row.cells[0].textContent);
  type("verdict", "");
  location.hash = "s112";
  await new Promise((done) => setTimeout(done, 300));
  const panel = document.getElementById("panel");
  seen.open = panel.open;
  seen.panel = panel.querySelector("h2").textContent;
  seen.code = [...panel.querySelectorAll("pre")].at(-1).textContent;
  seen.inPanel = panel.querySelectorAll(".plot .main-svg").length;
  seen.cells = [...panel.querySelectorAll("tbody td")].map((cell) => cell.textContent);
  const box = panel.getBoundingClientRect();
  seen.within = box.left >= 0 && box.right <= innerWidth && panel.scrollWidth <= panel.clientWidth;
  document.getElementById("close").click();
  await new Promise((done) => setTimeout(done, 100));
  seen.closed = [panel.open, location.hash];
  seen.wide = document.documentElement.scrollWidth > innerWidth;
  seen.complaints = complaints;
  parent.postMessage([innerWidth, seen], "*");
});
</script>"""


# Chromium's own windows are never narrower than 500 pixels.
FRAMES = """<body><script>
const seen = {};
addEventListener("message", ({data: [width, what]}) => {
  seen[width] = what;
  document.body.dataset.seen = JSON.stringify(seen);
});
</script><iframe src="report.html" width="1280" height="900" style="border: 0"></iframe>
<iframe src="report.html" width="390" height="844" style="border: 0"></iframe></body>"""


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed")
def test_in_a_browser_it_sorts_filters_and_opens_a_loop(page, rich, tmp_path):
    visited = page.replace("<head>", "<head>" + WATCH, 1).replace("</body>", VISIT + "</body>")
    (tmp_path / "report.html").write_text(visited)
    (tmp_path / "frames.html").write_text(FRAMES)
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=10000", "--window-size=1700,900"]
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    command = [CHROMIUM, *options, profile, "--dump-dom", (tmp_path / "frames.html").as_uri()]
    output = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    parsed: dict = {}

    class Body(HTMLParser):
        def handle_starttag(self, tag, attrs):
            if tag == "body":
                parsed.update(json.loads(dict(attrs).get("data-seen", "{}")))

    Body().feed(output[output.rindex("<body") :])
    assert set(parsed) == {"1280", "390"}
    speedups = {name: entry["speedup"] for name, entry in rich["loops"].items()}
    for seen in parsed.values():
        assert seen["complaints"] == []
        assert (seen["rows"], seen["plots"] > 0) == (len(rich["loops"]), True)
        assert seen["slowest"] == min(speedups, key=speedups.__getitem__)
        assert seen["fastest"] == max(speedups, key=speedups.__getitem__)
        assert seen["first"] == "s000"
        assert seen["filtered"] == [name for name in seen["filtered"] if name.startswith("s42")] != []
        assert seen["shown"] == f"{len(seen['filtered'])} loops"
        assert seen["wrong"] == ["s111"]
        assert (seen["open"], seen["panel"], seen["inPanel"] > 0) == (True, "s112 PASSED", True)
        assert seen["cells"][:2] == ["sm_90", "s112_kernel"]
        assert seen["code"].strip() == KERNEL.strip()
        assert seen["closed"] == [False, ""]
        assert (seen["wide"], seen["within"]) == (False, True)
