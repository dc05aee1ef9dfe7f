-- Notes how far a task is. ARGV: id, fence, field, value. Answers 1 when it is still held.
local task = row(ARGV[1])
if not is_held(task, ARGV[2]) then return 0 end
if ARGV[3] ~= 'steps' then
  redis.call('HSET', task.key, ARGV[3], ARGV[4])
else
  -- Steps stand one after the other as netstrings: they are few, and read as a whole.
  local before = redis.call('HGET', task.key, 'steps') or ''
  redis.call('HSET', task.key, 'steps', before .. ARGV[4])
end
return 1
