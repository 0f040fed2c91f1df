"""Characterizers: one module a family of formats; each tells short facts of files."""
