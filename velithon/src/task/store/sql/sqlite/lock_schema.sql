-- The writer is alone with the file already.
SELECT 1
