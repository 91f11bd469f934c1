/** What a look at a page finds wrong: texts that overlap, are cut or leave their card, and the bones of the page. */
(() => {
  const seen = (element) => {
    if (!element.checkVisibility()) return false;   // in a closed <details>, say
    for (let at = element; at && at.nodeType === 1; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.display === "none" || style.visibility !== "visible" || style.opacity === "0" || style.clipPath.startsWith("inset(50%")) return false;
    }
    return true;
  };
  const cut = (style) => [style.overflowX, style.overflowY].some((way) => way !== "visible");

  /** A box no taller than the letters: a line's own box is taller, and two lines may share that air. */
  const letters = (rect, size) => {
    const middle = (rect.top + rect.bottom) / 2, half = Math.min(rect.height, 0.76 * size) / 2;
    return { left: rect.left, right: rect.right, top: middle - half, bottom: middle + half };
  };

  /** Every line of every visible text, less what a scrolling box hides of it. */
  const boxes = () => {
    const found = Object.assign([], { lost: [] }), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.data.trim(), element = node.parentElement;
      if (!text || !element || element.closest("script, style, noscript, option, title, desc") || !seen(element)) continue;
      const drawn = element.closest("svg"), range = document.createRange();
      range.selectNodeContents(node);
      const rects = drawn ? [element.getBoundingClientRect()] : [...range.getClientRects()];
      const matrix = drawn && element.getScreenCTM && element.getScreenCTM();
      const size = parseFloat(getComputedStyle(element).fontSize) * (matrix ? Math.hypot(matrix.a, matrix.b) : 1);
      for (const rect of rects) {
        if (rect.width < 1 || rect.height < 1) continue;
        const own = letters(rect, size), whole = { ...own };
        let lost = "";
        for (let at = drawn ? drawn.parentElement : element; at && at !== document.documentElement; at = at.parentElement) {
          const style = getComputedStyle(at);
          if (at === document.body || !cut(style)) continue;
          const edge = at.getBoundingClientRect(), scrolls = [style.overflowX, style.overflowY].some((way) => ["auto", "scroll"].includes(way));
          const beyond = Math.max(edge.left - own.left, own.right - edge.right, edge.top - own.top, own.bottom - edge.bottom);
          if (beyond > 3 && !lost && !(scrolls && (at.tabIndex >= 0 || at.querySelector("button, a, input, select")))) lost = at.className || at.tagName;
          Object.assign(own, { left: Math.max(own.left, edge.left), right: Math.min(own.right, edge.right), top: Math.max(own.top, edge.top), bottom: Math.min(own.bottom, edge.bottom) });
        }
        if (lost) found.lost.push(`${lost}: ${text.slice(0, 40)}`);
        if (own.right - own.left < 1 || own.bottom - own.top < 1 || own.right < 0) continue;
        found.push({ element, text: text.slice(0, 40), drawn, whole, ...own });
      }
    }
    return found;
  };

  const named = (one) => `${one.text} <${(one.element.closest("[data-part]") || document.body).getAttribute("data-part") || "page"}>`;

  window.hfLook = (slack = 3) => {
    const texts = boxes(), clipped = texts.lost, overlaps = [], outside = [];
    texts.sort((a, b) => a.top - b.top);
    for (let i = 0; i < texts.length; i += 1) {
      for (let j = i + 1; j < texts.length && texts[j].top < texts[i].bottom; j += 1) {
        const [a, b] = [texts[i], texts[j]];
        if (a.element === b.element || a.element.contains(b.element) || b.element.contains(a.element)) {
          if (a.element === b.element || !a.drawn) continue;
        }
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left), high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > slack && high > slack) overlaps.push(`${named(a)} × ${named(b)}: ${Math.round(wide)}×${Math.round(high)}`);
      }
      const one = texts[i], card = one.element.closest("section[data-part], header, footer");
      const frame = one.drawn && one.drawn.getBoundingClientRect(), edge = card && card.getBoundingClientRect();
      if (frame && (one.whole.left < frame.left - slack || one.whole.right > frame.right + slack || one.whole.top < frame.top - slack || one.whole.bottom > frame.bottom + slack)) clipped.push(`${named(one)} leaves its figure`);
      if (one.right > document.documentElement.clientWidth + 1 || (edge && (one.right > edge.right + 1 || one.left < edge.left - 1))) outside.push(named(one));
    }
    return { overlaps, clipped, outside, wide: document.documentElement.scrollWidth - document.documentElement.clientWidth };
  };

  /** Letters of figures too close in colour to the card behind them; those of the map lie on its own shades. */
  window.hfFaint = () => {
    const parts = (colour) => (colour.match(/[\d.]+/g) || [0, 0, 0]).slice(0, 3).map(Number);
    const light = (colour) => { const [r, g, b] = parts(colour).map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    return [...document.querySelectorAll(".hf-plot:not([data-figure=map]) text")].filter((one) => one.textContent.trim() && seen(one)).flatMap((one) => {
      const [a, b] = [getComputedStyle(one).fill, getComputedStyle(one.closest("section")).backgroundColor].map(light).sort((x, y) => y - x);
      return (a + 0.05) / (b + 0.05) < 4.5 ? [named({ element: one, text: one.textContent })] : [];
    });
  };

  /** What a reader who cannot see the page is told, and every word on it. */
  window.hfBones = () => {
    const levels = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(seen).map((heading) => Number(heading.tagName[1]));
    const figures = [...document.querySelectorAll(".hf-plot, svg.hf-stretch")].filter(seen).map((figure) => {
      const part = figure.closest("[data-part]"), title = part.querySelector("h2"), finding = title ? title.lastChild.textContent : "";
      return { part: part.dataset.part, role: figure.getAttribute("role"), label: figure.getAttribute("aria-label") || "", finding: figure.matches(".hf-plot") ? finding : "", table: Boolean(part.querySelector("details.hf-data summary, table")) };
    });
    const words = [...document.querySelectorAll("[aria-label], [title], [placeholder]")].filter((one) => !one.closest("[lang=zh-CN] [lang=en], [lang=en] [lang=zh-CN]")).flatMap((one) => ["aria-label", "title", "placeholder"].map((name) => one.getAttribute(name)).filter(Boolean));
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.data.trim() && !node.parentElement.closest("script, style, noscript, button[lang]")) words.push(node.data.trim());
    }
    return { lang: document.documentElement.lang, title: document.title, first: levels.filter((level) => level === 1).length, jumps: levels.filter((level, i) => i && level > levels[i - 1] + 1).length, starts: levels[0], figures, words };
  };
})();
