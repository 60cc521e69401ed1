"""Tests of the simulated provider and the webhook receiver."""
