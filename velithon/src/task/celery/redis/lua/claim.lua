-- Gives due tasks of a queue to a worker. ARGV: queue, how many, worker, lease in microseconds, and an id for each message
-- that is none. Answers the time, the time until the next is due or -1, and the tasks.
--
-- kombu pops a message and notes it as unacknowledged in a second step; a crash between the two loses the task. Here it is one.
local queue, wanted, worker, lease = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local now, about = clock(), P .. 'queue:' .. ARGV[1]
local AGEING, spare = 60000000, 4

local limits = redis.call('HMGET', about, 'paused', 'concurrency', 'rate_count', 'rate_per', 'arrival')

local function each()
  local apart = math.floor(tonumber(limits[4]) / tonumber(limits[3]))
  return apart > 0 and apart or 1
end

local function allowed()
  if limits[1] == '1' then return 0 end
  local most = wanted
  if limits[2] then most = math.min(most, tonumber(limits[2]) - redis.call('ZCARD', P .. 'lease:' .. queue)) end
  if limits[3] then
    local ahead = math.max(0, (tonumber(limits[5]) or 0) - now)
    most = math.min(most, math.floor(math.max(0, tonumber(limits[4]) - ahead) / each()))
  end
  return most
end

-- A message that is none: dead at once, with its text.
local function bury(raw, level)
  spare = spare + 1
  local id = ARGV[spare]
  if not id then return false end
  local task = { id = id, key = P .. 'task:' .. id, state = 'dead' }
  redis.call('HSET', task.key, 'state', 'dead', 'name', '', 'queue', queue, 'level', level, 'payload', '[]', 'message', raw, 'attempt', 0,
    'max_attempts', 1, 'crashes', 0, 'max_crashes', 1, 'fence', 0, 'timeout', 0, 'trace', '', 'enqueued_at', int(now),
    'run_at', int(now), 'reason', 'undecodable', 'error', 'this is no message of Celery\'s protocol 2: it has no id that is a UUID')
  redis.call('ZADD', P .. 'state:dead', 0, id)
  redis.call('SADD', P .. 'queues', queue)
  retire(task, now)
  return true
end

local function uuid(text)
  if type(text) ~= 'string' or #text ~= 36 then return nil end
  return text:match('^%x+%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x+$') and text:lower()
end

-- What a message says about itself.
local function read(raw)
  local ok, message = pcall(cjson.decode, raw)
  if not ok or type(message) ~= 'table' or type(message.headers) ~= 'table' then return nil end
  local headers, properties = message.headers, type(message.properties) == 'table' and message.properties or {}
  local id = uuid(headers.id)
  if not id or type(headers.task) ~= 'string' then return nil end
  local tag = type(properties.delivery_tag) == 'string' and properties.delivery_tag or id
  return { id = id, tag = tag, name = headers.task, retries = tonumber(headers.retries) or 0 }
end

-- Since when a message that somebody else sent stands at the head of its list: from then on it counts as due.
local function seen(level, tag)
  local before = redis.call('HGET', about, 'head' .. level)
  local known, time = (before or ''):match('^(.*) (%d+)$')
  if known == tag then return tonumber(time) end
  redis.call('HSET', about, 'head' .. level, tag .. ' ' .. int(now))
  return now
end

-- What a message at the head of a list is: a task to be taken, or nothing, and then it is taken out of the way.
local function weigh(raw, level)
  local said = read(raw)
  if not said then
    if not bury(raw, level) then return nil, true end
    return nil
  end
  local task = row(said.id)
  if task and task.listed and task.tag == said.tag then
    if task.state == 'queued' then return { said = said, task = task, raw = raw, run_at = task.run_at, level = level } end
    redis.call('HINCRBY', about, 'ghosts', -1)
    if redis.call('HEXISTS', task.key, 'purged') == 1 then forget(task) return nil end
    -- It was called off while it stood here; its message is kept in case it is to be retried.
    redis.call('HDEL', task.key, 'listed')
    redis.call('HSET', task.key, 'message', raw)
    return nil
  end
  -- A kombu consumer put back what is ours, or the sender said it twice.
  if task and (LIVE[task.state] or task.tag == said.tag) then return nil end
  if task then forget(task) end
  return { said = said, raw = raw, run_at = seen(level, said.tag), level = level }
end

local heads, stuck = {}, {}
local function head(level)
  local key = list(queue, level)
  while not heads[level] and not stuck[level] do
    local raw = redis.call('LINDEX', key, -1)
    if not raw then stuck[level] = true break end
    local found, full = weigh(raw, level)
    if full then stuck[level] = true break end
    if not found then redis.call('RPOP', key) end
    heads[level] = found
  end
  return heads[level]
end

local function next_head()
  local best, rank
  for level = 0, 3 do
    local found = head(level)
    if found and (not best or found.run_at + level * AGEING < rank) then
      best, rank = found, found.run_at + level * AGEING
    end
  end
  return best
end

-- A row for a message that somebody else sent. What the task itself allows is set by the worker, who knows it.
local function adopt(found)
  local said = found.said
  local task = { id = said.id, key = P .. 'task:' .. said.id, queue = queue, level = found.level, state = 'queued', tag = said.tag,
    attempt = said.retries, max_attempts = said.retries + 21, crashes = 0, max_crashes = 3, fence = 0, run_at = found.run_at }
  redis.call('HSET', task.key, 'state', 'queued', 'name', said.name, 'queue', queue, 'level', found.level, 'payload', '[]',
    'attempt', task.attempt, 'max_attempts', task.max_attempts, 'crashes', 0, 'max_crashes', 3, 'fence', 0, 'timeout', 300000000,
    'trace', '', 'enqueued_at', int(found.run_at), 'run_at', int(found.run_at), 'tag', said.tag)
  redis.call('SADD', P .. 'queues', queue)
  return task
end

local function take(found)
  local task, key = found.task or adopt(found), list(queue, found.level)
  redis.call('RPOP', key)
  heads[found.level] = nil
  move(task, 'running')
  local fence, attempt = task.fence + 1, task.attempt + 1
  redis.call('HDEL', task.key, 'listed')
  redis.call('HSET', task.key, 'attempt', attempt, 'fence', int(fence), 'worker', worker, 'lease_until', int(now + lease),
    'cancel', 0, 'started_at', int(now), 'message', found.raw)
  redis.call('ZADD', P .. 'lease:' .. queue, now + lease, task.id)
  redis.call('HSET', 'unacked', task.tag, '[' .. found.raw .. ',"",' .. cjson.encode(queue) .. ']')
  redis.call('ZADD', 'unacked_index', now / 1000000, task.tag)
  redis.call('RPUSH', P .. 'runs:' .. task.id, cjson.encode({ fence = int(fence), worker = worker, started = int(now) }))
  local shown = redis.call('HMGET', task.key, 'name', 'payload', 'max_attempts', 'timeout', 'result_for', 'trace', 'enqueued_at', 'steps')
  return { task.id, int(fence), attempt, found.level, found.raw, found.task and 0 or 1,
    redis.call('ZSCORE', P .. 'revoked', task.id) and 1 or 0, int(math.max(0, now - found.run_at)), shown }
end

local most, taken = allowed(), {}
promote(queue, math.max(100, 2 * wanted), now)
while #taken < most do
  local found = next_head()
  if not found then break end
  taken[#taken + 1] = take(found)
end
if limits[3] and #taken > 0 then
  redis.call('HSET', about, 'arrival', int(math.max(tonumber(limits[5]) or 0, now) + each() * #taken))
end
local later = redis.call('ZRANGE', P .. 'eta:' .. queue, 0, 0, 'WITHSCORES')
return { int(now), later[2] and int(math.max(0, tonumber(later[2]) - now)) or '-1', taken }
