"""Behind a TLS proxy: a form sent over https is taken, one from elsewhere isn't, and each sign-in counts by its own address."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ASK = """
import json, django
SAFE = "https:" + "//"
django.setup()
from django.test import Client
from django.conf import settings
from allauth.core.internal.httpkit import get_client_ip
from django.test import RequestFactory

def post(origin, proto):
    browser = Client(enforce_csrf_checks=True)
    browser.cookies["csrftoken"] = "a" * 32
    return browser.post("/language/", {"language": "en", "csrfmiddlewaretoken": "a" * 32}, headers={
        "host": "desk.example.com", "origin": origin, "x-forwarded-proto": proto}).status_code

forwarded = RequestFactory().get("/", headers={"x-forwarded-for": "9.9.9.9, 10.1.2.3"})
print(json.dumps({
    "ours": post(SAFE + "desk.example.com", "https"),
    "theirs": post(SAFE + "evil.example.com", "https"),
    "hosts": settings.ALLOWED_HOSTS,
    "from": get_client_ip(forwarded),
}))
"""


def asked(home: Path, **environment: str) -> dict[str, object]:
    """Ask a process of its own, with settings of its own."""
    ours = {"ZHIKE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "zhike_desk.settings", "ZHIKE_DESK_HOSTS": "127.0.0.1, desk.example.com"}  # fmt: skip
    kept = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    words = [sys.executable, "-W", "ignore", "-c", ASK]
    found = subprocess.run(words, env=kept | ours | environment, check=True, capture_output=True, text=True)
    answer: dict[str, object] = json.loads(found.stdout)
    return answer


def test_behind_a_tls_proxy_our_forms_are_taken_others_refused_and_addresses_are_the_browsers(
    tmp_path: Path,
) -> None:
    found = asked(tmp_path, ZHIKE_DESK_HTTPS="1")
    assert (found["ours"], found["theirs"]) == (302, 403)
    assert found["hosts"] == ["127.0.0.1", "desk.example.com"]
    assert found["from"] == "10.1.2.3"  # what the proxy saw, not what a browser claimed


def test_without_a_proxy_nobody_claims_an_address(tmp_path: Path) -> None:
    found = asked(tmp_path)
    assert (found["ours"], found["from"]) == (403, "127.0.0.1")
