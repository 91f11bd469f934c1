/** The start page: every page with its question and a small drawing of itself; a code opens its view. */
import { h, svg } from "../element.js";
import { PARTS } from "../frame.js";
import { said } from "./head.js";

PARTS.code = (view) => {
  const { m, page, state, link } = view, { start, release } = page, ind = m.indicator(start.indicator), cell = m.cell(start.indicator, start.period, -1);
  const told = h("p", { class: "hf-note", role: "status", id: "hf-code-said" });
  const box = h("input", { id: "hf-code", type: "text", autocomplete: "off", spellcheck: "false", placeholder: "HF-7K3M-92QD-P", "data-key": "code", "aria-describedby": "hf-code-said" });
  const open = (event) => {
    event.preventDefault();
    const found = m.find(box.value);
    if (!found.wrong) window.location.assign(link("indicator", found));
    else told.textContent = m.say(`code.${found.wrong}`, { code: box.value.trim() });
  };
  if (state.code) { box.value = state.code; told.textContent = m.say(`code.${m.find(state.code).wrong}`, { code: state.code }); }
  const form = link("start") && h("form", { class: "hf-find", onsubmit: open }, h("label", { for: "hf-code" }, m.say("code.label")), box, h("button", { type: "submit", class: "hf-plain" }, m.say("code.open")), told);
  const sentences = [m.say("start.what", { n: page.indicators.length, k: page.places.length, unit: m.places(), date: m.date(release.as_of) }), m.sentences(start.indicator, start.period)[0], m.say("start.how")];
  return { bare: true, body: said(m, m.name(release.title), sentences, [h("p", { class: "hf-what" }, m.name(ind.name)), h("p", { class: "hf-big" }, m.tile(cell, ind), m.unit(ind) ? h("small", {}, m.unit(ind)) : null), h("p", { class: "hf-under" }, m.name(m.period(start.period).name))], form) };
};

PARTS.previews = ({ m, page, link, packs, base }) => ({ title: m.say("start.pages", { n: page.pages.length - 1 }), after: packs.length ? offered(m, packs, base) : null, body: h("ul", { class: "hf-previews" }, page.pages.filter((one) => one.page !== "start").map((one) => h("li", {},
  h(link("start") ? "a" : "div", { href: link(one.page), class: "hf-preview", "data-key": `open-${one.page}` }, h("span", { class: "hf-thumb", "aria-hidden": "true" }, thumb(m, one.page)), h("strong", {}, m.name(one.title)), h("span", {}, m.name(one.question)))))) });

/** The packs that lie ready beside the release, file by file; only a server has any. */
function offered(m, packs, base) {
  const meeting = (name) => (["midterm", "annual", "acceptance"].includes(name) ? m.say(`start.pack.${name}`) : name);
  const address = (pack, file) => `${base}packs/${pack.name}/${file.path.split("/").map(encodeURIComponent).join("/")}`;
  const size = (file) => m.say("start.pack_size", { size: Math.max(0.1, file.bytes / 1e6).toFixed(1) });
  const form = (file) => file.path.replace(/^.*\./, "").toUpperCase();
  const list = (pack, files) => h("ul", {}, files.map((file) => h("li", {}, h("a", { href: address(pack, file), title: file.title, "data-key": `pack-${pack.name}-${file.path}` }, file.label), " ", h("small", {}, `${form(file)} ${size(file)}`))));
  const own = (pack) => pack.lang === m.lang, inside = (file) => file.path.includes("/");   // what lies in a folder is one of many: a brief for each unit
  return h("div", { class: "hf-packs" }, h("h3", {}, m.say("start.packs")), [...packs.filter(own), ...packs.filter((pack) => !own(pack))].map((pack) => {
    const more = pack.files.filter(inside);
    return [h("h4", {}, m.say(pack.lang === "en" ? "start.pack_en" : "start.pack", { meeting: meeting(pack.meeting) })), list(pack, pack.files.filter((file) => !inside(file))),
      more.length ? h("details", { "data-keep": `pack-${pack.name}` }, h("summary", {}, m.say("start.pack_more", { n: more.length })), list(pack, more)) : null];
  }));
}

/** A drawing of a page from its own figures; a page nobody drew for has a sheet of lines. */
function thumb(m, name) {
  const frame = (...inner) => svg("svg", { viewBox: "0 0 160 90", class: "hf-thumbnail" }, inner);
  const { start } = m.page, ind = m.indicator(start.indicator), values = m.page.places.map((_, i) => m.cell(start.indicator, start.period, i));
  const rect = (x, y, width, height, fill, more = {}) => svg("rect", { x, y, width: Math.max(0, width), height, fill, rx: 1.5, ...more });
  const draw = {
    overview: () => frame(mini(m, values, 8, 6, 88, 78), [0, 1, 2, 3].map((i) => rect(106, 14 + 17 * i, 46 - 6 * i, 9, i ? "#B4DAD5" : "#15595A"))),
    profile: () => frame(svg("line", { x1: 80, x2: 80, y1: 6, y2: 84, stroke: "#D55E00" }), [0, 1, 2, 3, 4, 5].map((i) => [rect(28 + 6 * ((i * 5) % 4), 9 + 13 * i, 104 - 9 * (i % 3), 7, "#DDE6E4"), rect(54, 9 + 13 * i, 46, 7, "#B7C7C5"), svg("circle", { cx: 60 + ((i * 29) % 56), cy: 12.5 + 13 * i, r: 4, fill: ["#009E73", "#8A9A98", "#D55E00"][i % 3] })])),
    indicator: () => { const known = m.series(ind, "quarter").map((p) => m.cell(ind.id, p.token, -1).value).filter(Number.isFinite), low = Math.min(...known), reach = Math.max(...known) - low || 1; return frame(svg("polyline", { fill: "none", stroke: "#0072B2", "stroke-width": 3, points: known.map((v, i) => `${10 + (140 * i) / Math.max(1, known.length - 1)},${78 - (62 * (v - low)) / reach}`).join(" ") }), svg("line", { x1: 10, x2: 150, y1: 28, y2: 28, stroke: "#D55E00", "stroke-dasharray": "5 4" })); },
    cascade: () => frame([132, 104, 92, 64, 50].map((width, i) => [rect(14, 8 + 16 * i, width, 11, "#CFE3F1"), rect(14, 8 + 16 * i, width * (0.9 - 0.08 * i), 11, "#0072B2")])),
    kinds: () => frame(m.page.kinds.map((_, i) => [rect(10 + 29 * i, 10, 24, 70, "#EAF3F2"), rect(10 + 29 * i, 10, 24, 5, "#15595A"), [0, 1, 2].map((k) => rect(14 + 29 * i, 24 + 14 * k, 16, 6, "#79BAB5"))])),
    quality: () => frame(Array.from({ length: 5 }, (_, row) => Array.from({ length: 9 }, (__, column) => rect(12 + 15.5 * column, 10 + 15 * row, 12, 11, (row * 7 + column * 5) % 13 ? "#79BAB5" : "#FFFFFF", { stroke: "#8A9A98", "stroke-width": 0.6 })))),
    meeting: () => frame(rect(12, 8, 136, 66, "#FFFFFF", { stroke: "#8A9A98" }), rect(22, 18, 92, 8, "#15595A"), mini(m, values, 52, 30, 56, 40), svg("polygon", { points: "74,78 86,78 80,86", fill: "#8A9A98" })),
  }[name];
  return draw ? draw() : frame([0, 1, 2, 3, 4].map((i) => rect(20, 14 + 14 * i, 120 - 14 * (i % 3), 7, "#B7C7C5")));
}

/** The map in little. */
function mini(m, cells, left, top, width, height) {
  const xs = m.page.places.flatMap((p) => p.x).filter((v) => v !== null), ys = m.page.places.flatMap((p) => p.y).filter((v) => v !== null);
  const [a, b, c, d] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)], scale = Math.min(width / (b - a), height / (d - c));
  return m.page.places.map((p, i) => svg("path", { fill: cells[i].shade >= 0 ? m.page.look.shades[cells[i].shade] : "#FFFFFF", stroke: "#8A9A98", "stroke-width": 0.5,
    d: p.x.map((x, k) => (x === null ? "Z" : `${k === 0 || p.x[k - 1] === null ? "M" : "L"}${(left + (x - a) * scale).toFixed(1)} ${(top + (d - p.y[k]) * scale).toFixed(1)}`)).join("") }));
}
