from django.contrib import admin

from downloads.models import Download
from streamfetch.jobs.admin import JobAdmin

admin.site.register(Download, JobAdmin)
