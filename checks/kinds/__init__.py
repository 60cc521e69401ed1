"""The check kinds: one module for each dialect that providers speak."""
