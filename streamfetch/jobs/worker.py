"""What a worker process imports: Django, the broker and every actor.

    python -m dramatiq streamfetch.jobs.worker --queues ffmpeg-high ffmpeg

Leaner than `manage.py rundramatiq`, which starts Django twice.
"""

import django_dramatiq.setup  # noqa: F401
