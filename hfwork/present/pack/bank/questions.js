"use strict";
/** The page of the question bank: finds entries as one types; every entry has six questions, open one at a time. */
(() => {
  const bank = JSON.parse(document.getElementById("bank").textContent);
  const at = (id) => document.getElementById(id), one = (selector) => document.querySelector(selector);
  const asked = new URLSearchParams(location.search).get("lang");
  const STEP = 20, CODES = bank.codes, root = bank.places[0].code;
  let lang = bank.langs.includes(asked) ? asked : bank.langs[0], shown = STEP, chosen = null, open = "";

  const say = (key, facts = {}) => bank.words[key][lang].replace(/\{(\w+)\}/g, (_, name) => facts[name]);
  const plain = (text) => text.normalize("NFKC").toLowerCase();
  const by = (list, name) => new Map(list.map((each) => [each[name], each])), indicators = by(bank.indicators, "id"), places = by(bank.places, "code");
  const entries = Object.entries(bank.rows).map(([key, [now, ...texts]]) => {
    const [id, code] = key.split("/"), indicator = indicators.get(id), place = places.get(code), lead = bank.leads[indicator.lead], kind = bank.kinds[indicator.kind];
    const names = bank.langs.flatMap((l) => [indicator.name[l], place.name[l], place.label[l], lead ? lead.name[l] : "", kind ? kind.name[l] : ""]);
    const head = plain([indicator.code, indicator.id, place.code, ...names, ...bank.receipts[now]].join("\n"));
    return { indicator, place, now, texts, head, words: {}, key };
  });
  /** All the words of an entry in the language in use; made when first searched. */
  const words = (entry) => (entry.words[lang] ??= plain(entry.texts.map((n) => bank.pool[lang][n]).join("\n")));

  function el(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
    made.append(...children);
    return made;
  }

  function found() {
    if (chosen) return entries.filter((entry) => entry.key === chosen);
    const tokens = plain(at("q").value).split(/\s+/).filter(Boolean), [place, kind, lead] = ["place", "kind", "lead"].map((id) => at(id).value);
    const mine = entries.filter(({ indicator, place: own }) => (!place || own.code === place) && (!kind || bank.kinds[indicator.kind]?.id === kind) && (!lead || String(indicator.lead) === lead));
    const first = mine.filter((entry) => tokens.every((token) => entry.head.includes(token))), taken = new Set(first);
    return tokens.length ? [...first, ...mine.filter((entry) => !taken.has(entry) && tokens.every((token) => entry.head.includes(token) || words(entry).includes(token)))] : first;
  }

  /** An answer with its receipts kept on one line each. */
  const answer = (text) => text.split(/(HF(?:-[0-9A-Z]+)+)/).map((part) => (part.startsWith("HF-") ? el("span", { class: "receipt" }, part) : part));

  function article(entry, n) {
    const { indicator, place } = entry, texts = entry.texts.map((t) => bank.pool[lang][t]), made = el("article", { class: entry.key === chosen ? "chosen" : null, "data-key": entry.key, "aria-labelledby": `h${n}` });
    made.append(el("h2", { id: `h${n}` }, el("a", { href: `#${entry.key}` }, el("small", {}, indicator.code), `${indicator.name[lang]} · ${place.name[lang]}`)));
    made.append(el("p", { class: "now" }, bank.pool[lang][entry.now]));
    CODES.forEach((code, k) => {
      const id = `a${n}-${k}`, isOpen = open === `${entry.key}/${code}`;
      const button = el("button", { type: "button", "aria-expanded": String(isOpen), "aria-controls": id, "data-code": code }, texts[2 * k]);
      const told = el("div", { class: "answer", id, hidden: !isOpen }, ...answer(texts[2 * k + 1]));
      button.addEventListener("click", () => {
        const opening = button.getAttribute("aria-expanded") !== "true";
        for (const other of document.querySelectorAll("h3 button[aria-expanded=true]")) { other.setAttribute("aria-expanded", "false"); at(other.getAttribute("aria-controls")).hidden = true; }
        button.setAttribute("aria-expanded", String(opening));
        told.hidden = !opening;
        open = opening ? `${entry.key}/${code}` : "";
        history.replaceState(null, "", opening ? `#${open}` : `#${entry.key}`);
      });
      made.append(el("h3", {}, button), told);
    });
    return made;
  }

  function draw() {
    const hits = found(), some = hits.slice(0, shown);
    at("hits").replaceChildren(...some.map(article));
    const told = chosen ? say(hits.length ? "question.page.one" : "question.page.gone") : hits.length ? say("question.page.found", { n: hits.length, k: some.length }) : say("question.page.nothing");
    const all = el("button", { type: "button", class: "all" }, say("question.page.whole"));
    all.addEventListener("click", () => { chosen = null; open = ""; shown = STEP; history.replaceState(null, "", "#"); draw(); at("q").focus(); });
    at("count").replaceChildren(told, ...(chosen ? [all] : []));
    at("more").hidden = some.length === hits.length;
  }

  function options(id, list) {
    const kept = at(id).value;
    at(id).replaceChildren(el("option", { value: "" }, say("question.page.all")), ...list.map(([value, name]) => el("option", { value }, name)));
    at(id).value = kept;
    at(id).parentElement.hidden = !list.length;
  }

  function speak() {
    document.documentElement.lang = lang === "zh" ? "zh-CN" : lang;
    const { release } = bank, facts = { title: release.title[lang], date: release.date[lang], release: release.id };
    document.title = `${say("question.title")} · ${release.title[lang]}`;
    one("h1").textContent = say("question.title");
    one(".over").textContent = say("question.page.release", facts);
    one(".lead").textContent = say("question.lead");
    one(".skip").textContent = say("ui.skip");
    one(".sample").hidden = !release.sample;
    one(".sample").replaceChildren(el("strong", {}, say("ui.sample")), " ", say("ui.sample_note"));
    one("label[for=q]").textContent = say("question.page.search");
    at("hint").textContent = say("question.page.hint");
    for (const id of ["place", "kind", "lead"]) one(`label[for=${id}]`).textContent = say(`question.page.${id}`);
    options("place", bank.places.map((place) => [place.code, place.name[lang]]));
    options("kind", bank.kinds.map((kind) => [kind.id, kind.name[lang]]));
    options("lead", bank.leads.map((lead, n) => [String(n), lead.name[lang]]));
    at("lang").hidden = bank.langs.length < 2;
    at("lang").textContent = say("question.page.other");
    at("lang").setAttribute("lang", lang === "zh" ? "en" : "zh-CN");
    at("more").textContent = say("question.page.more");
    draw();
  }

  /** ``#indicator/place/question``: the place may be left out, which means the whole; so may the question. */
  function follow() {
    const [indicator, place, code] = decodeURIComponent(location.hash.slice(1)).split("/");
    if (!indicator || indicator === "hits") return;
    chosen = `${indicator}/${place || root}`;
    open = `${chosen}/${CODES.includes(code) ? code : CODES[0]}`;
    draw();
    window.scrollTo(0, at("count").offsetTop - 8);
  }

  const search = () => { chosen = null; open = ""; shown = STEP; if (location.hash) history.replaceState(null, "", "#"); draw(); };
  at("q").addEventListener("input", search);
  for (const id of ["place", "kind", "lead"]) at(id).addEventListener("change", search);
  one("form").addEventListener("submit", (event) => event.preventDefault());
  at("lang").addEventListener("click", () => { lang = bank.langs[(bank.langs.indexOf(lang) + 1) % bank.langs.length]; speak(); });
  at("more").addEventListener("click", () => { const first = shown; shown += STEP; draw(); at("hits").children[first]?.querySelector("a").focus(); });
  one(".skip").addEventListener("click", (event) => { event.preventDefault(); at("hits").focus(); });
  window.addEventListener("hashchange", follow);
  speak();
  follow();
})();
