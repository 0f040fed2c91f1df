"""Validators: one module a family of formats; each judges files in a process of its own."""
