"""The sandbox: a simulated provider and a webhook receiver, so that the real program runs without any key."""
