"""Lists of candidates whose data are already abstracted: read from files, answered by verdicts."""
