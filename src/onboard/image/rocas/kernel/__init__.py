"""Code that runs in the notebook's own process."""
