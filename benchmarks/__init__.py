"""Figures, measured on a running server: `make bench`. Never part of the tests."""
