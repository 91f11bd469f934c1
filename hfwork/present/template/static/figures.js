/** The tables behind the three figures of a page, and drawing them with plotly. */
import { bind } from "./bind.js";

/** Plotly reads a little HTML in texts; data must never be read as such. */
const plain = (text) => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

function hover(m, cell, ind, head) {
  const lines = [`<b>${plain(head)}</b>`, plain(m.shown(cell, ind))];
  if (cell.value !== undefined && cell.value !== null) {
    if (cell.denominator) lines[1] += `　${m.number(cell.numerator, 0)} / ${m.number(cell.denominator, 0)}`;
    if (cell.lower !== null) lines.push(plain(m.say("ui.interval", { low: m.number(cell.lower, ind.decimals), high: m.number(cell.upper, ind.decimals) })));
  }
  if (cell.status !== "none") lines.push(`${m.mark(cell.status)} ${plain(m.say(`status.${cell.status}`))}　${plain(m.say("ui.target", { target: m.figure(cell.target, ind) }))}`);
  if (m.note(cell)) lines.push(plain(m.note(cell)));
  return lines.join("<br>");
}

export function mapTable(m, state, width) {
  const { places } = m.page, look = { ...m.page.look, ...m.page.look[state.theme] };
  const ind = m.indicator(state.indicator);
  const cells = places.map((_, i) => m.cell(state.indicator, state.period, i));
  const fills = cells.map((c) => c.shade >= 0);
  const flat = places.flatMap((p) => p.x).filter((v) => v !== null);
  const tall = places.flatMap((p) => p.y).filter((v) => v !== null);
  const [left, right, low, high] = [Math.min(...flat), Math.max(...flat), Math.min(...tall), Math.max(...tall)];
  const few = places.length <= 30;                     // a hundred counties leave no room for words
  const across = (p) => { const xs = p.x.filter((v) => v !== null); return Math.max(...xs) - Math.min(...xs); };
  const size = places.map(across).sort((a, b) => a - b)[Math.floor(places.length / 2)];
  const height = Math.min(560, (width * (high - low)) / (right - left));
  const pixel = Math.max((right - left) / width, (high - low) / height);   // map units in a pixel
  const perTile = size / pixel;                        // pixels across an ordinary tile
  const ink = cells.map((c, i) => (fills[i] ? look.inks[c.shade] : look.empty.ink));
  const status = cells.map((c) => look.status[c.status]);
  const chosen = places.map((_, i) => i === state.place);
  const words = cells.map((c) => (few ? plain(c.state === "not_applicable" ? "/" : m.shown(c, ind, { unit: false })) : ""));
  const valueSize = Math.max(12, Math.min(21, perTile * 0.24));
  return {
    x: places.map((p) => p.x), y: places.map((p) => p.y), cx: places.map((p) => p.cx), cy: places.map((p) => p.cy),
    fill: cells.map((c, i) => (fills[i] ? look.shades[c.shade] : look.empty.fill)),
    edge: cells.map((c, i) => (chosen[i] ? look.chosen : fills[i] ? look.rim : look.empty.edge)),
    edge_width: chosen.map((yes, i) => (yes ? 3.5 : fills[i] ? 1 : 1.5)),
    dash: cells.map((c, i) => (fills[i] || chosen[i] ? "solid" : look.empty.dash)),
    name: places.map((p) => plain(m.name(p.name))),
    hover: places.map((p, i) => hover(m, cells[i], ind, m.name(p.name))),
    name_y: places.map((p) => p.cy + 0.05 * size), value_y: places.map((p) => p.cy + 0.05 * size - Math.min(0.26 * size, 32 * pixel)),
    status_y: places.map((p) => p.cy + (few ? 0.05 * size + Math.min(0.27 * size, 34 * pixel) : 0)),
    label: places.map((p) => (few ? plain(m.name(p.label)) : "")),
    shown: words,
    ink, symbol: status.map((s) => (s ? s.symbol : "circle")), status_colour: status.map((s) => (s ? s.colour : "rgba(0,0,0,0)")),
    status_size: status.map((s) => (s ? Math.max(8, Math.min(13, perTile * 0.13)) : 0)),
    label_size: Math.max(10, Math.min(16, perTile * (m.lang === "zh" ? 0.2 : 0.155))),
    value_size: words.map((w) => (w === "*" ? valueSize * 1.5 : valueSize)),
    x_range: [left - 0.02 * size, right + 0.02 * size], y_range: [low - 0.02 * size, high + 0.02 * size],
    height: Math.round(height),
  };
}

export function trendTable(m, state, width) {
  const ind = m.indicator(state.indicator);
  const periods = m.series(ind, state.level);
  const cells = periods.map((p) => m.cell(state.indicator, p.token, state.place));
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
  const every = Math.max(1, Math.ceil(at.length / Math.max(3, Math.floor(width / 52))));
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

export function timelineTable(m) {
  const { phases, days, release } = m.page;
  const colours = ["#56B4E9", "#0072B2", "#6A7F9B"];   // not the colours of status
  const ms = (iso) => Date.parse(`${iso}T00:00:00Z`);
  const first = Math.min(...phases.map((p) => ms(p.start))), last = Math.max(...phases.map((p) => ms(p.end)));
  const iso = (t) => new Date(t).toISOString().slice(0, 10);
  const dated = days.flatMap((day) => day.dates.map((at) => ({ at, name: m.name(day.name) })))
    .filter((d) => ms(d.at) >= first && ms(d.at) <= last).sort((a, b) => a.at.localeCompare(b.at));
  const rows = phases.map((_, i) => i);
  return {
    row: rows, start: phases.map((p) => p.start), length: phases.map((p) => ms(p.end) - ms(p.start) + 864e5),
    colour: phases.map((_, i) => colours[i % colours.length]),
    hover: phases.map((p) => `<b>${plain(m.name(p.name))}</b><br>${m.date(p.start)} – ${m.date(p.end)}`),
    days: dated.map((d) => d.at), days_row: dated.map(() => phases.length),
    days_hover: dated.map((d) => `<b>${plain(d.name)}</b><br>${m.date(d.at)}`),
    rows: dated.length ? [...rows, phases.length] : rows,
    row_words: [...phases.map((p) => plain(m.name(p.name))), ...(dated.length ? [m.say("ui.days")] : [])],
    as_of: release.as_of, as_of_words: plain(m.date(release.as_of)),
    first: iso(first - 30 * 864e5), last: iso(last + 30 * 864e5), bottom: phases.length - (dated.length ? 0.4 : 1.4) + 0.9,
    now: phases.filter((p) => p.start <= release.as_of && p.end >= release.as_of).map((p) => m.name(p.name)),
    coming: dated.filter((d) => d.at > release.as_of).slice(0, 3),
    bars: phases.length + (dated.length ? 1 : 0),
  };
}

/** Draw or redraw one figure; its box keeps its shape when a printer makes it narrower. */
export async function drawFigure(plotly, box, template, table, m, height) {
  const figure = bind(template, table);
  const width = box.clientWidth || 600;
  figure.layout = { ...figure.layout, width, height };
  await plotly.react(box, figure.data, figure.layout, { ...m.page.config, locale: m.lang === "zh" ? "zh-CN" : "en-US" });
  box.style.setProperty("--shape", `${width} / ${height}`);
  for (const svg of box.querySelectorAll("svg.main-svg")) svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
}

/** The map as a picture that says by itself what it shows, of when, and whether it is invented. */
export function picture(m, state, title, filename, { steps, empty, shared, statuses }) {
  const { release, look } = m.page, width = 780, table = mapTable(m, { ...state, theme: "light" }, width);
  const figure = bind(m.page.figures.map, table), height = table.height + 200;
  const period = m.name(m.period(state.period).name);
  const note = (y, text, size) => ({ xref: "paper", yref: "paper", x: 0, y, xanchor: "left", yanchor: y > 0.5 ? "bottom" : "top",
    showarrow: false, align: "left", text: plain(text), font: { size } });
  const colour = (value, sign, word) => `<span style="color:${value}">${sign}</span> ${plain(word)}`;
  const shades = steps.map(([value, word]) => colour(value, "⬢", word)).concat([empty, shared].filter(Boolean).map(plain));
  const marks = statuses.map((s) => colour(look.status[s].colour, look.status[s].mark, m.say(`status.${s}`)));
  const foot = [m.name(m.page.map.note), m.say("ui.source", { plan: m.name(release.title), release: release.id, date: m.date(release.as_of) })];
  figure.layout = { ...figure.layout, width, height, paper_bgcolor: "#FFFFFF", margin: { l: 24, r: 24, t: 88, b: 112 },
    annotations: [{ ...note(1, `${m.name(m.indicator(state.indicator).name)} · ${period}`, 22), yshift: 36 },
      { ...note(1, (release.sample ? `【${m.say("ui.sample")}】` : "") + title, 15), yshift: 10 },
      { ...note(0, "", 12), yshift: -12, text: [shades.join("　"), marks.join("　"), ...foot.map(plain)].filter(Boolean).join("<br>") }] };
  return window.Plotly.downloadImage({ data: figure.data, layout: figure.layout, config: m.page.config }, { format: "png", width, height, scale: 2, filename });
}

/** Load the plotly bundle once; a module loader on the page must not swallow it. */
export function loadPlotly(url) {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  if (!loadPlotly.waiting) {
    loadPlotly.waiting = new Promise((resolve, reject) => {
      const define = window.define;
      const script = document.createElement("script");
      const done = () => { if (define !== undefined) window.define = define; };
      script.src = url;
      script.onload = () => { done(); window.Plotly ? resolve(window.Plotly) : reject(new Error("no Plotly")); };
      script.onerror = () => { done(); loadPlotly.waiting = null; reject(new Error("plotly did not load")); };
      if (define !== undefined) window.define = undefined;
      document.head.append(script);
    });
  }
  return loadPlotly.waiting;
}
