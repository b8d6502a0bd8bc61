"""The worker: what takes long is done here, outside of any request.

`doing` (one job after another, each in a process of its own) · `one` (that process) · `schedule` (the night at its time, the
alert for a drop that is late) · `kinds` (who does what) · `night`, `importing` (two of them). `python -m zhike_desk.worker` runs it.
"""
