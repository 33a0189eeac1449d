"""How a cell that ended the run is told to the runner."""

ENDED = "rocas-ended"
