"""Thinks: protocols, rules, answers, the dialogue machine. Pure: no clock, no database, no network."""
