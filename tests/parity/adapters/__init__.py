"""One module per slug, each with `run(spec, inputs, keep) -> outputs`, or `run(spec, inputs, keep, state)` for the official weights."""
