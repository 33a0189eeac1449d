"""How a prediction notebook answers requests."""
