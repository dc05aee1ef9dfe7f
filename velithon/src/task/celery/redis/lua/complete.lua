-- Ends attempts. ARGV: id, fence, end, microseconds until a retry, reason, whether there is an error, the error, whether there
-- is a result, the result. Answers 1 for each that counted.
local now = clock()

-- The same ending said twice is accepted twice: the first reply may have been lost.
local function was_ended_by(id, fence)
  for _, text in ipairs(redis.call('LRANGE', P .. 'runs:' .. id, 0, -1)) do
    local run = cjson.decode(text)
    if run.fence == fence then return run.outcome and run.outcome ~= 'lost' and run.outcome ~= 'released' end
  end
  return false
end

local function finish(task, ending, retry_in, reason)
  if ending == 'done' then return leave(task, 'done', nil, nil, now) end
  if ending == 'dead' then return leave(task, 'dead', reason, nil, now) end
  if ending == 'cancelled' or task.cancel == '1' then return leave(task, 'cancelled', nil, nil, now) end
  if ending == 'unknown' then
    redis.call('HSET', task.key, 'attempt', math.max(0, task.attempt - 1))
    return leave(task, 'queued', 'unknown', now + retry_in, now)
  end
  if task.attempt >= task.max_attempts then return leave(task, 'dead', 'failed', nil, now) end
  leave(task, 'queued', nil, now + retry_in, now)
end

local function complete(at)
  local id, fence, ending = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local failure = ARGV[at + 5] == '1' and ARGV[at + 6] or nil
  local task = row(id)
  if not is_held(task, fence) then return task and was_ended_by(id, fence) and 1 or 0 end
  close_run(task, ending, failure, now)
  redis.call('HDEL', task.key, 'error', 'result')
  if failure then redis.call('HSET', task.key, 'error', failure) end
  if ARGV[at + 7] == '1' then redis.call('HSET', task.key, 'result', ARGV[at + 8]) end
  finish(task, ending, tonumber(ARGV[at + 3]), ARGV[at + 4])
  return 1
end

local accepted = {}
for at = 1, #ARGV, 9 do accepted[#accepted + 1] = complete(at) end
return accepted
