"""Reelspace's core: data and numerics. The public names, nothing else."""
