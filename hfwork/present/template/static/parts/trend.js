/** One place over time, the whole district behind it. */
import { hover, plain, stride } from "../drawing.js";
import { h } from "../element.js";
import { PARTS } from "../frame.js";
import { definition } from "./lead.js";

PARTS.trend = ({ m, page, state, choose }) => {
  const ind = m.indicator(state.indicator), table = trendTable(m, { ...state, theme: "light" }, 600);
  const place = m.place(state.place), levels = m.levels(ind).filter((l) => l !== "phase");
  const line = (mark, word) => h("li", {}, h("i", { class: `hf-key hf-key-${mark}` }), word);
  const some = (has) => table.cells.some(has);
  const hollow = table.symbol.some((s, i) => table.known[i] && s.endsWith("-open"));
  return {
    title: trendTitle(m, state, table), about: `${m.name(ind.name)} · ${m.name(place.name)}`, file: [ind.id, place.code, state.level || state.steps],
    body: levels.length > 1 && h("div", { class: "hf-levels", role: "group", "aria-label": m.say("ui.trend_by") }, levels.map((level) => h("button",
      { type: "button", "data-key": `level-${level}`, "aria-pressed": String(level === (state.level || state.steps)), onclick: () => choose({ level }) }, m.say(`level.${level}`)))),
    key: [line("value", m.name(place.name)), state.place >= 0 && line("district", m.name(m.page.root.name)),
      some((c) => Number.isFinite(c.lower)) && line("interval", m.say("ui.legend_interval")),
      some((c) => Number.isFinite(c.target)) && line("target", m.say("ui.legend_target")), hollow && line("partial", m.say("ui.legend_partial")),
      some((c) => c.apportioned) && line("shared", `≈ ${m.say("ui.apportioned")}`)].filter(Boolean),
    signs: [[state.place >= 0 && m.say("trend.grey", { root: m.name(m.page.root.name) }), some((c) => Number.isFinite(c.lower)) && m.say("trend.band"), some((c) => Number.isFinite(c.target)) && m.say("trend.dashes"), hollow && m.say("ui.legend_partial")].filter(Boolean).join("　")],
    after: page.layout.flat().includes("lead") ? null : definition(m, ind),   // elsewhere nothing says what is counted
    figure: { template: "trend", fill: (width, theme, box) => ({ ...trendTable(m, { ...state, theme }, width), height: tall(width, box) }) },
    table: () => ({
      columns: [{ key: "period", label: m.say("ui.col.period") }, ...["value", "numerator", "denominator", "interval", "target"].map((key) => ({ key, label: m.say(`ui.col.${key}`), num: true })),
        { key: "note", label: m.say("ui.col.state") }, { key: "receipt", label: m.say("ui.col.receipt") }],
      rows: table.periods.map((p, i) => ({ period: m.name(p.name), value: m.shown(table.cells[i], ind, { unit: false }), numerator: m.number(table.cells[i].numerator, 0), denominator: m.number(table.cells[i].denominator, 0),
        interval: m.interval(table.cells[i], ind), target: m.number(table.cells[i].target, ind.decimals), note: m.note(table.cells[i]), receipt: table.cells[i].receipt || "—" })),
    }),
  };
};

/** Beside another figure it is as tall as that one, below it it is flat. */
function tall(width, box) {
  const other = box && box.closest(".hf-two")?.querySelector(".hf-plot");
  const beside = other && other !== box && box.getBoundingClientRect().left > other.getBoundingClientRect().right - 1;
  return beside ? Math.max(340, other.clientHeight - 30) : width < 480 ? 260 : 340;
}

export function trendTable(m, state, width) {
  const ind = m.indicator(state.indicator);
  const periods = m.series(ind, state.level || state.steps);
  const cells = periods.map((p) => m.cell(state.indicator, p.token, state.place, state.boundaries === "then"));
  const known = cells.map((c) => c.value !== undefined && c.value !== null);
  const at = periods.map((_, i) => i);
  const band = { at: [], value: [] };
  const bars = { up: at.map(() => 0), down: at.map(() => 0) };
  let run = [];
  for (let i = 0; i <= at.length; i += 1) {            // outline each unbroken run of intervals
    if (i < at.length && known[i] && cells[i].lower !== null) { run.push(i); continue; }
    if (run.length === 1) {
      bars.up[run[0]] = cells[run[0]].upper - cells[run[0]].value;
      bars.down[run[0]] = cells[run[0]].value - cells[run[0]].lower;
    } else if (run.length) {
      const back = [...run].reverse();
      band.at.push(...run, ...back, null);
      band.value.push(...run.map((r) => cells[r].upper), ...back.map((r) => cells[r].lower), null);
    }
    run = [];
  }
  const every = stride((periods[0] || {}).level, at.length, Math.floor(width / (state.far ? 96 : 52)));
  const ticks = at.filter((i) => (at.length - 1 - i) % every === 0);
  const gaps = at.filter((i) => !known[i]);
  const whole = (p, c) => !(p.partial || c.reason === "partial_period" || c.reason === "incomplete_returns");
  return {
    at, value: cells.map((c, i) => (known[i] ? c.value : null)),
    symbol: periods.map((p, i) => (cells[i].apportioned ? "diamond" : "circle") + (whole(p, cells[i]) ? "" : "-open")),
    size: periods.map((p) => (p.token === state.period ? 13 : 7)),
    hover: periods.map((p, i) => hover(m, cells[i], ind, `${m.name(m.place(state.place).name)} ${m.name(p.name)}`)),
    band_at: band.at, band_value: band.value, bar_up: bars.up, bar_down: bars.down,
    target: cells.map((c) => c.target ?? null),
    district: state.place < 0 ? at.map(() => null) : periods.map((p) => {
      const value = m.cell(state.indicator, p.token, -1).value; return value === undefined ? null : value; }),
    mark_at: gaps, mark: gaps.map((i) => plain(cells[i].state === "not_applicable" ? "/" : m.shown(cells[i], ind))),
    ticks, tick_words: ticks.map((i, k) => m.tick(periods[i], periods[ticks[k - 1]])), span: [-0.5, at.length - 0.5],
    rangemode: m.isRate(ind) ? "normal" : "tozero", suffix: m.isRate(ind) ? "%" : "",
    line: m.page.look[state.theme].line, known, cells, periods,
  };
}

export function trendTitle(m, state, table) {
  const ind = m.indicator(state.indicator), place = m.name(m.place(state.place).name);
  const all = table.known.map((yes, i) => (yes ? i : -1)).filter((i) => i >= 0), over = all.filter((i) => m.settled(table.cells[i]));
  const at = over.length ? over : all;   // what will still move says nothing about a change
  if (state.place >= 0 && m.coarse(ind)) return m.say("ui.map_title_coarse", { unit: m.places(), root: m.name(m.page.root.name) });
  if (!at.length) return m.say("ui.trend_title_none", { place });
  const [i, j] = [at[0], at[at.length - 1]];
  const facts = { place, first: m.name(table.periods[i].name), last: m.name(table.periods[j].name), a: m.figure(table.value[i], ind), b: m.figure(table.value[j], ind) };
  if (i === j) return m.say("ui.trend_title_one", facts);
  if (!m.isRate(ind)) return m.say("ui.trend_title", facts);
  const round = (v) => Number(v.toFixed(ind.decimals)), diff = round(round(table.value[j]) - round(table.value[i]));
  return m.say("ui.trend_title_points", { ...facts, diff: (diff > 0 ? "+" : diff < 0 ? "−" : "") + m.number(Math.abs(diff), ind.decimals) });
}
