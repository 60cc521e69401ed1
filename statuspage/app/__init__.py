"""The composition root: the one place that knows every class, and how they are put together."""

from statuspage.app.roles import Role
from statuspage.app.sandbox import receiver_port
from statuspage.app.service import Service, build, service
from statuspage.app.verbs import Verbs, data_folder, new_id, verbs

__all__ = ["Role", "Service", "Verbs", "build", "data_folder", "new_id", "receiver_port", "service", "verbs"]
