"""The only place that knows stages and adapters together: an archive and what is done with it."""
