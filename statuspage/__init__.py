"""A model availability status page and notifier: who can use which AI model right now."""

__version__ = "0.1.0"
