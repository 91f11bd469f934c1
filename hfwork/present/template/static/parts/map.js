/** The map of places: figures as counted, or drawn towards the mean. */
import { smoothedOf } from "../findings.js";
import { hover, plain } from "../drawing.js";
import { badge, h } from "../element.js";
import { PARTS } from "../frame.js";

PARTS.map = (view) => {
  const { m, page, state, choose } = view, ind = m.indicator(state.indicator);
  const smooth = page.smoothed && smoothedOf(page.smoothed[m.indicatorAt.get(ind.id)], ind.decimals);
  const period = m.periodAt.get(state.period);
  const can = smooth && page.places.some((_, i) => smooth.has(`${i}/${period}`));
  const drawn = state.map === "smoothed" && can;
  const cells = page.places.map((_, i) => {
    const cell = m.cell(ind.id, state.period, i, state.boundaries === "then"), found = drawn && smooth.get(`${i}/${period}`);
    if (!drawn) return cell;
    if (!found || cell.then !== undefined) return { ...cell, value: null, shade: -1, status: "none", state: cell.state === "value" ? "missing" : cell.state };
    return { ...cell, state: "value", value: found.value, lower: null, numerator: null, denominator: null, receipt: "", own: found.own, status: "none", shade: m.shade(found.value, m.limits(ind.id, state.period)) };
  });
  const title = drawn ? smoothTitle(m, state, ind, cells) : mapTitle(m, state, ind, cells);
  const { words, signs } = key(m, state, ind, cells);
  const stars = page.places.some((p) => p.schematic && page.map.schematic) && !/†/.test(m.name(page.map.note));
  const toggle = smooth && h("div", { class: "hf-levels", role: "group", "aria-label": m.say("map.show") }, ["raw", "smoothed"].map((kind) => h("button",
    { type: "button", "data-key": `map-${kind}`, disabled: kind === "smoothed" && !can, "aria-pressed": String((kind === "smoothed") === Boolean(drawn)), onclick: () => choose({ map: kind === "raw" ? null : kind }) }, m.say(`map.${kind}`))));
  return {
    title, key: words, signs, body: [toggle, state.map === "smoothed" && !can && h("p", { class: "hf-note" }, m.say("map.cannot"))].filter(Boolean),
    about: `${m.name(ind.name)} · ${m.name(m.period(state.period).name)}`, file: [ind.id, state.period],
    notes: [m.name(page.map.note), stars && m.say("ui.schematic_place"), drawn && m.say("map.smooth_note")],
    figure: { template: "map", fill: (width, theme) => mapTable(m, { ...state, theme }, width, ind, cells), repaint,
      click: (point) => { const i = point.curveNumber; if (i < page.places.length && page.selectors.includes("place")) choose({ place: i === state.place ? -1 : i }); } },
    table: () => mapRows(m, ind, cells, drawn),
  };
};

/**
 * The shapes of a map stay where they are: a change paints the drawn ones anew, in a millisecond where plotly takes
 * ten. False where that is not all – letters of another size, other names – and plotly has to draw.
 */
function repaint(box, table) {
  const traces = [...box.querySelectorAll(".scatterlayer > .trace")], count = table.fill.length;
  if (traces.length !== count + 3) return false;
  const [names, values] = [count, count + 1].map((i) => [...traces[i].querySelectorAll("text")]), marks = [...traces[count + 2].querySelectorAll("path.point")];
  if ([names, values, marks].some((list) => list.length !== count)) return false;
  const size = (i) => `${table.value_size[i]}px`, dash = (i) => (table.dash[i] === "dot" ? `${Math.max(table.edge_width[i], 3)}px, ${Math.max(table.edge_width[i], 3)}px` : "");
  for (let i = 0; i < count; i += 1) if (values[i].style.fontSize !== size(i) || names[i].textContent !== unescaped(table.label[i])) return false;
  for (let i = 0; i < count; i += 1) {
    traces[i].querySelector(".js-fill").style.fill = table.fill[i];
    Object.assign(traces[i].querySelector(".js-line").style, { stroke: table.edge[i], strokeWidth: `${table.edge_width[i]}px`, strokeDasharray: dash(i) });
    names[i].style.fill = values[i].style.fill = table.ink[i];
    values[i].textContent = unescaped(table.shown[i]);
    marks[i].setAttribute("d", SHAPES[table.symbol[i]](table.status_size[i] / 2));
    const seen = !table.status_colour[i].startsWith("rgba");   // plotly parts a colour from its opacity
    Object.assign(marks[i].style, { fill: seen ? table.status_colour[i] : "rgb(0, 0, 0)", fillOpacity: Number(seen) });
  }
  return true;
}

/** The marks of status as plotly draws them around their centre, r being half their size. */
const twoDigits = (v) => Math.round(v * 100) / 100;
const SHAPES = {
  circle: (half) => { const r = twoDigits(half); return `M${r},0A${r},${r} 0 1,1 0,-${r}A${r},${r} 0 0,1 ${r},0Z`; },
  "triangle-up": (half) => { const r = twoDigits(half), side = twoDigits((half * 2) / Math.sqrt(3)); return `M-${side},${twoDigits(half / 2)}H${side}L0,-${r}Z`; },
  square: (half) => { const r = twoDigits(half); return `M${r},${r}H-${r}V-${r}H${r}Z`; },
};

const unescaped = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

function mapRows(m, ind, cells, drawn) {
  const columns = [{ key: "place", label: m.say("ui.col.place") }, { key: "value", label: m.say(drawn ? "map.smoothed" : "ui.col.value"), num: true },
    ...(drawn ? [{ key: "own", label: m.say("map.own"), num: true }] : [{ key: "interval", label: m.say("ui.col.interval"), num: true }]),
    { key: "note", label: m.say("ui.col.state") }, { key: "receipt", label: m.say("ui.col.receipt") }];
  return { columns, rows: m.page.places.map((p, i) => ({ code: p.code, place: m.name(p.name), value: m.shown(cells[i], ind, { unit: false }), interval: m.interval(cells[i], ind),
    own: cells[i].own === undefined ? "—" : `${cells[i].own}%`, note: drawn ? "" : m.note(cells[i]), receipt: cells[i].receipt || "—" })) };
}

function smoothTitle(m, state, ind, cells) {
  const raw = m.page.places.map((_, i) => m.cell(ind.id, state.period, i)), both = cells.filter((c, i) => Number.isFinite(c.value) && Number.isFinite(raw[i].value));
  const spread = (list) => m.number(Math.max(...list) - Math.min(...list), ind.decimals);
  if (both.length < 2) return m.say("map.smooth_title_few", { n: cells.filter((c) => Number.isFinite(c.value)).length });
  return m.say("map.smooth_title", { a: spread(raw.filter((c, i) => Number.isFinite(c.value) && Number.isFinite(cells[i].value)).map((c) => c.value)), b: spread(both.map((c) => c.value)),
    unit: m.isRate(ind) ? m.say("ui.points") : m.unit(ind) });
}

export function mapTitle(m, state, ind, all) {
  const cells = all.filter((c, i) => c.then === undefined || all.findIndex((one) => one.then === c.then) === i).map((c) => ({ ...c, status: m.standing(c) }));
  const unit = m.places(), known = cells.filter((c) => Number.isFinite(c.value));
  if (m.coarse(ind)) return m.say("ui.map_title_coarse", { unit, root: m.name(m.page.root.name) });
  if (!known.length) return m.say("ui.map_title_none", { unit });
  if (!known.some((c) => c.status !== "none")) {
    const values = known.map((c) => c.value);
    return m.say("ui.map_title_range", { n: known.length, unit, low: m.figure(Math.min(...values), ind), high: m.figure(Math.max(...values), ind) });
  }
  const parts = ["met", "near", "behind", "none", "empty"].map((name) => [name, cells.filter((c) => (Number.isFinite(c.value) ? c.status === name : name === "empty")).length])
    .filter(([, n]) => n).map(([name, n]) => m.say(`ui.map_part.${name}`, { n }));
  return m.say("ui.map_title", { n: cells.length, unit, parts: parts.join(m.say("ui.comma")) });
}

/** What the shades and marks of the map mean, as elements and as plain text for a picture. */
function key(m, state, ind, cells) {
  const { look } = m.page, limits = m.limits(ind.id, state.period);
  const digits = limits.some((v) => v !== Math.round(v)) ? Math.max(1, ind.decimals) : 0;
  const text = (v) => m.number(v, digits) + (m.isRate(ind) ? "%" : "");
  const steps = limits.length ? [m.say("ui.below", { high: text(limits[0]) }),
    ...limits.slice(1).map((v, i) => m.say("ui.between", { low: text(limits[i]), high: text(v) })), m.say("ui.from", { low: text(limits[limits.length - 1]) })] : [];
  const empty = [...new Set(cells.filter((c) => c.shade < 0).map((c) => `${m.sign(c)} ${m.say(c.reason === "coarse_only" ? "reason.coarse_only" : `state.${c.state}`)}`))].join(m.say("ui.comma"));
  const shared = cells.some((c) => c.apportioned) ? `≈ ${m.say("ui.apportioned")}` : "";
  const statuses = Object.keys(look.status).filter((s) => cells.some((c) => c.status === s));
  const words = [...steps.map((word, i) => h("li", {}, h("i", { class: "hf-swatch", style: `background:${look.shades[i]}` }), word)),
    empty && h("li", {}, h("i", { class: "hf-swatch hf-empty" }), empty), shared && h("li", {}, shared), ...statuses.map((s) => h("li", {}, badge(m, s)))].filter(Boolean);
  return { words, signs: [[...steps, empty, shared].filter(Boolean).join("　"), statuses.map((s) => `${look.status[s].mark} ${m.say(`status.${s}`)}`).join("　")] };
}

export function mapTable(m, state, width, ind, cells) {
  const { places } = m.page, look = { ...m.page.look, ...m.page.look[state.theme] };
  const fills = cells.map((c) => c.shade >= 0);
  const flat = places.flatMap((p) => p.x).filter((v) => v !== null);
  const tall = places.flatMap((p) => p.y).filter((v) => v !== null);
  const [left, right, low, high] = [Math.min(...flat), Math.max(...flat), Math.min(...tall), Math.max(...tall)];
  const few = places.length <= 30;                     // a hundred counties leave no room for words
  const across = (p) => { const xs = p.x.filter((v) => v !== null); return Math.max(...xs) - Math.min(...xs); };
  const size = places.map(across).sort((a, b) => a - b)[Math.floor(places.length / 2)];
  const height = state.room || Math.min(560, (width * (high - low)) / (right - left));   // a meeting gives it the screen
  const pixel = Math.max((right - left) / width, (high - low) / height);   // map units in a pixel
  const perTile = size / pixel;                        // pixels across an ordinary tile
  const ink = cells.map((c, i) => (fills[i] ? look.inks[c.shade] : look.empty.ink));
  const status = cells.map((c) => look.status[c.status]);
  const chosen = places.map((_, i) => i === state.place);
  const words = cells.map((c) => (few ? plain(c.state === "not_applicable" ? "/" : m.shown(c, ind, { unit: false })) : ""));
  const valueSize = Math.max(12, Math.min(state.room ? 36 : 21, perTile * 0.24));
  return {
    x: places.map((p) => p.x), y: places.map((p) => p.y), cx: places.map((p) => p.cx), cy: places.map((p) => p.cy),
    fill: cells.map((c, i) => (fills[i] ? look.shades[c.shade] : look.empty.fill)),
    edge: cells.map((c, i) => (chosen[i] ? look.chosen : fills[i] ? look.rim : look.empty.edge)),
    edge_width: chosen.map((yes, i) => (yes ? 3.5 : fills[i] ? 1 : 1.5)),
    dash: cells.map((c, i) => (fills[i] || chosen[i] ? "solid" : look.empty.dash)),
    name: places.map((p) => plain(m.name(p.name))),
    hover: places.map((p, i) => hover(m, cells[i], ind, m.name(cells[i].then === undefined ? p.name : m.page.then.units[cells[i].then].name))),
    name_y: places.map((p) => p.cy + 0.05 * size), value_y: places.map((p) => p.cy + 0.05 * size - Math.min(0.26 * size, (state.room ? 56 : 32) * pixel)),
    status_y: places.map((p) => p.cy + (few ? 0.05 * size + Math.min(0.27 * size, (state.room ? 60 : 34) * pixel) : 0)),
    label: places.map((p, i) => (few ? plain(m.name(cells[i].then === undefined ? p.label : m.page.then.units[cells[i].then].name)) : "")),
    shown: words,
    ink, symbol: status.map((s) => (s ? s.symbol : "circle")), status_colour: status.map((s) => (s ? s.colour : "rgba(0,0,0,0)")),
    status_size: status.map((s) => (s ? Math.max(8, Math.min(state.room ? 22 : 13, perTile * 0.13)) : 0)),
    label_size: places.map((p, i) => { const word = m.name(cells[i].then === undefined ? p.label : m.page.then.units[cells[i].then].name); return Math.max(8, Math.min(state.room ? 30 : 16, perTile * (m.lang === "zh" ? 0.2 : 0.155), (perTile * 0.94) / (word.length * (m.lang === "zh" ? 1 : 0.54)))); }),
    value_size: words.map((w) => (w === "*" ? valueSize * 1.5 : valueSize)),
    x_range: [left - 0.02 * size, right + 0.02 * size], y_range: [low - 0.02 * size, high + 0.02 * size],
    height: Math.round(height),
  };
}
