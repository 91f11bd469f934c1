/** The board: a page drawn from its columns in a browser, a notebook or a file, without asking a kernel. */
import { loadPlotly } from "./template/static/drawing.js";
import { h } from "./template/static/element.js";
import { Figures } from "./template/static/figures.js";
import { framed, PARTS } from "./template/static/frame.js";
import { Model } from "./template/static/model.js";
import { foot, header } from "./template/static/parts/head.js";
import { SELECTORS, VIEWS } from "./template/static/selectors.js";

/**
 * Draw `page` into `root`. options: `url` keeps the choice in the address; `base` is where the pages lie (`logout` where a
 * login ends), `pages` holds the columns of all of them when there is no server; `plotly` is the bundle's address or a function that promises it.
 * Drawing a root twice is the same as drawing it once.
 */
export function draw(root, page, options = {}) {
  if (!root.hfBoard) root.hfBoard = new Board(root, page, { url: true, plotly: null, base: "", pages: null, ...options });
  return root.hfBoard;
}

/** The layout row by row as {name, part, own}: an entry is the name of a part, or an object with what a general part shows. */
function entriesOf(layout) {
  let n = 0;
  return layout.map((row) => row.map((entry) => (typeof entry === "string" ? { name: entry, part: entry } : { name: `${entry.part}-${(n += 1)}`, part: entry.part, own: entry })));
}

class Board {
  constructor(root, page, options) {
    Object.assign(this, { root, options, shared: page, models: {}, memory: { query: "", open: new Set(), tables: new Set(), boxes: new Map() } });
    const leave = new AbortController();
    Object.assign(this, { leave, leaving: { signal: leave.signal } });
    root.classList.add("hf");
    this.theme();
    this.enter();
    if (options.url) for (const event of ["popstate", "hashchange"]) window.addEventListener(event, () => this.enter(), this.leaving);
    document.addEventListener("keydown", (event) => this.key(event), this.leaving);
    if (options.newest) document.addEventListener("visibilitychange", () => this.outdated(), this.leaving);
    if (options.newest && this.page.page === "start") this.outdated();   // only its start page offers packs
    for (const event of ["beforeprint", "afterprint"]) window.addEventListener(event, () => this.print(event === "beforeprint"), this.leaving);
    let width = root.clientWidth;
    this.observer = new ResizeObserver(() => {
      if (Math.abs(root.clientWidth - width) < 2 || window.matchMedia("print").matches) return;
      width = root.clientWidth;
      clearTimeout(this.later);
      this.later = setTimeout(() => this.paint(), 120);
    });
    this.observer.observe(root);
  }

  /** The page and the state that the address names. */
  enter() {
    const inHash = this.options.pages || window.location.protocol === "file:";   // a file has no query of its own
    const asked = new URLSearchParams(this.options.url ? (inHash ? window.location.hash.slice(1) : window.location.search) : "");
    const { pages } = this.options;
    const name = pages ? (Object.hasOwn(pages, asked.get("page")) ? asked.get("page") : Object.keys(pages)[0]) : this.shared.page;
    if (!this.page || this.page.page !== name) this.build(pages ? { ...this.shared, ...pages[name] } : this.shared);
    this.state = this.read(asked);
    if (name === "start" && this.state.found) window.location.replace(this.link("indicator"));   // a code on a slide is the address of its figure
    this.paint();
  }

  build(page) {
    this.page = page;
    this.figures?.end();
    Object.assign(this, { models: {}, panels: {}, sections: {}, figures: new Figures(this) });
    this.entries = entriesOf(page.layout);
    for (const { name } of this.entries.flat()) this.sections[name] = h("section", { "data-part": name });
    this.head = h("header", { class: "hf-head" });
    this.form = h("form", { class: "hf-controls", onsubmit: (event) => event.preventDefault() });
    this.printer = h("button", { type: "button", class: "hf-plain", onclick: () => window.print() });
    this.foot = h("footer", { class: "hf-foot" });
    const rows = this.entries.map((row) => (row.length > 1 ? h("div", { class: "hf-two" }, row.map(({ name }) => this.sections[name])) : this.sections[row[0].name]));
    this.root.dataset.page = page.page;
    this.root.replaceChildren(this.head, h("main", { id: "hf-main", tabindex: "-1" }, rows[0], this.form, rows.slice(1)), this.foot);
  }

  model(lang) { return (this.models[lang] ||= new Model(this.page, lang)); }

  get m() { return this.model(this.state.lang); }

  theme() {
    const { jpThemeLight, voila } = document.body.dataset, lab = voila ? undefined : jpThemeLight;   // JupyterLab says which theme it shows, Voila always "light"
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    const set = (this.shade = () => { this.root.dataset.theme = !this.root.dataset.printing && (lab ? lab === "false" : dark.matches) ? "dark" : "light"; });
    set();
    dark.addEventListener("change", () => { set(); if (!this.root.dataset.printing) this.figures.draw(); }, this.leaving);
  }

  /** Whatever the address does not name, or names wrongly, starts as the page starts. A receipt names its figure. */
  read(asked) {
    const lang = ["zh", "en"].includes(asked.get("lang")) ? asked.get("lang") : this.options.lang || "zh";
    const m = this.model(lang);
    const code = asked.get("code") || "", found = code && m.find(code);
    const state = { lang, code: found && found.wrong ? code : "", ...Object.fromEntries(Object.entries(SELECTORS).map(([name, selector]) => [name, selector.read(asked, m)])) };
    for (const [name, allowed] of Object.entries(VIEWS)) {
      const value = asked.get(name);
      state[name] = value !== null && (allowed ? allowed.includes(value) : /^\d{1,3}$/.test(value)) ? value : null;
    }
    if (found && !found.wrong) Object.assign(state, found, { found: true, place: Math.max(found.place, this.page.selectors[0] === "place" ? 0 : -1) });
    return this.level(this.follow(m, state));
  }

  /** On a page of chains the indicator is one of its steps; where it is chosen before the period, it has that period. */
  follow(m, given) {
    const { selectors, chains } = this.page, chain = selectors.includes("chain") && chains.find((one) => one.id === given.chain);
    const state = chain && !chain.steps.includes(given.indicator) ? { ...given, indicator: chain.steps[0] } : given;
    const [at, then] = ["indicator", "period"].map((name) => selectors.indexOf(name));
    return at >= 0 && at < then ? { ...state, period: m.nearest(m.indicator(state.indicator), state.period) } : state;
  }

  /** The trend keeps the period's own level when that gives a line, else takes the finest there is. */
  level(state) {
    const m = this.models[state.lang] || this.m, ind = m.indicator(state.indicator), own = m.period(state.period).level;
    const long = (level) => m.series(ind, level).length >= 4, levels = m.levels(ind);
    if (state.level && levels.includes(state.level)) return state;
    const finest = (fits) => VIEWS.level.find((l) => levels.includes(l) && fits(l));
    return { ...state, level: null, steps: long(own) && own !== "phase" ? own : finest(long) || (own !== "phase" && levels.includes(own) ? own : finest(() => true) || own) };
  }

  choose(change) {
    const next = { ...this.state, ...change };
    if (("indicator" in change || "period" in change) && !("level" in change)) next.level = null;
    this.state = this.level(this.follow(this.m, next));
    this.paint();
    this.write();
  }

  query(page, state) {
    const m = this.m, own = (this.options.pages ? this.options.pages[page] : null) || (page === this.page.page ? this.page : null);
    const names = new Set([...(own ? own.selectors : []), "indicator", "period", "place", "boundaries"]);   // a page hands on what it has no use for itself
    const pairs = [...names].map((name) => SELECTORS[name].write(m, state)).filter((pair) => pair && pair[1]);
    const views = page === this.page.page ? Object.keys(VIEWS).filter((name) => state[name]).map((name) => [name, state[name]]) : [];
    return new URLSearchParams([...(this.options.pages ? [["page", page]] : []), ...pairs, ...views, ...(state.lang === "zh" ? [] : [["lang", state.lang]])]);
  }

  /** The address of a page with a view; null in a notebook, which has no other pages. */
  link(page, change = {}) {
    if (!this.options.url) return null;
    const query = this.query(page, { ...this.state, ...change });
    return this.options.pages ? `#${query}` : `${this.options.base}${page === "start" ? "" : page}${String(query) ? `?${query}` : ""}`;
  }

  write() {
    if (!this.options.url) return;
    const query = this.query(this.page.page, this.state), address = this.options.pages || window.location.protocol === "file:" ? `#${query}` : `?${query}`;
    if (![window.location.hash, window.location.search].includes(address)) window.history.pushState(null, "", address);
  }

  view(change = {}) {
    return { m: this.m, page: this.page, state: { ...this.state, ...change }, theme: this.root.dataset.theme, memory: this.memory, width: this.root.clientWidth,
      choose: (next) => this.choose(next), link: (page, next) => this.link(page, next), logout: this.options.logout, stale: this.stale, packs: this.packs || [], base: this.options.base, snapshot: (name, panel, file) => this.figures.save(panel, file), fullscreen: () => this.fullscreen() };
  }

  /** One part; when it fails, it says so in words with a number, and the rest goes on. */
  part(name, section, fill) {
    try {
      const content = fill();
      section.hidden = !content;
      const nodes = [content].flat(Infinity).filter(Boolean);
      if (content && !(nodes.length === section.childNodes.length && nodes.every((node, i) => node === section.childNodes[i]))) section.replaceChildren(...nodes);
    } catch (error) { this.fail(name, section, error); }
  }

  fail(name, section, error) {
    const id = `${name.toUpperCase()}-${[...String(error && error.message)].reduce((a, c) => (a * 31 + c.charCodeAt(0)) >>> 0, 7).toString(36).toUpperCase()}`;
    console.error(`hfwork ${id}`, error);
    delete this.panels[name];
    section.hidden = false;
    section.replaceChildren(h("p", { class: "hf-failed", role: "alert" }, this.m.say("ui.failed", { id })));
  }

  paint() {
    const { m, page } = this, view = this.view();
    const focus = this.root.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const open = [...this.root.querySelectorAll("details[data-keep][open]")].map((details) => details.dataset.keep);
    this.root.dataset.state = "words";
    for (const entry of this.entries.flat()) this.panel(entry, view);
    this.figures.ahead();   // before the words: while nothing else moves, a figure costs half
    this.top(view);
    this.part("controls", this.form, () => {
      this.form.setAttribute("aria-label", m.say("ui.controls"));
      const boxes = page.selectors.map((name) => SELECTORS[name].box(view)).filter(Boolean);
      if (this.printer.textContent !== m.say("ui.print")) this.printer.textContent = m.say("ui.print");
      return boxes.length ? [...boxes, this.printer] : null;
    });
    for (const { name } of this.entries.flat()) if (name in this.panels) this.part(name, this.sections[name], () => this.words(name, view));
    this.part("foot", this.foot, () => foot(view));
    for (const keep of open) for (const details of this.root.querySelectorAll(`details[data-keep="${keep}"]`)) details.open = true;
    if (focus) this.root.querySelector(`[data-key="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
    this.figures.draw();
  }

  /** The head, written anew only in another language: else its links alone follow the choice. */
  top(view) {
    const { m, page, root } = this, lang = m.lang === "zh" ? "zh-CN" : "en";
    if (root.lang === lang && this.head.childElementCount && !this.stale) {
      for (const a of this.head.querySelectorAll("a[data-key^=page-]")) a.href = this.link(a.dataset.key.slice(5));
      return;
    }
    root.lang = lang;
    if (this.options.url) { document.documentElement.lang = lang; document.title = `${m.name(page.title)} · ${m.name(page.release.title)}`; }
    this.part("head", this.head, () => header(view));
  }

  /** What a part says and shows in this view; one that fails has no panel. */
  panel({ name, part, own }, view) {
    try {
      if (!Object.hasOwn(PARTS, part)) throw new Error(`no part ${part}`);
      this.panels[name] = PARTS[part](view, own);
    } catch (error) { this.fail(name, this.sections[name], error); }
  }

  words(name, view) {
    const panel = this.panels[name];
    if (!panel || !panel.figure) this.figures.drop(name);
    return panel && framed(panel.part || name, panel, view, panel.figure ? this.figures.box(name) : null);
  }

  print(on) {
    const { dataset } = this.root;
    if (on === Boolean(dataset.printing)) return;
    if (on) dataset.printing = "1"; else delete dataset.printing;
    this.shade();
    if (on) this.figures.print(); else this.figures.draw();
  }

  key(event) {
    const panel = Object.values(this.panels || {}).find((one) => one && one.keys);
    const elsewhere = !this.options.url && !this.root.contains(event.target);   // a notebook has keys of its own
    if (!panel || elsewhere || event.altKey || event.ctrlKey || event.metaKey || event.target.closest?.("select, input, textarea, [contenteditable]")) return;
    if (panel.keys(event)) event.preventDefault();
  }

  /** Asked by the start page, and when somebody comes back to a page: whether another release has taken its place, and which packs lie ready. */
  async outdated() {
    if (document.hidden || this.stale) return;
    try {
      const answer = await fetch(this.options.newest);
      const told = answer.ok ? await answer.json() : null;
      this.stale = Boolean(told) && told.release !== this.page.release.id;
      if (told) this.offer(this.stale ? [] : told.packs || []);
    } catch { return; }   // the server is gone: what stands here still holds for its day
    if (this.stale) this.part("head", this.head, () => header(this.view()));
  }

  /** Only the part that lists them is written anew, and only when they differ. */
  offer(packs) {
    if (JSON.stringify(packs) === JSON.stringify(this.packs || [])) return;
    this.packs = packs;
    const view = this.view();
    for (const entry of this.entries.flat().filter(({ part }) => part === "previews")) {
      this.panel(entry, view);
      this.part(entry.name, this.sections[entry.name], () => this.words(entry.name, view));
    }
  }

  /** Let go of window and document: the notebook has taken this board away. */
  close() { this.leave.abort(); this.observer.disconnect(); this.figures.end(); }

  fullscreen() { return document.fullscreenElement ? document.exitFullscreen() : this.root.requestFullscreen?.(); }
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
    const root = h("div", { "data-lm-suppress-shortcuts": "true" });   // JupyterLab would read D twice as: delete the cell
    el.append(root);
    const board = draw(root, JSON.parse(model.get("page")), { url: false, plotly: ask, lang: model.get("lang") });
    return () => board.close();
  },
};
