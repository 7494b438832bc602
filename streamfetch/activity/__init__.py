"""What happened: one line for each end of a job, kept after its document is gone."""
