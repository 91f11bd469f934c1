"""The papers of a pack: the report, a page per unit, their form as Word and for a browser, and their proof."""
