"""What all rivals ask: sixteen questions, of which four are answered by text, as in the shipped protocol."""

CHOICES = ["Yes", "No", "Unknown"]
QUESTIONS = [
    (f"Question {number} of 16: is this criterion of the trial met?", [] if number % 4 == 0 else CHOICES)
    for number in range(1, 17)
]
END = "Potentially eligible. 16 of 16 answered."
