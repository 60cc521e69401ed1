"""Tests of the pure rendering of a snapshot."""
