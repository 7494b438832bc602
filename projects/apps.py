from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "projects"

    def ready(self) -> None:
        # Models must be loaded before services are.
        from projects.services.beginnings import start_project
        from projects.services.uses import projects_using
        from uploads.services import followups, usage

        usage.register(projects_using)
        followups.register("project", start_project)
