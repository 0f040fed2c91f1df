"""Arkiv: an OAIS archive whose packages any other archive can read, check and take over."""

__version__ = "0.1.0"
