"""The staff area: the one guard that every route of it passes, the pages, and what staff write through the API."""
