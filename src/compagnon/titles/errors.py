"""What ``titles`` may refuse with."""
