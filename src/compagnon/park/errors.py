"""What ``park`` may refuse with."""
