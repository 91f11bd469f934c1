"""An invented district, seeded, written as files and sent through intake like any other."""
