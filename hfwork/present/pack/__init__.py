"""The meeting pack: slides, report, appendix and question bank made from one release, refreshed and proved."""
