/** Figures are declared once (charts.py, maps.py); this fills them, exactly as bind() in Python does. */

/** "@name" becomes that column; in a list, an element with each:true is repeated for every row. */
export function bind(template, table) {
  const column = (name) => {
    if (!(name in table)) throw new Error(`no column ${name}`);
    return table[name];
  };
  const names = (node) => {
    if (typeof node === "string") return /^@[^@]/.test(node) ? [node.slice(1)] : [];
    return node && typeof node === "object" ? Object.values(node).flatMap(names) : [];
  };
  const rows = (element) => {
    const lengths = new Set(names(element).map(column).filter(Array.isArray).map((c) => c.length));
    if (lengths.size > 1) throw new Error(`columns of unequal length: ${names(element)}`);
    return lengths.size ? [...lengths][0] : 1;
  };
  const fill = (node, row) => {
    if (typeof node === "string") {
      if (!node.startsWith("@")) return node;
      if (node.startsWith("@@")) return node.slice(1);
      const value = column(node.slice(1));
      return row !== null && Array.isArray(value) ? value[row] : value;
    }
    if (Array.isArray(node)) {
      return node.flatMap((e) => (e && e.each
        ? Array.from({ length: rows(e) }, (_, r) => fill(e, r))
        : [fill(e, row)]));
    }
    if (!node || typeof node !== "object") return node;
    return Object.fromEntries(
      Object.entries(node).filter(([key]) => key !== "each").map(([key, value]) => [key, fill(value, row)]));
  };
  return fill(template, null);
}
