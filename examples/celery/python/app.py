"""The Celery application of the tests: its tasks, and where its broker and its results are (from the environment)."""

import os
import time

from celery import Celery

# What a killed worker had comes back within seconds, where by default it would take an hour.
REDIS = {"visibility_timeout": 5, "unacked_restore_interval": 1, "unacked_restore_throttle": 1}
OPTIONS = REDIS if os.environ["BROKER"].startswith("redis") else {}

app = Celery("app", broker=os.environ["BROKER"], backend=os.environ["RESULTS"])
app.conf.update(
    broker_connection_retry_on_startup=True,
    broker_transport_options=OPTIONS,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_queue_max_priority=10,
    task_track_started=True,
    worker_prefetch_multiplier=1,
)


@app.task(name="python.add")
def add(x, y):
    return x + y


@app.task(name="python.fail")
def fail(text):
    raise ValueError(text)


@app.task(name="python.again", bind=True, max_retries=3)
def again(self, times):
    """Fails as often as it is told to, then returns how often it was tried again."""
    if self.request.retries < times:
        raise self.retry(countdown=0.1)
    return self.request.retries


@app.task(name="python.now")
def now():
    return time.time()


@app.task(name="python.note", bind=True)
def note(self, path, text):
    """Appends a line to a file, so that the order of runs can be read."""
    with open(path, "a") as file:
        file.write(text + "\n")
    return text


@app.task(name="python.slow")
def slow(path, seconds):
    with open(path, "a") as file:
        file.write("started\n")
    time.sleep(seconds)
    with open(path, "a") as file:
        file.write("finished\n")
    return seconds
