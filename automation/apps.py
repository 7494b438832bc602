from django.apps import AppConfig


class AutomationConfig(AppConfig):
    name = "automation"

    def ready(self) -> None:
        # Models must be loaded before services are.
        from automation.services import following
        from uploads.services import followups, usage

        followups.register("dub", following.start)
        usage.register(following.jobs_using)
