"""What a reviewer reads: at the terminal, and on paper."""
