CREATE TABLE IF NOT EXISTS velithon_task_meta (
    store_id       uuid   NOT NULL,
    schema_version bigint NOT NULL
)
