"""Reads the text of a rule or a formula, or says what is wrong with it and what to write instead."""
