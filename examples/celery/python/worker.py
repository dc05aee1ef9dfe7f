"""The Python side of the example: `celery -A worker worker` runs its task, and its application calls the one in Rust."""

import os

from celery import Celery

app = Celery(
    "worker",
    broker=os.environ.get("BROKER", "redis://127.0.0.1:6379/0"),
    backend=os.environ.get("RESULTS", "redis://127.0.0.1:6379/1"),
)
app.conf.update(
    # A task whose worker is killed runs again; without these two it is lost.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    # What runs in Rust has a queue of its own: a Python worker throws away what it does not know.
    task_routes={"rust.*": {"queue": "velithon"}},
)


@app.task(name="python.summary")
def summary(texts):
    return {"texts": len(texts), "longest": max(texts, key=len, default="")}
