SELECT count(*) AS count FROM sqlite_master WHERE type = 'table' AND name = 'velithon_task_meta'
