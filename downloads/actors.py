"""Messages of downloads. Ids only; the work is in `pipeline`."""

from downloads.models import Download
from downloads.pipeline.fetch import fetch
from streamfetch.jobs.declaring import job_actor

fetch_download = job_actor(Download, work=fetch)
