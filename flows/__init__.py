"""Prefect flows: order and fan-out of the stages, and nothing else."""
