"""Ratings from many sources, one reader for each."""
