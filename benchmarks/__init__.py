"""What the README claims about accuracy and speed: each figure one command, ``python -m benchmarks.NAME``."""
