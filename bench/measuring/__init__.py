"""Measures whole processes, side by side, and writes what came out."""
