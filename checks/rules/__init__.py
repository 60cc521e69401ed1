"""The tables that give an answer its meaning; every row has a name, a source, a hint and a test."""
