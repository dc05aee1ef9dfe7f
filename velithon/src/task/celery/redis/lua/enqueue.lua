-- Keeps new tasks. ARGV: for each task the seventeen values below, in this order. Answers id and 1 for each that was there before.
local now = clock()

local function due(kind, time)
  if kind == 'at' then return tonumber(time) end
  return now + tonumber(time)
end

local function remote(new)
  -- The first reply may have been lost: the same id is not sent twice.
  if not redis.call('SET', P .. 'sent:' .. new.id, 1, 'NX', 'EX', 3600) then return new.id, 0 end
  local key, run_at = list(new.queue, new.level), due(new.run_kind, new.run_time)
  if run_at <= now then
    redis.call('LPUSH', key, new.message)
  else
    redis.call('ZADD', P .. 'remote', run_at, key .. '\n' .. new.message)
  end
  return new.id, 0
end

local function keep(new)
  if new.served == '0' then return remote(new) end
  if new.unique ~= '' then
    local other = holder(new.unique, now)
    if other then return other, other == new.id and 0 or 1 end
  end
  local task = { id = new.id, key = P .. 'task:' .. new.id, queue = new.queue, level = new.level }
  if redis.call('EXISTS', task.key) == 1 then return new.id, 0 end
  redis.call('HSET', task.key, 'state', 'queued', 'name', new.name, 'queue', new.queue, 'level', new.level, 'payload', new.payload,
    'attempt', 0, 'max_attempts', new.max_attempts, 'crashes', 0, 'max_crashes', new.max_crashes, 'fence', 0,
    'timeout', new.timeout, 'trace', new.trace, 'enqueued_at', int(now), 'tag', new.tag)
  if new.result_for ~= '' then redis.call('HSET', task.key, 'result_for', new.result_for) end
  if new.unique ~= '' then
    redis.call('SET', P .. 'unique:' .. new.unique, new.id)
    redis.call('HSET', task.key, 'unique', new.unique, 'unique_until', int(now + tonumber(new.within)))
  end
  redis.call('ZADD', P .. 'state:queued', 0, new.id)
  redis.call('SADD', P .. 'queues', new.queue)
  wait(task, due(new.run_kind, new.run_time), new.message, now)
  return new.id, 0
end

local NAMES = {
  'id', 'served', 'queue', 'level', 'run_kind', 'run_time', 'name', 'payload', 'max_attempts', 'max_crashes', 'timeout', 'trace',
  'result_for', 'unique', 'within', 'tag', 'message',
}
local function enqueue(first)
  local kept = {}
  for at = first, #ARGV, #NAMES do
    local new = {}
    for place, name in ipairs(NAMES) do new[name] = ARGV[at + place - 1] end
    local id, existing = keep(new)
    kept[#kept + 1] = id
    kept[#kept + 1] = existing
  end
  return kept
end
