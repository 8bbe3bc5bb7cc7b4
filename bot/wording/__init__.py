"""What is said, in every language: phrases, cards, lists, counts, pictures."""
