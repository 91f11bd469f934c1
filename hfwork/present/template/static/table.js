/** The table of places, and its CSV. */

/** An element; texts are always set as text, so that a name can never become markup. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return element;
}

/** Status in shape and word, e.g. ● 达标. */
export function badge(m, status) {
  if (!m.page.look.status[status]) return null;
  return h("span", { class: `hf-badge hf-${status}` }, h("i", { "aria-hidden": "true" }, m.mark(status)), m.say(`status.${status}`));
}

const COLUMNS = ["place", "value", "numerator", "denominator", "interval", "target", "status", "state", "grade", "receipt"];
const RIGHT = new Set(["value", "numerator", "denominator", "interval", "target"]);

/** The table: root first, then places in official order. `choose(place)` is called when a name is pressed. */
export function placeTable(m, state, choose) {
  const ind = m.indicator(state.indicator);
  const rows = [-1, ...m.page.places.keys()];
  const unit = m.unit(ind) && !m.isRate(ind) ? (m.lang === "zh" ? `（${m.unit(ind)}）` : ` (${m.unit(ind)})`) : "";
  const cells = rows.map((p) => m.cell(state.indicator, state.period, p));
  const kept = COLUMNS.filter((key) => !["interval", "target", "status", "state", "denominator", "numerator"].includes(key)
    || cells.some((c) => ({ interval: Number.isFinite(c.lower), target: Number.isFinite(c.target), status: c.status !== "none", state: m.note(c) !== "",
      denominator: Number.isFinite(c.denominator), numerator: Number.isFinite(c.denominator) })[key]));
  const texts = (place, c) => ({
    value: m.shown(c, ind, { unit: false }), interval: m.interval(c, ind),
    numerator: m.number(c.numerator, 0), denominator: m.number(c.denominator, 0),
    target: Number.isFinite(c.target) ? m.figure(c.target, ind, false) : "—", state: m.note(c), grade: c.grade || "—", receipt: c.receipt || "—",
  });
  const body = rows.map((place, k) => {
    const c = cells[k], text = texts(place, c), at = m.place(place);
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

/** One field: quoted when needed; a text a spreadsheet would run as a formula gets an apostrophe. */
export function field(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[\s]*[=+\-@＝＋－＠]|^[\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

/** The table as CSV text with a byte-order mark, so that spreadsheets show Chinese; state and reason stand apart. */
export function csv(m, state) {
  const ind = m.indicator(state.indicator), period = m.period(state.period);
  const keys = ["indicator", "period", "code", "place", "value", "unit", "numerator", "denominator", "lower", "upper", "target", "status", "state", "reason", "apportioned", "grade", "receipt"];
  const head = [...keys.map((k) => m.say(k === "state" ? "ui.state" : `ui.col.${k}`)), m.say("ui.as_of"), m.say("ui.release")];
  if (m.page.release.sample) head.push(m.say("ui.sample"));
  const lines = [-1, ...m.page.places.keys()].map((place) => {
    const c = m.cell(state.indicator, state.period, place), at = m.place(place);
    const line = [m.name(ind.name), m.name(period.name), at.code, m.name(at.name),
      c.state === "suppressed" ? "*" : Number.isFinite(c.value) ? Number(c.value.toFixed(4)) : null, m.unit(ind), c.numerator, c.denominator, c.lower, c.upper, c.target,
      m.say(`status.${c.status}`), m.say(c.state === "value" ? "ui.has_value" : `state.${c.state}`), c.reason ? m.say(`reason.${c.reason}`) : "",
      c.apportioned ? m.say("ui.apportioned") : "", c.grade, c.receipt, m.page.release.as_of, m.page.release.id];
    return m.page.release.sample ? [...line, m.say("ui.sample_note")] : line;
  });
  return `\uFEFF${[head, ...lines].map((line) => line.map(field).join(",")).join("\r\n")}\r\n`;
}

export function save(name, text) {
  const link = h("a", { href: URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
