"""Ask a model provider one question and return an observation; imports nothing else of this project."""
