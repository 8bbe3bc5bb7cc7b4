"""From a registry record to a draft of a trial."""
