SELECT count(to_regclass('velithon_task_meta')) AS count
