"""What a browser says of itself, in two words."""

from __future__ import annotations

from zhike_desk.ui.speech import told

# Each says it is also those below it, so the first that fits is the one.
_BROWSERS = (
    ("MicroMessenger/", "微信"), ("Edg", "Edge"), ("OPR/", "Opera"), ("QQBrowser/", "QQ 浏览器"), ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def named(agent: str) -> str:
    """Return browser and system, as "Chrome · Linux"; a program that says neither is called unknown."""
    found = [next((name for mark, name in marks if mark in agent), "") for marks in (_BROWSERS, _SYSTEMS)]
    return " · ".join(name for name in found if name) or told("未知设备", "Unknown device")
