"""Builds an image of packages of languages, to measure on. What it has in common with the large image is there."""
