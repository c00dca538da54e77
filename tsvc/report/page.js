"use strict";
// Sorting, filtering, the panel of a loop (opened by the address's #loop), and figures in the theme's colours.
const figures = JSON.parse(document.getElementById("data").textContent);
const dark = matchMedia("(prefers-color-scheme: dark)");

function themed(value) {
  if (Array.isArray(value)) return value.map(themed);
  if (value && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, themed(part)]));
  return typeof value === "string" && value.startsWith("$") && value.length > 1
    ? getComputedStyle(document.documentElement).getPropertyValue("--" + value.slice(1)).trim()
    : value;
}

function draw(place, figure) {
  const { data, layout } = themed(figure);
  const [text, line] = themed(["$text", "$line"]);
  const axis = { gridcolor: line, linecolor: line, zerolinecolor: line, automargin: true };
  const whole = {
    ...layout,
    xaxis: { ...axis, ...layout.xaxis },
    yaxis: { ...axis, ...layout.yaxis },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: text, family: "system-ui, sans-serif", size: 12 },
    margin: { l: 50, r: 12, t: 24, b: 40 },
    legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 1, xanchor: "right" },
    hovermode: "closest",
  };
  Plotly.react(place, data, whole, { responsive: true, displaylogo: false, displayModeBar: false });
  if (!place.dataset.clickable) {
    place.dataset.clickable = "yes";
    place.on("plotly_click", (event) => {
      const name = event.points[0].customdata;
      if (name && document.getElementById("loop-" + name)) location.hash = name;
    });
  }
}

function drawAll() {
  for (const place of document.querySelectorAll(".plot[data-figure]")) {
    const owner = place.dataset.loop ? figures.loops[place.dataset.loop] : figures.run;
    draw(place, owner[place.dataset.figure]);
  }
}

function key(row, column) {
  const cell = row.cells[column];
  const text = cell.dataset.value ?? cell.textContent.trim();
  const number = parseFloat(text.replace(/^(>=|<|\$)\s*/, ""));
  return Number.isNaN(number) || !/^[-+><=$\s\d.]/.test(text) ? text : number;
}

function compare(a, b) {
  const missing = (value) => value === "" || value === "-";
  if (missing(a) || missing(b)) return missing(a) - missing(b);
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

function sortBy(table, head) {
  const descending = head.getAttribute("aria-sort") === "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => [key(row, head.cellIndex), row]);
  const gone = ([value]) => value === "" || value === "-";
  rows.sort(([a, x], [b, y]) => (descending && !gone([a, x]) && !gone([b, y]) ? compare(b, a) : compare(a, b)));
  body.append(...rows.map(([, row]) => row));
}

for (const table of document.querySelectorAll("table.sortable"))
  for (const head of table.tHead.rows[0].cells) {
    head.tabIndex = 0;
    head.addEventListener("click", () => sortBy(table, head));
    head.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        sortBy(table, head);
      }
    });
  }

const panel = document.getElementById("panel");
if (panel) {
  const [filter, verdict, category] = ["filter", "verdict", "category"].map((id) => document.getElementById(id));
  const show = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of document.getElementById("table").tBodies[0].rows) {
      const text = row.textContent.toLowerCase();
      const fits =
        words.every((word) => text.includes(word)) &&
        (!verdict.value || row.dataset.verdict === verdict.value) &&
        (!category.value || row.dataset.category === category.value);
      row.hidden = !fits;
      count += fits;
    }
    document.getElementById("shown").textContent = count === 1 ? "1 loop" : `${count} loops`;
  };
  for (const control of [filter, verdict, category]) control.addEventListener("input", show);
  document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());

  const open = () => {
    const name = decodeURIComponent(location.hash.slice(1));
    const template = name && document.getElementById("loop-" + name);
    if (!template) return panel.open && panel.close();
    const content = document.getElementById("content");
    content.replaceChildren(template.content.cloneNode(true));
    if (!panel.open) panel.showModal();
    panel.scrollTop = 0;
    const place = content.querySelector(".plots");
    for (const title of Object.keys(figures.loops[name] ?? {}).reverse()) {
      const figure = document.createElement("figure");
      figure.innerHTML = "<figcaption></figcaption><div class='plot'></div>";
      figure.firstChild.textContent = title;
      Object.assign(figure.lastChild.dataset, { loop: name, figure: title });
      place.append(figure);
      draw(figure.lastChild, figures.loops[name][title]);
    }
  };
  const forget = () => location.hash && history.pushState(null, "", "#"); // without a jump to the top
  panel.addEventListener("close", forget); // by Escape
  document.getElementById("close").addEventListener("click", () => {
    panel.close();
    forget();
  });
  addEventListener("hashchange", open);
  open();
}

dark.addEventListener("change", drawAll);
drawAll();
