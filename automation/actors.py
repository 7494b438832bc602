"""Messages of dubbing. Ids only; the work is in `pipeline`."""

from automation.describing import announce
from automation.models import AutomationJob
from automation.pipeline.running import dub
from streamfetch.jobs.declaring import job_actor

dub_video = job_actor(AutomationJob, work=dub, tell=announce)
