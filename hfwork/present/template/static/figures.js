/** The figures of a board: their boxes are kept from one view to the next, drawn in order, repainted, printed, saved. */
import { drawFigure, loadPlotly, picture } from "./drawing.js";
import { h } from "./element.js";

/**
 * `board` has root, page, panels, m, state, options and fail(name, section, error). A panel's figure has `template` (a
 * name, or the template itself), `fill(width, theme, box)` → columns with their height, and may have `click(point)`,
 * `same` (equal: nothing to draw), `repaint(box, columns)` → whether the drawn shapes now show these columns.
 */
export class Figures {
  constructor(board) { Object.assign(this, { board, boxes: {}, behind: new Set(), done: new Set() }); }

  /** The box of a figure is kept, so that plotly can redraw instead of starting anew. */
  box(name) {
    return (this.boxes[name] ||= h("div", { class: "hf-plot", role: "img" }, h("p", { class: "hf-note" }, this.board.m.say("ui.loading_chart"))));
  }

  drop(name) { delete this.boxes[name]; }

  plotly() {
    const from = this.board.options.plotly;
    return window.Plotly ? Promise.resolve(window.Plotly) : typeof from === "function" ? from() : loadPlotly(from);
  }

  /** All of them, those in sight first; the page is ready when these and the words stand. What was only repainted is
      drawn last, so that pointing at it tells the new figures. */
  async draw() {
    const turn = (this.turn = (this.turn || 0) + 1), { dataset } = this.board.root;
    const boxes = Object.entries(this.boxes).filter(([name]) => this.board.panels[name]), repainted = boxes.filter(([name]) => this.behind.has(name));
    let plotly = null;
    try { if (boxes.length) plotly = await this.plotly(); } catch {
      for (const [, box] of boxes) box.replaceChildren(h("p", { class: "hf-note" }, this.board.m.say("ui.no_plotly")));
      dataset.state = "plain";
      return;
    }
    const rest = boxes.filter(([name]) => !this.behind.has(name) && !this.done.has(name)), above = rest.filter(([, box]) => this.near(box));
    for (const entry of above) { if (turn !== this.turn) return; await this.one(plotly, ...entry); }
    if (turn !== this.turn) return;
    dataset.ready ||= String(Math.round(performance.now()));
    dataset.state = "ready";
    for (const entry of [...rest.filter((one) => !above.includes(one)), ...repainted]) {
      await new Promise((next) => { setTimeout(next); });
      if (turn !== this.turn) return;
      await this.one(plotly, ...entry);
    }
    if (turn !== this.turn) return;
    Object.assign(this, { behind: new Set(), done: new Set() });
    dataset.state = "drawn";
    if (!this.rehearsed) this.rehearse();
  }

  /** While nobody waits: what a first choice would else do for the first time – unpack cells, draw anew – costs half
      the second time. */
  rehearse() {
    this.rehearsed = true;
    const { m, page } = this.board, waiting = [...page.indicators], idle = window.requestIdleCallback || ((act) => setTimeout(act, 200));
    const step = (deadline) => {
      do m.cell(waiting.shift().id, page.periods[0].token, -1); while (waiting.length && deadline?.timeRemaining?.() > 4);
      if (waiting.length) idle(step);
      else if (this.board.root.dataset.state === "drawn") for (const [name, box] of Object.entries(this.boxes)) if (!this.board.panels[name]?.figure?.repaint && this.near(box)) this.one(window.Plotly, name, box);
    };
    idle(step);
  }

  /** The board has turned to another page: nothing of this one is drawn any more. */
  end() { this.turn = Infinity; this.rehearsed = true; this.boxes = {}; }

  near(box) { return box.isConnected && box.getBoundingClientRect().top < 2 * window.innerHeight; }

  /** What a drawn figure depends on besides its columns. */
  shape(box, figure) { return [this.board.state.lang, box.clientWidth, this.board.root.dataset.theme, figure.template].join(" "); }

  /**
   * Of the figures that stand drawn in or near the screen, those whose shapes stay are repainted (plotly is `behind`),
   * the others drawn at once (`done`: plotly works in one go, only its end is awaited).
   */
  ahead() {
    Object.assign(this, { behind: new Set(), done: new Set() });
    if (!window.Plotly) return;
    for (const [name, box] of Object.entries(this.boxes)) {
      const { figure } = this.board.panels[name] || {};
      if (!figure || !box._fullLayout || !this.near(box) || box.hfShape !== this.shape(box, figure)) continue;
      if (figure.repaint && figure.repaint(box, figure.fill(box.clientWidth, this.board.root.dataset.theme, box))) this.behind.add(name);
      else { this.done.add(name); this.one(window.Plotly, name, box); }
    }
  }

  async one(plotly, name, box) {
    const { figure } = this.board.panels[name] || {};
    if (!figure || !box.isConnected || !box.clientWidth) return;
    try {
      const shape = this.shape(box, figure);
      if (figure.same !== undefined && box.hfShape === shape) return;   // no choice changes it
      if (!box._fullLayout) box.replaceChildren();
      box.hfShape = shape;
      await drawFigure(plotly, box, this.template(figure), figure.fill(box.clientWidth, this.board.root.dataset.theme, box), this.board.m);
      if (!box.hfClick) {
        box.hfClick = true;
        box.on("plotly_click", (event) => { const now = this.board.panels[name]; if (now && now.figure.click) now.figure.click(event.points[0]); });
      }
    } catch (error) { this.drop(name); this.board.fail(name, box.closest("[data-part]") || box.parentElement, error); }
  }

  /** On paper they are drawn anew: as wide as a sheet, in ink on white. Synchronous, since printing does not wait. */
  print() {
    Object.assign(this, { behind: new Set(), done: new Set() });
    const boxes = Object.entries(this.boxes).filter(([name, box]) => window.Plotly && this.board.panels[name] && box.isConnected);
    for (const [name, box] of boxes) {
      const { figure } = this.board.panels[name], width = box.closest(".hf-two") ? 340 : 700;
      box.hfShape = null;
      if (!box._fullLayout) box.replaceChildren();
      try { drawFigure(window.Plotly, box, this.template(figure), figure.fill(width, "light", box), this.board.m, width); } catch { /* as it stands on the screen */ }
    }
  }

  template({ template }) { return typeof template === "string" ? this.board.page.figures[template] : template; }

  /** Save a figure as a picture. */
  async save(panel, file) {
    await this.plotly();
    const { m, page } = this.board, drawn = panel.image || panel.figure, about = panel.about || m.name(page.release.title);
    return picture(m, this.template(drawn), drawn.fill(780, "light"), { title: panel.title, about, key: panel.signs || [], notes: panel.notes || [], file });
  }
}
