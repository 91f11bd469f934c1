/** The meeting: one view after another, one message each, with the detail at a key press. */
import { h } from "../element.js";
import { PARTS } from "../frame.js";

PARTS.views = (view) => {
  const { m, page, state, choose, fullscreen, link } = view, all = page.views, at = Math.min(Number(state.view || 0), all.length - 1), one = all[at];
  const own = { ...state, boundaries: "as_of", map: null, level: null, chain: one.chain || state.chain };
  if (one.indicator) Object.assign(own, { indicator: one.indicator, period: one.period });
  own.steps = one.indicator ? stepsFor(m, own) : state.steps;
  const inner = { ...view, state: own, page, memory: view.memory };
  const panel = PARTS[one.part](inner) || { title: m.say("views.empty") };
  const detail = state.detail === "1";
  if (detail) view.memory.tables.add(one.part); else view.memory.tables.delete(one.part);
  const go = (to) => choose({ view: String(Math.max(0, Math.min(all.length - 1, to))), place: -1, detail: null });
  const place = (step) => { const n = page.places.length; choose({ place: state.place + step >= n ? -1 : state.place + step < -1 ? n - 1 : state.place + step }); };
  const keys = (event) => {
    const act = { ArrowRight: () => go(at + 1), PageDown: () => go(at + 1), " ": () => go(at + 1), Enter: () => go(at + 1), ArrowLeft: () => go(at - 1), PageUp: () => go(at - 1), Home: () => go(0), End: () => go(all.length - 1),
      ArrowDown: () => place(1), ArrowUp: () => place(-1), d: () => choose({ detail: detail ? null : "1" }), f: () => fullscreen(), l: () => choose({ lang: state.lang === "zh" ? "en" : "zh" }) }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || (["Enter", " "].includes(event.key) && event.target.closest?.("button, a, summary"))) return false;
    act();
    return true;
  };
  const button = (key, word, act, off, pressed) => h("button", { type: "button", class: "hf-plain", "data-key": `view-${key}`, disabled: off, "aria-pressed": pressed, onclick: act }, word);
  const open = one.indicator && link("indicator", { indicator: one.indicator, period: one.period });
  return {
    ...panel, part: one.part, keys, receipt: one.indicator ? m.cell(one.indicator, one.period, state.place).receipt : panel.receipt,
    bare: false, headless: panel.bare, body: [one.indicator && h("p", { class: "hf-subject" }, m.name(m.indicator(one.indicator).name), " · ", m.name(m.period(one.period).name), state.place >= 0 ? ` · ${m.name(m.place(state.place).name)}` : ""), panel.body],
    figure: panel.figure && { ...panel.figure, same: undefined, fill: (width, theme, box) => filling(panel.figure, own, width, theme, box),
      click: (point) => { const i = point.curveNumber; if (one.part === "map" && i < page.places.length) choose({ place: i === state.place ? -1 : i }); } },
    after: [panel.after, h("div", { class: "hf-steer", role: "group", "aria-label": m.say("views.controls") }, button("back", m.say("views.back"), () => go(at - 1), at === 0), h("span", { class: "hf-at", role: "status" }, m.say("views.at", { n: at + 1, all: all.length })), button("next", m.say("views.next"), () => go(at + 1), at === all.length - 1),
      panel.table && button("detail", m.say("views.detail"), () => choose({ detail: detail ? null : "1" }), false, String(detail)), open && h("a", { class: "hf-plain", href: open, "data-key": "view-open" }, m.say("views.open")), h("span", { class: "hf-note hf-keys" }, m.say("views.keys")))],
  };
};

function stepsFor(m, state) {
  const ind = m.indicator(state.indicator), own = m.period(state.period).level, long = (l) => m.series(ind, l).length >= 4;
  return long(own) && own !== "phase" ? own : ["month", "quarter", "half", "year", "mc_year"].find(long) || own;
}

/** A view has the screen for itself: its figure takes what the words leave of it, in letters for the back of the room. */
function filling(figure, own, width, theme, box) {
  const section = box && box.closest("[data-part]"), paper = box && box.closest("[data-printing]");
  if (!section || paper || width < 620) { own.room = null; return figure.fill(width, theme, box); }
  const place = box.getBoundingClientRect(), around = place.top + window.scrollY + section.getBoundingClientRect().bottom - place.bottom;
  own.room = Math.round(Math.max(260, Math.min(900, window.innerHeight - around - 16)));
  const far = own.far = window.innerWidth >= 1600 && window.innerHeight >= 900;
  return { ...figure.fill(width, theme, box), height: own.room, scale: far ? 1.7 : 1.15 };
}
