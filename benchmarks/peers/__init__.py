"""Other recommenders beside ours, on the same folds and in the same minutes: ``python -m benchmarks.peers``."""
