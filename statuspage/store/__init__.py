"""The store: every fact in one SQLite file or in PostgreSQL, through SQLAlchemy Core."""
