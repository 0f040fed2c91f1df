"""Pure values: what is true of a package, its files, formats and events. Standard library only."""
