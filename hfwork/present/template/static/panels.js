/** The parts of the page that are words: header, sentences, selectors, titles, legend. */
import { badge, h } from "./table.js";

export function header(m, choose, skip) {
  const { release } = m.page;
  const language = [["zh", "中文"], ["en", "English"]].map(([code, word]) => h("button", { type: "button", lang: code === "zh" ? "zh-CN" : "en",
    "data-key": `lang-${code}`, "aria-pressed": String(m.lang === code), onclick: () => choose({ lang: code }) }, word));
  const fact = (key, value) => h("div", {}, h("dt", {}, m.say(key)), h("dd", {}, value));
  return [
    h("button", { type: "button", class: "hf-skip", "data-key": "skip", onclick: skip }, m.say("ui.skip")),
    release.sample && h("p", { class: "hf-sample", role: "note" }, h("strong", {}, m.say("ui.sample")), m.say("ui.sample_note")),
    h("div", { class: "hf-bar" },
      h("div", {}, h("p", { class: "hf-over" }, m.say("ui.overview")), h("h1", {}, m.name(release.title))),
      h("div", { class: "hf-lang", role: "group", "aria-label": m.say("ui.language") }, language)),
    h("dl", { class: "hf-facts" },
      fact("ui.as_of", m.date(release.as_of)),
      release.grade && fact("ui.grade", m.say("ui.grade_word", { grade: release.grade })),
      fact("ui.release", h("code", {}, release.id))),
  ];
}

export function sentences(m, state) {
  const ind = m.indicator(state.indicator), period = m.period(state.period);
  const cell = m.cell(state.indicator, state.period, -1);
  const about = [["ui.clause", ind.clause && { clause: ind.clause }], ["ui.lead", ind.lead && { lead: m.name(ind.lead) }]]
    .filter(([, facts]) => facts).map(([key, facts]) => m.say(key, facts));
  const notes = [m.say(`ui.direction.${ind.direction}`), ind.plain && m.say("ui.plain"), ind.sensitive && m.say("ui.sensitive")];
  const said = ["definition", "calculation", "notes", "source"].filter((key) => m.name(ind[key]))
    .flatMap((key) => [h("dt", {}, m.say(`ui.about.${key}`)), h("dd", {}, m.name(ind[key]))]);
  return [
    h("div", { class: "hf-figure" },
      h("p", { class: "hf-what" }, `${m.name(m.page.root.name)} · ${m.name(period.name)}`, period.partial && h("span", { class: "hf-tag" }, m.say("ui.partial"))),
      h("p", { class: "hf-big" }, m.shown(cell, ind, { unit: false }).replace(/%$/, ""),
        cell.value !== undefined && cell.value !== null && m.unit(ind) ? h("small", {}, m.unit(ind)) : null),
      h("p", { class: "hf-under" },
        cell.status !== "none" && badge(m, cell.status),
        Number.isFinite(cell.target) && h("span", {}, m.say("ui.target", { target: m.figure(cell.target, ind) })),
        cell.denominator ? h("span", {}, m.say("ui.numerator_of", { n: m.number(cell.numerator, 0), d: m.number(cell.denominator, 0) })) : null,
        Number.isFinite(cell.lower) && h("span", {}, m.say("ui.interval", { low: m.number(cell.lower, ind.decimals), high: m.number(cell.upper, ind.decimals) })),
        m.note(cell) && h("span", {}, m.note(cell)))),
    h("div", { class: "hf-says" },
      h("h2", {}, m.name(ind.name)),
      h("ol", { "aria-label": m.say("ui.key_points"), "aria-live": "polite" }, m.sentences(state.indicator, state.period).map((s) => h("li", {}, s))),
      h("details", { class: "hf-define" }, h("summary", { "data-key": "define" }, m.say("ui.definition")),
        h("dl", {}, said), h("p", { class: "hf-note" }, notes.filter(Boolean).join(" · "))),
      h("p", { class: "hf-note" }, about.join(" · "))),
  ];
}

const select = (key, label, groups, value, change) => h("label", {}, h("span", {}, label),
  h("select", { "data-key": key, name: key, onchange: (event) => change(event.target.value) }, groups.map(([title, options]) => {
    const list = options.map(([v, text]) => h("option", { value: v, selected: String(v) === String(value) }, text));
    return title ? h("optgroup", { label: title }, list) : list;
  })));

export function controls(m, state, choose) {
  const { kinds, indicators, places, root } = m.page;
  const named = new Set(kinds.flatMap((k) => k.indicators));
  const options = (list) => list.map((i) => [i.id, m.name(i.name)]);
  const groups = kinds.map((k) => [m.name(k.name), options(k.indicators.map((id) => m.indicator(id)).filter(Boolean))]);
  const rest = indicators.filter((i) => !named.has(i.id));
  if (rest.length) groups.push([kinds.length ? m.say("ui.other_indicators") : "", options(rest)]);
  const ind = m.indicator(state.indicator);
  const periods = m.levels(ind).map((level) => [m.say(`level.${level}`),
    m.series(ind, level).reverse().map((p) => [p.token, m.name(p.name) + (p.partial ? ` · ${m.say("ui.partial")}` : "")])]);
  return [
    select("indicator", m.say("ui.indicator"), groups.filter(([, list]) => list.length), state.indicator, (v) => choose({ indicator: v })),
    select("period", m.say("ui.period"), periods, state.period, (v) => choose({ period: v })),
    select("place", m.say("ui.place"), [["", [[-1, m.name(root.name)]]], [m.places(), places.map((p, i) => [i, m.name(p.name)])]], state.place, (v) => choose({ place: Number(v) })),
    h("button", { type: "button", class: "hf-plain", onclick: () => window.print() }, m.say("ui.print")),
  ];
}

export function mapTitle(m, state) {
  const ind = m.indicator(state.indicator), unit = m.places();
  const cells = m.page.places.map((_, i) => m.cell(state.indicator, state.period, i));
  const known = cells.filter((c) => Number.isFinite(c.value));
  if (m.coarse(ind)) return m.say("ui.map_title_coarse", { unit, root: m.name(m.page.root.name) });
  if (!known.length) return m.say("ui.map_title_none", { unit });
  if (!known.some((c) => c.status !== "none")) {
    const values = known.map((c) => c.value);
    return m.say("ui.map_title_range", { n: known.length, unit, low: m.figure(Math.min(...values), ind), high: m.figure(Math.max(...values), ind) });
  }
  const parts = ["met", "near", "behind", "none", "empty"].map((key) => [key, cells.filter((c) => (Number.isFinite(c.value) ? c.status === key : key === "empty")).length])
    .filter(([, n]) => n).map(([key, n]) => m.say(`ui.map_part.${key}`, { n }));
  return m.say("ui.map_title", { n: cells.length, unit, parts: parts.join(m.say("ui.comma")) });
}

/** What the shades and marks of the map mean: [colour, words], what stands where no number does, the statuses. */
export function key(m, state) {
  const ind = m.indicator(state.indicator), { look } = m.page;
  const limits = m.limits(state.indicator, state.period);
  const digits = limits.some((v) => v !== Math.round(v)) ? Math.max(1, ind.decimals) : 0;
  const text = (v) => m.number(v, digits) + (m.isRate(ind) ? "%" : "");
  const words = limits.length ? [m.say("ui.below", { high: text(limits[0]) }),
    ...limits.slice(1).map((v, i) => m.say("ui.between", { low: text(limits[i]), high: text(v) })),
    m.say("ui.from", { low: text(limits[limits.length - 1]) })] : [];
  const cells = m.page.places.map((_, i) => m.cell(state.indicator, state.period, i));
  const blank = new Set(cells.filter((c) => c.shade < 0).map((c) => `${m.sign(c)} ${m.say(c.reason === "coarse_only" ? "reason.coarse_only" : `state.${c.state}`)}`));
  return { steps: words.map((word, i) => [look.shades[i], word]), empty: [...blank].join(m.say("ui.comma")),
    shared: cells.some((c) => c.apportioned) ? `≈ ${m.say("ui.apportioned")}` : "",
    statuses: Object.keys(look.status).filter((s) => cells.some((c) => c.status === s)) };
}

export function legend(m, state) {
  const { steps, empty, shared, statuses } = key(m, state);
  return h("ul", { class: "hf-legend" },
    steps.map(([colour, word]) => h("li", {}, h("i", { class: "hf-swatch", style: `background:${colour}` }), word)),
    empty && h("li", {}, h("i", { class: "hf-swatch hf-empty" }), empty),
    shared && h("li", {}, shared),
    statuses.map((s) => h("li", {}, badge(m, s))));
}

export function trendTitle(m, state, table) {
  const ind = m.indicator(state.indicator), place = m.name(m.place(state.place).name);
  const at = table.known.map((yes, i) => (yes ? i : -1)).filter((i) => i >= 0);
  if (state.place >= 0 && m.coarse(ind)) return m.say("ui.map_title_coarse", { unit: m.places(), root: m.name(m.page.root.name) });
  if (!at.length) return m.say("ui.trend_title_none", { place });
  const [i, j] = [at[0], at[at.length - 1]];
  const facts = { place, first: m.name(table.periods[i].name), last: m.name(table.periods[j].name), a: m.figure(table.value[i], ind), b: m.figure(table.value[j], ind) };
  if (i === j) return m.say("ui.trend_title_one", facts);
  if (!m.isRate(ind)) return m.say("ui.trend_title", facts);
  const round = (v) => Number(v.toFixed(ind.decimals)), diff = round(round(table.value[j]) - round(table.value[i]));
  return m.say("ui.trend_title_points", { ...facts, diff: (diff > 0 ? "+" : diff < 0 ? "−" : "") + m.number(Math.abs(diff), ind.decimals) });
}
