"""What process 1 of every container does: claim the attempt, fetch, run the notebook, report."""
