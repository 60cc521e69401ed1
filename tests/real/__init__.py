"""Tests against servers that nobody here wrote, over real HTTP on loopback."""
