"""Video projects: a timeline that people edit, and the files rendered from it."""
