"""Use cases: one verb is one transaction over the ports; no driver, no framework."""
