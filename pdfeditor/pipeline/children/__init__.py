"""Tasks on files, run in confined processes. None of them imports Django."""
