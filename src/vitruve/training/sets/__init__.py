"""The sets that methods of each task can be trained on: one module for a task, each with SETS."""
