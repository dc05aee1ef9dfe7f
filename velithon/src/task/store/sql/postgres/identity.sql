SELECT store_id AS id, schema_version FROM velithon_task_meta
