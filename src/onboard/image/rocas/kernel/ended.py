"""The form in which the runner learns that a cell ended the run."""

ENDED = "rocas-ended"
