"""A world whose truth is known, asked and judged by the real core on a simulated clock."""
