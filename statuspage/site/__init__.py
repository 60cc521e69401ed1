"""The site: the pure rendering of a snapshot into the bytes of pages, documents, feeds and an exported folder."""
