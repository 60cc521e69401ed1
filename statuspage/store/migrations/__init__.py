"""The migrations of the schema; ``statuspage.store.upgrade`` runs them."""
