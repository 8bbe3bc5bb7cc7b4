"""Reviewing a protocol: what a person reads of each criterion, at the terminal and on paper, and what they decide."""
