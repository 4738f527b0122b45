"""Builds a large image of real packages, to measure on."""
