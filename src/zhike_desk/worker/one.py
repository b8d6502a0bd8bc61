"""The process of one job: `python -m zhike_desk.worker.one NUMBER`."""

from __future__ import annotations

import logging
import os
import signal
import sys
from typing import Any

import django

from zhike.base.errors import ZhikeError
from zhike.base.text import Said, say
from zhike_desk.offspring import PARENT, follow_parent

_BEATEN = say(
    "其中有记录已被他人修改，什么都没有改动。",
    "Somebody else has changed one of the records since; nothing was changed.",
)


def main(words: list[str]) -> int:
    """Do the job, write down what came of it; 0 also where it failed with a sentence."""
    if PARENT in os.environ:
        follow_parent(signal.SIGTERM, int(os.environ[PARENT]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike_desk.settings")
    django.setup()
    from zhike_desk.worker import kinds

    kinds.load()
    return do(int(words[0]))


def do(number: int) -> int:
    """Do the running job of that number in this process."""
    from zhike_desk.records import clock, following, jobs
    from zhike_desk.records.models import Job
    from zhike_desk.records.refusals import Conflict, Refused
    from zhike_desk.records.viewer import Denied, Viewer
    from zhike_desk.worker.doing import ended

    job = Job.objects.select_related("by").get(pk=number)
    following.follow()
    by = Viewer.of(job.by) if job.by else None
    work = jobs.Work(number, job.kind, job.arguments, by, clock.now())
    try:
        state, result = "done", jobs.runner(job.kind)(work)
    except jobs.Cancelled:
        state, result = "cancelled", {}
    except ZhikeError as error:
        state, result = "failed", _told(say(error.sentence("zh"), error.sentence("en")))
    except Refused as refused:
        state, result = "failed", _told(refused.why)
    except Conflict:
        state, result = "failed", _told(_BEATEN)
    except Denied:
        state, result = (
            "failed",
            _told(say("提出者已无权做这件事。", "Who asked for it may no longer do it.")),
        )
    except Exception as error:
        logging.getLogger(__name__).exception("job %s (%s)", number, job.kind)
        state, result = "failed", _told(_ours(error))
    ended(job, state, result, clock.real())
    return 0


def _told(why: Said) -> dict[str, Any]:
    return {"error": {"zh": why.zh, "en": why.en}}


def _ours(error: Exception) -> Said:
    """Say of an error of ours what it was, and nothing of the data it met."""
    kind = type(error).__name__
    return say(
        f"程序出错（{kind}），详情见服务日志。数据保持原状。",
        f"A fault of ours ({kind}); the server's log has more. The data are as they were.",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
