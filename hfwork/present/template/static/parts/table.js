/** The table of places. */
import { badge, h } from "../element.js";
import { PARTS } from "../frame.js";

PARTS.table = ({ m, page, state, choose }) => {
  const ind = m.indicator(state.indicator), cells = listedPlaces(m, state).map((row) => row.cell);
  const has = (name) => cells.some((c) => c.state === name) && m.say(`ui.${name}_note`);
  return {
    title: m.say("ui.table_title", { indicator: m.name(ind.name), period: m.name(m.period(state.period).name), unit: m.places() }), file: [ind.id, state.period],
    body: h("div", cells.length > 40 ? { class: "hf-long", tabindex: "0", role: "region", "aria-label": m.say("part.table") } : {}, placeTable(m, state, (place) => choose({ place }))),
    notes: [m.say("ui.official_order"), has("suppressed"), has("unstable"), has("missing"), cells.some((c) => c.apportioned) && m.say("ui.apportioned_note"),
      page.places.some((p) => p.schematic) && page.map.schematic && m.say("ui.schematic_place")],
    csv: () => placeSheet(m, state),
  };
};

/** The root and the places as they are read: {place, at, cell}. */
const listedPlaces = (m, state) => [{ place: -1, at: m.page.root, cell: m.cell(state.indicator, state.period, -1) },
  ...m.listed(state).map((at) => ({ place: at.place, at, cell: m.cell(state.indicator, state.period, at.place, state.boundaries === "then") }))];

const COLUMNS = ["place", "value", "numerator", "denominator", "interval", "target", "status", "state", "grade", "receipt"];
const RIGHT = new Set(["value", "numerator", "denominator", "interval", "target"]);

/** The table: root first, then places in official order. `choose(place)` is called when a name is pressed. */
function placeTable(m, state, choose) {
  const ind = m.indicator(state.indicator);
  const rows = listedPlaces(m, state);
  const unit = m.unit(ind) && !m.isRate(ind) ? (m.lang === "zh" ? `（${m.unit(ind)}）` : ` (${m.unit(ind)})`) : "";
  const cells = rows.map((row) => row.cell);
  const kept = COLUMNS.filter((key) => !["interval", "target", "status", "state", "denominator", "numerator"].includes(key)
    || cells.some((c) => ({ interval: Number.isFinite(c.lower), target: Number.isFinite(c.target), status: c.status !== "none", state: m.note(c) !== "",
      denominator: Number.isFinite(c.denominator), numerator: Number.isFinite(c.denominator) })[key]));
  const texts = (place, c) => ({
    value: m.shown(c, ind, { unit: false }), interval: m.interval(c, ind),
    numerator: m.number(c.numerator, 0), denominator: m.number(c.denominator, 0),
    target: Number.isFinite(c.target) ? m.figure(c.target, ind, false) : "—", state: m.note(c), grade: c.grade || "—", receipt: c.receipt || "—",
  });
  const body = rows.map(({ place, at, cell: c }) => {
    const text = texts(place, c);
    return h("tr", { class: place < 0 ? "hf-root" : place === state.place ? "hf-chosen" : null, "data-code": at.code },
      kept.map((key) => {
        const label = m.say(`ui.col.${key}`);
        if (key === "place") {
          return h("th", { scope: "row" }, h("button", { type: "button", class: "hf-name", "data-key": `place${place}`,
            "aria-pressed": String(place === state.place), onclick: () => choose(place) }, m.name(at.name), at.schematic ? " †" : ""));
        }
        const empty = (key === "state" && !text.state) || (key === "status" && c.status === "none");
        return h("td", { class: [`hf-c-${key}`, RIGHT.has(key) ? "hf-num" : "", empty ? "hf-blank" : ""].join(" ").trim(), "data-label": label },
          key === "status" ? badge(m, c.status) : text[key]);
      }));
  });
  return h("table", { class: "hf-table" },
    h("caption", { class: "hf-hidden" }, m.say("ui.table_title", { indicator: m.name(ind.name), period: m.name(m.period(state.period).name), unit: m.places() })),
    h("thead", {}, h("tr", {}, kept.map((key) => h("th", { scope: "col", class: RIGHT.has(key) ? "hf-num" : null },
      m.say(`ui.col.${key}`) + (key === "value" ? unit : ""))))),
    h("tbody", {}, body));
}

/** The same as it leaves: plain numbers, state and reason apart. */
function placeSheet(m, state) {
  const ind = m.indicator(state.indicator), period = m.period(state.period);
  const keys = ["indicator", "period", "code", "place", "value", "unit", "numerator", "denominator", "lower", "upper", "target", "status", "state", "reason", "apportioned", "grade", "receipt"];
  const head = keys.map((k) => m.say(k === "state" ? "ui.state" : `ui.col.${k}`));
  const rows = listedPlaces(m, state).map(({ at, cell: c }) => [m.name(ind.name), m.name(period.name), at.code, m.name(at.name),
      c.state === "suppressed" ? "*" : Number.isFinite(c.value) ? Number(c.value.toFixed(4)) : null, m.unit(ind), c.numerator, c.denominator, c.lower, c.upper, c.target,
      m.say(`status.${c.status}`), m.say(c.state === "value" ? "ui.has_value" : `state.${c.state}`), c.reason ? m.say(`reason.${c.reason}`) : "",
      c.apportioned ? m.say("ui.apportioned") : "", c.grade, c.receipt]);
  return { head, rows };
}
