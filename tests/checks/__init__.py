"""Tests of the checks: what they ask, and what they make of any answer."""
