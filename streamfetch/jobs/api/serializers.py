from typing import Any

from rest_framework import serializers

from streamfetch.jobs.models import Job, State
from streamfetch.jobs.queue import describe


class JobErrorSerializer(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()
    recoverable = serializers.BooleanField()


class JobSerializer(serializers.Serializer):
    """Any background job."""

    id = serializers.UUIDField(read_only=True)
    kind = serializers.CharField(read_only=True)
    state = serializers.ChoiceField(choices=State.choices, read_only=True)
    stage = serializers.CharField(read_only=True)
    percent = serializers.FloatField(read_only=True)
    eta_s = serializers.FloatField(read_only=True, allow_null=True)
    attempts = serializers.IntegerField(read_only=True)
    title = serializers.CharField(read_only=True)
    target_url = serializers.CharField(read_only=True)
    error = JobErrorSerializer(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)
    started_at = serializers.DateTimeField(read_only=True, allow_null=True)
    finished_at = serializers.DateTimeField(read_only=True, allow_null=True)

    def to_representation(self, instance: Job) -> dict[str, Any]:
        return describe(instance)
