"""The program of process 1 in each container: it claims the attempt, fetches, runs the notebook and reports."""
