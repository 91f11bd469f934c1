"""The plan as data: campaign, places, periods, indicators. Knows nothing of rows or pages."""
