"""Pure decisions: observations to verdicts, verdicts to transitions, transitions to events; no I/O, clock or chance."""
