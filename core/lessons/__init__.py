"""What the guided walk shows and runs: each step's sums in a few lines, the same that stand on the screen as a listing."""

__all__ = []
