"""Charts, tables, pages and their server; sees releases only."""
