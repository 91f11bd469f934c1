/** What stands above and below every page. */
import { h } from "../element.js";

export function header({ m, page, choose, link, logout, stale, fullscreen }) {
  const { release } = page;
  const language = [["zh", "中文"], ["en", "English"]].map(([code, word]) => h("button", { type: "button", lang: code === "zh" ? "zh-CN" : "en",
    "data-key": `lang-${code}`, "aria-pressed": String(m.lang === code), onclick: () => choose({ lang: code }) }, word));
  const fact = (key, value) => h("div", {}, h("dt", {}, m.say(key)), h("dd", {}, value));
  const skip = () => { const main = document.getElementById("hf-main"); main.focus(); main.scrollIntoView(); };
  return [
    h("button", { type: "button", class: "hf-skip", "data-key": "skip", onclick: skip }, m.say("ui.skip")),
    release.sample && h("p", { class: "hf-sample", role: "note" }, h("strong", {}, m.say("ui.sample")), m.say("ui.sample_note")),
    stale && h("p", { class: "hf-stale", role: "status" }, m.say("ui.stale"), " ", h("a", { href: window.location.href, onclick: () => window.location.reload() }, m.say("ui.reload"))),
    h("div", { class: "hf-bar" },
      h("div", {}, h("p", { class: "hf-over" }, m.name(release.title)), h("h1", {}, m.name(page.title)), h("p", { class: "hf-question" }, m.name(page.question))),
      h("div", { class: "hf-lang", role: "group", "aria-label": m.say("ui.language") }, language)),
    h("div", { class: "hf-row" }, link("start") && h("nav", { class: "hf-nav", "aria-label": m.say("ui.pages") }, h("ul", {}, page.pages.map((one) => h("li", {},
      h("a", { href: link(one.page), "data-key": `page-${one.page}`, "aria-current": one.page === page.page ? "page" : null }, m.name(one.title)))),
    logout && h("li", { class: "hf-logout" }, h("a", { href: logout, "data-key": "logout" }, m.say("ui.logout"))), page.page === "meeting" && h("li", {}, h("button", { type: "button", class: "hf-plain", "data-key": "fullscreen", onclick: fullscreen }, m.say("ui.fullscreen"))))),
      h("dl", { class: "hf-facts" },
        fact("ui.as_of", m.date(release.as_of)),
        release.grade && fact("ui.grade", m.say("ui.grade_word", { grade: release.grade })),
        fact("ui.release", h("code", {}, release.id)))),
  ];
}

export function foot({ m, page }) {
  const { release } = page;
  return [
    h("p", {}, m.say("ui.source", { plan: m.name(release.title), release: release.id, date: m.date(release.as_of) })),
    h("p", {}, m.say("ui.source_note")), release.sample && h("p", {}, h("strong", {}, m.say("ui.sample")), " ", m.say("ui.sample_note"))];
}

/** What a figure in a table of many says when pointed at: its counts and its receipt. */
export const receiptOf = (m, cell) => [cell.denominator && m.say("ui.numerator_of", { n: m.number(cell.numerator, 0), d: m.number(cell.denominator, 0) }), cell.receipt && m.say("ui.receipt", { code: cell.receipt })].filter(Boolean).join("　") || null;

/** The three sentences a page begins with, beside a figure of its own where it has one. */
export function said(m, title, sentences, aside, after) {
  return h("div", { class: aside ? "hf-opening" : "hf-opening hf-opening-plain" }, aside && h("div", { class: "hf-figure" }, aside),
    h("div", { class: "hf-says" }, h("h2", {}, title),
      h("ol", { "aria-label": m.say("ui.key_points"), "aria-live": "polite" }, sentences.filter(Boolean).map((s) => h("li", {}, s))), after));
}
