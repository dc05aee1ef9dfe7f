UPDATE velithon_task_meta SET schema_version = $1
