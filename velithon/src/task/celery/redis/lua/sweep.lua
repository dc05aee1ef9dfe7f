-- Takes tasks from lost workers, and removes what is kept no longer. ARGV: how many of each.
-- Answers lost, dead, removed, and for each that will not run again its state and message.
local now, limit = clock(), tonumber(ARGV[1])
local lost, dead, removed, ended = 0, 0, 0, {}

local function lose(task)
  close_run(task, 'lost', nil, now)
  local crashes = task.crashes + 1
  redis.call('HSET', task.key, 'crashes', crashes)
  local state, reason = 'queued', nil
  if task.cancel == '1' then
    state = 'cancelled'
  elseif crashes >= task.max_crashes or task.attempt >= task.max_attempts then
    state, reason = 'dead', 'crashed'
    dead = dead + 1
  end
  if state ~= 'queued' then ended[#ended + 1] = { state, redis.call('HGET', task.key, 'message') or '' } end
  leave(task, state, reason, now, now)
  lost = lost + 1
end

for _, queue in ipairs(redis.call('SMEMBERS', P .. 'queues')) do
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'lease:' .. queue, '-inf', now, 'LIMIT', 0, limit)) do
    local task = row(id)
    if task and task.state == 'running' then lose(task) else redis.call('ZREM', P .. 'lease:' .. queue, id) end
  end
end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'keep', '-inf', now, 'LIMIT', 0, limit)) do
  local task = row(id)
  if task and task.listed then
    -- Its message still stands in a list, and would be run if nothing were known of it.
    redis.call('ZADD', P .. 'keep', now + 3600000000, id)
  else
    if task and not LIVE[task.state] then forget(task) removed = removed + 1 end
    redis.call('ZREM', P .. 'keep', id)
  end
end
-- Celery's workers remember revocations for three hours.
redis.call('ZREMRANGEBYSCORE', P .. 'revoked', '-inf', now - 10800000000)
return { lost, dead, removed, ended }
