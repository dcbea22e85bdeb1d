"""Bayesian parts that a Gibbs chain is made of: each draws one thing from its distribution given all else."""
