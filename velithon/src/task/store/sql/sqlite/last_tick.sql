-- $1: schedule.
SELECT max(tick) AS tick FROM velithon_task_cron WHERE name = $1
