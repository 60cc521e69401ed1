"""Tests of the configuration file: what it means, and what is said of each mistake."""
