"""The settings of an archive; the only place that reads the environment."""
