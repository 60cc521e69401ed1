"""Senders: which addresses may be called, the guarded way there, and what an attempt sends; no rule of the outbox."""
