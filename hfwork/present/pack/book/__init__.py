"""The workbook of a pack: its sheets, its live formulas and charts, and their proof."""
