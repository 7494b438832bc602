"""What a worker does with a dubbing job: one module a stage."""
