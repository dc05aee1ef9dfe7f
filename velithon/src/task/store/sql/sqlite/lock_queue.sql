-- $1: queue. The writer is alone with the file already.
SELECT name FROM velithon_task_queues WHERE name = $1
