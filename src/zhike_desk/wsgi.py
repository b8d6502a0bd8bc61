"""The door for a web server."""

from __future__ import annotations

import os
import signal

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike_desk.settings")

from django.core.wsgi import get_wsgi_application

from zhike_desk.offspring import PARENT, follow_parent

if PARENT in os.environ:  # a worker of the server that `zhike serve` started: never outlives it
    follow_parent(signal.SIGKILL, int(os.environ[PARENT]))
application = get_wsgi_application()
