"""Tests of the check kinds, over real HTTP on loopback."""
