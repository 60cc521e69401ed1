"""The desk of incidents, over the web."""
