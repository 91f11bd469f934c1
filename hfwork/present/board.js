/** The board: one page drawn from its columns in a browser, a notebook or a file, without asking a kernel. */
import { drawFigure, loadPlotly, mapTable, picture, timelineTable, trendTable } from "./template/static/figures.js";
import { Model } from "./template/static/model.js";
import { controls, header, key, legend, mapTitle, sentences, trendTitle } from "./template/static/panels.js";
import { kindOf, picker } from "./template/static/picker.js";
import { csv, h, placeTable, save } from "./template/static/table.js";

const PARTS = ["head", "lead", "controls", "kinds", "map", "trend", "timeline", "table", "foot"];
const PLOTTED = ["map", "trend", "timeline"];

/**
 * Draw `page` into `root`. options.url: keep the choice in the address; options.plotly: the bundle's address
 * or a function that promises Plotly. Drawing a root twice is the same as drawing it once.
 */
export function draw(root, page, options = {}) {
  if (root.hfBoard) return root.hfBoard;
  const board = new Board(root, page, { url: true, plotly: null, ...options });
  root.hfBoard = board;
  return board;
}

class Board {
  constructor(root, page, options) {
    Object.assign(this, { root, page, options, models: {}, plots: {}, memory: { query: "", open: new Set() } });
    this.state = this.read();
    root.classList.add("hf");
    this.theme();
    const section = (name) => h(name === "head" ? "header" : name === "foot" ? "footer" : name === "controls" ? "form" : "section",
      { class: `hf-${name}`, "data-part": name });
    this.parts = Object.fromEntries(PARTS.map((name) => [name, section(name)]));
    this.parts.controls.addEventListener("submit", (event) => event.preventDefault());
    const { head, lead, controls: form, kinds: cards, map, trend, timeline, table, foot } = this.parts;
    root.replaceChildren(head, h("main", {}, lead, form, cards, h("div", { class: "hf-two" }, map, trend), timeline, table), foot);
    if (options.url) window.addEventListener("popstate", () => { this.state = this.read(); this.paint(); });
    let width = root.clientWidth;
    new ResizeObserver(() => {
      if (Math.abs(root.clientWidth - width) < 2 || window.matchMedia("print").matches) return;
      width = root.clientWidth;
      clearTimeout(this.later);
      this.later = setTimeout(() => this.plot(), 120);
    }).observe(root);
    this.paint();
  }

  get m() { return this.model(this.state.lang); }

  model(lang) { return (this.models[lang] ||= new Model(this.page, lang)); }

  theme() {
    const lab = document.body.dataset.jpThemeLight;   // JupyterLab says which theme it shows
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    const set = () => { this.root.dataset.theme = (lab ? lab === "false" : dark.matches) ? "dark" : "light"; };
    set();
    dark.addEventListener("change", () => { set(); this.plot(); });
  }

  /** The state named by the address, else the page's start; anything unknown is ignored. */
  read() {
    const asked = new URLSearchParams(this.options.url ? window.location.search || window.location.hash.slice(1) : "");
    const lang = ["zh", "en"].includes(asked.get("lang")) ? asked.get("lang") : this.options.lang || "zh";
    const m = this.model(lang);
    const start = this.page.start;
    const indicator = m.indicatorAt.has(asked.get("indicator")) ? asked.get("indicator") : m.indicatorAt.has(start.indicator) ? start.indicator : this.page.indicators[0].id;
    const period = m.nearest(m.indicator(indicator), m.periodAt.has(asked.get("period")) ? asked.get("period") : start.period);
    const place = this.page.places.findIndex((p) => p.code === asked.get("place"));
    return this.level({ lang, indicator, period, place });
  }

  /** The trend keeps the period's own level when that gives a line, else takes the finest there is. */
  level(state) {
    const m = this.model(state.lang), ind = m.indicator(state.indicator), own = m.period(state.period).level;
    const long = (level) => m.series(ind, level).length >= 4;
    const levels = m.levels(ind);
    if (state.level && levels.includes(state.level)) return state;
    const finest = ["month", "quarter", "half", "year", "mc_year"].find((l) => levels.includes(l) && long(l));
    return { ...state, level: long(own) && own !== "phase" ? own : finest || own };
  }

  choose(change) {
    const next = { ...this.state, ...change };
    if ("indicator" in change) next.period = this.m.nearest(this.m.indicator(next.indicator), next.period);
    if ("indicator" in change || "period" in change) next.level = "level" in change ? change.level : null;
    this.state = this.level(next);
    this.write();
    this.paint();
  }

  write() {
    if (!this.options.url) return;
    const { lang, indicator, period, place } = this.state;
    const query = new URLSearchParams({ indicator, period, ...(place >= 0 ? { place: this.page.places[place].code } : {}), ...(lang === "zh" ? {} : { lang }) });
    try { window.history.pushState(null, "", `?${query}`); } catch { window.location.hash = query; }   // a file has no query
  }

  /** One part; when it fails, it says so in words with a number, and the rest goes on. */
  part(name, fill) {
    try {
      const content = fill();
      this.parts[name].hidden = !content;
      if (content) this.parts[name].replaceChildren(...[content].flat().filter(Boolean));
    } catch (error) { this.fail(name, error); }
  }

  fail(name, error) {
    const id = `${name.toUpperCase()}-${[...String(error && error.message)].reduce((a, c) => (a * 31 + c.charCodeAt(0)) >>> 0, 7).toString(36).toUpperCase()}`;
    console.error(`hfwork ${id}`, error);
    this.parts[name].hidden = false;
    this.parts[name].replaceChildren(h("p", { class: "hf-failed", role: "alert" }, this.m.say("ui.failed", { id })));
  }

  paint() {
    const { m, state, page } = this;
    const focus = this.root.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const defined = this.root.querySelector(".hf-define[open]") !== null;
    const choose = (change) => this.choose(change);
    this.root.lang = state.lang === "zh" ? "zh-CN" : "en";
    if (this.options.url) document.documentElement.lang = this.root.lang;
    this.root.dataset.state = "words";
    this.part("head", () => header(m, choose, () => this.parts.table.querySelector("button").focus()));
    this.part("lead", () => sentences(m, state));
    this.part("controls", () => { this.parts.controls.setAttribute("aria-label", m.say("ui.controls")); return controls(m, state, choose); });
    if (this.painted !== state.indicator && !this.memory.open.has(kindOf(m, state.indicator))) this.memory.open = new Set([kindOf(m, state.indicator)]);
    this.painted = state.indicator;
    this.part("kinds", () => (page.kinds.length ? picker(m, state, this.memory, choose) : null));
    for (const name of PLOTTED) this.part(name, () => this[name](m, state));
    this.part("table", () => this.table(m, state));
    this.part("foot", () => [
      h("p", {}, m.say("ui.source", { plan: m.name(page.release.title), release: page.release.id, date: m.date(page.release.as_of) })),
      h("p", {}, m.say("ui.source_note")), page.release.sample && h("p", {}, h("strong", {}, m.say("ui.sample")), " ", m.say("ui.sample_note"))]);
    if (defined) this.root.querySelector(".hf-define").open = true;
    if (focus) this.root.querySelector(`[data-key="${focus}"]`)?.focus({ preventScroll: true });
    this.plot();
  }

  heading(name, title) { return h("h2", {}, h("span", {}, this.m.say(`ui.${name}`)), title); }

  /** The box of a figure is kept, so that plotly can redraw instead of starting anew. */
  box(name, title) {
    const box = (this.plots[name] ||= h("div", { class: "hf-plot", role: "img" }, h("p", { class: "hf-note" }, this.m.say("ui.loading_chart"))));
    box.setAttribute("aria-label", this.m.say("ui.chart_alt", { kind: this.m.say(`ui.${name}`), title }));
    return box;
  }

  map(m, state) {
    const title = mapTitle(m, state);
    const name = `${state.indicator}_${state.period}_${m.page.release.id}`;
    const stars = m.page.places.some((p) => p.schematic && m.page.map.schematic);
    return [this.heading("map", title), this.box("map", title), legend(m, state),
      h("p", { class: "hf-note" }, m.name(m.page.map.note), stars && !/†/.test(m.name(m.page.map.note)) ? ` ${m.say("ui.schematic_place")}` : ""),
      h("p", { class: "hf-tools" }, h("button", { type: "button", class: "hf-plain", "data-key": "png", onclick: () => picture(m, state, title, name, key(m, state)) }, m.say("ui.download_map")))];
  }

  trend(m, state) {
    const table = trendTable(m, { ...state, theme: "light" }, 600);
    const title = trendTitle(m, state, table);
    const levels = m.levels(m.indicator(state.indicator)).filter((l) => l !== "phase");
    const line = (mark, word) => h("li", {}, h("i", { class: `hf-key hf-key-${mark}` }), word);
    return [this.heading("trend", title),
      levels.length > 1 && h("div", { class: "hf-levels", role: "group", "aria-label": m.say("ui.trend_by") }, levels.map((level) => h("button",
        { type: "button", "data-key": `level-${level}`, "aria-pressed": String(level === state.level), onclick: () => this.choose({ level }) }, m.say(`level.${level}`)))),
      this.box("trend", title),
      h("ul", { class: "hf-legend" }, line("value", m.name(m.place(state.place).name)), state.place >= 0 && line("district", m.name(m.page.root.name)),
        table.cells.some((c) => Number.isFinite(c.lower)) && line("interval", m.say("ui.legend_interval")),
        table.cells.some((c) => Number.isFinite(c.target)) && line("target", m.say("ui.legend_target")), table.symbol.some((s, i) => table.known[i] && s.endsWith("-open")) && line("partial", m.say("ui.legend_partial")),
        table.cells.some((c) => c.apportioned) && line("shared", `≈ ${m.say("ui.apportioned")}`))];
  }

  timeline(m) {
    if (!m.page.phases.length) return null;
    const { now, coming } = timelineTable(m), date = m.date(m.page.release.as_of);
    const title = m.say(now.length ? "ui.timeline_title" : "ui.timeline_title_none", { date, phases: now.join(m.say("ui.and")) });
    return [this.heading("timeline", title), this.box("timeline", title), coming.length && h("p", { class: "hf-note" }, m.say("ui.next_days",
      { days: coming.map((d) => `${d.name} ${m.date(d.at)}`).join(m.lang === "zh" ? "；" : "; ") }))];
  }

  table(m, state) {
    const ind = m.indicator(state.indicator), name = `${state.indicator}_${state.period}_${m.page.release.id}.csv`;
    const cells = [-1, ...m.page.places.keys()].map((p) => m.cell(state.indicator, state.period, p));
    const notes = [m.say("ui.official_order"), cells.some((c) => c.state === "suppressed") && m.say("ui.suppressed_note"),
      cells.some((c) => c.state === "unstable") && m.say("ui.unstable_note"),
      cells.some((c) => c.state === "missing") && m.say("ui.missing_note"), cells.some((c) => c.apportioned) && m.say("ui.apportioned_note"),
      m.page.places.some((p) => p.schematic) && m.page.map.schematic && m.say("ui.schematic_place")];
    return [this.heading("table", m.say("ui.table_title", { indicator: m.name(ind.name), period: m.name(m.period(state.period).name), unit: m.places() })),
      h("div", cells.length > 40 ? { class: "hf-long", tabindex: "0", role: "region", "aria-label": m.say("ui.table") } : {},
        placeTable(m, state, (place) => this.choose({ place }))), h("p", { class: "hf-note" }, notes.filter(Boolean).join(" ")),
      h("p", { class: "hf-tools" }, h("button", { type: "button", class: "hf-plain", "data-key": "csv", onclick: () => save(name, csv(m, state)) }, m.say("ui.download_table")))];
  }

  async plot() {
    const turn = (this.turn = (this.turn || 0) + 1);
    let plotly;
    try {
      const from = this.options.plotly;
      plotly = window.Plotly || (await (typeof from === "function" ? from() : loadPlotly(from)));
    } catch {
      for (const box of Object.values(this.plots)) box.replaceChildren(h("p", { class: "hf-note" }, this.m.say("ui.no_plotly")));
      this.root.dataset.state = "plain";
      return;
    }
    for (const name of PLOTTED) {
      const box = this.plots[name];
      if (turn !== this.turn) return;
      if (!box || !box.isConnected || !box.clientWidth) continue;
      try {
        const same = `${this.state.lang} ${box.clientWidth} ${this.root.dataset.theme}`;
        if (name === "timeline" && box.hfSame === same) continue;   // no choice changes it
        box.hfSame = same;
        if (!box._fullLayout) box.replaceChildren();
        const [table, height] = this.figure(name, box);
        await drawFigure(plotly, box, this.page.figures[name], table, this.m, height);
        if (name === "map" && !box.hfClick) {
          box.hfClick = true;
          box.on("plotly_click", (event) => { const i = event.points[0].curveNumber; if (i < this.page.places.length) this.choose({ place: i === this.state.place ? -1 : i }); });
        }
      } catch (error) { delete this.plots[name]; this.fail(name, error); }
    }
    if (turn === this.turn) this.root.dataset.state = "drawn";
  }

  figure(name, box) {
    const { m } = this, width = box.clientWidth, state = { ...this.state, theme: this.root.dataset.theme };
    if (name === "map") { const table = mapTable(m, state, width); return [table, table.height]; }
    if (name === "trend") {   // beside the map it is as tall as the map, below it it is flat
      const beside = box.getBoundingClientRect().left > this.plots.map.getBoundingClientRect().right - 1;
      return [trendTable(m, state, width), beside ? Math.max(340, this.plots.map.clientHeight - 30) : width < 480 ? 260 : 340];
    }
    const table = timelineTable(m);
    return [table, 64 + 34 * table.bars];
  }
}

/** For notebooks: the widget hands over the page; plotly is asked from the kernel only when the browser has none. */
export default {
  render({ model, el }) {
    const ask = () => new Promise((resolve, reject) => {
      model.on("msg:custom", (message, buffers) => {
        if (!message || message.kind !== "plotly") return;
        if (!buffers || !buffers.length) { reject(new Error("no plotly")); return; }
        loadPlotly(URL.createObjectURL(new Blob([buffers[0]], { type: "text/javascript" }))).then(resolve, reject);
      });
      model.send({ kind: "plotly" });
    });
    const root = h("div");
    el.append(root);
    draw(root, JSON.parse(model.get("page")), { url: false, plotly: ask, lang: model.get("lang") });
  },
};
