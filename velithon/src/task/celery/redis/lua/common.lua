-- What every script begins with. All of them decide by the clock of Redis, in microseconds; numbers that are written into
-- texts go through `int`, since Lua itself would round them to fourteen digits.
--
-- task:<id>      a hash: where the task stands (the fields of Standing, and what a person wants to see)
-- runs:<id>      a list: its attempts
-- state:<state>  a sorted set of ids, all of score 0: lists come ordered by id
-- eta:<queue>    a sorted set of ids by the time they are due; the message waits in the task's own hash
-- lease:<queue>  a sorted set of ids by the end of their lease: what runs
-- queue:<queue>  a hash: paused, limits, and when the heads of its lists were first seen
-- keep           a sorted set of ids by the time until which an ended task is kept
-- revoked        a sorted set of ids by the time of their revocation
-- unique:<key>   the id that has the key
-- remote         a sorted set of what waits for its time to go to another worker than ours: list, newline, message
local P = 'velithon:celery:'
local TAIL = { [0] = '', '\6\0223', '\6\0226', '\6\0229' }
local LIVE = { queued = true, running = true }

local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

local function int(number) return string.format('%.0f', number) end

local function list(queue, level) return queue .. TAIL[tonumber(level)] end

-- Some fields of a task, by name; nothing when there is no such task.
local FIELDS = {
  'state', 'queue', 'level', 'run_at', 'attempt', 'max_attempts', 'crashes', 'max_crashes', 'fence', 'lease_until', 'cancel',
  'listed', 'tag', 'unique', 'unique_until', 'result_for', 'finished_at',
}
local NUMBERS = {
  run_at = true, attempt = true, max_attempts = true, crashes = true, max_crashes = true, fence = true, lease_until = true,
  unique_until = true, result_for = true, finished_at = true,
}
local function row(id)
  local values = redis.call('HMGET', P .. 'task:' .. id, unpack(FIELDS))
  if not values[1] then return nil end
  local task = { id = id, key = P .. 'task:' .. id }
  for place, name in ipairs(FIELDS) do
    local value = values[place]
    if value and NUMBERS[name] then value = tonumber(value) end
    task[name] = value
  end
  return task
end

-- Moves a task to another state, where it is found by those who list states.
local function move(task, state, reason)
  if task.state ~= state then
    redis.call('ZREM', P .. 'state:' .. task.state, task.id)
    redis.call('ZADD', P .. 'state:' .. state, 0, task.id)
  end
  task.state = state
  redis.call('HSET', task.key, 'state', state, 'reason', reason or '')
end

-- Puts a queued task where it waits: into its list when it is due, and among the later ones when it is not.
local function wait(task, run_at, message, now)
  if run_at <= now then
    redis.call('LPUSH', list(task.queue, task.level), message)
    redis.call('HDEL', task.key, 'message')
    redis.call('HSET', task.key, 'run_at', int(run_at), 'listed', 1)
  else
    redis.call('ZADD', P .. 'eta:' .. task.queue, run_at, task.id)
    redis.call('HSET', task.key, 'run_at', int(run_at), 'message', message)
  end
end

-- A task that has ended is kept for a while.
local function retire(task, now)
  local keep = task.state == 'dead' and 2592000000000 or 86400000000
  if (task.result_for or 0) > keep then keep = task.result_for end
  redis.call('HSET', task.key, 'finished_at', int(now))
  redis.call('ZADD', P .. 'keep', now + keep, task.id)
end

-- The holder of a task has it no longer.
local function unlease(task)
  redis.call('ZREM', P .. 'lease:' .. task.queue, task.id)
  if task.tag then
    redis.call('HDEL', 'unacked', task.tag)
    redis.call('ZREM', 'unacked_index', task.tag)
  end
end

-- Notes in the history how the present attempt ended.
local function close_run(task, outcome, failure, now)
  local key = P .. 'runs:' .. task.id
  local last = redis.call('LINDEX', key, -1)
  if not last then return end
  local run = cjson.decode(last)
  if run.fence ~= int(task.fence) then return end
  run.ended, run.outcome, run.error = int(now), outcome, failure
  redis.call('LSET', key, -1, cjson.encode(run))
end

-- From running to where the task stands next; the counterpart of `Standing::ended`, `lost` and `released`.
local function leave(task, state, reason, run_at, now)
  unlease(task)
  move(task, state, reason)
  if state == 'queued' then
    wait(task, run_at, redis.call('HGET', task.key, 'message'), now)
  else
    retire(task, now)
  end
end

local function is_held(task, fence) return task and task.state == 'running' and task.fence == tonumber(fence) end

-- The id of the task that has a unique key: one that is alive, or whose period is not over.
local function holder(unique, now)
  local id = redis.call('GET', P .. 'unique:' .. unique)
  local task = id and row(id)
  if task and (LIVE[task.state] or (task.unique_until or 0) > now) then return id end
end

-- Removes a task and all that is known of it.
local function forget(task)
  redis.call('ZREM', P .. 'state:' .. task.state, task.id)
  redis.call('ZREM', P .. 'keep', task.id)
  if task.unique and redis.call('GET', P .. 'unique:' .. task.unique) == task.id then
    redis.call('DEL', P .. 'unique:' .. task.unique)
  end
  redis.call('DEL', task.key, P .. 'runs:' .. task.id)
end

-- Lets what is due by now into the lists, in the order of its times.
local function promote(queue, limit, now)
  local eta = P .. 'eta:' .. queue
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', eta, '-inf', now, 'LIMIT', 0, limit)) do
    redis.call('ZREM', eta, id)
    local key = P .. 'task:' .. id
    local found = redis.call('HMGET', key, 'message', 'level', 'run_at')
    if found[1] then
      redis.call('LPUSH', list(queue, found[2]), found[1])
      redis.call('HDEL', key, 'message')
      redis.call('HSET', key, 'listed', 1)
    end
  end
end
