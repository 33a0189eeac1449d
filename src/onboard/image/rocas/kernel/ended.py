"""The form in which the runner learns of a cell's exit."""

ENDED = "rocas-ended"
