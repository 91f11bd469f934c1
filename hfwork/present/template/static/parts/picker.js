/** Which indicator: groups by kind of family that open and close, and a box to find one by name, id or code. */
import { badge, h } from "../element.js";
import { PARTS } from "../frame.js";

const folded = (text) => text.normalize("NFKC").toLowerCase().replace(/_/g, " ");

/** The groups: each kind with its indicators, then those of no kind. */
function groups(m) {
  const named = new Set(m.page.kinds.flatMap((kind) => kind.indicators));
  const rest = m.page.indicators.filter((ind) => !named.has(ind.id)).map((ind) => ind.id);
  const other = { id: "other", name: { zh: m.say("ui.other_indicators"), en: m.say("ui.other_indicators") }, indicators: rest };
  return rest.length && m.page.kinds.length ? [...m.page.kinds, other] : m.page.kinds;
}

const kindOf = (m, id) => (groups(m).find((kind) => kind.indicators.includes(id)) || { id: "" }).id;

PARTS.kinds = ({ m, page, state, memory, choose }) => {
  if (!page.kinds.length) return null;
  const own = kindOf(m, state.indicator);
  if (memory.shown !== state.indicator && !memory.open.has(own)) memory.open = new Set([own]);
  memory.shown = state.indicator;
  return picker(m, state, memory, choose);
};

/**
 * The panel. `memory` lasts from one drawing to the next: what was typed and which groups stand open;
 * the group of the chosen indicator opens by itself.
 */
function picker(m, state, memory, choose) {
  const count = { n: 0, t: 0, met: 0, near: 0, behind: 0 };
  const cards = groups(m).map((kind) => group(m, state, kind, count, choose));
  const box = h("input", { type: "search", "data-key": "find", id: "hf-find", autocomplete: "off", spellcheck: "false", value: memory.query, placeholder: m.say("ui.find_hint") });
  const told = h("p", { class: "hf-note hf-found", role: "status" });
  const parts = { box, told, cards, buttons: cards.flatMap((card) => [...card.querySelectorAll("li button")]) };
  box.addEventListener("input", () => { memory.query = box.value; show(m, parts, memory); });
  for (const card of cards) {
    card.querySelector("h3 button").addEventListener("click", () => {
      if (!memory.open.delete(card.dataset.kind)) memory.open.add(card.dataset.kind);
      show(m, parts, memory);
    });
  }
  const whole = h("div", { class: "hf-pick" }, h("div", { class: "hf-find" }, h("label", { for: "hf-find" }, m.say("ui.find")), box, told), h("div", { class: "hf-cards", style: `--kinds:${cards.length}` }, cards));
  whole.addEventListener("keydown", (event) => keys(event, parts, () => { memory.query = box.value = ""; show(m, parts, memory); }));
  show(m, parts, memory);
  return { title: m.say(count.t ? "ui.kinds_title" : "ui.kinds_title_none", count), body: whole };
}

function group(m, state, kind, count, choose) {
  const own = { met: 0, near: 0, behind: 0, missing: 0 };
  const items = kind.indicators.map((id) => {
    const ind = m.indicator(id), token = m.nearest(ind, state.period), cell = m.cell(id, token, -1);
    count.n += 1;
    const status = m.standing(cell);
    if (status !== "none") { count.t += 1; count[status] += 1; own[status] += 1; }
    own.missing += cell.state === "missing";
    const under = [cell.status !== "none" ? badge(m, cell.status) : m.say(`state.${cell.state}`),
      Number.isFinite(cell.target) && h("span", {}, m.say("ui.target", { target: m.figure(cell.target, ind) })),
      token !== state.period && m.period(token) && h("span", {}, m.name(m.period(token).name))].filter(Boolean);
    const words = folded([ind.code, ind.id, ind.name.zh, ind.name.en].join(" "));
    return h("li", {}, h("button", { type: "button", "data-key": `indicator-${id}`, "data-words": words, "aria-pressed": String(id === state.indicator), onclick: () => choose({ indicator: id }) },
      h("span", { class: "hf-k-name" }, m.name(ind.name)), h("span", { class: "hf-k-value" }, m.shown(cell, ind)),
      under.length ? h("span", { class: "hf-k-under" }, under) : null));
  });
  const sum = (key, mark, words) => own[key] > 0 && h("span", { class: `hf-badge hf-${key}`, title: words }, h("i", { "aria-hidden": "true" }, mark), h("span", { class: "hf-hidden" }, words), ` ${own[key]}`);
  return h("section", { class: "hf-kind", "data-kind": kind.id },
    h("h3", {}, h("button", { type: "button", "data-key": `kind-${kind.id}`, "aria-controls": `hf-list-${kind.id}` }, h("span", { class: "hf-k-kind" }, m.name(kind.name)),
      h("span", { class: "hf-k-sum" }, h("span", {}, m.say("ui.kind_count", { n: items.length })), Object.keys(m.page.look.status).map((key) => sum(key, m.mark(key), m.say(`status.${key}`))),
        sum("missing", "—", m.say("state.missing"))))),
    h("div", { class: "hf-k-list", id: `hf-list-${kind.id}` }, h("p", { class: "hf-k-cap" }, m.name(kind.name), kind.clause && h("small", {}, m.say("ui.clause", { clause: kind.clause }))),
      items.length ? h("ul", {}, items) : h("p", { class: "hf-note" }, m.say("ui.indicators_none"))));
}

/** Shows what fits the words typed; without words, the groups that stand open. */
function show(m, { told, cards }, memory) {
  const words = folded(memory.query).split(/\s+/).filter(Boolean);
  let found = 0;
  for (const card of cards) {
    let here = 0;
    for (const button of card.querySelectorAll("li button")) {
      const fits = words.every((word) => button.dataset.words.includes(word));
      button.parentElement.classList.toggle("hf-shut", !fits);
      here += fits;
    }
    found += here;
    const open = words.length ? here > 0 : memory.open.has(card.dataset.kind);
    card.classList.toggle("hf-closed", !open);
    card.querySelector("h3 button").setAttribute("aria-expanded", String(open));
  }
  told.textContent = !words.length ? "" : found ? m.say("ui.found", { n: found }) : m.say("ui.found_none", { words: memory.query.trim() });
}

/** Down and up walk through what is shown, Enter in the box takes the first, Escape starts anew. */
function keys(event, { box, buttons }, clear) {
  const shown = buttons.filter((button) => button.offsetParent !== null), at = shown.indexOf(document.activeElement);
  if (event.key === "Escape" && box.value) { clear(); box.focus(); }
  else if (event.key === "Enter" && document.activeElement === box) { if (box.value.trim() && shown.length) shown[0].click(); }
  else if (event.key === "ArrowDown" && (at >= 0 || document.activeElement === box)) (shown[at + 1] || shown[at] || box).focus();
  else if (event.key === "ArrowUp" && at >= 0) (shown[at - 1] || box).focus();
  else return;
  event.preventDefault();
}
