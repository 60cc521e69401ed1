"""The configuration file: YAML and the environment become the core's frozen settings, or every mistake at once."""

from statuspage.config.load import load

__all__ = ["load"]
